// SPDX-License-Identifier: GPL-2.0-only
/** What an operator looks at, and what it proposes. */
import type { AnyNode } from 'acorn';

/** How a mutant is put beside the original. */
export type Place =
  /** Instead of an expression; `value` is what the mutant gives, where that can be told without side effects. */
  | { readonly kind: 'expression'; readonly value: string | undefined }
  /** Instead of a statement; `differs` is a condition without side effects under which it matters at all. */
  | { readonly kind: 'statement'; readonly differs: string | undefined }
  /** A statement more, at `start`. */
  | { readonly kind: 'insert' }
  /** The statement from `second` to `end` before the one that begins at `start`. */
  | { readonly kind: 'swap'; readonly second: number };

/** What an operator proposes. */
export interface Draft {
  readonly operator: string;
  /** Offsets, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** JavaScript that takes the place of the original. */
  readonly text: string;
  readonly place: Place;
  /** What a report shows instead of the original and the text. */
  readonly shown?: { readonly before: string; readonly after: string };
}

/** A node with what is around it. */
export interface Visit {
  readonly node: AnyNode;
  readonly parent: AnyNode | undefined;
  readonly source: string;
}
