// SPDX-License-Identifier: GPL-2.0-only
/** Emphasis as a parameter: reports are the same text with and without colours. */

/** Marks a piece of text. */
export type Mark = (text: string) => string;

/** The marks that reports use. */
export interface Paint {
  readonly strong: Mark;
  readonly good: Mark;
  readonly bad: Mark;
  readonly faint: Mark;
}

const plain: Mark = (text) => text;

/** No colours: files, pipes and NO_COLOR. */
export const PLAIN: Paint = { strong: plain, good: plain, bad: plain, faint: plain };
