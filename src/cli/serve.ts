// SPDX-License-Identifier: GPL-2.0-only
/** `serve`: a subject of ours speaks the protocol on standard input and output, for others to compare or embed. */
import { once } from 'node:events';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { startServer } from '../subject/process/serve.ts';
import type { Release } from '../trace/profile.ts';
import { mistake } from './mistake.ts';
import { loadSubject, SUBJECTS, USUAL_SUBJECT } from './subjects.ts';

/** What the command line says. */
interface Flags {
  readonly subject: string;
  readonly release: Release;
}

/** Characters of the longest line: far more than a request has. */
const LONGEST = 1_000_000;

/** Adds the command. */
export function addServe(program: Command): void {
  const subject = new Option('--subject <name>', 'code that answers (list subjects)');
  const release = new Option('--release <release>', `the kernel that it follows`);
  program
    .command('serve')
    .description('speak the protocol of docs/protocol.md on standard input and output')
    .addOption(subject.argParser(parseSubject).default(USUAL_SUBJECT))
    .addOption(release.argParser(parseRelease).default('6.12'))
    .action(serve);
}

async function serve({ subject, release }: Flags): Promise<void> {
  const factory = await loadSubject(subject);
  const { greeting, answer } = startServer(factory, release);
  await write(greeting);
  let rest = '';
  for await (const text of process.stdin.setEncoding('utf8')) {
    const lines = `${rest}${String(text)}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST)
      throw mistake(`standard input: a line of ${rest.length} characters; expected a request`);
    await write(lines.flatMap((line) => answer(line) ?? []));
  }
  if (rest.trim() !== '') await write([answer(rest) ?? '']);
}

async function write(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  if (!process.stdout.write(`${lines.join('\n')}\n`)) await once(process.stdout, 'drain');
}

function parseSubject(text: string): string {
  if (SUBJECTS.some(({ name }) => name === text)) return text;
  throw new InvalidArgumentError(`Expected one of ${SUBJECTS.map(({ name }) => name).join(', ')}.`);
}

function parseRelease(text: string): Release {
  const known = RELEASES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`Expected one of ${RELEASES.join(', ')}.`);
}

const RELEASES: readonly Release[] = ['6.12', '6.12.117', '6.1'];
