// SPDX-License-Identifier: GPL-2.0-only
/** Flow handlers and their data. */
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { happened, withLevels } from './situation.ts';
import { blockMade } from './situations.ts';

/** Names of the handler of an interrupt that has none. */
const NONE: readonly string[] = ['', 'handle_bad_irq'];

/** Every vector. */
export const handledAsTheInfoSays: Rule = {
  name: 'every interrupt of an MSI domain has handler and handler data exactly when the info of the domain has them',
  source: 'kernel/irq/msi.c msi_domain_ops_init()',
  irq: ({ irq, desc, info }, { numbers }) => {
    if (info === undefined || numbers[irq]?.lied === true) return undefined;
    const handled = info.handler !== '' && info.handler_name !== '';
    const handler = NONE.includes(desc.handler) ? '' : desc.handler;
    if (
      handler === (handled ? info.handler : '') &&
      desc.handler_data === (handled ? info.handler_data : 0)
    )
      return undefined;
    return `interrupt ${irq} has handler "${desc.handler}" and data ${desc.handler_data}`;
  },
  sometimes: [
    happened(
      'msi_init succeeded in a domain with a handler',
      Fact.INITIALISED,
      (env) => withLevels(env) && env.handler,
    ),
    happened(
      'msi_init succeeded in a domain without a handler',
      Fact.INITIALISED,
      (env) => withLevels(env) && !env.handler,
    ),
  ],
};

/** irq_domain_free_irqs_top() resets both. */
export const nothingLeftOfTheHandler: Rule = {
  name: 'an interrupt that is in no MSI domain has no handler data',
  source: 'kernel/irq/irqdomain.c irq_domain_free_irqs_top()',
  irq: ({ irq, desc, data, domain }) =>
    data === undefined ||
    (data.domain !== 0 && domain === undefined) ||
    domain?.kind === 'msi' ||
    desc.handler_data === 0
      ? undefined
      : `interrupt ${irq} has handler data ${desc.handler_data}`,
  sometimes: [blockMade],
};
