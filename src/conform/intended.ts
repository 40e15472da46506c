// SPDX-License-Identifier: GPL-2.0-only
/** Where two subjects may differ on purpose, by name. */
import { SITES, type Site } from '../trace/sites.ts';
import type { Step } from '../trace/step.ts';

/** Memory that subjects ask for in their own ways: the number of requests is not compared, and no fault is put there. */
export interface Apart {
  readonly name: string;
  readonly why: string;
  readonly site: Site;
  /** A trace in which it shows, as text. */
  readonly trace: string;
}

/** Of the reference and the kernel's C. */
export const INTENDED: readonly Apart[] = [
  {
    name: 'nodes of the maple tree',
    why: 'the reference keeps interrupt numbers in an array and asks for a node with each change; the tree asks when a node is full, or ends, or is copied',
    site: 'maple_node',
    trace: `msicheck trace 1
environment: default
  release: 6.12.117
irq_alloc_descs(cnt=8, affinity=none, block=0)
irq_alloc_descs(cnt=8, affinity=none, block=1)
irq_alloc_descs(cnt=8, affinity=none, block=2)
irq_free_descs(block=1)
`,
  },
];

/** Requests for memory without those that are made apart. */
export function shared(requests: readonly number[], intended: readonly Apart[]): readonly number[] {
  const apart = intended.map(({ site }) => SITES.indexOf(site));
  return requests.map((count, at) => (apart.includes(at) ? 0 : count));
}

/** Whether a fault of a step means something else on the other subject. */
export function isApart({ faults }: Step, intended: readonly Apart[]): boolean {
  return faults.some(
    (fault) =>
      fault.kind === 'memory' &&
      intended.some(({ site }) => fault.site === 'any' || fault.site === site),
  );
}
