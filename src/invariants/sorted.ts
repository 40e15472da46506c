// SPDX-License-Identifier: GPL-2.0-only
/** Rules sorted by what they look at, so that a step asks only those that have something to say. */
import { CALL_NAMES, type CallName } from '../trace/call.ts';
import { COUNTS } from './memory.ts';
import type { Picture } from '../trace/observation.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { SPLATS } from './splat.ts';
import type * as view from './view.ts';

/** Rules that look at one kind of thing, how they do it, and after which facts (0: always): the same index in all. */
export interface Checks<F> {
  readonly rules: readonly Rule[];
  readonly run: readonly F[];
  readonly after: readonly number[];
}

/** How a rule looks at a thing. */
export type Look<T> = (seen: T, history: History) => string | undefined;
/** How a rule looks at a step. */
export type Step = NonNullable<Rule['step']>;

/** Rules by what they look at. */
export interface Sorted {
  /** Complaints are looked at when there are any, the rest of a step always. */
  readonly splat: Checks<Step>;
  readonly step: Checks<Step>;
  readonly call: ReadonlyMap<CallName, Checks<Step>>;
  readonly number: Checks<Look<view.NumberView>>;
  readonly irq: Checks<Look<view.IrqView>>;
  /** Those for any descriptor, and these with those for one that has interrupts. */
  readonly desc: Checks<Look<view.DescView>>;
  readonly boundDesc: Checks<Look<view.DescView>>;
  readonly domain: Checks<Look<view.DomainView>>;
  readonly newDomain: Checks<Look<view.DomainView>>;
  readonly device: Checks<Look<view.DeviceView>>;
  readonly belongings: Checks<Look<view.DeviceView>>;
  readonly storeNode: Checks<Look<view.NodeView>>;
  readonly mapNode: Checks<Look<view.NodeView>>;
  /** All of them, for a step after which something is miscounted, and those that do not count. */
  readonly totals: Checks<Look<Picture>>;
  readonly uncounted: Checks<Look<Picture>>;
  readonly all: Checks<Look<Picture>>;
}

/** Sorts rules; their order stays. */
export function sort(rules: readonly Rule[]): Sorted {
  return {
    splat: pick(
      rules.filter((rule) => SPLATS.includes(rule)),
      ({ step }) => step,
    ),
    step: pick(
      rules.filter((rule) => rule.calls === undefined && !SPLATS.includes(rule)),
      ({ step }) => step,
    ),
    call: new Map(
      CALL_NAMES.map((fn) => [
        fn,
        pick(
          rules.filter(({ calls }) => calls?.includes(fn) === true),
          ({ step }) => step,
        ),
      ]),
    ),
    number: pick(rules, ({ number }) => number),
    irq: pick(rules, ({ irq }) => irq),
    desc: pick(rules, ({ desc }) => desc),
    boundDesc: pick(rules, ({ desc, boundDesc }) => desc ?? boundDesc),
    domain: pick(rules, ({ domain }) => domain),
    newDomain: pick(rules, ({ newDomain }) => newDomain),
    device: pick(rules, ({ device }) => device),
    belongings: pick(rules, ({ belongings }) => belongings),
    storeNode: pick(rules, ({ node, storeNode }) => node ?? storeNode),
    mapNode: pick(rules, ({ node, mapNode }) => node ?? mapNode),
    totals: pick(rules, ({ totals }) => totals),
    uncounted: pick(
      rules.filter((rule) => !COUNTS.includes(rule)),
      ({ totals }) => totals,
    ),
    all: pick(rules, ({ all }) => all),
  };
}

/** The rules that look at one kind of thing. */
export function pick<F>(rules: readonly Rule[], what: (rule: Rule) => F | undefined): Checks<F> {
  const found: { rule: Rule; run: F }[] = [];
  for (const rule of rules) {
    const run = what(rule);
    if (run !== undefined) found.push({ rule, run });
  }
  return {
    rules: found.map(({ rule }) => rule),
    run: found.map(({ run }) => run),
    after: found.map(({ rule }) => rule.after ?? 0),
  };
}
