// SPDX-License-Identifier: GPL-2.0-only
/**
 * Text of others, such as the title of a patch, as every format can carry it: no control character
 * reaches a terminal, and XML has no way to write most of them at all.
 */

/**
 * The same text with a picture for each control character but line end and tab, and the replacement
 * character for what turns text around, half a surrogate pair and what is no character.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}|[\ufffe\uffff]/gu, pictureOf);
}

/** The same on one line: line ends and tabs are spaces. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]/gu, ' ');
}

const PICTURES = 0x2400;
const DELETE = 0x7f;

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === DELETE ? '\u2421' : '\ufffd';
}

/** At most `most` characters, with a mark where the end was cut off. */
export function clipped(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}
