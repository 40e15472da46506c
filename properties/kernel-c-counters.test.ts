// SPDX-License-Identifier: GPL-2.0-only
/** Counters of branches of the kernel's own C, for a search: what they count. Needs clang and trees that MSICHECK_TREES names. */
import { resolve } from 'node:path';

import { expect, test, vi } from 'vitest';

import { startBatches } from '../src/generate/batch.ts';
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../src/generate/environments.ts';
import { runTrace, startSession } from '../src/run/session.ts';
import { startCounters } from '../src/subject/kernel-c/counters.ts';
import { kernelC } from '../src/subject/kernel-c/index.ts';
import { fits, type SubjectFactory } from '../src/subject/subject.ts';
import type { Trace } from '../src/trace/step.ts';
import { countedTree } from '../src/trees/counted.ts';
import { readyTree } from '../src/trees/ready.ts';
import { describeTrees } from './machine-trees.ts';

vi.setConfig({ testTimeout: 240_000 });

function draw(factory: SubjectFactory, many: number): readonly Trace[] {
  const traces: Trace[] = [];
  const worlds = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter((each) => fits(factory, each));
  startBatches(worlds, 'counters')(0, many, (trace) => {
    traces.push(trace);
    return true;
  });
  return traces;
}

describeTrees('the counters of $name', ({ name, path: given }) => {
  const tree = { name, path: resolve(given), from: '' };
  const run = (trace: Trace, factory: SubjectFactory): string =>
    JSON.stringify(runTrace(trace, { factory, spec: 'kernel' }));

  test('are the same for the same trace, and tell traces apart', async () => {
    const { factory, counts, clear } = await countedTree(tree);
    const seen = new Set<string>();
    const traces = draw(factory, 60);
    for (const trace of traces) {
      clear();
      run(trace, factory);
      const once = [...counts()];
      clear();
      run(trace, factory);
      expect([...counts()]).toEqual(once);
      seen.add(once.join());
    }
    expect(seen.size).toBeGreaterThan(traces.length / 2);
  });

  test('do not change what is shown', async () => {
    const counted = await countedTree(tree);
    const { factory } = await readyTree(tree);
    for (const trace of draw(factory, 40))
      expect(run(trace, counted.factory)).toBe(run(trace, factory));
  });

  test('grow with more traces, and count nothing where nothing runs', async () => {
    const { factory, counts, clear } = await countedTree(tree);
    const reached = (): number => counts().reduce((sum, count) => sum + Number(count > 0), 0);
    clear();
    expect(reached()).toBe(0);
    const [first, ...others] = draw(factory, 60);
    if (first === undefined) throw new Error('no trace');
    run(first, factory);
    const few = reached();
    expect(few).toBeGreaterThan(50);
    for (const trace of others) run(trace, factory);
    expect(reached()).toBeGreaterThan(few + 100);
    expect(reached()).toBeLessThan(counts().length);
    const subject = startSession(first.environment, { factory, spec: 'kernel' });
    clear();
    subject.finish();
    expect(reached()).toBe(0);
  });

  test('are kept when the world goes back to a snapshot', async () => {
    const { factory, counts, clear } = await countedTree(tree);
    const [trace] = draw(factory, 1);
    if (trace === undefined) throw new Error('no trace');
    const session = startSession(trace.environment, { factory, spec: 'kernel' });
    clear();
    const before = session.snapshot();
    for (const step of trace.steps) session.apply(step);
    const there = [...counts()];
    session.restore(before);
    expect([...counts()]).toEqual(there);
    expect(Math.max(...there)).toBeGreaterThan(0);
  });

  test('are missed in a module that was not built for them', async () => {
    const { built } = await readyTree(tree);
    const { watch } = startCounters();
    expect(() => kernelC({ ...tree, module: built.module }, watch)).toThrow(
      /has no counters; build it again, with coverage/u,
    );
  });
});
