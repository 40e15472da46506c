// SPDX-License-Identifier: GPL-2.0-only
/** The protocol for other implementations: its words, its document, the reference served. No process is started. */
import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { restrict } from '../src/conform/restrict.ts';
import { traceArbitrary } from '../src/generate/arbitrary.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import {
  allAbilities,
  formatAbilities,
  inRelease,
  parseAbilities,
} from '../src/subject/process/abilities.ts';
import {
  type Answer,
  answerOf,
  formatAnswer,
  formatState,
  parseWords,
} from '../src/subject/process/answer.ts';
import { commandText, commandWords } from '../src/subject/process/command.ts';
import { startServer } from '../src/subject/process/serve.ts';
import { KINDS, SHOWS_ALL } from '../src/subject/process/vocabulary.ts';
import { reference } from '../src/subject/reference/index.ts';
import { parseErrno } from '../src/trace/errno.ts';
import { parseStep } from '../src/trace/parse.ts';
import { eachStep } from './observed-steps.ts';

const DOCUMENT = readFileSync('docs/protocol.md', 'utf8');
const SEED = 20_251_120;

describe('a greeting', () => {
  test('is read as it was written', () => {
    for (const release of ['6.12', '6.12.117', '6.1'] as const) {
      const all = allAbilities('some program', release);
      expect(parseAbilities(formatAbilities(all))).toEqual(all);
    }
  });

  test('of the document is one', () => {
    const lines = (/^```text\n([\s\S]*?)^```/mu.exec(DOCUMENT)?.[1] ?? '').trim().split('\n');
    const { calls, only, shows, can } = parseAbilities(lines);
    expect([...calls]).toContain('msi_domain_insert_msi_desc');
    expect(only.get('msi_domain_insert_msi_desc')).toEqual(
      new Map([
        ['affinity', new Set([0])],
        ['domid', new Set([0, 1])],
      ]),
    );
    expect(shows.kinds.get('lock')).toEqual(['of']);
    expect([...can]).toEqual(['restart']);
  });

  test.for([
    [['msicheck protocol 2'], 'speaks version "2"', 'version 1'],
    [['hello'], 'began with "hello"', 'as its first line'],
    [['release: 6.12'], 'began with', 'as its first line'],
    [bare('release: 5.4'), 'has "release: 6.12 5.4"', 'one of 6.12'],
    [bare('calls: msi_lock_desc'), 'unknown call "msi_lock_desc"', 'msi_lock_descs'],
    [bare('calls: msi_get_virq'), 'implements msi_get_virq, which 6.12 does not have', 'calls of'],
    [bare('shows: returns'), 'unknown part of an answer "returns"', 'one of'],
    [bare('shows: lock(off)'), 'unknown field of lock "off"', 'of'],
    [bare('faults: xa_nodes'), 'unknown fault "xa_nodes"', 'xa_node'],
    [bare('can: restore'), 'unknown ability "restore"', 'restart'],
    [bare('colour: red'), 'said "colour: red"', '"ready" or a line'],
    [bare('only: msi_lock_descs(domid=0)'), 'unknown argument "domid"', 'one of dev'],
    [bare('only: msi_lock_descs(dev=9)'), 'has "dev=9"', 'a device, 0..2'],
  ] as const)('is refused, and what was expected is said: %s', ([lines, wrong, expected]) => {
    expect(() => parseAbilities(lines)).toThrow(
      new RegExp(`${escape(wrong)}.*; expected .*${escape(expected)}`, 'u'),
    );
  });

  test('without a call, or that shows nothing, is refused', () => {
    const silent = bare().filter((line) => !line.startsWith('shows'));
    expect(() => parseAbilities(silent)).toThrow('shows nothing');
    expect(() => parseAbilities(['msicheck protocol 1', 'release: 6.12', 'ready'])).toThrow(
      'no call',
    );
  });
});

describe('an answer', () => {
  test('is read as it was written', () => {
    const changed: string[] = [];
    eachStep(({ observation, step }) => {
      const answer = answerOf(observation, step.call.fn, SHOWS_ALL);
      if (plain(readBack(answer)) !== plain(answer)) changed.push(formatAnswer(answer));
    });
    expect(changed).toEqual([]);
  });

  test.for([
    ['ret=EBUSY', '"ret=EBUSY"'],
    ['', 'no "ret="'],
    ['ret=0 lock(of=device0)', '"lock(of=device0)"'],
    ['ret=0 complaint(kind=WARN,fn=f)', '"complaint(kind=WARN,fn=f)"'],
    ['ret=0 complaint(kind=WARN,fn=f,nth=1,nth=1)', '"complaint'],
    ['ret=0 callback(op=free,domain=msi,dev=0,irq=x,arg=0,ret=0)', '"callback'],
  ] as const)('is none when a word is not what the greeting said: %s', ([line, wrong]) => {
    const read = parseWords(line, SHOWS_ALL, 'step');
    expect(read.wrong).toContain(wrong);
  });
});

describe('a trace for a program', () => {
  test('has only calls, arguments and faults that the program knows', () => {
    const abilities = parseAbilities(
      bare(
        'only: msi_domain_insert_msi_desc(affinity=none)',
        'calls: msi_domain_insert_msi_desc msi_lock_descs',
        'shows: ret',
        'faults: xa_node',
      ),
    );
    const lines = [
      'msi_lock_descs(dev=0)',
      'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=0, nvec_used=1, affinity=none, msi_attrib=none) (fail: xa_node 1)',
      'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=0, nvec_used=1, affinity=0x1, msi_attrib=none)',
      'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=0, nvec_used=1, affinity=none, msi_attrib=none) (fail: msi_alloc_desc 1)',
      'msi_unlock_descs(dev=0)',
    ].map((line) => parseStep(line));
    const [environment] = ENVIRONMENTS;
    if (environment === undefined) throw new Error('there are no environments');
    expect(restrict({ environment, steps: lines }, abilities).steps).toEqual(lines.slice(0, 2));
    expect(inRelease(environment, { release: '6.12.117' })).toEqual({
      ...environment,
      release: '6.12.117',
    });
    expect(inRelease(environment, { release: '6.1' })).toBe('6.12 in a program of 6.1');
  });

  test('is drawn from its calls alone', () => {
    const calls = new Set([
      'msi_setup_device_data',
      'msi_domain_insert_msi_desc',
      'irq_alloc_descs',
    ] as const);
    const traces = fc.sample(traceArbitrary(ENVIRONMENTS, { calls }), { numRuns: 200, seed: SEED });
    const drawn = traces.flatMap(({ steps }) => steps.map(({ call }) => call.fn));
    expect(new Set(drawn)).toEqual(calls);
    expect(drawn.length).toBeGreaterThan(1000);
  });
});

describe('the reference, served', () => {
  test('says in the document what it says', () => {
    const session = /^```session\n([\s\S]*?)^```/mu.exec(DOCUMENT)?.[1] ?? '';
    const { answer } = startServer(reference, '6.12');
    const replayed = session
      .split('\n')
      .filter((line) => line.startsWith('> '))
      .flatMap((line) => {
        const said = answer(line.slice(2));
        return said === undefined ? [line] : [line, `< ${said}`.trimEnd()];
      });
    expect(replayed.join('\n')).toBe(session.trim());
    expect(replayed.length).toBeGreaterThan(20);
  });

  test('answers anything at all with one line, or refuses it', () => {
    const { answer } = startServer(reference, '6.12');
    const words = fc.constantFrom(
      'start',
      'state',
      'snapshot',
      'restore',
      'forget',
      ' ',
      '1',
      '99',
      'x: ',
      'levels: ',
      '(',
      ')',
      'msi_lock_descs(dev=0)',
      'irq_free_descs(block=0)',
      'irq_domain_remove(domain=vector)',
      'msi_domain_free_irqs_all(dev=2, domid=2)',
      ' (fail: xa_node 1)',
      '\u0000',
      'é',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 4 }), (parts) => {
        const said = answer(parts.join(''));
        return said === undefined || !said.includes('\n');
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('is described: every word of an answer stands in the document', () => {
    const missing = Object.entries(KINDS).filter(([name, { fields }]) => {
      const described = name === 'live' ? 'live(KIND,KIND,...)' : `${name}(${fields.join(',')})`;
      return !DOCUMENT.includes(`\`${described}\``);
    });
    expect(missing).toEqual([]);
  });
});

describe('a command', () => {
  test.for([
    ['a b', ['a', 'b']],
    [' ./x  --y=1 ', ['./x', '--y=1']],
    [`sh -c 'a "b" | c' ""`, ['sh', '-c', 'a "b" | c', '']],
    [String.raw`a\ b "c\"d" e'f'"g"`, ['a b', 'c"d', 'efg']],
  ] as const)('is words, as a shell reads them: %s', ([text, words]) => {
    expect(commandWords(text)).toEqual(words);
    expect(commandWords(commandText(words))).toEqual(words);
  });

  test.for(['', '  ', `"" a`, `a 'b`, String.raw`a "b\"`])(
    'is refused with what was expected: %s',
    (text) => {
      expect(() => commandWords(text)).toThrow(/expected/u);
    },
  );
});

/** Items in the order of their fields, which is that of the greeting. */
function plain({ items, ...answer }: Answer): string {
  return JSON.stringify([answer.ret, answer.virq, answer.dead, [...items]]);
}

/** What somebody at the other end would read. */
function readBack(answer: Answer): Answer {
  const step = parseWords(formatAnswer(answer), answer.shows, 'step');
  const state = parseWords(formatState(answer.items, answer.shows), answer.shows, 'state');
  if (step.wrong !== undefined || state.wrong !== undefined)
    throw new Error(step.wrong ?? state.wrong);
  return {
    ...answer,
    ret: parseErrno(step.results.get('ret') ?? '') ?? Number.NaN,
    virq: parseErrno(step.results.get('virq') ?? '0') ?? Number.NaN,
    dead: step.results.get('dead') === 'yes',
    items: new Map([...step.items, ...(answer.dead ? [] : state.items)]),
  };
}

/** A greeting with little in it. */
function bare(...lines: readonly string[]): readonly string[] {
  return [
    'msicheck protocol 1',
    'release: 6.12',
    'calls: msi_lock_descs',
    'shows: ret',
    ...lines,
    'ready',
  ];
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
}
