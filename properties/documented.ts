// SPDX-License-Identifier: GPL-2.0-only
/** The commands that a document shows in its sh blocks, and what becomes of them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** How a command ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Milliseconds until a command is ended. */
export const LIMIT_MS = 300_000;

/** How the program is called. */
export const NPM = 'npm run -s msicheck --';

const { scripts: all }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

/** The npm scripts by name. */
export const scripts: Readonly<Record<string, string>> = all;

/** The command lines of all sh blocks, continuation lines joined, without prompt, blank and comment lines. */
export function commandLines(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```sh\n(?<body>[\s\S]*?)^```$/gmu)];
  const bodies = blocks.map(({ groups }) => (groups?.['body'] ?? '').replaceAll('\\\n', ' '));
  return bodies
    .flatMap((body) => body.split('\n'))
    .map((line) => line.replace(/^\$ /u, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The line with the script itself; its `node` is the project's. */
export function withoutNpm(line: string): string {
  const bin = resolve('node_modules/.bin');
  return `PATH="${bin}:$PATH"; ${scripts['msicheck'] ?? ''}${line.slice(NPM.length)}`;
}

/** What the program is given by the shell, of a line that does nothing but call it. */
export async function argumentsOf(line: string): Promise<readonly string[]> {
  if (/[|;&<>$`]/u.test(line)) throw new Error(`${line}: more than a call`);
  const { output } = await run(`printf '%s\\0'${line.slice(NPM.length)}`);
  return output.split('\0').slice(0, -1);
}

/** The exit status that the line states, 0 without one. */
export function documentedStatus(line: string): number {
  return Number(/#.*\bexit (?<status>\d+)/u.exec(line)?.groups?.['status'] ?? 0);
}

/** Runs a line of shell. */
export function run(line: string): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn('sh', ['-c', line], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', failed);
    child.on('close', (status) => {
      done({ status, output });
    });
  });
}
