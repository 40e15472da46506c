// SPDX-License-Identifier: GPL-2.0-only
/** Starting the compiler and the linker. */
import { spawn } from 'node:child_process';

import { NoModule } from './no-module.ts';

/** How a program ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const NEEDED: Readonly<Record<string, string>> = {
  clang: 'install clang, 14 or later (Debian: apt install clang)',
  'wasm-ld': 'install lld, 14 or later (Debian: apt install lld), or use --backend native',
};

/** Runs a program to its end; throws `NoModule` when it is not installed. */
export function run(program: string, args: readonly string[], cwd?: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => {
      reject(new NoModule(`${program}: ${reasonOf(error)}; ${NEEDED[program] ?? 'install it'}`));
    });
    child.on('close', (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
}

function reasonOf(error: Error): string {
  return 'code' in error && error.code === 'ENOENT' ? 'not found' : error.message;
}

/** Throws `NoModule` when there is no linker for WebAssembly. */
export async function requireLinker(): Promise<void> {
  const { status } = await run('wasm-ld', ['--version']);
  if (status !== 0) throw new NoModule(`wasm-ld: does not run; ${NEEDED['wasm-ld'] ?? ''}`);
}

/** What was found to do, by where it was looked for: tools do not change while a program runs. */
const known = new Map<string, string>();

/** The compiler's version in a line, when there is everything that a build needs; throws `NoModule` else. */
export async function toolsFor(backend: Backend): Promise<string> {
  const where = `${backend} ${process.env['PATH'] ?? ''}`;
  const found = known.get(where);
  if (found !== undefined) return found;
  const version = await compilerVersion(backend);
  if (backend === 'wasm') await requireLinker();
  known.set(where, version);
  return version;
}

/** The first that is known to do. */
const OLDEST = 14;

/** What the kernel's C is built to: a WebAssembly module, or a program of this machine. */
export type Backend = 'wasm' | 'native';

/** The compiler's version in a line; throws `NoModule` when it cannot make what is wanted. */
export async function compilerVersion(backend: Backend = 'wasm'): Promise<string> {
  const { stdout } = await run('clang', ['--version']);
  const major = Number(/clang version (\d+)/u.exec(stdout)?.[1] ?? 0);
  if (major < OLDEST) throw new NoModule(`clang: version ${major}; ${NEEDED['clang'] ?? ''}`);
  if (backend === 'native') return stdout.split('\n')[0] ?? '';
  const targets = await run('clang', ['--print-targets']);
  if (!/^ *wasm32 /mu.test(targets.stdout))
    throw new NoModule(
      'clang: knows no target wasm32; use a clang that was built with WebAssembly, or --backend native',
    );
  return stdout.split('\n')[0] ?? '';
}
