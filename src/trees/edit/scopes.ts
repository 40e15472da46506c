// SPDX-License-Identifier: GPL-2.0-only
/** Where an edit may change something: the body of a function, or the value of an enumerator. */
import { behind, signAt, type Source, wordAt } from './nest.ts';

/** Tokens of a scope, both inclusive; braces of a body are not in it. */
export interface Extent {
  readonly first: number;
  readonly last: number;
}

/**
 * Bodies of the functions of that name which are defined at the top of a file: branches of an #if may each have
 * one. A body that a branch begins and does not end has -1 for its last token.
 */
export function bodiesOf(source: Source, name: string): readonly Extent[] {
  const bodies = new Map<number, Extent>();
  const { tokens, partners } = source;
  for (let at = 0; at < tokens.length;) {
    if (wordAt(tokens, at) === name) {
      const open = bodyAfter(source, at + 1);
      const close = partners.get(open);
      if (close !== undefined)
        bodies.set(open, { first: open + 1, last: close < 0 ? -1 : close - 1 });
    }
    at = behind(source, at) ?? at + 1;
  }
  return [...bodies.values()];
}

/** Index of the brace that follows parameters and attributes; -1 when something else follows. */
function bodyAfter(source: Source, at: number): number {
  if (signAt(source.tokens, at) !== '(') return -1;
  let next = behind(source, at);
  while (next !== undefined && wordAt(source.tokens, next) !== '')
    next = signAt(source.tokens, next + 1) === '(' ? behind(source, next + 1) : next + 1;
  return next !== undefined && signAt(source.tokens, next) === '{' ? next : -1;
}

/** Values of the enumerators of that name, anywhere in a file; one without a value has no tokens. */
export function enumeratorsOf(source: Source, name: string): readonly Extent[] {
  const { tokens } = source;
  return tokens.flatMap((_, at) => {
    if (wordAt(tokens, at) !== name || !/^[,{]$/u.test(signAt(tokens, at - 1))) return [];
    if (!isInEnum(source, at) || !/^[,}=]$/u.test(signAt(tokens, at + 1))) return [];
    let end = at + 1;
    while (!/^[,}]$/u.test(signAt(tokens, end))) end = behind(source, end) ?? end + 1;
    return [{ first: at + 2, last: end - 1 }];
  });
}

function isInEnum({ tokens, partners }: Source, at: number): boolean {
  let open = at - 1;
  while (open >= 0 && signAt(tokens, open) !== '{') {
    const partner = partners.get(open) ?? open;
    open = (partner >= 0 && partner < open ? partner : open) - 1;
  }
  return wordAt(tokens, open - 1) === 'enum' || wordAt(tokens, open - 2) === 'enum';
}
