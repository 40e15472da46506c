// SPDX-License-Identifier: GPL-2.0-only
/** Checks the rules: after each step on what it used, at the end of a trace on everything. */
import type { Observation, Picture } from '../trace/observation.ts';
import { liveOf } from './addresses.ts';
import { Fact } from './facts.ts';
import { RULES } from './index.ts';
import { isMiscounted } from './memory.ts';
import type { History } from './remember.ts';
import type { Broken, Rule } from './rule.ts';
import { type Checks, type Look, pick, sort, type Sorted, type Step } from './sorted.ts';
import * as view from './view.ts';

/** How much is looked at. */
interface Scope {
  readonly rules: Sorted;
  readonly history: History;
  readonly everything: boolean;
  /** The rule about the order of operations that the step broke. */
  readonly outOfOrder: Broken | undefined;
}

const SORTED = sort(RULES);
const AT_THE_END = pick(RULES, ({ end }) => end);
const NO_STEPS: Checks<Step> = { rules: [], run: [], after: [] };
/** What a device has changes with one of these, or with its resources. */
const CAME_OR_WENT = Fact.DATA | Fact.DOMAIN_BORN | Fact.DOMAIN_GONE | Fact.DEVICE_GONE;

/**
 * The first rule that a step breaks, on what it used. `history` is the one with the step in it.
 * `named` are the complaints that the oracle expects, written `WARN msi_ctrl_valid 1`; without it
 * complaints are not judged.
 */
export function checkTouched(
  observation: Observation,
  history: History,
  named?: readonly string[],
): Broken | undefined {
  return check(
    { rules: SORTED, history, everything: false, outOfOrder: history.broken },
    observation,
    named,
  );
}

/** The same on everything that exists. */
export function checkAll(
  observation: Observation,
  history: History,
  named?: readonly string[],
): Broken | undefined {
  return check(
    { rules: SORTED, history, everything: true, outOfOrder: history.broken },
    observation,
    named,
  );
}

/** Rules about the last state of a trace whose driver had the time to tidy up. */
export function checkEnd({ picture }: Observation, history: History): Broken | undefined {
  return look(AT_THE_END, picture, history);
}

/** One rule on everything that exists, whatever the others say. */
export function checkRule(
  rule: Rule,
  observation: Observation,
  history: History,
  named?: readonly string[],
): Broken | undefined {
  const outOfOrder = history.broken?.rule === rule.name ? history.broken : undefined;
  const found = check(
    { rules: alone(rule), history, everything: true, outOfOrder },
    observation,
    named,
  );
  return (
    found ??
    look(
      pick([rule], ({ end }) => end),
      observation.picture,
      history,
    )
  );
}

const apart = new WeakMap<Rule, Sorted>();

/** Sorted once: every finding asks every rule. */
function alone(rule: Rule): Sorted {
  const known = apart.get(rule);
  if (known !== undefined) return known;
  const sorted = sort([rule]);
  apart.set(rule, sorted);
  return sorted;
}

/** A state in which the kernel died says nothing more than why it died. */
function check(
  scope: Scope,
  observation: Observation,
  named: readonly string[] | undefined,
): Broken | undefined {
  const { rules, history, everything } = scope;
  const { picture } = observation;
  const found =
    observation.splats.length === 0
      ? undefined
      : checkStep(rules.splat, observation, history, named);
  if (observation.dead || found !== undefined) return found;
  return (
    checkStep(rules.step, observation, history, named) ??
    checkStep(rules.call.get(history.call.fn) ?? NO_STEPS, observation, history, named) ??
    scope.outOfOrder ??
    checkNumbers(scope, picture) ??
    checkIrqs(scope, picture) ??
    checkDescs(scope, picture) ??
    lookBack(isMiscounted(picture, history) ? rules.totals : rules.uncounted, picture, history) ??
    checkDomains(scope, picture) ??
    checkDevices(scope, picture) ??
    checkStoreNodes(scope, picture) ??
    checkMapNodes(scope, picture) ??
    (everything ? look(rules.all, picture, history) : undefined)
  );
}

function checkStep(
  { rules, run, after }: Checks<Step>,
  observation: Observation,
  history: History,
  named: readonly string[] | undefined,
): Broken | undefined {
  for (let i = 0; i < run.length; i += 1) {
    if (!isAfter(after[i], history)) continue;
    const detail = run[i]?.(observation, history, named);
    if (detail !== undefined) return broken(rules[i], detail);
  }
  return undefined;
}

/** Whether a rule has something to say after what a step was: facts without any are all steps. */
function isAfter(wanted: number | undefined, { facts }: History): boolean {
  return wanted === undefined || wanted === 0 || (wanted & facts) !== 0;
}

/** Runs every look at what a step left behind. */
function lookBack(
  { rules, run, after }: Checks<Look<Picture>>,
  picture: Picture,
  history: History,
): Broken | undefined {
  for (let i = 0; i < run.length; i += 1) {
    if (!isAfter(after[i], history)) continue;
    const detail = run[i]?.(picture, history);
    if (detail !== undefined) return broken(rules[i], detail);
  }
  return undefined;
}

/** Runs every look at one thing. */
function look<T>({ rules, run }: Checks<Look<T>>, seen: T, history: History): Broken | undefined {
  for (let i = 0; i < run.length; i += 1) {
    const detail = run[i]?.(seen, history);
    if (detail !== undefined) return broken(rules[i], detail);
  }
  return undefined;
}

function broken(rule: Rule | undefined, detail: string): Broken {
  return { rule: rule?.name ?? '', source: rule?.source ?? '', detail };
}

function checkNumbers({ rules, history, everything }: Scope, picture: Picture): Broken | undefined {
  const count = everything ? history.numbers.length : history.touchedCount;
  for (let n = 0; n < count; n += 1) {
    const irq = everything ? n : (history.touched[n] ?? 0);
    const past = history.numbers[irq];
    const found =
      past === undefined
        ? undefined
        : look(rules.number, view.numberView(picture, irq, past), history);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkIrqs({ rules, history, everything }: Scope, picture: Picture): Broken | undefined {
  const list = everything ? liveOf(picture.irq_desc) : picture.irq_desc.touched;
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const desc = picture.irq_desc.objects[address];
    const found =
      desc === undefined
        ? undefined
        : look(rules.irq, view.irqView(picture, address, desc), history);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkDescs({ rules, history, everything }: Scope, picture: Picture): Broken | undefined {
  const list = everything ? liveOf(picture.msi_desc) : picture.msi_desc.touched;
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const desc = picture.msi_desc.objects[address];
    if (desc === undefined) continue;
    const asked = desc.irq === 0 ? rules.desc : rules.boundDesc;
    const found = look(asked, view.descView(picture, address, desc), history);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkDomains({ rules, history, everything }: Scope, picture: Picture): Broken | undefined {
  const list = everything ? liveOf(picture.irq_domain) : picture.irq_domain.touched;
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const domain = picture.irq_domain.objects[address];
    if (domain === undefined) continue;
    const seen = { picture, address, domain };
    const fresh = everything || history.domains[address]?.made === history.steps;
    const found =
      look(rules.domain, seen, history) ??
      (fresh ? look(rules.newDomain, seen, history) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkDevices({ rules, history, everything }: Scope, picture: Picture): Broken | undefined {
  const changed =
    everything || picture.devres.touched.length > 0 || (history.facts & CAME_OR_WENT) !== 0;
  const list = everything ? liveOf(picture.device) : picture.device.touched;
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const device = picture.device.objects[address];
    if (device === undefined) continue;
    const seen = view.deviceView(picture, address, device);
    const found =
      look(rules.device, seen, history) ??
      (changed ? look(rules.belongings, seen, history) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkStoreNodes(
  { rules, history, everything }: Scope,
  picture: Picture,
): Broken | undefined {
  const { xa_node } = picture;
  const list = everything ? liveOf(xa_node) : xa_node.touched;
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const node = xa_node.objects[address];
    const found =
      node === undefined
        ? undefined
        : look(rules.storeNode, view.nodeView(picture, xa_node, address, node), history);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkMapNodes(
  { rules, history, everything }: Scope,
  picture: Picture,
): Broken | undefined {
  const { radix_tree_node } = picture;
  const list = everything ? liveOf(radix_tree_node) : radix_tree_node.touched;
  for (let i = 0; i < list.length; i += 1) {
    const address = list[i] ?? 0;
    const node = radix_tree_node.objects[address];
    const found =
      node === undefined
        ? undefined
        : look(rules.mapNode, view.nodeView(picture, radix_tree_node, address, node), history);
    if (found !== undefined) return found;
  }
  return undefined;
}
