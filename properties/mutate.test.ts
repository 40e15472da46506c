// SPDX-License-Identifier: GPL-2.0-only
/** Mutants: what each operator makes of a piece of code, and what becomes of them. */
import { describe, expect, test } from 'vitest';

import { CANARIES, readCorpus } from '../src/cli/files.ts';
import { readKept } from '../src/cli/kept.ts';
import { readListed } from '../src/cli/mutate.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { besideFinding } from '../src/regress/beside.ts';
import { checkChange } from '../src/regress/check.ts';
import { nameOf, parseListed } from '../src/regress/mutate/listed.ts';
import { loadMutated, type Mutated } from '../src/regress/mutate/load.ts';
import { type Mutant, mutantsOf } from '../src/regress/mutate/mutant.ts';
import { rowOf, tryMutant, wrongEntries } from '../src/regress/mutate/run.ts';
import { type Case, casesFor, gatherSuite, type Suite } from '../src/regress/mutate/suite.ts';
import { switched } from '../src/regress/mutate/switches.ts';
import type { MutantRow } from '../src/report/mutants.ts';
import { startSession } from '../src/run/session.ts';
import { parseScript } from '../src/subject/changed/instrument.ts';
import { reference } from '../src/subject/reference/index.ts';
import { isProblem, referenceSources, type Sources } from '../src/subject/changed/sources.ts';
import type { SubjectFactory } from '../src/subject/subject.ts';
import { budgetOf } from './changed.ts';

function parsed(body: string): Parameters<typeof mutantsOf>[0] {
  const source = `function fn(k) {${body}}`;
  const program = parseScript('fn.ts', source);
  if (isProblem(program)) throw new Error(program.message);
  return { file: 'fn.ts', source, program };
}

function mutantsIn(body: string): readonly string[] {
  return mutantsOf(parsed(body), 1).map((mutant) => nameOf(mutant).slice('fn.ts fn: '.length));
}

describe('an operator', () => {
  test.for([
    ['unlock(k);', 'drop an unlock: unlock(k); => nothing'],
    ['kfree(k);', 'skip an unwind step: kfree(k); => nothing'],
    ['k.irq = 0;', 'drop an assignment: k.irq = 0; => nothing'],
    ['k.a = lock(k); put(k);', 'swap neighbours: k.a = lock(k); put(k); => put(k); k.a = lock(k);'],
    ['kfree(a); kfree(b);', 'free in the wrong order: kfree(a); kfree(b); => kfree(b); kfree(a);'],
    ['f(i < n);', 'off by one: i < n => i <= n'],
    ['f(hwsize - 1);', 'off by one: hwsize - 1 => hwsize'],
    ['return Errno.ENOMEM;', 'wrong errno: Errno.ENOMEM => Errno.EINVAL'],
    ['return Errno.ENOMEM;', 'report success: Errno.ENOMEM => 0'],
    ['f((flags & X) !== 0);', 'negate a flag test: (flags & X) !== 0 => (flags & X) === 0'],
    ['f(a && b);', 'drop an operand: a && b => b'],
    ['f(a && b);', 'or for and: a && b => a || b'],
    ['if (x()) return 0;', 'skip a check: x() => false'],
    ['if (x()) y();', 'negate a condition: x() => !(x())'],
    ['for (let i = 0; i < n; i += 1) f(i);', 'wrong constant: 0 => 1'],
    [
      'for (let i = 0; i < n; i += 1) f(i);',
      'reverse a loop: for (let i = 0; i < n; i += 1) => for (let i = n - 1; i >= 0; i -= 1)',
    ],
    ['for (const a of b) f(a);', 'reverse a loop: b => [...b].reverse()'],
    ['k.count += 1;', 'count the wrong way: k.count += 1 => k.count -= 1'],
  ])('makes of %s: %s', ([body, name]) => {
    expect(mutantsIn(body ?? '')).toContain(name);
  });

  test('makes each mutant once, and none that reads as before', () => {
    const names = mutantsIn('if (a) return 0; for (;;) { f(a); g(b); } return a.b;');
    expect(new Set(names).size).toBe(names.length);
  });
});

test('all mutants of a script stand in one script that is JavaScript', () => {
  const script = parsed(
    'if (a || (b && c)) { kfree(a); kfree(b); kfree(c); } else return a ?? f();',
  );
  expect(isProblem(parseScript('fn.ts', switched(script, mutantsOf(script, 1))))).toBe(false);
});

describe('a run', () => {
  const kept = readKept();
  const plan = {
    corpus: [...kept.traces, ...readCorpus(CANARIES)].filter(({ path }) =>
      path.includes('devres_'),
    ),
    expected: kept.expected,
    base: reference,
    environments: ENVIRONMENTS,
    seed: 'a run',
    runs: 1,
  };

  function runOnce(): readonly MutantRow[] {
    const mutated: Mutated = load();
    const suite: Suite = gatherSuite(mutated, plan, () => undefined);
    const listed = new Map(readListed().map((entry) => [entry.name, entry]));
    return mutated.mutants.map((mutant) =>
      rowOf(mutant, tryMutant(mutated, suite, mutant, plan), { suite, listed }),
    );
  }

  function load(): Mutated {
    const mutated = loadMutated(['devres.ts']);
    if (isProblem(mutated)) throw new Error(mutated.message);
    return mutated;
  }

  test('kills the same mutants by the same rules each time', () => {
    const first = runOnce();
    expect(runOnce()).toEqual(first);
    const killed = first.filter(({ fate }) => fate === 'killed');
    expect(killed.length).toBeGreaterThan(first.length / 2);
    expect(killed.every(({ rule, rules, found }) => rules.includes(rule) && found !== '')).toBe(
      true,
    );
    expect(killed.some(({ rules }) => rules.length > 1)).toBe(true);
  });

  test('finds in the steps that may differ what oracle and rules find in all of them', () => {
    const mutated = load();
    const whole = gatherSuite(mutated, plan, () => undefined);
    // Where the reference has a finding, only a new one counts.
    const passing = (cases: readonly Case[]): readonly Case[] =>
      cases.filter(({ run }) => !run.known);
    const cases = whole.cases.map(({ corpus, sweep, random }) => ({
      corpus: passing(corpus),
      sweep: passing(sweep),
      random: passing(random),
    }));
    const suite = { ...whole, cases };
    const all = { ...plan, runs: 30 };
    for (const mutant of mutated.mutants.filter(({ id }) => id % 4 === 0)) {
      const { rule, traces } = tryMutant(mutated, suite, mutant, all);
      const factory = mutated.choose(mutant);
      const rules = casesFor(suite, mutant.id, all.runs).map(({ run }) => ruleOf(run, factory));
      const at = rules.findIndex((each) => each !== '');
      const wanted = { rule: rules[at] ?? '', traces: at < 0 ? rules.length : at + 1 };
      expect({ rule, traces }).toEqual(wanted);
    }
  });

  /** What is found first, '' when nothing is. */
  function ruleOf({ trace }: Case['run'], factory: SubjectFactory): string {
    const session = startSession(trace.environment, { factory, spec: 'kernel' });
    for (const step of trace.steps) session.apply(step);
    return session.finish()?.rule ?? '';
  }

  test('finds nothing that a mutant shows which is listed as equivalent', () => {
    const mutated = load();
    const suite = gatherSuite(mutated, plan, () => undefined);
    const kinds = new Map(readListed().map(({ name, kind }) => [name, kind]));
    const equivalent = mutated.mutants.filter((one) => kinds.get(nameOf(one)) === 'equivalent');
    expect(equivalent.length).toBeGreaterThan(0);
    for (const mutant of equivalent) {
      const { killed, shows } = tryMutant(mutated, suite, mutant, { ...plan, compare: true });
      expect({ killed, shows }).toEqual({ killed: false, shows: '' });
    }
  });

  test('names the entries of the list that say the wrong kind', () => {
    const row = runOnce().find(({ fate }) => fate === 'equivalent');
    if (row === undefined) throw new Error('nothing is listed as equivalent');
    const entry = { name: row.name, kind: 'equivalent', why: 'because', where: 'list:2' } as const;
    const wrong = (change: Partial<MutantRow>): readonly string[] =>
      wrongEntries([entry], [{ ...row, ...change }], ['devres.ts']);
    expect(wrong({})).toEqual([]);
    expect(wrong({ shows: 'a.trace' })).toEqual([
      `list:2: shows something else in a.trace: ${row.name}`,
    ]);
    expect(wrong({ fate: 'different', shows: 'a.trace' })).toEqual([]);
    expect(wrong({ fate: 'different' })).toEqual([
      `list:2: shows nothing else in any trace: ${row.name}`,
    ]);
  });

  test('names the entries of the list that are wrong', () => {
    const row = runOnce().find(({ fate }) => fate === 'killed');
    const entries = [
      { name: row?.name ?? '', kind: 'open', why: 'because', where: 'list:2' },
      {
        name: 'devres.ts nowhere: drop a call: f(); => nothing',
        kind: 'open',
        why: 'because',
        where: 'list:3',
      },
    ] as const;
    const wrong = wrongEntries(entries, row === undefined ? [] : [row], ['devres.ts']);
    expect(wrong.map((line) => line.slice(0, 24))).toEqual([
      'list:2: is killed by "' + row?.rule.slice(0, 2),
      'list:3: there is no such',
    ]);
  });
});

describe('the list of mutants that survive', () => {
  const base = referenceSources();

  function fileOf(name: string): string {
    return name.slice(0, name.indexOf(' '));
  }

  /** The reference with the mutant in its text, as somebody would have written it. */
  function sourcesOf({ file, draft: { start, end, text } }: Mutant): Sources {
    const source = base.get(file) ?? '';
    return new Map(base).set(file, source.slice(0, start) + text + source.slice(end));
  }

  test('names mutants that there are, each with a reason', () => {
    const list = readListed();
    const files = [...new Set(list.map(({ name }) => fileOf(name)))];
    const mutated = loadMutated(files);
    if (isProblem(mutated)) throw new Error(mutated.message);
    const names = new Set(mutated.mutants.map(nameOf));
    expect(list.filter(({ name }) => !names.has(name))).toEqual([]);
    expect(list.every(({ why }) => why.length > 10)).toBe(true);
  });

  test('says different of what regress calls different, also behind a finding of the base', () => {
    const listed = readListed().filter(({ kind }) => kind === 'different');
    // The last, which needs a lost interrupt number: to minimise all of them takes a minute.
    const different = listed.slice(-1);
    const mutated = loadMutated([...new Set(different.map(({ name }) => fileOf(name)))]);
    if (isProblem(mutated)) throw new Error(mutated.message);
    const { traces } = readKept();
    const verdicts = different.map(({ name }) => {
      const mutant = mutated.mutants.find((one) => nameOf(one) === name);
      if (mutant === undefined) return [name, 'is no mutant'];
      const changed = mutated.choose(mutant);
      const shows = traces.find(
        ({ trace }) =>
          besideFinding(trace, { base: reference, changed, spec: 'kernel' }) !== undefined,
      );
      const change = { name, title: name, base, before: base, changed: sourcesOf(mutant) };
      const { verdict } = checkChange(
        change,
        budgetOf(shows === undefined ? [] : [shows.trace], 0),
      );
      return [name, verdict];
    });
    expect(verdicts).toHaveLength(1);
    expect(verdicts.filter(([, verdict]) => verdict !== 'different')).toEqual([]);
  });

  test('says where it is not one', () => {
    expect(parseListed('list', 'different: it is\n  a\n  a\n')).toContain('list:3: stands');
    expect(parseListed('list', '  a\n')).toContain('list:1: expected "equivalent: REASON"');
  });
});
