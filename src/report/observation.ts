// SPDX-License-Identifier: GPL-2.0-only
/** What a subject showed after a step, as text. */
import { type CallName, DOMAINS } from '../trace/call.ts';
import { formatErrno } from '../trace/errno.ts';
import type { Callback, Observation, Splat } from '../trace/observation.ts';
import { type Returns, SIGNATURES } from '../trace/signatures.ts';
import { SITES } from '../trace/sites.ts';
import { firedText } from './finding.ts';

/** The lines below a step: result, operations called, faults, complaints, changes of the state. */
export function observationLines(
  fn: CallName,
  seen: Observation,
  changes: readonly string[],
): readonly string[] {
  const groups: readonly (readonly [string, readonly string[]])[] = [
    ['returns', [returnText(SIGNATURES[fn].returns, seen)]],
    ['calls', seen.callbacks.map(callbackText)],
    ['memory', requests(seen)],
    ['fault', seen.fired.map(firedText)],
    ['splat', seen.splats.map(splatText)],
    ['state', changes],
    ['ended', seen.dead ? ['a kernel does not survive this: the trace ends here'] : []],
  ];
  return groups.flatMap(([title, lines]) =>
    lines.map((line, i) => `  ${(i === 0 ? title : '').padEnd(9)}${line}`),
  );
}

/** The return value in the function's own terms. */
function returnText(kind: Returns, seen: Pick<Observation, 'ret' | 'virq'>): string {
  const { ret, virq } = seen;
  switch (kind) {
    case 'void':
      return 'nothing';
    case 'bool':
      return ret === 0 ? 'false' : 'true';
    case 'slot':
      return ret === -1 ? 'NULL' : `the descriptor of slot ${ret}`;
    case 'virq':
      return ret > 0 ? `interrupt ${ret}` : formatErrno(ret);
    case 'map':
      return `{ index: ${formatErrno(ret)}, virq: ${virq} }`;
    case 'errno':
    case 'count':
      return formatErrno(ret);
  }
}

/** `alloc(domain=level1, irq=33, arg=4) = 0`; the arguments that an operation does not have are left out. */
function callbackText(callback: Callback): string {
  const { op, domain, dev, irq, arg, ret } = callback;
  const args = [`domain=${domain < 0 ? 'device' : (DOMAINS[domain] ?? String(domain))}`];
  if (dev >= 0) args.push(`dev=${dev}`);
  if (irq !== 0) args.push(`irq=${irq}`);
  args.push(`arg=${arg}`);
  return `${op}(${args.join(', ')}) = ${formatErrno(ret)}`;
}

/** `WARN msi_ctrl_valid 1`: the first such check in that function; then the object and the step that made it. */
function splatText({ kind, fn, nth, what, place }: Splat): string {
  const more = [what, place ?? ''].filter((part) => part !== '').join(', ');
  return `${kind} ${fn} ${nth}${more === '' ? '' : ` (${more})`}`;
}

/** Requests for memory by site, on one line. */
function requests(seen: Observation): readonly string[] {
  const asked = SITES.flatMap((site, i) => {
    const times = seen.requests[i] ?? 0;
    return times === 0 ? [] : [`${site} ${times}`];
  });
  return asked.length === 0 ? [] : [`requested at ${asked.join(', ')}`];
}
