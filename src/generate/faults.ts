// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the faults of a step. */
import { Errno } from '../trace/errno.ts';
import type { Op, Site } from '../trace/sites.ts';
import type { Fault, MemoryFault } from '../trace/step.ts';
import { below, type Bits, geometric, nextBits } from './bits.ts';
import type { Reach } from './reach.ts';

/** What a step without faults has. */
export const NO_FAULTS: readonly Fault[] = [];

const RESULTS = [
  Errno.ENOMEM,
  Errno.ENOMEM,
  Errno.ENOMEM,
  Errno.ENOSPC,
  Errno.ENOSPC,
  Errno.EINVAL,
  Errno.EINVAL,
  1,
] as const;
const SHAPES = [1, 1, 2, 0] as const;
/** Trees first try without waiting, and then again, so that a single failure there is mostly absorbed. */
const TREES: readonly (Site | 'any')[] = ['xa_node', 'maple_node', 'radix_tree_node', 'any'];
/** Operations for which only a negative result is a failure. */
const NEGATIVE_ONLY: readonly Op[] = ['alloc', 'map', 'msi_init', 'init_dev_msi_info'];

/** One fault, seldom two, somewhere the call reaches; `span` is how often it may get there. */
export function drawFaults(bits: Bits, { sites, ops }: Reach, span: number): readonly Fault[] {
  if (sites.length + ops.length === 0) return NO_FAULTS;
  const r = nextBits(bits);
  const memory = ops.length === 0 || (sites.length > 0 && (r & 7) > 3);
  const one = memory ? drawMemory(bits, sites, span) : drawCallback(bits, ops, span);
  if ((r & 0x1f0) !== 0) return [one];
  const other = drawMemory(bits, sites, span);
  if (sites.length === 0 || (one.kind === 'memory' && one.site === other.site)) return [one];
  return [one, other];
}

function drawMemory(bits: Bits, sites: readonly Site[], span: number): MemoryFault {
  const r = nextBits(bits);
  const site = (r & 15) === 0 ? 'any' : (sites[((r >>> 16) * sites.length) >>> 16] ?? 'any');
  // Two failures in a row of a maple tree end a trace in a known defect, so they are kept rare.
  const once = site === 'maple_node' && (r & 0x1c00) !== 0;
  return {
    kind: 'memory',
    site,
    nth: drawNth(bits, (r >>> 8) & 1, span),
    count: once ? 1 : (SHAPES[(r >>> 4) & 3] ?? 1),
  };
}

function drawCallback(bits: Bits, ops: readonly Op[], span: number): Fault {
  const r = nextBits(bits);
  const op = ops[((r >>> 16) * ops.length) >>> 16] ?? 'alloc';
  const ret = RESULTS[(r >>> 4) & 7] ?? -1;
  return {
    kind: 'callback',
    op,
    nth: drawNth(bits, (r >>> 8) & 1, span),
    ret: op === 'alloc' && (r & 0x3c00) === 0 ? 0 : ret > 0 ? 1 + (r & 1) : ret,
  };
}

/** Within what the call should reach, or beyond with a tail that gets thin. */
function drawNth(bits: Bits, tail: number, span: number): number {
  return tail === 1 ? geometric(bits) : 1 + below(bits, span);
}

/** Whether one of the faults should make the call fail. */
export function shouldFail(faults: readonly Fault[], span: number): boolean {
  for (const fault of faults) {
    if (fault.nth > span) continue;
    if (fault.kind === 'callback') {
      if (fault.ret < 0 || !NEGATIVE_ONLY.includes(fault.op)) return true;
      if (fault.op === 'alloc' && fault.ret === 0) return true;
    } else if (fault.count !== 1 || !TREES.includes(fault.site)) {
      return true;
    }
  }
  return false;
}
