// SPDX-License-Identifier: GPL-2.0-only
/** The reference implementation of the MSI core as a subject. */
import type { Environment } from '../../trace/environment.ts';
import type { Observation } from '../../trace/observation.ts';
import type { Step } from '../../trace/step.ts';
import type { Subject, SubjectFactory } from '../subject.ts';
import { boot } from './boot.ts';
import { KernelDeath } from './bug.ts';
import { run } from './calls.ts';
import { rcu_barrier } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import { copyKernel } from './snapshot.ts';

/** The reference, unchanged. */
export const reference: SubjectFactory = { name: 'reference', start };

function start(environment: Environment): Subject {
  let k = boot(environment);
  return {
    apply: (step) => apply(k, step),
    picture: () => k,
    snapshot: () => new Saved(copyKernel(k)),
    restore: (snapshot) => {
      if (!(snapshot instanceof Saved))
        throw new Error('this snapshot was taken from another subject');
      k = copyKernel(snapshot.kernel);
    },
  };
}

/** A snapshot is a kernel that nobody else has. */
class Saved {
  readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }
}

/** Runs a step to its end, or to the death of the kernel, then the RCU callbacks. */
function apply(k: Kernel, step: Step): Observation {
  begin(k, step);
  let ret = 0;
  let virq = 0;
  let dead = false;
  try {
    const result = run(k, step.call);
    if (typeof result === 'number') ret = result;
    else {
      ret = result.index;
      virq = result.virq;
    }
    rcu_barrier(k);
  } catch (error) {
    if (!(error instanceof KernelDeath)) throw error;
    dead = true;
  }
  return {
    ret,
    virq,
    callbacks: k.callbacks,
    splats: k.splats,
    fired: k.fired,
    requests: k.requests,
    dead,
    picture: k,
  };
}

function begin(k: Kernel, step: Step): void {
  k.now += 1;
  k.faults = step.faults;
  k.requests.fill(0);
  k.requestsTotal = 0;
  k.opCalls.fill(0);
  k.callbacks = [];
  k.splats = [];
  k.fired = [];
  for (const cache of k.slabs) if (cache.touched.length > 0) cache.touched.length = 0;
}
