// SPDX-License-Identifier: GPL-2.0-only
/** Code under test by the words of `--subject`: the reference, a planted defect, or the kernel's own C. */
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import type { AbsentRow } from '../report/summary.ts';
import { fitted, type SubjectFactory } from '../subject/subject.ts';
import type { Environment } from '../trace/environment.ts';
import { PROFILES, type Release } from '../trace/profile.ts';
import type { Trace } from '../trace/step.ts';
import type { Backend } from '../subject/kernel-c/build/run.ts';
import { mistake } from './mistake.ts';
import { loadSubject, SUBJECTS, USUAL_SUBJECT } from './subjects.ts';
import { note } from './terminal.ts';

/** Code under test that can be run. */
export interface Target {
  readonly factory: SubjectFactory;
  /** What a tree is; absent for everything that is modelled on the reference. */
  readonly tree?: TreeTarget;
}

/** A kernel tree. */
export interface TreeTarget {
  /** As its Makefile says. */
  readonly release: string;
  /** What reference and oracle are told. */
  readonly profile: Release;
}

/** Code under test that was named; a tree is built when it is loaded. */
export interface NamedTarget {
  readonly name: string;
  /** The command of a program that speaks the protocol, which shows less than a subject of ours: it is compared. */
  readonly program?: string;
  readonly load: () => Promise<Target>;
}

/** Subjects that are not in the list of names: a word, a colon, and what is named in the word's own way. */
const LOADERS: Readonly<Record<string, (rest: string, backend: Backend) => Promise<Target>>> = {
  tree: loadTree,
};

/** What is run unless another subject is named. */
export const REFERENCE: NamedTarget = listed(USUAL_SUBJECT);

/** The subject of a name; `undefined` when there is none. `backend` is what a tree is built to. */
export function targetNamed(text: string, backend: Backend = 'wasm'): NamedTarget | undefined {
  const [kind = '', ...rest] = text.split(':');
  if (kind === 'exec' && rest.length > 0) return program(text, rest.join(':'));
  const load = rest.length === 0 ? undefined : LOADERS[kind];
  if (load !== undefined) return { name: text, load: () => load(rest.join(':'), backend) };
  return SUBJECTS.some(({ name }) => name === text) ? listed(text) : undefined;
}

function program(name: string, command: string): NamedTarget {
  return {
    name,
    program: command,
    load: () => {
      throw mistake(
        `--subject ${name}: a program shows less than this command needs; expected conform, check, sweep or replay`,
      );
    },
  };
}

function listed(name: string): NamedTarget {
  return { name, load: async () => ({ factory: await loadSubject(name) }) };
}

/** The build is loaded when it is needed: most runs have no tree. */
async function loadTree(name: string, backend: Backend): Promise<Target> {
  const [{ readyTree }, { treeNamed }] = await Promise.all([
    import('../trees/ready.ts'),
    import('../trees/registry.ts'),
  ]);
  const named = treeNamed(name);
  const { factory, release, profile } = await readyTree(named, {
    backend,
    compiling: () => {
      note(`building ${named.path}`);
    },
  });
  return { factory, tree: { release, profile } };
}

/** The environments that a run draws from unless some are named: those of the newest release, or of the tree's. */
export function usualEnvironments({ tree }: Target): readonly Environment[] {
  if (tree === undefined) return ENVIRONMENTS;
  const { release } = PROFILES[tree.profile];
  return [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter(
    (each) => PROFILES[each.release].release === release,
  );
}

/** Throws a mistake when a subject cannot run a trace. */
export function needs({ factory }: Target, path: string, { environment }: Trace): void {
  const why = fitted(factory, environment);
  if (typeof why !== 'string') return;
  throw mistake(`${path}: ${factory.name} has no ${why}; expected a trace that it can run`);
}

/** Environments as the subject has them, and those that it cannot have. */
export function fitAll(
  { factory }: Target,
  environments: readonly Environment[],
): { readonly fit: readonly Environment[]; readonly absent: readonly AbsentRow[] } {
  const fit: Environment[] = [];
  const absent: AbsentRow[] = [];
  for (const environment of environments) {
    const had = fitted(factory, environment);
    if (typeof had === 'string') absent.push({ what: environment.name, why: had });
    else fit.push(had);
  }
  return { fit, absent };
}
