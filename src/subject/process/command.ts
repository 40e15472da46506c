// SPDX-License-Identifier: GPL-2.0-only
/** A command as one text: words, with quotes as in a shell and nothing else of a shell. */

/** Thrown for a text that is no command; the message says what was expected. */
class BadCommand extends Error {
  override readonly name = 'Mistake';
}

const WORD = /\s*((?:[^\s'"\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+)/uy;
const PIECE = /\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|[^'"\\]+/gu;

/** The program and its arguments. Throws `BadCommand`. */
export function commandWords(command: readonly string[] | string): readonly string[] {
  const words = typeof command === 'string' ? split(command) : command;
  const [file] = words;
  if (file === undefined || file === '')
    throw new BadCommand('the command is empty; expected a program and its arguments');
  return words;
}

/** As it can be typed, on one line and not too long, for messages. */
export function commandText(words: readonly string[]): string {
  const text = words
    .map(quoted)
    .join(' ')
    .replaceAll(/[^\x20-\x7e]/gu, '?');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

const LONGEST = 120;

function quoted(word: string): string {
  if (/^[\w./:=@%+,-]+$/u.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function split(text: string): readonly string[] {
  const words: string[] = [];
  const trimmed = text.trim();
  for (WORD.lastIndex = 0; WORD.lastIndex < trimmed.length;) {
    const word = WORD.exec(trimmed)?.[1];
    if (word === undefined)
      throw new BadCommand(
        `a quote in the command is not closed: ${trimmed}; expected words as in a shell`,
      );
    words.push(unquoted(word));
  }
  return words;
}

function unquoted(word: string): string {
  return word.replaceAll(PIECE, (piece: string) => {
    if (piece.startsWith("'")) return piece.slice(1, -1);
    const text = piece.startsWith('"') ? piece.slice(1, -1) : piece;
    return text.replaceAll(/\\([\s\S])/gu, '$1');
  });
}
