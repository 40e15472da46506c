// SPDX-License-Identifier: GPL-2.0-only
/** What irq domains are called. */
import type { Environment } from '../trace/environment.ts';
import { BUS_TOKENS, DomainFlag } from '../trace/flags.ts';
import { PROFILES } from '../trace/profile.ts';
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { happens, withDeviceDomains } from './situation.ts';
import { deviceDomainMade, domainMade } from './situations.ts';
import type { DomainView } from './view.ts';

/** `msi_domain_template::name` without its terminating zero. */
const LONGEST_NAME = 47;
/** What the templates of the environments call their chips. */
const CHIP = 'MSI';

/** Names are shown in /sys/kernel/debug/irq/domains and tell people which domain is which. */
export const nameStays: Rule = {
  name: 'a domain has a name of its own from the beginning, and keeps it',
  source: 'kernel/irq/irqdomain.c irq_domain_set_name(), irq_domain_update_bus_token()',
  newDomain: ({ picture, address, domain }, { domains }) => {
    const past = domains[address];
    if (past !== undefined && past.name !== domain.name)
      return `domain ${past.name} is called ${domain.name} now`;
    const allocated = (domain.flags & DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED) !== 0;
    if (allocated !== (domain.nameAddr !== 0))
      return `domain ${domain.name}: IRQ_DOMAIN_NAME_ALLOCATED is ${allocated ? 'set' : 'not set'}`;
    const text = allocated ? picture.name.objects[domain.nameAddr]?.text : domain.name;
    return text === domain.name && text !== ''
      ? undefined
      : `the name of domain "${domain.name}" is ${text ?? 'gone'}`;
  },
  sometimes: [domainMade],
};

/** `<prefix><chip>-<device>`, cut at 47 characters, and `-<bus token>`. */
export const namedAfterItsDevice: Rule = {
  name: 'a per-device domain is named after the prefix of its parent, its chip and its device, and its bus token',
  source: 'kernel/irq/msi.c msi_create_device_irq_domain()',
  newDomain: (view, history) => {
    const { picture, domain } = view;
    const made = history.domains[view.address]?.made === history.steps;
    if ((domain.flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE) === 0 || !made) return undefined;
    const name = picture.name.objects[picture.fwnode.objects[domain.fwnode]?.name ?? 0]?.text;
    const chip = picture.msi_domain_info.objects[domain.host_data]?.chip ?? '';
    const wrong = wrongChip(chip, history.environment, view);
    if (wrong !== undefined || name === undefined) return wrong;
    if (name !== chip)
      return `the firmware node of domain ${domain.name} is called ${name}, its chip ${chip}`;
    const { busTokens } = PROFILES[history.environment.release];
    const full =
      domain.bus_token === 'DOMAIN_BUS_ANY'
        ? name
        : `${name}-${busTokens[BUS_TOKENS.indexOf(domain.bus_token)]}`;
    const short = domain.name === name && (history.facts & Fact.FIRED) !== 0;
    return domain.name === full || short ? undefined : `domain ${domain.name}, expected ${full}`;
  },
  sometimes: [
    deviceDomainMade,
    happens(
      'a domain was made while memory was short',
      Fact.DOMAIN_BORN,
      (_observation, { facts }) => (facts & Fact.FIRED) !== 0,
      withDeviceDomains,
    ),
  ],
};

function wrongChip(
  chip: string,
  { prefix }: Environment,
  { picture, domain }: DomainView,
): string | undefined {
  const device = `-${picture.device.objects[domain.dev]?.name ?? ''}`;
  const wanted = `${prefix ? 'PFX-' : ''}${CHIP}${device}`.slice(0, LONGEST_NAME);
  return chip === wanted ? undefined : `chip ${chip}, expected ${wanted}`;
}
