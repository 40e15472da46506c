// SPDX-License-Identifier: GPL-2.0-only
/** `list`: what there is to call, to hold, to start from and to replay. */
import type { Command } from 'commander';

import { ENVIRONMENTS, OLD_ENVIRONMENTS, WHY } from '../generate/environments.ts';
import { RULES } from '../invariants/index.ts';
import { columns } from '../report/columns.ts';
import { jsonDocument, LAYOUT } from '../report/json.ts';
import type { Paint } from '../report/paint.ts';
import { formatEnvironment } from '../trace/format.ts';
import { quote } from '../trace/problem.ts';
import { type Signature, SIGNATURES } from '../trace/signatures.ts';
import { CORPUS, DIFFERENCES, readCorpus } from './files.ts';
import { mistake, Status } from './mistake.ts';
import { readTrees } from '../trees/registry.ts';
import { type NamedSubject, SUBJECTS } from './subjects.ts';
import { finish, paintFor } from './terminal.ts';

/** One thing to list: as text, and as a record for programs. */
interface Topic {
  readonly text: (paint: Paint) => string;
  readonly data: () => object;
}

const TOPICS: Readonly<Record<string, Topic>> = {
  calls: { text: callsText, data: () => SIGNATURES },
  invariants: { text: invariantsText, data: invariantsData },
  environments: { text: environmentsText, data: environmentsData },
  corpus: { text: corpusText, data: corpusData },
  subjects: { text: subjectsText, data: subjectsData },
  differences: { text: differencesText, data: differences },
};
const NAMES = Object.keys(TOPICS).join('|');

/** Adds the command. */
export function addList(program: Command): void {
  program
    .command('list')
    .description(
      'print calls, invariants, environments, the corpus, or what `kernel` allows and `strict` does not',
    )
    .argument('<topic>', NAMES)
    .option('--json', 'print one JSON document')
    .action((topic: string, options: { json?: true }) => {
      list(topic, options.json === true);
    });
}

function list(name: string, json: boolean): void {
  const topic = Object.hasOwn(TOPICS, name) ? TOPICS[name] : undefined;
  if (topic === undefined)
    throw mistake(`list: unknown topic ${quote(name)}; expected one of ${NAMES}`);
  if (json) finish(Status.ok, jsonDocument({ layout: LAYOUT, [name]: topic.data() }));
  else finish(Status.ok, `${topic.text(paintFor(process.stdout))}\n`);
}

function callsText(paint: Paint): string {
  const rows = Object.entries<Signature>(SIGNATURES).map(([fn, signature]) => [
    `${fn}(${signature.args.map(({ name }) => name).join(', ')})`,
    signature.returns,
    signature.releases.join(', '),
    signature.file,
    signature.what,
  ]);
  return columns(['call', 'returns', 'releases', 'file', 'what'], rows, [], paint);
}

function invariantsText(paint: Paint): string {
  const blocks = RULES.map(({ name, source, sometimes }) => {
    const situations = sometimes.map((situation) => `  situation  ${situation.name}`);
    return [paint.strong(name), `  source     ${source}`, ...situations].join('\n');
  });
  return blocks.join('\n\n');
}

function invariantsData(): object {
  return RULES.map(({ name, source, sometimes }) => {
    return { name, source, situations: sometimes.map((situation) => situation.name) };
  });
}

function environmentsText(paint: Paint): string {
  const blocks = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].map((environment) => {
    const [, ...fields] = formatEnvironment(environment).split('\n');
    return [
      `${paint.strong(environment.name)}: ${WHY.get(environment.name) ?? ''}`,
      ...fields,
    ].join('\n');
  });
  return blocks.join('\n\n');
}

function environmentsData(): object {
  return [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].map((environment) => {
    return { ...environment, why: WHY.get(environment.name) };
  });
}

function corpusText(paint: Paint): string {
  const rows = readCorpus(CORPUS).map(({ path, trace, comments }) => [
    path,
    String(trace.steps.length),
    trace.environment.name,
    comments[0] ?? '',
  ]);
  return columns(['trace', 'steps', 'environment', 'what'], rows, ['left', 'right'], paint);
}

function corpusData(): object {
  return readCorpus(CORPUS).map(({ path, trace, comments }) => ({
    path,
    steps: trace.steps.length,
    environment: trace.environment.name,
    comments,
  }));
}

function subjectsText(paint: Paint): string {
  const rows = subjectsData().map(({ name, what }) => [name, what]);
  return columns(['subject', 'what it is'], rows, [], paint);
}

function subjectsData(): readonly NamedSubject[] {
  const trees = readTrees().map(({ name, path }) => ({
    name: `tree:${name}`,
    what: `the kernel's own C in ${path}`,
  }));
  return [...SUBJECTS, ...trees].map(({ name, what }) => ({ name, what }));
}

/** What `kernel` allows and `strict` does not; where the two part is the last step of the trace. */
function differences(): readonly Readonly<Record<'name' | 'what' | 'source' | 'trace', string>>[] {
  return readCorpus(DIFFERENCES).map(({ text, comments }) => {
    const said = (word: string): string =>
      comments.find((line) => line.startsWith(`${word}: `))?.slice(word.length + 2) ?? '';
    const trace = text.replaceAll(/^#.*\n/gmu, '');
    return { name: said('difference'), what: said('what'), source: said('source'), trace };
  });
}

function differencesText(paint: Paint): string {
  const blocks = differences().map(({ name, source, what, trace }) => {
    const lines = trace.trimEnd().split('\n');
    return [
      paint.strong(name),
      `  ${what}`,
      `  ${source}`,
      '',
      ...lines.map((line) => `  ${line}`),
    ].join('\n');
  });
  return blocks.join('\n\n');
}
