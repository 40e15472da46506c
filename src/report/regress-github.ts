// SPDX-License-Identifier: GPL-2.0-only
/**
 * Checked changes as commands of a GitHub workflow, which shows them beside the lines. It keeps ten of
 * a kind for each step of a job, so the text report belongs into the log as well.
 */
import type { ChangeResult, RegressReport } from './change.ts';
import { factText, gaps, objectionTo } from './objection.ts';
import { oneLine, printable } from './printable.ts';

/** A line for each change that does not behave the same, for each type error and repair, and for the first bad change. */
export function regressGithub(report: RegressReport): string {
  const { changes, firstBad } = report;
  const lines = changes.flatMap((change) => [
    ...objection(change),
    ...typeErrors(change),
    ...repairs(change),
  ]);
  for (const [title, text] of gaps(report)) lines.push(command('warning', { title }, text));
  if (firstBad !== undefined)
    lines.push(command('notice', { title: 'first bad change' }, firstBad));
  return lines.map((line) => `${line}\n`).join('');
}

function objection(change: ChangeResult): readonly string[] {
  const found = objectionTo(change);
  if (found === undefined || change.since !== '') return [];
  const { level, headline, place, facts, trace } = found;
  const text = [`${change.title}: ${headline}`, ...facts.map(factText)].join('\n');
  const parameters = {
    file: place?.file ?? '',
    line: place === undefined || place.line === 0 ? '' : String(place.line),
    title: `${change.name}: ${change.verdict}`,
  };
  return [command(level, parameters, trace === '' ? text : `${text}\n\n${trace}`)];
}

function typeErrors({ name, types = [] }: ChangeResult): readonly string[] {
  return types.map(({ file, line, message }) =>
    command('warning', { file, line: String(line), title: `${name}: types` }, message),
  );
}

function repairs({ name, repairs: found }: ChangeResult): readonly string[] {
  return found.map((repair) =>
    command('notice', { title: `${name}: a finding of the base no longer happens` }, repair),
  );
}

/** `::name key=value,…::message`; what is empty is left out. */
function command(
  name: 'error' | 'warning' | 'notice',
  parameters: Readonly<Record<string, string>>,
  message: string,
): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  const list = given.map(([key, value]) => `${key}=${escapeParameter(value)}`).join(',');
  return `::${name} ${list}::${escapeMessage(printable(message))}`;
}

/** The escapes of `@actions/core`, but for carriage returns: printable text has none. */
function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function escapeParameter(text: string): string {
  return escapeMessage(oneLine(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
