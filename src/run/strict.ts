// SPDX-License-Identifier: GPL-2.0-only
/** What the level `strict` demands on top: that a call which fails is a transaction which never was. */
import { failed } from '../invariants/memory.ts';
import type { Broken } from '../invariants/rule.ts';
import type { Call } from '../trace/call.ts';
import { descsIn } from '../trace/look.ts';
import type { Observation, Picture } from '../trace/observation.ts';
import { SIGNATURES } from '../trace/signatures.ts';

/** `kernel` allows what the kernel does by design, `strict` wants every failed call to change nothing. */
export type Spec = 'kernel' | 'strict';

/** What a driver has: devices with their resources and descriptors, domains, interrupts. Equal texts, equal states. */
export function belongings(picture: Picture): string {
  const { device, msi_device_data, irq_domain, irq_desc, blockIrq, overridden } = picture;
  const devices = device.objects.map((one) => {
    const domains = msi_device_data.objects[one?.msi_data ?? 0]?.domains ?? [];
    const stores = domains.map(({ domain, store }) => [
      domain,
      descsIn(picture, store).map(({ msi_index, nvec_used, irq }) => [msi_index, nvec_used, irq]),
    ]);
    return [one?.alive, one?.msi_domain, one?.msi_data, one?.devres_head, stores];
  });
  const domains = irq_domain.objects.map((one) => one?.mapcount);
  return JSON.stringify([devices, domains, irq_desc.live, blockIrq, overridden]);
}

/** The first demand that a step does not meet; `before` are the belongings before it. */
export function strictly(
  { ret, splats, callbacks, picture }: Observation,
  call: Call,
  before: string,
): Broken | undefined {
  const { returns } = SIGNATURES[call.fn];
  const hasFailed = failed(call.fn, ret);
  const refused = callbacks.find((callback) => callback.ret < 0);
  if (hasFailed && before !== belongings(picture))
    return broken('a failed call leaves everything as it was', `${call.fn} says ${ret}`);
  if (returns === 'errno' && ret > 0)
    return broken('an error is a negative number', `${call.fn} says ${ret}`);
  if (splats.some(({ fn }) => fn === 'msi_domain_free_descs'))
    return broken('nothing is given up that is in use', 'a descriptor was dropped');
  if (!hasFailed && returns !== 'void' && refused !== undefined)
    return broken('a call succeeds when all of it does', `${refused.op} says ${refused.ret}`);
  return undefined;
}

function broken(rule: string, detail: string): Broken {
  return { rule, source: 'fuzz/corpus/differences', detail };
}
