// SPDX-License-Identifier: GPL-2.0-only
/**
 * Adds a step to the history: its callbacks in order, then the objects that it used. What rules are
 * told of the step itself (facts, interrupt numbers, what left a map) is reset first.
 */
import type { Call } from '../trace/call.ts';
import type { Callback, Observation } from '../trace/observation.ts';
import type { Fault, Step } from '../trace/step.ts';
import { Fact } from './facts.ts';
import { foldCall } from './fold-call.ts';
import { contestRolledBack, foldIrqs, foldNumbers } from './fold-irqs.ts';
import { foldDescs } from './fold-descs.ts';
import { foldDevices } from './fold-devices.ts';
import { foldDomains } from './fold-domains.ts';
import { rulesByOp } from './by-operation.ts';
import { failed } from './memory.ts';
import { type History, mention, NOTHING_LOST, numberPast, resetProgress } from './remember.ts';

/** Adds a step. The observation is the one that the call led to, with these faults armed. */
export function fold(history: History, observation: Observation, { call, faults }: Step): void {
  begin(history, observation, call);
  if (faults.length > 0 || history.faults.length > 0) force(history, faults);
  foldCall(history, observation);
  const { callbacks } = observation;
  for (let i = 0; i < callbacks.length; i += 1) {
    const callback = callbacks[i];
    if (callback === undefined) continue;
    if (history.broken === undefined) checkOrder(history, callback);
    foldCallback(history, callback);
  }
  foldDomains(history, observation);
  foldIrqs(history, observation.picture);
  foldDevices(history, observation);
  foldDescs(history, observation);
  foldNumbers(history, observation.picture);
  contestRolledBack(history, observation);
}

function force(history: History, faults: readonly Fault[]): void {
  history.faults = faults;
  history.forced = faults.filter((fault) => fault.kind === 'callback');
  history.opStep.clear();
}

function begin(history: History, { ret, splats, fired, callbacks }: Observation, call: Call): void {
  history.steps += 1;
  history.call = call;
  history.facts = 0;
  if (splats.length > 0) history.facts |= Fact.SPLAT;
  if (failed(call.fn, ret)) history.facts |= Fact.REFUSED;
  history.broken = undefined;
  history.lost = NOTHING_LOST;
  for (let i = 0; i < history.ended.length; i += 1)
    history.numbers[history.ended[i] ?? 0] = undefined;
  history.touchedCount = 0;
  if (history.ended.length > 0) history.ended.length = 0;
  if (history.removed.length > 0) history.removed.length = 0;
  if (history.left.length > 0) history.left.length = 0;
  if (history.changed.length > 0) history.changed.length = 0;
  if (history.bereaved.length > 0) history.bereaved.length = 0;
  if (callbacks.length > 0) resetProgress(history.progress);
  if (fired.length === 0) return;
  history.facts |= Fact.FIRED;
  findLies(history, { fired, callbacks });
}

/**
 * An operation that was forced to return 0 says that it did what it did not do. A step in which one
 * was forced and all its calls returned 0 is such a case, for every other forced result can be seen.
 */
function findLies(
  history: History,
  { fired, callbacks }: Pick<Observation, 'fired' | 'callbacks'>,
): void {
  for (const { where } of fired) {
    if (where !== 'map' && where !== 'msi_init') continue;
    const calls = callbacks.filter(({ op }) => op === where);
    if (calls.length === 0 || calls.some(({ ret }) => ret !== 0)) continue;
    for (const { irq } of calls) numberPast(history, irq).lied = true;
  }
}

function checkOrder(history: History, callback: Callback): void {
  const rules = rulesByOp.get(callback.op);
  if (rules === undefined) return;
  for (let i = 0; i < rules.length; i += 1) {
    const rule = rules[i];
    const detail = rule?.callback?.(callback, history);
    if (rule === undefined || detail === undefined) continue;
    history.broken = { rule: rule.name, source: rule.source, detail };
    return;
  }
}

function foldCallback(history: History, callback: Callback): void {
  const { progress, opTotal, opStep, environment } = history;
  if (environment.hostile.length > 0) opTotal.set(callback.op, (opTotal.get(callback.op) ?? 0) + 1);
  if (history.forced.length > 0) opStep.set(callback.op, (opStep.get(callback.op) ?? 0) + 1);
  if (progress.rollback !== 0 && callback.op !== 'msi_free') progress.rollback = 0;
  switch (callback.op) {
    case 'prepare_desc':
      progress.readied = true;
      return;
    case 'set_desc':
      progress.readied = false;
      progress.described = true;
      progress.numbered = false;
      return;
    case 'get_hwirq':
      progress.described = false;
      progress.numbered = true;
      return;
    case 'msi_prepare':
      progress.checked = false;
      if (callback.ret === 0) progress.prepared += 1;
      history.facts |= Fact.PREPARED;
      return;
    case 'msi_check':
      progress.checked = callback.ret === 0;
      return;
    case 'msi_finish':
      progress.finished = true;
      return;
    case 'msi_post_free':
      progress.freed = true;
      return;
    case 'domain_alloc_irqs':
      progress.allocatedByDomain = true;
      return;
    case 'domain_free_irqs':
      progress.freedByDomain = true;
      return;
    case 'release':
      foldRelease(history, callback);
      return;
    default:
      foldInterrupt(history, callback);
  }
}

function foldInterrupt(history: History, { op, domain, irq, arg, ret }: Callback): void {
  switch (op) {
    case 'alloc':
      if (ret < 0) return;
      for (let i = 0; i < arg; i += 1) add(mention(history, irq + i).alloc, domain, 1);
      history.facts |= Fact.LEVEL_ALLOCATED;
      return;
    case 'map':
      if (ret === 0) add(mention(history, irq).alloc, domain, 1);
      else mention(history, irq);
      return;
    case 'free':
    case 'unmap':
      add(mention(history, irq).alloc, domain, -1);
      return;
    case 'activate':
      if (ret === 0) add(mention(history, irq).active, domain, 1);
      history.facts |= ret === 0 ? Fact.ACTIVATED : Fact.ACTIVATE_FAILED;
      return;
    case 'deactivate':
      add(mention(history, irq).active, domain, -1);
      history.facts |= Fact.DEACTIVATED;
      return;
    default:
      foldMsi(history, { op, irq, arg, ret });
  }
}

function foldMsi(
  history: History,
  { op, irq, arg, ret }: Pick<Callback, 'op' | 'irq' | 'arg' | 'ret'>,
): void {
  switch (op) {
    case 'msi_init':
      if (ret >= 0) mention(history, irq).init += 1;
      else mention(history, irq);
      if (ret < 0) history.progress.rollback = irq;
      history.facts |= ret < 0 ? Fact.INIT_FAILED : Fact.INITIALISED;
      return;
    case 'msi_free':
      mention(history, irq).init -= 1;
      if (history.progress.rollback !== 0) history.progress.rollback = irq;
      return;
    case 'irq_compose_msi_msg':
      history.progress.composed = irq;
      return;
    case 'irq_write_msi_msg':
      mention(history, irq).written = arg;
      history.progress.composed = 0;
      history.facts |= arg === 0 ? Fact.CLEARED : Fact.WRITTEN;
      return;
    default:
  }
}

function foldRelease(history: History, { dev, arg }: Callback): void {
  history.facts |= Fact.RELEASED;
  const past = history.devices[history.deviceAt[dev] ?? 0];
  if (past === undefined) return;
  past.released |= 1 << arg;
  history.unsettled = true;
  history.progress.release = past.order.indexOf(arg);
}

function add(counts: number[], handle: number, by: number): void {
  if (handle >= 0 && handle < counts.length) counts[handle] = (counts[handle] ?? 0) + by;
}
