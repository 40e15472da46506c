// SPDX-License-Identifier: GPL-2.0-only
/** Checked changes as KTAP, version 1 (Documentation/dev-tools/ktap.rst): a test for each change. */
import type { ChangeResult, RegressReport } from './change.ts';
import { factText, gaps, objectionTo, placeText, typeFacts } from './objection.ts';
import { oneLine, printable } from './printable.ts';

/** Version, plan, and for each change its diagnostic lines, then its result. */
export function regressKtap(report: RegressReport): string {
  const { changes, firstBad } = report;
  const lines = ['KTAP version 1', `1..${changes.length}`];
  for (const [i, change] of changes.entries())
    lines.push(...diagnostics(change), resultLine(change, i + 1));
  if (firstBad !== undefined) lines.push(...comment(`first bad change: ${oneLine(firstBad)}`));
  for (const gap of gaps(report)) lines.push(...comment(oneLine(factText(gap))));
  return `${lines.join('\n')}\n`;
}

function diagnostics(change: ChangeResult): readonly string[] {
  const found = objectionTo(change);
  const facts = (found?.facts ?? []).map(factText);
  const repairs = change.repairs.map((repair) => factText(['repair', repair]));
  const types = typeFacts(change).map(factText);
  const heading = `${oneLine(change.name)}: ${oneLine(change.title)}`;
  const text = [heading, ...facts, ...types, ...repairs];
  const trace = found === undefined || found.trace === '' ? [] : [found.trace.trimEnd()];
  return [...text, ...trace].flatMap(comment);
}

function comment(text: string): readonly string[] {
  return printable(text)
    .split('\n')
    .map((line) => `# ${line}`);
}

function resultLine(change: ChangeResult, number: number): string {
  // A description ends at the first #.
  const name = oneLine(change.name).replaceAll('#', '_').trim();
  const result = `${change.verdict === 'same' || change.verdict === 'n/a' ? 'ok' : 'not ok'} ${number}`;
  return `${name === '' ? result : `${result} ${name}`}${why(change)}`;
}

/** A directive, or what the result is called here. */
function why(change: ChangeResult): string {
  const { verdict, covered, problem } = change;
  switch (verdict) {
    case 'same':
      return covered.traces === 0 ? ' # SKIP nothing was run' : '';
    case 'n/a':
      return ` # SKIP n/a: ${oneLine(problem?.message ?? '')}`.trimEnd();
    case 'does not apply':
    case 'does not load': {
      const place = problem === undefined ? '' : `: ${placeText(problem)}: ${problem.message}`;
      return ` # ERROR ${oneLine(verdict + place)}`;
    }
    case 'broken':
    case 'different':
    case 'unreached':
      return ` # ${verdict}`;
  }
}
