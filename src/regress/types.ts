// SPDX-License-Identifier: GPL-2.0-only
/**
 * Type errors of changed sources: loading them strips the types, so that a misspelt field would be no
 * more than `undefined`. They are said beside the verdict and do not change it.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Problem, Sources } from '../subject/changed/sources.ts';
import { changedFiles, shownPath } from './change.ts';

/** Sources before and after a change. */
export interface Typable {
  readonly base: Sources;
  readonly changed: Sources;
}

/** For each change the errors that its base has not, or why nobody knows. */
export type Typed =
  | { readonly kind: 'checked'; readonly errors: readonly (readonly Problem[])[] }
  | { readonly kind: 'unchecked'; readonly why: string };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What the reference imports from outside of its sources. */
const MORE = 'subject/subject.ts';
/** Milliseconds; the compiler needs about one second for ten changes. */
const LONGEST = 60_000;

/** Runs the installed TypeScript over a private copy of each version. */
export async function typeErrors(changes: readonly Typable[], signal: AbortSignal): Promise<Typed> {
  const versions = [
    ...new Set(
      changes.flatMap(({ base, changed }) =>
        changedFiles(base, changed).length === 0 ? [] : [base, changed],
      ),
    ),
  ];
  if (versions.length === 0) return { kind: 'checked', errors: changes.map(() => []) };
  try {
    const found = await errorsOf(versions, signal);
    const errors = changes.map(({ base, changed }) => {
      const known = new Set(found.get(base)?.map(({ file, message }) => `${file} ${message}`));
      return (found.get(changed) ?? []).filter(
        ({ file, message }) => base !== changed && !known.has(`${file} ${message}`),
      );
    });
    return { kind: 'checked', errors };
  } catch (error) {
    return { kind: 'unchecked', why: error instanceof Error ? error.message : String(error) };
  }
}

async function errorsOf(
  versions: readonly Sources[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Sources, readonly Problem[]>> {
  const { compiler, types } = installed();
  const folder = mkdtempSync(join(tmpdir(), 'msicheck-types-'));
  try {
    for (const [index, sources] of versions.entries())
      writeVersion(join(folder, `${index}`), sources);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(join(folder, 'tsconfig.json'), configText(types));
    const said = await run(compiler, folder, signal);
    const problems = problemsIn(said);
    return new Map(versions.map((sources, index) => [sources, problems.get(index) ?? []]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws what says that something is not there. */
function installed(): { readonly compiler: string; readonly types: string } {
  const { resolve } = createRequire(import.meta.url);
  try {
    const compiler = join(dirname(resolve('typescript/package.json')), 'bin', 'tsc');
    return { compiler, types: dirname(dirname(resolve('@types/node/package.json'))) };
  } catch {
    throw new Error('TypeScript is not installed; npm ci installs it');
  }
}

function writeVersion(folder: string, sources: Sources): void {
  for (const [path, text] of sources) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  copyFileSync(join(ROOT, 'src', MORE), join(folder, MORE));
}

/** As the project is checked, but for what is no error: a name that is not used, a type that could be written down. */
function configText(types: string): string {
  return JSON.stringify({
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      typeRoots: [types],
      declaration: false,
      isolatedDeclarations: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      // Declarations of Node and of the library are not the change's.
      skipLibCheck: true,
      pretty: false,
    },
    include: ['**/*.ts'],
  });
}

/** What the compiler prints; it ends with another status than 0 when there are errors. */
function run(compiler: string, folder: string, signal: AbortSignal): Promise<string> {
  const options = { cwd: folder, signal, timeout: LONGEST, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    // Other changes run meanwhile: what more threads of the compiler gain in time they cost elsewhere.
    const args = [compiler, '-p', folder, '--singleThreaded'];
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null || ERROR.test(stdout)) resolve(stdout);
      else if (error.killed === true) reject(new Error('TypeScript did not end'));
      else reject(new Error(`${stdout}${stderr}`.trim().split('\n')[0] ?? error.message));
    });
  });
}

const ERROR =
  /^(?<version>\d+)\/(?<file>[^\n(]+)\((?<line>\d+),\d+\): error TS\d+: (?<message>.*)$/mu;

/** By number of the version. */
function problemsIn(said: string): ReadonlyMap<number, readonly Problem[]> {
  const problems = new Map<number, Problem[]>();
  for (const line of said.split('\n')) {
    const groups = ERROR.exec(line)?.groups;
    if (groups === undefined) continue;
    const version = Number(groups['version']);
    const own = problems.get(version) ?? [];
    problems.set(version, own);
    own.push({
      file: shownPath(groups['file'] ?? ''),
      line: Number(groups['line']),
      message: groups['message'] ?? '',
    });
  }
  return problems;
}
