// SPDX-License-Identifier: GPL-2.0-only
/** What the compiler and the linker are told. */
import { join } from 'node:path';

import { hostFlags, kernelFlags, sanitized } from './native.ts';
import { SHIM, type Source } from './sources.ts';

/** Bytes of linear memory; KC_MEMORY in shim/kc_memory.h. */
const MEMORY = 64 << 20;

/** The usual options, or those of an architecture with MSI functions of its own and without reservation. */
export type Config = 'usual' | 'fallbacks';

/** What is built. */
export interface Variant {
  /** Checks before each access of memory. */
  readonly kasan: boolean;
  /** A counter for each branch of the tree's files. */
  readonly coverage: boolean;
  /** Each line of the tree's files notes that it runs. */
  readonly lines?: boolean;
  /** A program of this machine, with AddressSanitizer and UndefinedBehaviorSanitizer, instead of a WebAssembly module. */
  readonly native?: boolean;
  /** Options of the kernel; the usual ones unless it says otherwise. */
  readonly config?: Config;
}

/** Folders of a build. */
export interface Place {
  readonly tree: string;
  /** Headers of the fake architecture, made for the tree. */
  readonly arch: string;
}

const WASM = [
  '--target=wasm32',
  '-mbulk-memory',
  '-mmutable-globals',
  // Hidden is the default of the target, and hidden symbols are not exported.
  '-fvisibility=default',
] as const;

const LANGUAGE = [
  '-std=gnu11',
  '-O1',
  // What dwarf/ reads, whatever the compiler's own default is.
  '-gdwarf-4',
  // Not the folder that the compiler happens to be started in.
  '-fdebug-compilation-dir=.',
  '-ffreestanding',
  '-fno-builtin',
  '-fshort-wchar',
  '-fno-strict-aliasing',
  '-fno-common',
  '-fno-strict-overflow',
  '-funsigned-char',
  '-fno-delete-null-pointer-checks',
  // Frames of a trap name the C function.
  '-fno-inline',
  '-fno-optimize-sibling-calls',
] as const;

/** The driver refuses the sanitizer for this target, the compiler proper accepts it. */
const KASAN = [
  '-Xclang',
  '-fsanitize=kernel-address',
  '-Xclang',
  '-fsanitize-recover=kernel-address',
  '-mllvm',
  '-asan-instrumentation-with-call-threshold=0',
  '-mllvm',
  '-asan-stack=0',
  '-mllvm',
  '-asan-globals=0',
  '-mllvm',
  '-asan-use-after-return=never',
] as const;

const DEFINES = [
  '-D__KERNEL__',
  '-D__DISABLE_EXPORTS',
  '-DKBUILD_MODNAME="kc"',
  '-DKBUILD_BASENAME="kc"',
  '-DKBUILD_MODFILE="kc"',
  '-D__KBUILD_MODNAME=kmod_kc',
] as const;

/** What the kernel's own build does not let pass either; other warnings of a tree are its own affair. */
const MISTAKES = [
  '-Werror=implicit-function-declaration',
  '-Werror=incompatible-pointer-types',
  '-Werror=int-conversion',
  '-Werror=return-type',
] as const;

/** Arguments that compile a file, without its own name and that of the object. */
export function compileFlags(source: Source, { tree, arch }: Place, variant: Variant): string[] {
  if (source.host === true) return hostFlags();
  const include = join(tree, 'include');
  const checks = variant.native === true ? sanitized(tree) : KASAN;
  return [
    ...(variant.native === true ? kernelFlags() : WASM),
    ...LANGUAGE,
    '-Wno-everything',
    ...MISTAKES,
    ...DEFINES,
    ...(variant.config === 'fallbacks' ? ['-DKC_FALLBACKS'] : []),
    '-nostdinc',
    ...[SHIM, join(SHIM, 'include'), arch, include, join(include, 'uapi')].flatMap(included),
    ...['lib', 'drivers/base', 'kernel/irq'].map((path) => join(tree, path)).flatMap(included),
    // Last, for the wrappers: include and lib have first say.
    ...included(tree),
    '-include',
    join(SHIM, 'kc_pre.h'),
    '-include',
    join(include, 'linux/kconfig.h'),
    '-include',
    join(include, 'linux/compiler_types.h'),
    ...(source.kernel ? ['-include', join(SHIM, 'kc_post.h')] : []),
    // Names of files are the tree's own wherever it lies.
    `-fmacro-prefix-map=${tree}/=`,
    `-fdebug-prefix-map=${tree}/=`,
    `-fmacro-prefix-map=${SHIM}/=shim/`,
    `-fdebug-prefix-map=${SHIM}/=shim/`,
    ...(variant.kasan && source.checked ? checks : []),
    ...(variant.coverage && source.kernel ? ['-fsanitize-coverage=inline-8bit-counters'] : []),
  ];
}

/** Arguments that link objects; `allowed` lists what the module imports. */
export function linkFlags(allowed: string): string[] {
  return [
    '--no-entry',
    '--export-dynamic',
    '--export=__stack_pointer',
    '--export=__heap_base',
    '--export-if-defined=__wasm_call_ctors',
    `--allow-undefined-file=${allowed}`,
    '--error-limit=0',
    '--stack-first',
    '-z',
    'stack-size=65536',
    `--initial-memory=${MEMORY}`,
    `--max-memory=${MEMORY}`,
  ];
}

function included(folder: string): [string, string] {
  return ['-I', folder];
}
