// SPDX-License-Identifier: GPL-2.0-only
/** Which operations the core calls, for whom, and that it listens to what they answer. */
import { domainNamed } from '../trace/look.ts';
import { OPS, type Op, OP_NAMES } from '../trace/sites.ts';
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { happens, withOp } from './situation.ts';
import {
  associated,
  deviceDomainMade,
  dissociated,
  levelAllocated,
  prepared,
  written,
} from './situations.ts';

/** Operations that domains need not have and that nobody fills in. */
const OPTIONAL = [
  'msi_free',
  'msi_finish',
  'prepare_desc',
  'handle_error',
  'domain_alloc_irqs',
  'domain_free_irqs',
  'msi_post_free',
  'msi_translate',
] as const;

/** A function pointer that is NULL is not called. */
export const providedOnly: Rule = {
  name: 'an operation without a default is called only in domains that provide it',
  source: 'kernel/irq/msi.c msi_domain_free(), msi_domain_free_locked(), msi_domain_translate()',
  ops: OPTIONAL,
  callback: ({ op }, { environment: { ops } }) => {
    if (ops.some((own) => own === op)) return undefined;
    if (op === 'domain_alloc_irqs' && ops.includes('wrap_alloc')) return undefined;
    if (op === 'domain_free_irqs' && ops.includes('wrap_free')) return undefined;
    return `${op}, which the domain does not have`;
  },
  sometimes: [prepared],
};

/** What has no result cannot have one. */
export const voidReturnsNothing: Rule = {
  name: 'an operation that returns nothing has no result',
  source: 'include/linux/msi.h struct msi_domain_ops, include/linux/irqdomain.h irq_domain_ops',
  ops: OP_NAMES.filter((op) => OPS[op] === 'void'),
  callback: ({ op, ret }) => (ret === 0 ? undefined : `${op} returned ${ret}`),
  sometimes: [levelAllocated],
};

/** By operation: its arguments are a device, interrupts of a level, or interrupts of an MSI domain. */
const ABOUT: Readonly<Partial<Record<Op, 'device' | 'level' | 'msi'>>> = {
  msi_check: 'device',
  msi_prepare: 'device',
  prepare_desc: 'device',
  set_desc: 'device',
  handle_error: 'device',
  msi_finish: 'device',
  domain_alloc_irqs: 'device',
  domain_free_irqs: 'device',
  msi_post_free: 'device',
  init_dev_msi_info: 'device',
  alloc: 'level',
  free: 'level',
  activate: 'level',
  deactivate: 'level',
  map: 'level',
  unmap: 'level',
  irq_compose_msi_msg: 'level',
  get_hwirq: 'msi',
  msi_init: 'msi',
  msi_free: 'msi',
};

/** Who an operation is called for; only a per-device domain knows a device by itself. */
export const calledForItsDevice: Rule = {
  name: 'an operation is called for the device that the call is about, or for none',
  source: 'include/linux/msi.h struct msi_domain_ops, include/linux/irqdomain.h irq_domain_ops',
  ops: OP_NAMES.filter((op) => ABOUT[op] !== undefined),
  callback: ({ op, domain, dev }, { call }) => {
    const about = ABOUT[op];
    const wanted = about === 'level' || (about === 'msi' && domain >= 0) ? -1 : call.dev;
    return dev === wanted ? undefined : `${op} for device ${dev}, expected ${wanted}`;
  },
  sometimes: [prepared, levelAllocated],
};

/** The driver's part of the argument, then the core's. */
export const readiedFirst: Rule = {
  name: 'prepare_desc is called for a descriptor before set_desc is, where the domain has it',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irqs()',
  ops: ['set_desc'],
  callback: ({ arg }, { progress, environment: { ops } }) =>
    progress.readied || !ops.includes('prepare_desc')
      ? undefined
      : `set_desc for slot ${arg} without a prepare_desc before it`,
  sometimes: [
    happens(
      'a descriptor was prepared by its domain',
      Fact.PREPARED,
      ({ callbacks }) => callbacks.some(({ op }) => op === 'prepare_desc'),
      withOp('prepare_desc'),
    ),
  ],
};

const HEARS = [
  ['domain_alloc_irqs', 'wrap_alloc', Fact.ASSOCIATED],
  ['domain_free_irqs', 'wrap_free', Fact.DISSOCIATED],
  ['msi_post_free', 'msi_post_free', Fact.DISSOCIATED],
] as const;

/** Whoever wants to know is told. */
export const heardOfReleases: Rule = {
  name: 'a domain with domain_alloc_irqs, domain_free_irqs or msi_post_free hears of it when its descriptors get, or lose, their interrupts',
  source: 'kernel/irq/msi.c msi_domain_free_locked()',
  after: Fact.ASSOCIATED | Fact.DISSOCIATED,
  step: ({ callbacks }, { facts, environment: { ops } }) => {
    for (const [own, wrapped, fact] of HEARS) {
      if ((facts & fact) === 0 || !(ops.includes(own) || ops.includes(wrapped))) continue;
      if (!callbacks.some(({ op }) => op === own)) return `nobody called ${own}`;
    }
    return undefined;
  },
  sometimes: [associated, dissociated],
};

/** The levels between pass the question on. */
export const rootIsAsked: Rule = {
  name: 'the root is asked once, and agrees, before a device gets a domain of its own',
  source: 'kernel/irq/msi.c msi_create_device_irq_domain(), msi_parent_init_dev_msi_info()',
  calls: ['msi_create_device_irq_domain'],
  step: ({ ret, callbacks }, { call }) => {
    const asked = callbacks.filter(({ op }) => op === 'init_dev_msi_info');
    const wrong = asked.find(({ domain, arg }) => domain !== 0 || arg !== call.domid);
    if (wrong !== undefined)
      return `domain ${wrong.domain} was asked about domain id ${wrong.arg} of ${call.domid}`;
    if (ret !== 1) return undefined;
    return asked.length === 1 && asked[0] !== undefined && asked[0].ret >= 0
      ? undefined
      : `the root was asked ${asked.length} times, answered ${asked[0]?.ret ?? 'nothing'}`;
  },
  sometimes: [deviceDomainMade],
};

/** The first chip of the chain that can. */
export const composedByItsLevel: Rule = {
  name: 'a message is composed by the level that can',
  source: 'kernel/irq/chip.c irq_chip_compose_msi_msg()',
  ops: ['irq_compose_msi_msg'],
  callback: ({ irq, domain }, { environment: { compose, levels } }) => {
    const fits = compose === 'vector' ? domain === 0 : domain < 0 || domain > levels;
    return fits ? undefined : `domain ${domain} composed the message of interrupt ${irq}`;
  },
  sometimes: [written],
};

/** A specifier that the domain does not understand, a number that it does not want. */
export const refusedStaysUnmapped: Rule = {
  name: 'nothing is mapped that msi_translate or map refuses, or that an MSI domain cannot translate',
  source: 'kernel/irq/irqdomain.c irq_create_fwspec_mapping(), irq_domain_associate_locked()',
  calls: ['irq_create_fwspec_mapping', 'irq_create_mapping_affinity', 'irq_domain_associate'],
  step: ({ ret, callbacks, picture }, { call: { fn, domain }, profile }) => {
    const mapped = fn === 'irq_domain_associate' ? ret === 0 : ret !== 0;
    const translates = profile.hasMsiTranslate && domainNamed(picture, domain)?.kind === 'msi';
    if (translates && mapped && !callbacks.some(({ op }) => op === 'msi_translate'))
      return `${fn} returned ${ret}, nobody translated`;
    const refusal = callbacks.find(
      (one) => (one.op === 'msi_translate' || one.op === 'map') && one.ret !== 0,
    );
    return refusal === undefined || !mapped
      ? undefined
      : `${refusal.op} returned ${refusal.ret}, ${fn} ${ret}`;
  },
  sometimes: [
    happens(
      'msi_translate refused',
      Fact.FIRED,
      ({ callbacks }) => callbacks.some(({ op, ret }) => op === 'msi_translate' && ret !== 0),
      withOp('msi_translate'),
    ),
  ],
};

/**
 * Nothing stands between an operation and its result. What `alloc` returns is left out: levels ask each
 * other, so that calls end in another order than they begin, and a root without vectors has a say.
 */
export const answersAsTold: Rule = {
  name: 'an operation returns what the environment, or a fault of the step, makes it return',
  source: 'src/trace/environment.ts hostile, src/trace/step.ts CallbackFault',
  ops: OP_NAMES.filter((op) => OPS[op] === 'errno' && op !== 'alloc'),
  callback: ({ op, ret }, { forced, opStep, opTotal, environment: { hostile } }) => {
    if (forced.length === 0 && hostile.length === 0) return undefined;
    const told =
      forced.find((one) => one.op === op && one.nth === (opStep.get(op) ?? 0) + 1) ??
      hostile.find((one) => one.op === op && one.nth === (opTotal.get(op) ?? 0) + 1);
    return told === undefined || told.ret === ret
      ? undefined
      : `${op} was to return ${told.ret} and returned ${ret}`;
  },
  sometimes: [
    happens(
      'an environment forced a result',
      Fact.FIRED,
      ({ fired }, { environment }) =>
        environment.hostile.some(({ op }) => fired.some(({ where }) => where === op)),
      ({ hostile }) => hostile.length > 0,
    ),
    happens('a fault of the step forced a result', Fact.FIRED, ({ fired }, { forced }) =>
      forced.some(({ op, nth }) => fired.some((one) => one.where === op && one.nth === nth)),
    ),
  ],
};
