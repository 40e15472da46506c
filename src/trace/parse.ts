// SPDX-License-Identifier: GPL-2.0-only
/**
 * Reads the text of a trace. It is the inverse of format.ts and more tolerant than that is: comments
 * and blank lines anywhere, any indentation, either line end. Everything else is a `TraceError`.
 */
import { DEFAULT_ENVIRONMENT, type Environment, impossible } from './environment.ts';
import { PROFILES } from './profile.ts';
import { FIELDS, type FieldText } from './fields.ts';
import { HEADER, LONGEST_LINE } from './format.ts';
import { nearest } from './nearest.ts';
import { parseStep } from './parse-step.ts';
import { fail, oneOf, type Place, quote } from './problem.ts';
import { SIGNATURES } from './signatures.ts';
import type { Step, Trace } from './step.ts';

export { parseStep } from './parse-step.ts';
export { TraceError } from './problem.ts';

/** More steps than anybody reads, fewer than fill the memory. */
const MOST_STEPS = 100_000;

/** What a file holds. */
export interface TraceFile {
  readonly trace: Trace;
  /** Comment lines in order, without `#` and the space behind it. */
  readonly comments: readonly string[];
}

/** A line that is neither blank nor a comment. */
interface Line {
  readonly text: string;
  readonly at: Place;
}

const ENVIRONMENT = 'environment:';
const ANY_ENVIRONMENT = `${ENVIRONMENT} ${DEFAULT_ENVIRONMENT.name}`;
/** What a name of an environment may be: up to 80 printable characters. */
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,78}[\x21-\x7e])?$/u;

/** Reads a trace; `file` is for messages. Throws `TraceError` and nothing else. */
export function parseTrace(text: string, file: string): TraceFile {
  refuseBinary(text, file);
  const comments: string[] = [];
  const lines = readLines(text, file, comments);
  const [header, ...rest] = lines;
  if (header === undefined) return refuseNothing(file, comments);
  parseHeader(header);
  const firstStep = rest.findIndex(({ text: line }, index) => index > 0 && !isField(line));
  const top = firstStep === -1 ? rest : rest.slice(0, firstStep);
  const environment = parseEnvironment(top, header.at);
  return {
    trace: { environment, steps: parseSteps(rest.slice(top.length), environment) },
    comments,
  };
}

function refuseNothing(file: string, comments: readonly string[]): never {
  const what = comments.length === 0 ? 'the file is empty' : 'the file has nothing but comments';
  return fail({ file, line: 1 }, what, `"${HEADER}"`);
}

function refuseBinary(text: string, file: string): void {
  const at = text.search(/[\0\ufffd]/u);
  if (at === -1) return;
  const line = text.slice(0, at).split('\n').length;
  const what = text[at] === '\0' ? 'a NUL character' : 'bytes that are no UTF-8';
  fail({ file, line }, `this is no text, it has ${what}`, 'a trace as text', HEADER);
}

/** Returns the lines that matter and adds the others to `comments`. */
function readLines(text: string, file: string, comments: string[]): readonly Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const at = { file, line: index + 1 };
    const line = raw.trim();
    if (line.length > LONGEST_LINE)
      return fail(at, `a line of ${line.length} characters`, `at most ${LONGEST_LINE}`);
    if (line.startsWith('#')) comments.push(line.slice(line.startsWith('# ') ? 2 : 1));
    else if (line !== '') lines.push({ text: line, at });
  }
  return lines;
}

function parseHeader({ text, at }: Line): void {
  if (text === HEADER) return;
  const version = /^msicheck trace (.*)$/u.exec(text)?.[1];
  if (version !== undefined)
    fail(at, `version ${quote(version)} of the format is unknown`, 'version 1', HEADER);
  fail(at, 'the header is missing', `"${HEADER}" before everything but comments`);
}

/** The first line has the name, the others a field each; `header` is where an absent one is missed. */
function parseEnvironment(lines: readonly Line[], header: Place): Environment {
  const [first, ...fields] = lines;
  if (first === undefined)
    return fail(
      header,
      'the trace ends before its environment',
      '"environment: NAME"',
      ANY_ENVIRONMENT,
    );
  const environment = parseFields({ ...DEFAULT_ENVIRONMENT, name: parseName(first) }, fields);
  const wrong = impossible(environment);
  return wrong === undefined
    ? environment
    : fail(first.at, `impossible environment: ${wrong}`, 'fields that go together');
}

function parseName({ text, at }: Line): string {
  if (!text.startsWith(ENVIRONMENT)) {
    return fail(
      at,
      `${quote(text)} comes before the environment`,
      '"environment: NAME"',
      ANY_ENVIRONMENT,
    );
  }
  const name = text.slice(ENVIRONMENT.length).trim();
  return NAME.test(name)
    ? name
    : fail(
        at,
        `impossible name ${quote(name)} of an environment`,
        '1 to 80 printable ASCII characters',
        ANY_ENVIRONMENT,
      );
}

function isField(text: string): boolean {
  return /^\w+:/u.test(text);
}

function parseFields(named: Environment, lines: readonly Line[]): Environment {
  const seen: FieldText[] = [];
  let environment = named;
  for (const { text, at } of lines) {
    const colon = text.indexOf(':');
    const field = findField(text.slice(0, colon), at);
    if (seen.includes(field)) return fail(at, `field ${field.name} is there twice`, 'it once');
    seen.push(field);
    environment = { ...environment, ...field.parse(text.slice(colon + 1).trim(), at) };
  }
  return environment;
}

function findField(name: string, at: Place): FieldText {
  const known = FIELDS.find((field) => field.name === name);
  if (known !== undefined) return known;
  if (name === 'environment') return fail(at, 'a second environment', 'one in a file');
  return fail(
    at,
    `unknown field ${quote(name)} of the environment`,
    oneOf(FIELDS.map((field) => field.name)),
    'levels: 1',
  );
}

function parseSteps(lines: readonly Line[], environment: Environment): readonly Step[] {
  const most = lines[MOST_STEPS];
  if (most !== undefined) return fail(most.at, `more than ${MOST_STEPS} steps`, 'fewer');
  return lines.map(({ text, at }) => {
    if (isField(text))
      return fail(
        at,
        `${quote(text)} comes after the first step`,
        'the environment before the steps',
      );
    const step = parseStep(text, at);
    refuseForeign(step, environment, at);
    return step;
  });
}

/** A call that the release does not have cannot be run. */
function refuseForeign({ call: { fn } }: Step, { release }: Environment, at: Place): void {
  const { release: series } = PROFILES[release];
  if (SIGNATURES[fn].releases.includes(series)) return;
  const own = Object.entries(SIGNATURES).flatMap(([name, { releases }]) =>
    releases.includes(series) ? [name] : [],
  );
  fail(
    at,
    `release ${release} has no ${fn}`,
    `a call of ${release}, see \`list calls\``,
    nearest(fn, own).join(', '),
  );
}
