// SPDX-License-Identifier: GPL-2.0-only
/** A kernel tree before and after a change: two modules to compare, and two that count lines. */
import { startSession } from '../../run/session.ts';
import { isProblem, type Problem, type Sources } from '../../subject/changed/sources.ts';
import { NoModule } from '../../subject/kernel-c/build/no-module.ts';
import { fitted, type SubjectFactory } from '../../subject/subject.ts';
import type { Trace } from '../../trace/step.ts';
import { type KernelMap, mapTree } from '../../trees/map.ts';
import { NoTree } from '../../trees/no-tree.ts';
import { readyTree } from '../../trees/ready.ts';
import type { NamedTree } from '../../trees/registry.ts';
import { ownLines } from '../touches.ts';
import { type Loadable, ofBase, type Versions } from '../versions.ts';
import { overlayOf } from './overlay.ts';
import { type Mapped, targetsOf, touchedNow } from './touched.ts';

/** Builds both, or says where they do not compile. `doing` is told what takes time. */
export async function treeVersions(
  change: Loadable,
  tree: NamedTree,
  doing: (what: string) => void,
): Promise<Versions | Problem> {
  const mapping = Promise.allSettled(
    [change.base, change.changed].map((sources) =>
      mapTree(tree, { overlay: overlayOf(tree.path, sources, change.base) }),
    ),
  );
  const pair = await builtPair(change, tree, doing);
  // What does not compile has been said; nothing is to go on behind it.
  const maps = await mapping;
  if (isProblem(pair)) return pair;
  doing('building what notes lines');
  const [base, changed] = [mapped(pair.made.base, maps[0]), mapped(pair.made.changed, maps[1])];
  const lines = startLines(base, changed);
  return {
    base: pair.base,
    changed: pair.changed,
    definitionOf: changed.map.definitionOf,
    entry: tree.path,
    ran: lines.ran,
    touched: lines.touched,
    own: (touched) => ownLines(touched, change, (key) => key),
  };
}

/** Two subjects, and what they are made of. */
export interface BuiltPair extends Pick<Versions, 'base' | 'changed'> {
  readonly made: { readonly base: Version; readonly changed: Version };
}

/** The two as subjects, without the builds that note lines. */
export async function builtPair(
  change: Pick<Loadable, 'name' | 'base' | 'changed'>,
  tree: NamedTree,
  doing: (what: string) => void = () => undefined,
): Promise<BuiltPair | Problem> {
  doing('building the base');
  const base = await version(change.base, change.base, tree);
  if (isProblem(base)) return ofBase(base);
  doing('building the change');
  const changed = await version(change.changed, change.base, tree);
  if (isProblem(changed)) return changed;
  return {
    base: base.factory,
    changed: { ...changed.factory, name: change.name },
    made: { base, changed },
  };
}

/** One of the two. */
interface Version {
  readonly sources: Sources;
  readonly files: ReadonlySet<string>;
  readonly factory: SubjectFactory;
}

type WithMap = Mapped & { readonly map: KernelMap };

function mapped(made: Version, end: PromiseSettledResult<KernelMap> | undefined): WithMap {
  if (end?.status !== 'fulfilled') throw end?.reason ?? new Error('there is no map');
  return { ...made, map: end.value };
}

async function version(
  sources: Sources,
  base: Sources,
  tree: NamedTree,
): Promise<Version | Problem> {
  const overlay = overlayOf(tree.path, sources, base);
  try {
    const { built, factory } = await readyTree(tree, { overlay });
    return { sources, files: built.read, factory };
  } catch (error) {
    if (error instanceof NoModule || error instanceof NoTree) return problemOf(error.message, tree);
    throw error;
  }
}

/** The first place that the compiler names, relative to the tree. */
function problemOf(said: string, tree: NamedTree): Problem {
  const text = said.replaceAll(`${tree.path}/`, '');
  const found = /^(?<file>[^\s:]+):(?<line>\d+):\d+: (?:fatal )?error: (?<message>.*)$/mu.exec(
    text,
  );
  const { file = tree.path, line = '0', message = text } = found?.groups ?? {};
  return { file, line: Number(line), message };
}

/** Lines are looked at only until every touched one was reached. */
function startLines(base: WithMap, changed: WithMap): Pick<Versions, 'ran' | 'touched'> {
  const targets = targetsOf(base, changed);
  let left = targets.filter(({ built }) => built);
  return {
    touched: () => touchedNow(targets),
    ran: (trace) => {
      if (left.length === 0) return;
      for (const { map: own } of [base, changed])
        if (left.some(({ map }) => map === own)) run(trace, own);
      const now = touchedNow(left);
      left = left.filter((_, index) => now[index]?.missed.length !== 0);
    },
  };
}

/** As far as the check went: a finding ends it here too. */
function run(trace: Trace, { factory }: KernelMap): void {
  const environment = fitted(factory, trace.environment);
  if (typeof environment === 'string') return;
  const session = startSession(environment, { factory, spec: 'kernel' });
  for (const step of trace.steps) {
    const { kind } = session.apply(step);
    if (kind === 'finding' || kind === 'ended') return;
  }
}
