// SPDX-License-Identifier: GPL-2.0-only
/** A thread of `fuzz`: it runs the units that it is told to, and learns what the others found. */
import { parentPort, workerData } from 'node:worker_threads';

import { startPopulation } from '../../fuzz/population.ts';
import { learn } from '../../fuzz/round.ts';
import { startUnits } from '../../fuzz/unit.ts';
import type { Answer, Order, ThreadJob } from './fuzz-threads.ts';
import { mistake } from './mistake.ts';
import { targetNamed } from './target.ts';

const job: ThreadJob = workerData;
const target = await targetNamed(job.subject, job.backend)?.load();
if (target === undefined) throw mistake(`there is no subject ${job.subject}`);
const { factory } = target;
const { spec, expected } = job;
const run = startUnits({ ...job, options: { factory, spec, expected } });
const population = startPopulation();

parentPort?.on('message', (order: Order) => {
  if (order.kind === 'learn') learn(population, order.lesson);
  else say({ unit: order.which.unit, result: run(population, order.which) });
});
say('ready');

function say(answer: Answer): void {
  parentPort?.postMessage(answer);
}
