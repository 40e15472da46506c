// SPDX-License-Identifier: GPL-2.0-only
/** The unchanged subject beside a changed one: it runs the same steps, and what it shows is compared line by line. */
import { type Change, shownPath } from '../regress/change.ts';
import { gatherOne } from '../regress/gather.ts';
import { changes, copyPicture } from '../report/changes.ts';
import { observationLines } from '../report/observation.ts';
import type { Paint } from '../report/paint.ts';
import { sideBySide } from '../report/side-by-side.ts';
import { placeless } from '../run/differ.ts';
import { loadChanged } from '../subject/changed/load.ts';
import { isProblem, type Problem, type Sources } from '../subject/changed/sources.ts';
import { type Snapshot, started, type Subject, type SubjectFactory } from '../subject/subject.ts';
import { thrownText } from '../subject/thrown.ts';
import type { Environment } from '../trace/environment.ts';
import type { Step } from '../trace/step.ts';
import { expectedChange, mistake } from './mistake.ts';

/** A changed subject, and the one that it is compared with. */
export interface ChangedPair {
  readonly factory: SubjectFactory;
  readonly base: SubjectFactory;
}

/**
 * What `regress` takes, several patches one on top of the other, of the reference or of a tree by its name;
 * throws a mistake where it does not apply or load.
 */
export async function readChange(
  names: readonly string[],
  tree: string | undefined,
): Promise<ChangedPair> {
  try {
    if (tree !== undefined) return await readTreeChange(names, tree);
    const { name, base, changed } = applied(gatherOne(names));
    return { factory: load(name, changed), base: load('base', base) };
  } catch (error) {
    throw expectedChange(names.join(' '), error);
  }
}

async function readTreeChange(names: readonly string[], tree: string): Promise<ChangedPair> {
  const [{ treeBase }, { builtPair }] = await Promise.all([
    import('./regress-base.ts'),
    import('../regress/tree/versions.ts'),
  ]);
  const base = await treeBase(tree);
  const change = applied(gatherOne(names, base.origin));
  const pair = await builtPair(change, base.tree);
  if (isProblem(pair)) throw unusable(change.name, pair, 'compiles');
  return { factory: pair.changed, base: pair.base };
}

function applied(change: Change): Omit<Change, 'outcome'> & { readonly changed: Sources } {
  const { name, outcome } = change;
  if (outcome.kind !== 'sources') throw unusable(name, outcome.problem, 'applies');
  return { ...change, changed: outcome.sources };
}

function load(name: string, sources: Sources): SubjectFactory {
  const loaded = loadChanged(sources, { name, apart: true });
  if (!isProblem(loaded)) return loaded.factory;
  throw unusable(name, { ...loaded, file: shownPath(loaded.file) }, 'loads');
}

function unusable(name: string, { file, line, message }: Problem, expected: string): Error {
  const place = line === 0 ? file : `${file}:${line}`;
  const where = file === name ? place : `${name}: ${place}`;
  return mistake(
    `${where}: ${message}${message.includes('expected') ? '' : `; expected a change that ${expected}`}`,
  );
}

/** A subject that runs the same steps as another one. */
export interface Beside {
  /** The lines of the step in which both are shown, and whether they differ. */
  readonly compare: (step: Step, changed: readonly string[]) => Compared;
  /** Takes back the last step. */
  readonly back: () => void;
}

/** Two descriptions of a step as one. */
export interface Compared {
  readonly lines: readonly string[];
  readonly differs: boolean;
}

/** Starts it before the first step. */
export function startBeside(base: SubjectFactory, environment: Environment, paint: Paint): Beside {
  const subject = started(base, environment);
  const before: { readonly snapshot: Snapshot; readonly over: boolean }[] = [];
  let over = false;
  return {
    compare: (step, changed) => {
      before.push({ snapshot: subject.snapshot(), over });
      const shown = over ? { lines: [], over } : run(subject, step);
      ({ over } = shown);
      if (shown.lines.join('\n') === changed.join('\n')) return { lines: changed, differs: false };
      const both = { at: 0, step: '', base: shown.lines, changed };
      const [, ...lines] = sideBySide([both]);
      return { lines: lines.map((line) => painted(line, paint)), differs: true };
    },
    back: () => {
      const last = before.pop();
      if (last === undefined) return;
      subject.restore(last.snapshot);
      ({ over } = last);
    },
  };
}

function run(
  subject: Subject,
  step: Step,
): { readonly lines: readonly string[]; readonly over: boolean } {
  const picture = copyPicture(subject.picture());
  try {
    const seen = placeless(subject.apply(step));
    const lines = observationLines(step.call.fn, seen, changes(picture, seen.picture));
    return { lines, over: seen.dead };
  } catch (error) {
    return { lines: [`  threw    ${thrownText(error)}`], over: true };
  }
}

function painted(line: string, paint: Paint): string {
  if (line.startsWith('-')) return paint.bad(line);
  return line.startsWith('+') ? paint.good(line) : line;
}
