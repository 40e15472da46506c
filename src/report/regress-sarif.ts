// SPDX-License-Identifier: GPL-2.0-only
/** Checked changes as SARIF 2.1.0, which code scanning and editors read: a result for each objection and repair. */
import type { ChangeResult, RegressReport, TouchedLine } from './change.ts';
import { jsonDocument } from './json.ts';
import { factText, gaps, type Objection, objectionTo, type Place, ruleId } from './objection.ts';
import { printable } from './printable.ts';

/** The sentence that stands for a finding of the base that a change repairs. */
const REPAIRED = 'a finding of the base no longer happens';

/** The sentence that a type error breaks. */
const TYPED = 'the types of the changed sources agree';

/** A result before its rule has a number. */
interface Said {
  readonly level: Objection['level'] | 'note';
  readonly rule: string;
  readonly result: object;
}

/** The log as one document. */
export function regressSarif(report: RegressReport): string {
  const { subject, seed, budget, firstBad, changes } = report;
  const said = changes.flatMap((change) => [
    ...objection(change),
    ...typeErrors(change),
    ...repairs(change),
  ]);
  const rules = rulesOf(said);
  const ids = rules.map(({ id }) => id);
  return jsonDocument({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'msicheck', rules } },
        originalUriBaseIds: {
          '%SRCROOT%': { description: { text: 'The folder of the checkout.' } },
        },
        columnKind: 'utf16CodeUnits',
        results: said.map(({ level, rule, result }) => ({
          ruleId: ruleId(rule),
          ruleIndex: ids.indexOf(ruleId(rule)),
          level,
          ...result,
        })),
        properties: {
          subject,
          seed,
          budget,
          ...(firstBad === undefined ? {} : { firstBad }),
          ...Object.fromEntries(gaps(report)),
        },
      },
    ],
  });
}

/** Each sentence once, in the order of the results. */
function rulesOf(said: readonly Said[]): readonly { readonly id: string }[] {
  const named = new Map(said.map((each) => [ruleId(each.rule), each]));
  return [...named].map(([id, { rule, level }]) => ({
    id,
    shortDescription: { text: braced(rule) },
    defaultConfiguration: { level },
  }));
}

function objection(change: ChangeResult): readonly Said[] {
  const found = change.since === '' ? objectionTo(change) : undefined;
  if (found === undefined) return [];
  const { level, rule, headline, place, facts, trace } = found;
  const { name, title, verdict, evidence, milliseconds, touched } = change;
  const fn = touched.find((line) => line === place)?.fn ?? '';
  const result = {
    message: message([`${title}: ${headline}`, ...facts.map(factText)].join('\n'), trace),
    locations: place === undefined ? [] : [location(place, fn)],
    ...stacks(change),
    relatedLocations: [...touched.map(relatedLocation), ...shownAt(change)],
    partialFingerprints: {
      'msicheckRegress/v1': [place?.file ?? '', fn, ruleId(rule), title].join(':'),
    },
    properties: {
      change: name,
      verdict,
      milliseconds,
      ...(evidence === undefined
        ? {}
        : { trace, steps: evidence.steps, found: evidence.found, traces: evidence.traces }),
    },
  };
  return [{ level, rule, result }];
}

function typeErrors({ name, title, types = [] }: ChangeResult): readonly Said[] {
  return types.map((problem) => ({
    level: 'warning',
    rule: TYPED,
    result: {
      message: message(`${title}: ${problem.message}`, ''),
      locations: [location(problem, '')],
      partialFingerprints: {
        'msicheckRegress/v1': [problem.file, ruleId(TYPED), problem.message, title].join(':'),
      },
      properties: { change: name },
    },
  }));
}

function repairs({ name, title, touched, repairs: found }: ChangeResult): readonly Said[] {
  const [first] = touched;
  return found.map((repair) => ({
    level: 'note',
    rule: REPAIRED,
    result: {
      message: message(`${title}: ${REPAIRED}\nrepair: ${repair}`, ''),
      locations: first === undefined ? [] : [location(first, first.fn)],
      partialFingerprints: { 'msicheckRegress/v1': [ruleId(REPAIRED), repair, title].join(':') },
      properties: { change: name },
    },
  }));
}

/** As plain text, and with the trace behind it where formatted text is shown. */
function message(text: string, trace: string): object {
  const shown = braced(printable(text));
  const pasteable = braced(printable(trace));
  const parts = trace === '' ? [shown] : [shown, pasteable];
  return {
    // Square brackets before a round one would be a link.
    text: shown.replaceAll('](', '\\]('),
    markdown: parts.map(fenced).join('\n\n'),
  };
}

/** SARIF 2.1.0, 3.11.5: braces are for placeholders, so others are doubled. */
function braced(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}');
}

/** A block of code; its fence is longer than any row of backticks in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/gu) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}

function relatedLocation(touched: TouchedLine): object {
  const { what, text, missed } = touched;
  const executed = missed.length === 0 ? 'executed' : `not executed: ${missed.join(' ')}`;
  const said = braced(printable(`${what}, ${executed}: ${text}`)).replaceAll('](', '\\](');
  return { ...location(touched, touched.fn), message: { text: said } };
}

/** Where a kernel showed it, which need not be a line that was touched. */
function shownAt({ evidence }: ChangeResult): readonly object[] {
  if (evidence?.where === undefined) return [];
  const { where, detail } = evidence;
  return [
    { ...location(where, where.fn), message: { text: braced(printable(`shows here: ${detail}`)) } },
  ];
}

/** SARIF 2.1.0, 3.44: the innermost call comes first. */
function stacks({ evidence }: ChangeResult): object {
  const frames = (evidence?.stack ?? []).toReversed().map(({ fn, place }) => {
    const [, file = '', line = '0'] = /^(.+):(\d+)$/u.exec(place ?? '') ?? [];
    const logicalLocations = [{ name: fn, kind: 'function' }];
    return {
      location: file === '' ? { logicalLocations } : location({ file, line: Number(line) }, fn),
    };
  });
  return frames.length === 0 ? {} : { stacks: [{ frames }] };
}

function location({ file, line }: Place, fn: string): object {
  return {
    physicalLocation: {
      artifactLocation: artifact(file),
      ...(line === 0 ? {} : { region: { startLine: line } }),
    },
    ...(fn === '' ? {} : { logicalLocations: [{ name: fn, kind: 'function' }] }),
  };
}

/** A path as an address: below the checkout unless it says where it starts. */
function artifact(file: string): object {
  const path = file.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? { uri: `file://${path}` } : { uri: path, uriBaseId: '%SRCROOT%' };
}
