// SPDX-License-Identifier: GPL-2.0-only
/** Checks the rules: after each step on what it used, at the end of a trace on everything. */
import { CALL_NAMES, type CallName } from '../trace/call.ts';
import type { Observation, Picture } from '../trace/observation.ts';
import { addressesOf, liveOf } from './addresses.ts';
import { Fact } from './facts.ts';
import type { History } from './remember.ts';
import { RULES } from './index.ts';
import type { Broken, Rule } from './rule.ts';
import { SPLATS } from './splat.ts';
import { descView, deviceView, irqView, nodeView, numberView } from './view.ts';

/** Rules that look at one kind of thing, and how they do it: the same index in both. */
interface Checks<F> {
  readonly rules: readonly Rule[];
  readonly run: readonly F[];
}

function checks<F>(rules: readonly Rule[], pick: (rule: Rule) => F | undefined): Checks<F> {
  const found: { rule: Rule; run: F }[] = [];
  for (const rule of rules) {
    const run = pick(rule);
    if (run !== undefined) found.push({ rule, run });
  }
  return { rules: found.map(({ rule }) => rule), run: found.map(({ run }) => run) };
}

/** What a device has changes with one of these, or with its resources. */
const CAME_OR_WENT = Fact.DATA | Fact.DOMAIN_BORN | Fact.DOMAIN_GONE | Fact.DEVICE_GONE;

type Look<T> = (view: T, history: History) => string | undefined;

const ofSplats = checks(SPLATS, ({ step }) => step);
const ofStep = checks(RULES.filter((rule) => rule.calls === undefined && !SPLATS.includes(rule)), ({ step }) => step);
const ofCall: ReadonlyMap<CallName, Checks<NonNullable<Rule['step']>>> = new Map(
  CALL_NAMES.map((fn) => [fn, checks(RULES.filter(({ calls }) => calls?.includes(fn) === true), ({ step }) => step)]),
);
const NO_STEPS: Checks<NonNullable<Rule['step']>> = { rules: [], run: [] };
const ofNumber = checks(RULES, ({ number }) => number);
const ofIrq = checks(RULES, ({ irq }) => irq);
const ofDesc = checks(RULES, ({ desc }) => desc);
const ofDomain = checks(RULES, ({ domain }) => domain);
const ofNewDomain = checks(RULES, ({ newDomain }) => newDomain);
const ofBelongings = checks(RULES, ({ belongings }) => belongings);
const ofDevice = checks(RULES, ({ device }) => device);
const ofNode = checks(RULES, ({ node }) => node);
const ofTotals = checks(RULES, ({ totals }) => totals);
const ofAll = checks(RULES, ({ all }) => all);
const ofEnd = checks(RULES, ({ end }) => end);

/**
 * The first rule that a step breaks, on what it used. `history` is the one with the step in it.
 * `named` are the complaints that the oracle expects, written `WARN msi_ctrl_valid 1`; without it
 * complaints are not judged.
 */
export function checkTouched(observation: Observation, history: History, named?: readonly string[]): Broken | undefined {
  return check(observation, history, named, false);
}

/** The same on everything that exists. */
export function checkAll(observation: Observation, history: History, named?: readonly string[]): Broken | undefined {
  return check(observation, history, named, true);
}

/** Rules about the last state of a trace whose driver had the time to tidy up. */
export function checkEnd({ picture }: Observation, history: History): Broken | undefined {
  return checkPicture(ofEnd, picture, history);
}

function check(observation: Observation, history: History, named: readonly string[] | undefined, everything: boolean): Broken | undefined {
  const { picture } = observation;
  const splats = observation.splats.length === 0 ? undefined : checkStep(ofSplats, observation, history, named);
  if (observation.dead || splats !== undefined) return splats;
  return (
    checkStep(ofStep, observation, history, named) ??
    checkStep(ofCall.get(history.call.fn) ?? NO_STEPS, observation, history, named) ??
    history.broken ??
    checkNumbers(picture, history, everything) ??
    checkIrqs(picture, history, everything) ??
    checkDescs(picture, history, everything) ??
    checkDomains(picture, history, everything) ??
    checkDevices(picture, history, everything) ??
    checkNodes(picture, history, everything) ??
    checkPicture(ofTotals, picture, history) ??
    (everything ? checkPicture(ofAll, picture, history) : undefined)
  );
}

function broken(rule: Rule | undefined, detail: string): Broken {
  return { rule: rule?.name ?? '', source: rule?.source ?? '', detail };
}

function checkStep(
  { rules, run }: Checks<NonNullable<Rule['step']>>,
  observation: Observation,
  history: History,
  named: readonly string[] | undefined,
): Broken | undefined {
  for (let i = 0; i < run.length; i += 1) {
    const detail = run[i]?.(observation, history, named);
    if (detail !== undefined) return broken(rules[i], detail);
  }
  return undefined;
}

/** Runs every look at one thing. */
function look<T>({ rules, run }: Checks<Look<T>>, view: T, history: History): Broken | undefined {
  for (let i = 0; i < run.length; i += 1) {
    const detail = run[i]?.(view, history);
    if (detail !== undefined) return broken(rules[i], detail);
  }
  return undefined;
}

function checkPicture(list: Checks<Look<Picture>>, picture: Picture, history: History): Broken | undefined {
  return look(list, picture, history);
}

function checkNumbers(picture: Picture, history: History, everything: boolean): Broken | undefined {
  const count = everything ? history.numbers.length : history.touchedCount;
  for (let n = 0; n < count; n += 1) {
    const irq = everything ? n : (history.touched[n] ?? 0);
    const past = history.numbers[irq];
    const found = past === undefined ? undefined : look(ofNumber, numberView(picture, irq, past), history);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkIrqs(picture: Picture, history: History, everything: boolean): Broken | undefined {
  const list = everything ? liveOf(picture.irq_desc) : addressesOf(history, picture.irq_desc);
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const desc = picture.irq_desc.objects[address];
    const found = desc === undefined ? undefined : look(ofIrq, irqView(picture, address, desc), history);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkDescs(picture: Picture, history: History, everything: boolean): Broken | undefined {
  const list = everything ? liveOf(picture.msi_desc) : addressesOf(history, picture.msi_desc);
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const desc = picture.msi_desc.objects[address];
    const found = desc === undefined ? undefined : look(ofDesc, descView(picture, address, desc), history);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkDomains(picture: Picture, history: History, everything: boolean): Broken | undefined {
  const list = everything ? liveOf(picture.irq_domain) : addressesOf(history, picture.irq_domain);
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const domain = picture.irq_domain.objects[address];
    if (domain === undefined) continue;
    const view = { picture, address, domain };
    const fresh = everything || history.domains[address]?.made === history.steps;
    const found = look(ofDomain, view, history) ?? (fresh ? look(ofNewDomain, view, history) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkDevices(picture: Picture, history: History, everything: boolean): Broken | undefined {
  const changed = everything || picture.devres.touched.length > 0 || (history.facts & CAME_OR_WENT) !== 0;
  const list = everything ? liveOf(picture.device) : addressesOf(history, picture.device);
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const device = picture.device.objects[address];
    if (device === undefined) continue;
    const view = deviceView(picture, address, device);
    const found = look(ofDevice, view, history) ?? (changed ? look(ofBelongings, view, history) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkNodes(picture: Picture, history: History, everything: boolean): Broken | undefined {
  return checkTree(picture, true, history, everything) ?? checkTree(picture, false, history, everything);
}

function checkTree(picture: Picture, store: boolean, history: History, everything: boolean): Broken | undefined {
  const table = store ? picture.xa_node : picture.radix_tree_node;
  const list = everything ? liveOf(table) : addressesOf(history, table);
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const node = table.objects[address];
    const found = node === undefined ? undefined : look(ofNode, nodeView(picture, store, address, node), history);
    if (found !== undefined) return found;
  }
  return undefined;
}
