// SPDX-License-Identifier: GPL-2.0-only
/** What a change makes of its base, and the base, ready to run side by side: the reference's sources, or a kernel's. */
import type { TouchedLine } from '../report/change.ts';
import type { Where } from '../trace/observation.ts';
import {
  type ChangedSubject,
  ENTRY,
  type LoadOptions,
  loadChanged,
} from '../subject/changed/load.ts';
import { isProblem, type Problem, type Sources } from '../subject/changed/sources.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import type { Trace } from '../trace/step.ts';
import { changedFiles, shownPath } from './change.ts';
import { touchedLines } from './touched.ts';
import { ownLines } from './touches.ts';

/** Two subjects, and what the change touched. */
export interface Versions {
  readonly base: SubjectFactory;
  readonly changed: SubjectFactory;
  /** Where a function of the changed kernel begins; absent for the reference. */
  readonly definitionOf?: (fn: string) => Where | undefined;
  /** File that is named when the base cannot be run. */
  readonly entry: string;
  /** Told of each trace that the changed subject has run. */
  readonly ran: (trace: Trace) => void;
  /** Lines that differ from the base, with what of them no trace executed. */
  readonly touched: () => readonly TouchedLine[];
  /** Of these the ones that the change itself touched. */
  readonly own: (touched: readonly TouchedLine[]) => readonly TouchedLine[];
}

/** A change that can be loaded. */
export interface Loadable {
  readonly name: string;
  readonly title: string;
  readonly base: Sources;
  /** What the change was made on: its own lines are told apart from those of changes before it. */
  readonly before: Sources;
  readonly changed: Sources;
}

/** Loads the reference's sources before and after a change, or says where they do not load. */
export function loadVersions(change: Loadable): Versions | Problem {
  const counted = changedFiles(change.base, change.changed);
  const base = load(change.base, { name: 'base', counted, apart: true });
  if (isProblem(base)) return ofBase(base);
  const changed = load(change.changed, { name: change.name, counted, apart: true });
  if (isProblem(changed)) return changed;
  return {
    base: base.factory,
    changed: changed.factory,
    entry: shownPath(ENTRY),
    ran: () => undefined,
    touched: () =>
      touchedLines(
        { sources: change.base, subject: base },
        { sources: change.changed, subject: changed },
      ),
    own: (touched) => ownLines(touched, change, shownPath),
  };
}

function load(sources: Sources, options: LoadOptions): ChangedSubject | Problem {
  const loaded = loadChanged(sources, options);
  return isProblem(loaded) ? { ...loaded, file: shownPath(loaded.file) } : loaded;
}

/** An old base may know other words than the checks of today. */
export function ofBase(problem: Problem): Problem {
  return { ...problem, message: `what it is compared with: ${problem.message}` };
}
