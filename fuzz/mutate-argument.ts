// SPDX-License-Identifier: GPL-2.0-only
/** One argument of a call changed, by what it is: a handle to another one, a number to its neighbours and bounds. */
import { below, type Bits, nextBits, oneIn } from '../src/generate/bits.ts';
import { BLOCKS, type Call, DOMAINS, DOMIDS, RESOURCES } from '../src/trace/call.ts';
import type { Environment } from '../src/trace/environment.ts';
import {
  BUS_TOKENS,
  FILTERS,
  MSI_ANY_INDEX,
  MSI_MAX_INDEX,
  MSI_XA_DOMAIN_SIZE,
} from '../src/trace/flags.ts';
import { affinityArg } from '../src/trace/affinity.ts';
import type { Arg, ArgKind } from '../src/trace/signature.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import type { Step } from '../src/trace/step.ts';

/** Kinds of which there are only so many. */
const FEW: Partial<Readonly<Record<ArgKind, number>>> = {
  domid: DOMIDS,
  attrib: 4,
  filter: FILTERS.length,
  yes: 2,
  domain: DOMAINS.length,
  block: BLOCKS,
  token: BUS_TOKENS.length,
  res: RESOURCES,
};
/** Numbers and the largest that each may be. */
const LARGEST: Partial<Readonly<Record<ArgKind, number>>> = {
  slot: MSI_XA_DOMAIN_SIZE,
  anySlot: MSI_XA_DOMAIN_SIZE,
  nvec: 32,
  nirqs: MSI_XA_DOMAIN_SIZE + 1,
  hwsize: MSI_XA_DOMAIN_SIZE + 1,
  hwirq: MSI_XA_DOMAIN_SIZE,
  vec: 31,
  cookie: 2 ** 31,
};
/** Where trees grow, and powers of two. */
const EDGES = [0, 1, 2, 4, 8, 16, 32, 63, 64, 65, 4095, 4096, MSI_MAX_INDEX, MSI_MAX_INDEX + 1];
const TYPES = [0, 1, 4];

/** The call with another value for one of its arguments. */
export function changeArgument(
  bits: Bits,
  call: Call,
  steps: readonly Step[],
  environment: Environment,
): Call {
  const { args } = SIGNATURES[call.fn];
  const arg = args[below(bits, Math.max(1, args.length))];
  if (arg === undefined) return call;
  return {
    ...call,
    [arg.field]: otherValue(bits, { arg, now: call[arg.field], steps, environment }),
  };
}

interface Place {
  readonly arg: Arg;
  readonly now: number;
  readonly steps: readonly Step[];
  readonly environment: Environment;
}

function otherValue(bits: Bits, place: Place): number {
  const { kind } = place.arg;
  if (kind === 'dev') return below(bits, place.environment.devices);
  if (kind === 'affinity') return oneIn(bits, 3) ? 0 : affinityArg(below(bits, 16), oneIn(bits, 2));
  if (kind === 'type') return TYPES[below(bits, TYPES.length)] ?? 0;
  const few = FEW[kind];
  if (few !== undefined) return below(bits, few);
  if (kind === 'anySlot' && oneIn(bits, 4)) return MSI_ANY_INDEX;
  const least = kind === 'nvec' ? 1 : 0;
  return Math.min(LARGEST[kind] ?? 0, Math.max(least, number(bits, place)));
}

/** A neighbour, a number that another step has there, a small one, or an edge. */
function number(bits: Bits, { arg, now, steps }: Place): number {
  const r = nextBits(bits);
  const base = now === MSI_ANY_INDEX ? 0 : now;
  if ((r & 7) < 3) return base + ((r & 8) === 0 ? 1 : -1);
  if ((r & 7) < 5) {
    const { call } = steps[below(bits, steps.length)] ?? {};
    const theirs =
      call === undefined
        ? []
        : SIGNATURES[call.fn].args.filter(({ kind }) => kind === arg.kind || kind === 'slot');
    const field = theirs[below(bits, Math.max(1, theirs.length))]?.field;
    const value = field === undefined || call === undefined ? 0 : call[field];
    return value === MSI_ANY_INDEX ? 0 : value;
  }
  if ((r & 7) < 7) return below(bits, 10);
  return EDGES[below(bits, EDGES.length)] ?? 0;
}
