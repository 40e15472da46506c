// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the calls that map hardware numbers: in `wired`, in a legacy domain, in a hierarchy. */
import { below, nextBits, oneIn } from './bits.ts';
import { drawBlock, empty } from './calls-block.ts';
import { newAffinity } from './choose.ts';
import { type Entry, nothing } from './entry.ts';
import { blockUses } from './stores.ts';
import {
  EMPTY,
  EXTRA_HANDLE,
  HIERARCHY,
  MAPPING,
  MSI_HANDLE,
  PLAIN,
  WIRED_HANDLE,
  type World,
} from './world.ts';

const TYPES = [0, 0, 1, 4];
/** Hardware numbers of a level start there: 256 for each. */
const LEVEL = 256;

/** The calls of both releases. */
export const MAPPING_CALLS: readonly Entry[] = [
  {
    fn: 'irq_create_mapping_affinity',
    weight: 3,
    needs: 'irq_domain_create_legacy',
    draw: drawMapping,
    effect: map,
  },
  { fn: 'irq_create_fwspec_mapping', weight: 1, draw: drawFwspec, effect: map },
  {
    fn: 'irq_domain_associate',
    weight: 3,
    needs: 'irq_alloc_descs',
    draw: drawAssociate,
    effect: associate,
  },
  {
    fn: 'irq_domain_create_legacy',
    weight: 1,
    needs: 'irq_alloc_descs',
    draw: drawLegacy,
    effect: createLegacy,
  },
  { fn: 'irq_domain_remove', weight: 1, draw: drawRemove, effect: removeDomain },
  { fn: 'irq_dispose_mapping', weight: 2, draw: drawDispose, effect: empty },
  { fn: 'irq_find_mapping', weight: 1, draw: drawFind, effect: nothing },
];

/** `wired`, or `extra` where it is a legacy domain; false when there is neither. */
function pickWired(world: World): boolean {
  const legacy = world.legacy && (world.wired === 0 || oneIn(world.bits, 2));
  world.call.domain = legacy ? EXTRA_HANDLE : WIRED_HANDLE;
  return legacy || world.wired > 0;
}

/** A hardware number of the chosen domain, rarely the first one that it does not have. */
function wiredHwirq({ bits, call, extra, wired }: World): number {
  const size = Math.max(1, call.domain === EXTRA_HANDLE ? extra : wired);
  return oneIn(bits, 32) ? size : below(bits, Math.min(size, 6));
}

function drawMapping(world: World): boolean {
  if (!pickWired(world) || !drawBlock(world, EMPTY)) return false;
  world.call.hwirq = wiredHwirq(world);
  world.call.affinity = newAffinity(world);
  return true;
}

function drawFwspec(world: World): boolean {
  if (!drawBlock(world, EMPTY)) return false;
  const { bits, call, facts } = world;
  const r = nextBits(bits);
  if ((r & 3) !== 0 && pickWired(world)) {
    call.hwirq = wiredHwirq(world);
  } else {
    call.domain = (r >>> 8) % (facts.outermost + 1);
    call.hwirq = LEVEL * call.domain + ((r >>> 16) & 7);
    // Only a domain with msi_translate answers.
    if (facts.environment.ops.includes('msi_translate') && (r & 0x30) === 0)
      call.domain = MSI_HANDLE;
  }
  call.type = TYPES[(r >>> 24) & 3] ?? 0;
  return true;
}

/** A number that is mapped already keeps its interrupt, and the block stays empty. */
function map(world: World, failed: boolean): void {
  const { call, blocks } = world;
  const block = blocks[call.block];
  if (failed || block === undefined || isMapped(world)) return;
  if (call.domain < MSI_HANDLE) {
    if (world.vectors === 0) return;
    world.vectors -= 1;
  }
  block.kind = MAPPING;
  block.size = 1;
  block.domain = call.domain;
  block.hwirq = call.hwirq;
}

function isMapped({ blocks, call }: World): boolean {
  return blocks.some(
    ({ kind, domain, hwirq, size }) =>
      kind === MAPPING &&
      domain === call.domain &&
      call.hwirq >= hwirq &&
      call.hwirq < hwirq + size,
  );
}

/** The function does not ask whether the number is taken, so that a taken one is rare. */
function drawAssociate(world: World): boolean {
  if (!pickWired(world) || !drawBlock(world, PLAIN)) return false;
  // Only the first interrupt of a block is associated.
  if (world.blocks[world.call.block]?.size !== 1 && !oneIn(world.bits, 12)) return false;
  world.call.hwirq = wiredHwirq(world);
  return !isMapped(world) || oneIn(world.bits, 48);
}

function associate({ blocks, call }: World, failed: boolean): void {
  const block = blocks[call.block];
  if (failed || block === undefined) return;
  block.kind = MAPPING;
  block.domain = call.domain;
  block.hwirq = call.hwirq;
}

function drawLegacy(world: World): boolean {
  if (world.extra > 0 || !drawBlock(world, PLAIN)) return false;
  const { bits, blocks, call } = world;
  call.domain = EXTRA_HANDLE;
  call.nirqs = blocks[call.block]?.size ?? 1;
  call.hwirq = oneIn(bits, 2) ? 0 : below(bits, 6);
  return true;
}

function createLegacy(world: World, failed: boolean): void {
  if (failed) return;
  world.extra = world.call.nirqs + world.call.hwirq;
  world.legacy = true;
  associate(world, false);
}

/** A domain that nothing uses; what else there is would be refused. */
function drawRemove(world: World): boolean {
  const { bits, call, devices, facts } = world;
  if (world.extra > 0) call.domain = EXTRA_HANDLE;
  else if (world.wired > 0 && oneIn(bits, 16)) call.domain = WIRED_HANDLE;
  else if (world.msi > 0 && facts.environment.msi === 'global') call.domain = MSI_HANDLE;
  else return false;
  return (
    !blockUses(world, call.domain) &&
    !devices.some((one) => one.msi_domain === call.domain || one.first.domain === call.domain)
  );
}

function removeDomain(world: World): void {
  switch (world.call.domain) {
    case EXTRA_HANDLE:
      world.extra = 0;
      world.legacy = false;
      break;
    case WIRED_HANDLE:
      world.wired = 0;
      break;
    default:
      world.msi = 0;
  }
}

function drawDispose(world: World): boolean {
  if (drawBlock(world, MAPPING)) return true;
  return drawBlock(world, HIERARCHY) && world.blocks[world.call.block]?.size === 1;
}

function drawFind(world: World): boolean {
  const { bits, call, facts } = world;
  const r = nextBits(bits);
  if ((r & 1) === 0 && pickWired(world)) {
    call.hwirq = wiredHwirq(world);
  } else if ((r & 2) === 0 && world.msi > 0) {
    call.domain = MSI_HANDLE;
    call.hwirq = (r >>> 8) & 7;
  } else {
    call.domain = (r >>> 8) % (facts.outermost + 1);
    call.hwirq = LEVEL * call.domain + ((r >>> 16) & 7);
  }
  return true;
}
