// SPDX-License-Identifier: GPL-2.0-only
/** The exits in a report of `witness` for programs. */

/** What is read of an exit. */
export interface JsonExit {
  readonly function: string;
  readonly nth: number;
  readonly reached: boolean;
  readonly trace?: string | null;
  readonly saved?: string | null;
}

/** Of all trees. */
export function exitsIn(text: string): readonly JsonExit[] {
  const { trees: all }: { trees: readonly { readonly exits: readonly JsonExit[] }[] } =
    JSON.parse(text);
  return all.flatMap(({ exits }) => exits);
}
