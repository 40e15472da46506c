// SPDX-License-Identifier: GPL-2.0-only
/** The shortest trace that shows what a change did, and what both subjects show in it. */
import { changes, copyPicture } from '../report/changes.ts';
import { observationLines } from '../report/observation.ts';
import { behind, placeOf } from '../run/complaint.ts';
import { placeless, SHOWS_THE_SAME } from '../run/differ.ts';
import { minimise, type MinimiseOptions } from '../run/minimise/minimise.ts';
import { started, type Subject, type SubjectFactory } from '../subject/subject.ts';
import { thrownText } from '../subject/thrown.ts';
import { formatStep, formatTrace } from '../trace/format.ts';
import type { Step, Trace } from '../trace/step.ts';
import type { Budget, Shown } from './budget.ts';
import type { Evidence, SideBySide } from '../report/change.ts';
import type { Where } from '../trace/observation.ts';

/** The two subjects, and how they are run. */
export interface Pair {
  readonly base: SubjectFactory;
  readonly changed: SubjectFactory;
  /** Where a function begins; absent where that says nothing. */
  readonly definitionOf?: (fn: string) => Where | undefined;
  readonly budget: Pick<Budget, 'spec' | 'expected' | 'environments' | 'progress'>;
}

/** Minimises; the base passes the result. */
export function evidenceOf(shown: Shown, pair: Pair): Evidence {
  const { base, changed, budget } = pair;
  const { spec, expected, environments } = budget;
  const common = {
    factory: told(changed, budget, shown.traces),
    spec,
    expected,
    environments: environments.filter(({ release }) => release === shown.trace.environment.release),
  };
  const differs = shown.finding.rule === SHOWS_THE_SAME;
  const least = smallest(
    shown,
    differs
      ? { ...common, against: base, compareOnly: shown.beside }
      : { ...common, keep: 'any', baseline: base },
  );
  const { rule, source, detail, fn, at } = least.finding;
  return {
    rule,
    source,
    detail: atMost(detail),
    fn,
    at,
    ...shownAt(least, pair),
    trace: formatTrace(least.trace),
    steps: least.trace.steps.length,
    found: shown.found,
    traces: shown.traces,
    milliseconds: Math.round(shown.milliseconds),
    differences: sideBySide(least.trace, base, changed),
    file: undefined,
    unsaved: undefined,
    again: '',
  };
}

/** Where the complaint is that was found, or memory was asked for, or the function of the step; and how the kernel came there. */
function shownAt(
  { trace, finding }: Pick<Shown, 'trace' | 'finding'>,
  { changed, budget, definitionOf }: Pair,
): Pick<Evidence, 'where' | 'stack'> {
  if (definitionOf === undefined) return { where: undefined, stack: [] };
  const { splat, stack } = behind(trace, finding, { factory: changed, spec: budget.spec });
  const where = placeOf({ splat, stack }) ?? definitionOf(splat?.fn ?? finding.fn);
  return { where, stack };
}

/** Characters of a detail, and of a line of what is shown. */
const LONGEST = 1000;

/** Changed code may show a text of any length. */
function atMost(text: string): string {
  const left = text.length - LONGEST;
  return left <= 0 ? text : `${text.slice(0, LONGEST)}… ${left} more characters left out`;
}

/** Every trace that minimising tries is progress. */
function told(
  factory: SubjectFactory,
  { progress }: Pick<Budget, 'progress'>,
  traces: number,
): SubjectFactory {
  let tried = 0;
  return {
    ...factory,
    start: (environment) => {
      tried += 1;
      progress(`minimising, ${tried} tried`, traces);
      return factory.start(environment);
    },
  };
}

/** The trace as it was found when changed code makes looking for a smaller one throw. */
function smallest(
  { trace, finding }: Shown,
  options: MinimiseOptions,
): Pick<Shown, 'trace' | 'finding'> {
  try {
    return minimise(trace, finding, options);
  } catch {
    return { trace, finding };
  }
}

/** Every step from the first on at which they show something else; what follows a dead step is not run. */
function sideBySide(
  trace: Trace,
  base: SubjectFactory,
  changed: SubjectFactory,
): readonly SideBySide[] {
  const one = watch(base, trace);
  const other = watch(changed, trace);
  const steps: SideBySide[] = [];
  for (const [at, step] of trace.steps.entries()) {
    const shown = { at, step: formatStep(step), base: one(step), changed: other(step) };
    const differs = shown.base.join('\n') !== shown.changed.join('\n');
    if (differs || steps.length > 0) steps.push(shown);
  }
  return steps;
}

/** Describes what a subject does, step by step, until it dies or throws. */
function watch(factory: SubjectFactory, { environment }: Trace): (step: Step) => readonly string[] {
  let subject: Subject | undefined;
  let over = false;
  return (step) => {
    if (over) return [];
    try {
      subject ??= started(factory, environment);
      const before = copyPicture(subject.picture());
      const seen = placeless(subject.apply(step));
      over = seen.dead;
      return observationLines(step.call.fn, seen, changes(before, seen.picture)).map(atMost);
    } catch (error) {
      over = true;
      return [`  threw    ${thrownText(error)}`];
    }
  };
}
