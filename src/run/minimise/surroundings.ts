// SPDX-License-Identifier: GPL-2.0-only
/** Passes of the minimiser over the environment of a trace. */
import {
  DEFAULT_ENVIRONMENT,
  type Environment,
  ENVIRONMENT_RANGES,
  impossible,
} from '../../trace/environment.ts';
import { BUS_TOKENS, MsiFlag } from '../../trace/flags.ts';
import { compareEnvironments } from './order.ts';
import type { Pass, Search } from './search.ts';

/** Each named environment in the order of the list, then the default one. */
export function namedEnvironments(list: readonly Environment[]): Pass {
  const environments = [
    DEFAULT_ENVIRONMENT,
    ...list.filter((env) => impossible(env) === undefined),
  ];
  return (search) =>
    environments.some((environment) =>
      search.attempt({ environment, steps: search.best().steps }, -1),
    );
}

/** Each field of the environment towards its default. */
export function reduceEnvironment(search: Search): boolean {
  let reduced = false;
  for (const [index] of CHANGES.entries()) {
    for (const environment of changesOf(search.best().environment)[index] ?? []) {
      if (search.attempt({ environment, steps: search.best().steps }, -1)) reduced = true;
    }
  }
  return reduced;
}

/** Environments that differ from `env` in one thing, and are simpler. */
export function simplerEnvironments(env: Environment): readonly Environment[] {
  return changesOf(env).flat();
}

/** Environments in which something runs out sooner, collides, or comes by itself. */
export function environmentsWithLess(env: Environment): readonly Environment[] {
  const {
    MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS: simple,
    MSI_FLAG_FREE_MSI_DESCS: free,
    MSI_FLAG_ACTIVATE_EARLY: early,
  } = MsiFlag;
  return possible([
    ...[1, 2, 3].map((vectors) => ({ ...env, vectors })),
    ...[8, 16].map((nr_irqs) => ({ ...env, nr_irqs })),
    ...[1, 2].map((hwsize) => ({ ...env, hwsize })),
    ...[simple, free, early, simple | free].map((bits) => ({ ...env, flags: env.flags | bits })),
    { ...env, hwirq: 'overlap' },
  ]).filter((other) => compareEnvironments(other, env) !== 0);
}

/**
 * The default environment, those between it and `env` in which a few of the differences are left, and
 * `env` itself: simple ones first.
 */
export function environmentsBelow(env: Environment): readonly Environment[] {
  const bare = { ...DEFAULT_ENVIRONMENT, name: env.name };
  const differences = differencesOf(env);
  let list: readonly Environment[] = [bare];
  if (differences.length <= FEW_DIFFERENCES) {
    for (const apply of differences) list = list.flatMap((one) => [one, apply(one)]);
  } else {
    list = [bare, ...differences.map((apply) => apply(bare)), env];
  }
  return possible(list).toSorted(compareEnvironments);
}

/** So many that all combinations of them can be tried. */
const FEW_DIFFERENCES = 3;

/** What has to be done to the default environment to come to `env`, one thing at a time. */
function differencesOf(env: Environment): readonly ((to: Environment) => Environment)[] {
  const { name: _, flags, ops, hostile, ...fields } = env;
  const usual = new Map<string, unknown>(Object.entries(DEFAULT_ENVIRONMENT));
  return [
    ...Object.entries(fields)
      .filter(([field, value]) => usual.get(field) !== value)
      .map(([field, value]) => (to: Environment): Environment => ({ ...to, [field]: value })),
    ...Object.values(MsiFlag)
      .filter((bit) => ((flags ^ DEFAULT_ENVIRONMENT.flags) & bit) !== 0)
      .map((bit) => (to: Environment): Environment => ({ ...to, flags: to.flags ^ bit })),
    ...(ops.length === 0 ? [] : [(to: Environment): Environment => ({ ...to, ops })]),
    ...(hostile.length === 0 ? [] : [(to: Environment): Environment => ({ ...to, hostile })]),
  ];
}

/** Environments that differ from `env` in one thing; those that cannot exist or are not simpler are left out later. */
type Change = (env: Environment) => readonly Environment[];

const CHANGES: readonly Change[] = [
  (env) => [
    { ...env, hostile: [] },
    { ...env, ops: [] },
    { ...env, flags: DEFAULT_ENVIRONMENT.flags },
  ],
  each('msi', ['device', 'global', 'none']),
  (env) => [{ ...env, msi: DEFAULT_ENVIRONMENT.msi, release: DEFAULT_ENVIRONMENT.release }],
  each('hwirq', ['index', 'device', 'overlap']),
  each('pci', ['none', 'msi', 'msix']),
  each('bus_token', BUS_TOKENS),
  (env) => [{ ...env, pci: DEFAULT_ENVIRONMENT.pci, bus_token: DEFAULT_ENVIRONMENT.bus_token }],
  each('compose', ['vector']),
  each('fwnode', [false]),
  each('handler', [false]),
  each('prefix', [false]),
  each('parent', ['plain']),
  (env) => [plainParent(env), { ...plainParent(env), flags: DEFAULT_ENVIRONMENT.flags }],
  each('supported_flags', [DEFAULT_ENVIRONMENT.supported_flags]),
  each('irq_ack', [true]),
  each('required_flags', [DEFAULT_ENVIRONMENT.required_flags]),
  (env) => env.ops.map((op) => ({ ...env, ops: env.ops.filter((other) => other !== op) })),
  (env) => [
    {
      ...env,
      ops: env.ops.filter((op) => op !== 'domain_alloc_irqs' && op !== 'domain_free_irqs'),
    },
  ],
  (env) =>
    Object.values(MsiFlag)
      .filter((bit) => ((env.flags ^ DEFAULT_ENVIRONMENT.flags) & bit) !== 0)
      .map((bit) => ({ ...env, flags: env.flags ^ bit })),
  (env) =>
    env.hostile.map((gone) => ({ ...env, hostile: env.hostile.filter((other) => other !== gone) })),
  ...Object.entries(ENVIRONMENT_RANGES).map(([field, [min]]) =>
    each(field, [usualOf(field), ...[0, 1, 2, 3, 4, 5, 6, 8, 16].map((above) => min + above)]),
  ),
];

/** Without irq-msi-lib, and what only that looks at. */
function plainParent(env: Environment): Environment {
  const { parent, supported_flags, required_flags } = DEFAULT_ENVIRONMENT;
  return { ...env, parent, supported_flags, required_flags };
}

/** Other values of a field that is not what it usually is, and so could be simpler. */
function each(field: string, values: readonly unknown[]): Change {
  return (env) => {
    const now = valueOf(env, field);
    if (now === usualOf(field)) return [];
    return values.filter((value) => value !== now).map((value) => ({ ...env, [field]: value }));
  };
}

function usualOf(field: string): unknown {
  return valueOf(DEFAULT_ENVIRONMENT, field);
}

function valueOf(env: Environment, field: string): unknown {
  return Object.entries(env).find(([name]) => name === field)?.[1];
}

const changes = new WeakMap<Environment, readonly (readonly Environment[])[]>();

/** Per change what it makes of `env`; always the same records, so that nothing is computed twice for them. */
function changesOf(env: Environment): readonly (readonly Environment[])[] {
  const known = changes.get(env);
  if (known !== undefined) return known;
  const made = CHANGES.map((change) =>
    possible(change(env).filter((other) => compareEnvironments(other, env) < 0)),
  );
  changes.set(env, made);
  return made;
}

function possible(list: readonly Environment[]): readonly Environment[] {
  return list.filter((env) => impossible(env) === undefined);
}
