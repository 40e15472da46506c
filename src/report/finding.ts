// SPDX-License-Identifier: GPL-2.0-only
/** A finding for people, and as the file that is kept. */
import type { Fired, Frame } from '../trace/observation.ts';
import type { Finding } from '../trace/verdict.ts';
import { type Paint, PLAIN } from './paint.ts';
import type { FindingReport } from './summary.ts';

/** What was found, where, and the trace that shows it. */
export function findingText(found: FindingReport, paint: Paint = PLAIN): string {
  const lines = [
    paint.bad(`finding: ${found.finding.rule}`),
    ...findingLines(found.finding, found.stack),
    ...(found.build === undefined ? [] : [`  build     ${found.build}`]),
    `  found     ${found.found}`,
    `  minimised from ${found.from} to ${found.steps} steps by running ${found.runs} traces`,
  ];
  lines.push(
    found.file === undefined ? `  not saved ${found.unsaved ?? ''}` : `  saved     ${found.file}`,
  );
  const trace = found.trace.trimEnd().split('\n');
  return [...lines, '', ...trace.map((line) => `  ${line}`.trimEnd())].join('\n');
}

/** The lines below the rule: what was seen, who called whom, at which step, after which faults, and who promises otherwise. */
export function findingLines(finding: Finding, stack: readonly Frame[]): readonly string[] {
  const lines = finding.detail
    .split('\n')
    .map((line, i) => `${i === 0 ? '  seen      ' : '            '}${line}`);
  lines.push(
    ...stack.map((frame, i) => `${i === 0 ? '  stack     ' : '            '}${frameText(frame)}`),
  );
  lines.push(`  at        step ${finding.at + 1}, ${finding.fn}`);
  if (finding.fired.length > 0)
    lines.push(`  faults    ${finding.fired.map(firedText).join(', ')}`);
  lines.push(`  source    ${finding.source}`);
  return lines;
}

/** `msi_alloc_desc(), kernel/irq/msi.c:62`. */
export function frameText({ fn, place }: Frame): string {
  return place === undefined ? `${fn}()` : `${fn}(), ${place}`;
}

/** `msi_alloc_desc 2`: the second request at that site in its step. */
export function firedText({ where, nth }: Fired): string {
  return `${where} ${nth}`;
}

/** Where a finding comes from. */
export interface Origin {
  readonly subject: string;
  /** How the subject was built, if it is built. */
  readonly build: string | undefined;
  readonly spec: string;
  /** The command, seed and number, or the file, that showed it. */
  readonly found: string;
}

/** The comments that a saved finding starts with. */
export function findingComments(finding: Finding, origin: Origin): readonly string[] {
  return [
    `rule: ${finding.rule}`,
    ...finding.detail.split('\n').map((line) => `detail: ${line}`),
    `source: ${finding.source}`,
    `at: step ${finding.at + 1}, ${finding.fn}`,
    `faults: ${finding.fired.length === 0 ? 'none' : finding.fired.map(firedText).join(', ')}`,
    `subject: ${origin.subject}, specification ${origin.spec}`,
    ...(origin.build === undefined ? [] : [`build: ${origin.build}`]),
    `found: ${origin.found}`,
  ];
}

/** The rule as a file name: lower case, words joined by `-`, at most 60 characters. */
export function slug(rule: string): string {
  const words = rule.toLowerCase().match(/[a-z0-9]+/gu) ?? ['finding'];
  let name = '';
  for (const word of words) {
    const longer = name === '' ? word : `${name}-${word}`;
    if (longer.length > 60) break;
    name = longer;
  }
  return name === '' ? 'finding' : name;
}
