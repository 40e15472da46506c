// SPDX-License-Identifier: GPL-2.0-only
/** What `check` and `fuzz` need before they run a trace: the subject, what is kept for it, and environments that it has. */
import { ENVIRONMENTS, environmentNamed, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import type { AbsentRow } from '../report/summary.ts';
import type { Environment } from '../trace/environment.ts';
import { quote } from '../trace/problem.ts';
import { type Kept, keptFor, readKept } from './kept.ts';
import { mistake } from './mistake.ts';
import { fitAll, type NamedTarget, type Target, usualEnvironments } from './target.ts';

/** What the command line says about it. */
export interface Wanted {
  readonly subject: NamedTarget;
  readonly corpus: string;
  readonly expected: string;
  readonly env?: readonly string[];
}

/** All of it. */
export interface Prepared {
  readonly target: Target;
  readonly kept: Kept;
  readonly environments: readonly Environment[];
  readonly absent: readonly AbsentRow[];
}

/** Loads subject and corpus; throws a mistake for names that mean nothing. */
export async function prepare({ subject, corpus, expected, env }: Wanted): Promise<Prepared> {
  const named = chosen(env);
  const files = readKept(corpus);
  const target = await subject.load();
  const kept = keptFor(files, target, expected);
  const { fit: environments, absent } = fitAll(target, named ?? usualEnvironments(target));
  if (environments.length === 0)
    throw mistake(
      `--env: ${target.factory.name} has no ${absent[0]?.why ?? 'environment'}; expected others`,
    );
  return { target, kept, environments, absent };
}

function chosen(names: readonly string[] | undefined): readonly Environment[] | undefined {
  if (names === undefined) return undefined;
  return [...new Set(names)].map((name) => {
    const environment = environmentNamed(name);
    if (environment !== undefined) return environment;
    const known = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].map((each) => each.name);
    throw mistake(`--env: unknown environment ${quote(name)}; expected one of ${known.join(', ')}`);
  });
}
