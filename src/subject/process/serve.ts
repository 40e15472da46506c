// SPDX-License-Identifier: GPL-2.0-only
/** A subject of ours behind the protocol: the example for programs, and a way to embed the reference. */
import { HEADER } from '../../trace/format.ts';
import type { Observation } from '../../trace/observation.ts';
import { parseStep, parseTrace, TraceError } from '../../trace/parse.ts';
import { quote } from '../../trace/problem.ts';
import { PROFILES, type Release } from '../../trace/profile.ts';
import { SIGNATURES } from '../../trace/signatures.ts';
import type { Step } from '../../trace/step.ts';
import type { Snapshot, Subject, SubjectFactory } from '../subject.ts';
import { allAbilities, formatAbilities } from './abilities.ts';
import { answerOf, formatAnswer, formatState } from './answer.ts';
import { shownOf } from './shown.ts';
import { EVENTS, SHOWS_ALL } from './vocabulary.ts';

/** A served subject. */
export interface Server {
  /** What it says first. */
  readonly greeting: readonly string[];
  /** The answer to a line; `undefined` for a line that has none. */
  readonly answer: (line: string) => string | undefined;
}

/** The world between two requests. */
interface World {
  readonly subject: Subject;
  readonly series: '6.1' | '6.12';
  readonly saved: Map<string, Snapshot>;
}

/** Serves worlds of a release, one after the other. */
export function startServer(factory: SubjectFactory, release: Release): Server {
  let fields: string[] = [];
  let world: World | undefined;
  return {
    greeting: formatAbilities(allAbilities(factory.name, release)),
    answer: (line) => {
      const text = line.trim();
      if (/^\w+:/u.test(text)) {
        fields.push(text);
        return undefined;
      }
      try {
        if (text !== 'start') return answerIn(world, text);
        const lines = fields;
        fields = [];
        world = begin(factory, lines, release);
        return 'ok';
      } catch (error) {
        if (error instanceof TraceError || error instanceof Refused) return `no ${error.message}`;
        throw error;
      }
    },
  };
}

/** The environment in the text of a trace, where fields that are not named have their usual value. */
function begin(factory: SubjectFactory, lines: readonly string[], release: Release): World {
  const { environment } = parseTrace([HEADER, ...lines].join('\n'), 'environment').trace;
  const { release: series } = PROFILES[environment.release];
  if (series !== PROFILES[release].release)
    throw new Refused(`this is ${release}, not ${environment.release}`);
  return { subject: factory.start(environment), series, saved: new Map() };
}

function answerIn(world: World | undefined, text: string): string {
  if (world === undefined) throw new Refused('nothing was started; expected fields, then "start"');
  const { subject, saved } = world;
  const [word = '', id = '', ...more] = text.split(' ');
  if (text === 'state') return formatState(shownOf(subject.picture()), SHOWS_ALL);
  if (/^\d{1,9}$/u.test(id) && more.length === 0) {
    if (word === 'snapshot') saved.set(id, subject.snapshot());
    else if (word === 'forget') saved.delete(id);
    else if (word === 'restore') subject.restore(saved.get(id) ?? unknownSnapshot(id));
    else throw new Refused(`${quote(text)} is no request`);
    return 'ok';
  }
  const step = parseStep(text, { file: 'step', line: 1 });
  return run(world, step);
}

function run({ subject, series }: World, step: Step): string {
  const { fn } = step.call;
  if (!SIGNATURES[fn].releases.includes(series)) throw new Refused(`${series} has no ${fn}`);
  return formatAnswer(answerOf(answered(subject, step), fn, EVENTS));
}

/** A step that no trace may hold can make a subject throw, for nobody looks at it before. */
function answered(subject: Subject, step: Step): Observation {
  try {
    return subject.apply(step);
  } catch (error) {
    throw new Refused(error instanceof Error ? error.message : String(error));
  }
}

function unknownSnapshot(id: string): never {
  throw new Refused(`there is no snapshot ${id}`);
}

/** A request that cannot be fulfilled; the answer says why. */
class Refused extends Error {}
