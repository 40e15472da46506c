// SPDX-License-Identifier: GPL-2.0-only
/** Small calls: all there are with the simplest arguments, and passes that put them in the place of others. */
import { affinityArg } from '../../trace/affinity.ts';
import { type Call, call, CALL_NAMES, type CallName, DOMAINS } from '../../trace/call.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from '../../trace/environment.ts';
import { PROFILES } from '../../trace/profile.ts';
import { MSI_ANY_INDEX } from '../../trace/flags.ts';
import type { Release } from '../../trace/profile.ts';
import { type ArgKind, SIGNATURES } from '../../trace/signatures.ts';
import type { Trace } from '../../trace/step.ts';
import { simplerValues } from './arguments.ts';
import { compareTraces } from './order.ts';
import { type Search, withStep, withSteps } from './search.ts';

const LARGEST_NVEC = 32;
/** Values that stand for all others in a first look. */
const SMALL: Readonly<Record<ArgKind, readonly number[]>> = {
  dev: [0, 1],
  domid: [0, 1],
  slot: [0, 1],
  anySlot: [0, 1, MSI_ANY_INDEX],
  nvec: [1, 2],
  affinity: [0, affinityArg(1, false)],
  attrib: [0, 3],
  filter: [0, 1, 2],
  nirqs: [1, 2],
  yes: [1, 0],
  hwsize: [1, 2],
  domain: DOMAINS.map((_, index) => index),
  hwirq: [0, 1],
  block: [0, 1],
  vec: [0, 1],
  token: [0, 1],
  res: [0, 1],
  cookie: [0],
  type: [0],
};

const lists = new Map<string, readonly Call[]>();

/** Every call that the environment's release has, with small arguments; the simplest first, and the same records for all environments. */
export function smallCalls({ release, devices }: Environment): readonly Call[] {
  const name = `${release} ${devices}`;
  const known = lists.get(name);
  if (known !== undefined) return known;
  const all =
    lists.get(release) ??
    CALL_NAMES.flatMap((fn) => smallCallsOf(fn, release)).toSorted((a, b) =>
      compareTraces(alone(a), alone(b)),
    );
  const calls = all.filter(({ dev }) => dev < devices);
  lists.set(release, all);
  lists.set(name, calls);
  return calls;
}

function alone(one: Call): Trace {
  return { environment: DEFAULT_ENVIRONMENT, steps: [{ call: one, faults: [] }] };
}

function smallCallsOf(fn: CallName, release: Release): readonly Call[] {
  if (!SIGNATURES[fn].releases.includes(PROFILES[release].release)) return [];
  let calls: readonly Call[] = [call(fn)];
  for (const { field, kind } of SIGNATURES[fn].args) {
    const values = field === 'lock' ? [1] : SMALL[kind];
    calls = values.flatMap((value) => calls.map((one) => ({ ...one, [field]: value })));
  }
  return calls.filter(({ first, last }) => first <= last);
}

/** True for the plainest of the calls that differ only in details: the others leave the same behind. */
export function isPlain(one: Call): boolean {
  const { affinity, msi_attrib, block, res, filter, type, hwirq, hwsize } = one;
  return affinity + msi_attrib + block + res + filter + type + hwirq + (hwsize >> 2) === 0;
}

/** Another call with the same arguments as far as it has them, such as the one without `_locked`. */
export function renameCalls(search: Search): boolean {
  let renamed = false;
  for (let at = search.best().steps.length - 1; at >= 0; at -= 1) {
    for (const fn of CALL_NAMES) {
      const best = search.best();
      const step = best.steps[at];
      if (step === undefined) break;
      const { fn: old } = step.call;
      const simpler = CALL_NAMES.indexOf(fn) < CALL_NAMES.indexOf(old);
      if (fn === old || !(simpler || sameSort(old).includes(fn))) continue;
      if (!SIGNATURES[fn].releases.includes(PROFILES[best.environment.release].release)) continue;
      const plain = converted(step.call, fn);
      const found = [plain, lowest(plain)].some((other) =>
        search.attempt(withStep(best, at, { ...step, call: other }), at),
      );
      if (found) renamed = true;
    }
  }
  return renamed;
}

/** Words in the names of calls that do the same sort of thing. */
const SORTS: readonly string[] = ['alloc', 'free', 'insert', 'create', 'release', 'activate'];

/** Calls that do the same sort of thing, by their names. */
export function sameSort(fn: CallName): readonly CallName[] {
  const sort = SORTS.find((word) => fn.includes(word));
  return sort === undefined ? [] : CALL_NAMES.filter((name) => name !== fn && name.includes(sort));
}

/** The call with every number as small as it can be. */
function lowest(one: Call): Call {
  let made = one;
  for (const arg of SIGNATURES[one.fn].args) {
    const [least] = simplerValues(arg, one[arg.field]);
    if (least !== undefined && NUMBERS.includes(arg.kind)) made = { ...made, [arg.field]: least };
  }
  return made;
}

const NUMBERS: readonly ArgKind[] = ['slot', 'nvec', 'nirqs', 'hwsize', 'hwirq', 'vec'];

/** The call of another function with the arguments of `old`, as far as it has them. */
export function converted(old: Call, fn: CallName): Call {
  const was = SIGNATURES[old.fn].args;
  let made = call(fn);
  for (const { field, kind } of SIGNATURES[fn].args) {
    const has = was.some((arg) => arg.field === field);
    const value = has
      ? old[field]
      : field === 'lock' || kind === 'nvec'
        ? 1
        : valueFrom(old, field);
    made = { ...made, [field]: fitting(kind, value) };
  }
  return made;
}

function fitting(kind: ArgKind, value: number): number {
  if (kind === 'slot' && value === MSI_ANY_INDEX) return 0;
  return kind === 'nvec' ? Math.min(Math.max(value, 1), LARGEST_NVEC) : value;
}

/** A range is a number of slots, and one slot is a range. */
function valueFrom(old: Call, field: string): number {
  const fields = SIGNATURES[old.fn].args.map((arg) => arg.field);
  if (fields.includes('index') && (field === 'first' || field === 'last'))
    return old.index === MSI_ANY_INDEX ? 0 : old.index;
  if (fields.includes('first') && field === 'index') return old.first;
  if (fields.includes('nirqs') && field === 'last') return Math.max(0, old.nirqs - 1);
  if (fields.includes('last') && field === 'nirqs') return old.last - old.first + 1;
  return 0;
}

/** Every small call in the place of each step. */
export function replaceSteps(search: Search): boolean {
  for (let at = search.best().steps.length - 1; at >= 0; at -= 1) {
    const best = search.best();
    const step = best.steps[at];
    if (step === undefined) return false;
    for (const small of smallCalls(best.environment)) {
      if (search.attempt(withStep(best, at, { ...step, call: small }), at)) return true;
    }
  }
  return false;
}

/** Every small call in the place of the last two steps, also one of a driver that forgets to lock. */
export function replaceLastPair(search: Search): boolean {
  const best = search.best();
  const common = best.steps.length - 2;
  const [last, lastButOne] = [best.steps[common + 1], best.steps[common]];
  if (last === undefined || lastButOne === undefined) return false;
  const faults = [...lastButOne.faults, ...last.faults];
  return smallCalls(best.environment).some((small) => {
    const locks = SIGNATURES[small.fn].args.some(({ field }) => field === 'lock');
    const calls = locks && small.nvec_used === 0 ? [small, { ...small, lock: 0 }] : [small];
    return calls.some((one) =>
      search.attempt(
        withSteps(best, best.steps.toSpliced(common, 2, { call: one, faults })),
        common,
      ),
    );
  });
}
