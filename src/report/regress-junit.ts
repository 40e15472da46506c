// SPDX-License-Identifier: GPL-2.0-only
/** Checked changes as JUnit XML, as Jenkins and GitLab read it: one suite, a test case for each change. */
import type { ChangeResult, RegressReport } from './change.ts';
import { factText, gaps, objectionTo, typeFacts } from './objection.ts';
import { printable } from './printable.ts';
import { sideBySide } from './side-by-side.ts';

/** The document. */
export function regressJunit(report: RegressReport): string {
  const { changes, subject } = report;
  const numbers = {
    tests: changes.length,
    failures: changes.filter((change) => kindOf(change) === 'failure').length,
    errors: changes.filter((change) => kindOf(change) === 'error').length,
  };
  const total = changes.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const suite = {
    name: `msicheck regress ${subject}`,
    ...numbers,
    skipped: changes.filter((change) => kindOf(change) === 'skipped').length,
    time: seconds(total),
  };
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'msicheck', ...numbers, time: seconds(total) })}>`,
    `  <testsuite${attributes(suite)}>`,
    ...properties(report),
    ...changes.flatMap((change) => testCase(change, subject)),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function kindOf({ verdict, covered }: ChangeResult): 'passed' | 'skipped' | 'failure' | 'error' {
  switch (verdict) {
    case 'same':
      return covered.traces === 0 ? 'skipped' : 'passed';
    case 'n/a':
      return 'skipped';
    case 'broken':
    case 'different':
    case 'unreached':
      return 'failure';
    case 'does not apply':
    case 'does not load':
      return 'error';
  }
}

function properties(report: RegressReport): readonly string[] {
  const { seed, budget, firstBad } = report;
  const known = { seed, budget, 'first bad change': firstBad };
  const entries = [...Object.entries(known), ...gaps(report)];
  const lines = entries.flatMap(([name, value]) =>
    value === undefined ? [] : [`      <property${attributes({ name, value })}/>`],
  );
  return ['    <properties>', ...lines, '    </properties>'];
}

function testCase(change: ChangeResult, subject: string): readonly string[] {
  const { name, title, milliseconds } = change;
  const own = attributes({
    name: `${name}: ${title}`,
    classname: `msicheck.regress.${subject}`,
    time: seconds(milliseconds),
  });
  const repairs = change.repairs.map((repair) => `no longer happens: ${repair}\n`);
  const types = typeFacts(change).map((fact) => `${factText(fact)}\n`);
  const said = [...repairs, ...types].join('');
  const output = said === '' ? [] : [`      <system-out>${escape(said)}</system-out>`];
  return [`    <testcase${own}>`, ...result(change), ...output, '    </testcase>'];
}

/** The facts, what both showed, and after the last empty line the trace. */
function result(change: ChangeResult): readonly string[] {
  const kind = kindOf(change);
  if (kind === 'skipped') {
    const why = change.verdict === 'n/a' ? change.problem?.message : undefined;
    return [`      <skipped>${escape(why ?? 'nothing was run')}</skipped>`];
  }
  const found = objectionTo(change);
  if (found === undefined) return [];
  const { headline, facts, trace } = found;
  const compared = sideBySide(change.evidence?.differences ?? []).join('\n');
  const parts = [facts.map(factText).join('\n'), compared].filter((part) => part !== '');
  const text = `${parts.join('\n\n')}\n${trace === '' ? '' : `\n${trace}`}`;
  return [
    `      <${kind}${attributes({ type: change.verdict, message: headline })}>${escape(text)}</${kind}>`,
  ];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join('');
}

function escape(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A reader of XML takes white space in an attribute for blanks unless it is escaped. */
function escapeAttribute(text: string): string {
  return escape(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
