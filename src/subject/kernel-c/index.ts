// SPDX-License-Identifier: GPL-2.0-only
/** The kernel's own C as a subject: a tree that was built (build/), run in this process or in one of its own. */
import { readFileSync } from 'node:fs';

import type { Environment } from '../../trace/environment.ts';
import type { SubjectFactory } from '../subject.ts';
import { exportsOf } from './instance.ts';
import { checksOf } from './lines.ts';
import type { Machine } from './machine.ts';
import type { Exports } from './memory.ts';
import { nativeMachine } from './native/machine.ts';
import { CSubject, type Shared } from './subject.ts';
import { wasmMachine } from './wasm.ts';

/** A tree that was built. */
export interface BuiltTree {
  readonly name: string;
  /** Root of the source, for the numbers of checks. */
  readonly path: string;
  /** The WebAssembly module, or the program. */
  readonly module: string;
  /** Texts that it was built from in place of the tree's, by path. */
  readonly overlay?: ReadonlyMap<string, string>;
}

/** A tree as a subject. */
export interface KernelC extends SubjectFactory {
  /** What the release lacks that the environment needs; such an environment is not to be started. */
  readonly missing: (environment: Environment) => string | undefined;
  /** Domains that a device can have of its own; 0 before there were any. */
  readonly domids: number;
}

/** Starts subjects of a tree; `watch` may stand between them and what the module exports. */
export function kernelC(
  tree: BuiltTree,
  watch: (exports: Exports) => Exports = (exports) => exports,
): KernelC {
  return subjectsOf(tree, wasmMachine(watch(exportsOf(readFileSync(tree.module)))));
}

/** Milliseconds of processor time that a step may take in a program: far more than any takes that ends. */
const LONGEST = 3000;

/** Starts subjects of a tree that was built to a program; a step that takes too long is a BUG. */
export function nativeC(tree: BuiltTree, longest: number = LONGEST): KernelC {
  return subjectsOf(tree, nativeMachine(tree.module, longest));
}

function subjectsOf(tree: BuiltTree, machine: Machine): KernelC {
  const shared: Shared = {
    machine,
    checks: checksOf(tree.path, tree.overlay),
    owner: undefined,
  };
  return {
    name: tree.name,
    start: (environment) => new CSubject(shared, environment),
    missing: (environment) => {
      shared.owner?.leave();
      const text = machine.missing(environment);
      return text === '' ? undefined : text;
    },
    domids: machine.domids,
  };
}
