// SPDX-License-Identifier: GPL-2.0-only
/** The kernel's own C: its rate against the reference's, what a fresh world costs, and how long an edit takes to a verdict. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createTwoFilesPatch } from 'diff';

import { startBatches } from '../generate/batch.ts';
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import { startSession } from '../run/session.ts';
import { reference } from '../subject/reference/index.ts';
import { fits, fitted, type SubjectFactory } from '../subject/subject.ts';
import type { Step, Trace } from '../trace/step.ts';
import { countedTree } from '../trees/counted.ts';
import { readyTree } from '../trees/ready.ts';
import type { NamedTree } from '../trees/registry.ts';
import { cpu, median } from './bench-rates.ts';

const ROUNDS = 7;
const TRACES = 600;
const SEED = 'bench';
const MSI = 'kernel/irq/msi.c';

/** Of one tree; times of processor unless it says otherwise. */
export interface TreeFigures {
  readonly name: string;
  /** Over the reference, on the same steps. */
  readonly kasan: number;
  readonly counted: number;
  /** Steps per second, with KASAN and counters. */
  readonly rate: number;
  /** Microseconds. */
  readonly start: number;
  readonly restore: number;
  /** Seconds on the wall, and the verdict; a step of a build that is not kept is in it. */
  readonly edit: number;
  readonly verdict: string;
}

/** Measures a tree. Throws `NoTree` or `NoModule`. */
export async function treeFigures(tree: NamedTree): Promise<TreeFigures> {
  const { factory } = await readyTree(tree);
  const counted = await countedTree(tree);
  const traces = runnable(factory);
  const steps = traces.reduce((sum, trace) => sum + trace.steps.length, 0);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    bare: cpu(() => play(traces, reference)),
    kasan: cpu(() => play(traces, factory)),
    counted: cpu(() => play(traces, counted.factory)),
    start: cpu(() => begin(traces, factory)) / traces.length,
    restore: restoring(traces, factory) / traces.length,
  }));
  const middle = (of: (round: (typeof rounds)[number]) => number): number => median(rounds.map(of));
  return {
    name: tree.name,
    kasan: middle(({ kasan, bare }) => kasan / bare),
    counted: middle((round) => round.counted / round.bare),
    rate: middle((round) => (steps / round.counted) * 1e6),
    start: middle(({ start }) => start),
    restore: middle(({ restore }) => restore),
    ...editToVerdict(tree),
  };
}

/** Random traces, up to what ends them: every subject runs the same steps. */
function runnable(factory: SubjectFactory): readonly Trace[] {
  const traces: Trace[] = [];
  const worlds = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter((each) => fits(factory, each));
  startBatches(worlds, SEED)(0, TRACES, ({ environment: wanted, steps: drawn }) => {
    const environment = fitted(factory, wanted);
    if (typeof environment === 'string') return true;
    const session = startSession(environment, { factory, spec: 'kernel' });
    const steps: Step[] = [];
    for (const step of drawn) {
      const { kind } = session.apply(step);
      if (kind === 'applied') steps.push(step);
      if (kind === 'ended' || kind === 'finding') break;
    }
    traces.push({ environment, steps });
    return true;
  });
  return traces;
}

function play(traces: readonly Trace[], factory: SubjectFactory): void {
  for (const { environment, steps } of traces) {
    const subject = factory.start(environment);
    for (const step of steps) subject.apply(step);
  }
}

function begin(traces: readonly Trace[], factory: SubjectFactory): void {
  for (const { environment } of traces) factory.start(environment);
}

/** Back to the start from the end of each trace. */
function restoring(traces: readonly Trace[], factory: SubjectFactory): number {
  let sum = 0;
  for (const { environment, steps } of traces) {
    const subject = factory.start(environment);
    const snapshot = subject.snapshot();
    for (const step of steps) subject.apply(step);
    sum += cpu(() => {
      subject.restore(snapshot);
    });
  }
  return sum;
}

/** A defect in msi.c that no build has seen: what somebody waits for who has saved the file. */
function editToVerdict({ name, path }: NamedTree): Pick<TreeFigures, 'edit' | 'verdict'> {
  const folder = mkdtempSync(join(tmpdir(), 'msicheck-bench-'));
  try {
    const text = readFileSync(join(path, MSI), 'utf8');
    const never = `dev && ${process.hrtime.bigint() & 0xff_ffffn} + ${process.pid}`;
    const edited = text.replace(
      /^void msi_lock_descs\([^)]*\)\n\{\n/mu,
      `$&\tWARN_ON(${never});\n`,
    );
    const patch = join(folder, 'edit.patch');
    writeFileSync(patch, createTwoFilesPatch(`a/${MSI}`, `b/${MSI}`, text, edited));
    const program = join(import.meta.dirname, 'msicheck.mjs');
    const args = [program, 'regress', '--tree', name, '--reports', folder, patch];
    const before = process.hrtime.bigint();
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const edit = Number(process.hrtime.bigint() - before) / 1e9;
    return { edit, verdict: /^ +verdict +(.*)$/mu.exec(stdout)?.[1] ?? 'none' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
