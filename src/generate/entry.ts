// SPDX-License-Identifier: GPL-2.0-only
/** How one function is drawn: a line in the generator's table of calls. */
import type { CallName } from '../trace/signatures.ts';
import type { Facts } from './facts.ts';
import type { World } from './world.ts';

/** A line of the table. */
export interface Entry {
  readonly fn: CallName;
  /** Copies in the draw of a trace that has the call; 1 is seldom, 8 is often. */
  readonly weight: number;
  /** False where the environment gives the call nothing to do; absent is always. */
  readonly when?: (facts: Facts) => boolean;
  /** A call without which this one finds nothing; a trace that draws the one has the other too. */
  readonly needs?: CallName;
  /** Fills in the arguments; false when the call makes no sense now. */
  readonly draw: (world: World) => boolean;
  /** What the call did to the world, if nothing unforeseen happened; `failed` when an armed fault should have hit it. */
  readonly effect: (world: World, failed: boolean) => void;
}

/** Effect of calls that change nothing that the generator knows. */
export function nothing(): void {
  // Nothing to note.
}
