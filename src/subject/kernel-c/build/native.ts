// SPDX-License-Identifier: GPL-2.0-only
/** How a program of this machine is built from the same files: compiler, sanitizers and linker of the host. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';

import { freshName } from './fresh.ts';
import { NoModule } from './no-module.ts';
import { type Ended, run } from './run.ts';
import { SHIM } from './sources.ts';

/** Frames are walked by their pointers, and addresses are those of the file. */
const FRAMES = ['-fno-pic', '-fno-pie', '-fno-omit-frame-pointer', '-mno-omit-leaf-frame-pointer'];

/**
 * Not: what the kernel's own build defines (-fno-strict-overflow, unaligned accesses), what it does with
 * NULL to find a member, and what AddressSanitizer sees better.
 */
const SANITIZED = [
  '-fsanitize=address,undefined',
  '-fno-sanitize=alignment,shift,null,object-size,pointer-overflow,function,vptr',
  '-fsanitize-recover=undefined',
  // Else the list of globals keeps functions that nothing calls.
  '-fsanitize-address-globals-dead-stripping',
] as const;

/** Checks of accesses and of what C does not define; files are named as the tree names them. */
export function sanitized(tree: string): string[] {
  return [...SANITIZED, `-fsanitize-undefined-strip-path-components=${tree.split(sep).length}`];
}

/** For the tree's files and the shims. */
export function kernelFlags(): string[] {
  // The C library and the sanitizer have functions of the same names, which stay theirs.
  const names = ['-fvisibility=hidden', '-ffunction-sections', '-fdata-sections'];
  const word = ['-D__BITS_PER_LONG=64', '-I', join(SHIM, 'native/include')];
  return [...FRAMES, ...names, '-fno-stack-protector', ...word];
}

/** For the program around them. */
export function hostFlags(): string[] {
  const warnings = ['-Wall', '-Wno-unknown-attributes', '-Wno-sign-compare'];
  // A copy that became memcpy() would be checked.
  return ['-std=gnu11', '-O1', '-g', '-fno-builtin', '-D_GNU_SOURCE', ...warnings, ...FRAMES];
}

/** The sanitizer of clang is a package of its own; that of gcc comes with every clang of Debian, and knows the same calls. */
const RUNTIMES: readonly (readonly string[])[] = [
  ['-fsanitize=address', '-shared-libsan'],
  ['-lasan'],
];

const UNDEFINED = /undefined (?:reference to|symbol:) [`']?([^\s']+)/gu;

/** Links; returns what nothing defines. Throws `NoModule`. */
export async function linkNative(
  objects: readonly string[],
  out: string,
): Promise<{ readonly undefined: readonly string[]; readonly mismatched: readonly string[] }> {
  const { missing } = await linked(objects, out);
  return { undefined: missing, mismatched: [] };
}

/** How a program with AddressSanitizer is linked here. Throws `NoModule` when none is. */
export async function requireSanitizer(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  try {
    const source = join(folder, 'main.c');
    writeFileSync(source, 'int main(void) { return 0; }\n');
    return (await linked([source], join(folder, 'main'))).runtime;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Linked {
  readonly missing: readonly string[];
  readonly runtime: readonly string[];
}

async function linked(inputs: readonly string[], out: string): Promise<Linked> {
  mkdirSync(dirname(out), { recursive: true });
  const fresh = freshName(out);
  const said: string[] = [];
  try {
    for (const runtime of RUNTIMES) {
      const { status, stderr } = await linkWith(runtime, inputs, fresh);
      const missing = [...new Set([...stderr.matchAll(UNDEFINED)].map(([, name = '']) => name))];
      if (status !== 0 && missing.length === 0) {
        said.push(stderr);
        continue;
      }
      if (status === 0) renameSync(fresh, out);
      return { missing: missing.toSorted(), runtime };
    }
  } finally {
    rmSync(fresh, { force: true });
  }
  throw new NoModule(
    'clang: does not link a program with AddressSanitizer; install its runtime ' +
      `(Debian: apt install libclang-rt-14-dev, or libgcc-12-dev)\n${firstLines(said)}`,
  );
}

async function linkWith(
  runtime: readonly string[],
  objects: readonly string[],
  out: string,
): Promise<Ended> {
  // A list of globals does not keep what nothing else refers to.
  const fixed = ['-no-pie', '-Wl,--gc-sections', '-Wl,-z,start-stop-gc'];
  const folder = (await run('clang', ['--print-runtime-dir'])).stdout.trim();
  return run('clang', [...fixed, ...objects, ...runtime, `-Wl,-rpath,${folder}`, '-o', out]);
}

function firstLines(texts: readonly string[]): string {
  return texts.map((text) => text.split('\n').slice(0, 3).join('\n')).join('\n');
}
