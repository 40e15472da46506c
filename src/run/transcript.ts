// SPDX-License-Identifier: GPL-2.0-only
/** What a subject showed, as text: two runs of a trace are the same when their lines are. */
import { LISTS, type Observation, type Picture, TABLES } from '../trace/observation.ts';
import { splatText } from './judge.ts';

/** One line for one observation, without the objects. */
export function observationLine(observation: Observation): string {
  const { ret, virq, callbacks, splats, fired, requests, dead } = observation;
  const words = [
    `ret ${ret}`,
    `virq ${virq}`,
    ...callbacks.map(
      ({ op, domain, dev, irq, arg, ret: answer }) =>
        `${op}(${domain},${dev},${irq},${arg})=${answer}`,
    ),
    ...splats.map((splat) => `${splatText(splat)} ${splat.what}`),
    ...fired.map(({ where, nth }) => `fired ${where} ${nth}`),
    `requests ${requests.join(',')}`,
  ];
  return dead ? `${words.join('; ')}; dead` : words.join('; ');
}

/** One line for everything that exists: live objects per kind, and a sum over all their fields. */
export function pictureLine(picture: Picture): string {
  const tables = TABLES.map((name) => picture[name]);
  const objects = JSON.stringify([
    ...tables.map((table) => table.objects),
    ...LISTS.map((name) => picture[name]),
  ]);
  return [...tables.map(({ name, live }) => `${name} ${live}`), `sum ${checksum(objects)}`].join(
    ', ',
  );
}

/** FNV-1a. */
function checksum(text: string): string {
  let sum = 0x811c_9dc5;
  for (let i = 0; i < text.length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x0100_0193);
  return (sum >>> 0).toString(16);
}

/** Index of the first line that differs, and both; `undefined` when there is none. */
export function firstDifference(
  a: readonly string[],
  b: readonly string[],
): { readonly at: number; readonly detail: string } | undefined {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    if (a[at] !== b[at])
      return { at, detail: `first: ${a[at] ?? 'nothing'}; then: ${b[at] ?? 'nothing'}` };
  }
  return undefined;
}
