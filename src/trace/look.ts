// SPDX-License-Identifier: GPL-2.0-only
/** What a call names, as a picture shows it. */
import type { Picture } from './observation.ts';
import type * as S from './structs.ts';
import { entriesOf, mapping } from './tree.ts';

/** The device with a handle; one that was released is known until it appears again. */
export function deviceNamed({ device }: Picture, handle: number): Readonly<S.Device> | undefined {
  const { objects } = device;
  for (let address = objects.length - 1; address > 0; address -= 1) {
    if (objects[address]?.handle === handle) return objects[address];
  }
  return undefined;
}

/** The domain with a handle, if it exists; a device's own have none. */
export function domainNamed(picture: Picture, handle: number): Readonly<S.IrqDomain> | undefined {
  const { objects } = picture.irq_domain;
  for (let address = 1; address < objects.length; address += 1) {
    if (objects[address]?.handle === handle) return objects[address];
  }
  return undefined;
}

/** The MSI data of a device. */
export function dataOf(
  { msi_device_data }: Picture,
  device: Readonly<S.Device> | undefined,
): Readonly<S.MsiDeviceData> | undefined {
  return msi_device_data.objects[device?.msi_data ?? 0];
}

/** The outermost irq_data of an interrupt. */
export function irqDataOf(picture: Picture, irq: number): Readonly<S.IrqData> | undefined {
  const desc = picture.irq_desc.objects[picture.sparse_irqs[irq] ?? 0];
  return picture.irq_data.objects[desc?.irq_data ?? 0];
}

/** The interrupts of a block of the driver. */
export function blockOf({ blockIrq, blockSize }: Picture, block: number): readonly number[] {
  const first = blockIrq[block] ?? 0;
  const irqs: number[] = [];
  for (let i = 0; i < (blockSize[block] ?? 0); i += 1) irqs.push(first + i);
  return irqs;
}

const NONE: readonly never[] = [];

/** The descriptors of a store, ascending. */
export function descsIn(
  { msi_desc, xa_node }: Picture,
  store: Readonly<S.XArray> | undefined,
): readonly Readonly<S.MsiDesc>[] {
  if (store === undefined || store.head === 0) return NONE;
  const found: Readonly<S.MsiDesc>[] = [];
  const entries = entriesOf(xa_node, store);
  for (let i = 0; i < entries.length; i += 1) {
    const desc = msi_desc.objects[entries[i] ?? 0];
    if (desc !== undefined) found.push(desc);
  }
  return found;
}

/** The irq_data that a hardware number finds. */
export function findMapping(
  picture: Picture,
  domain: Readonly<S.IrqDomain> | undefined,
  hwirq: number,
): Readonly<S.IrqData> | undefined {
  return domain && picture.irq_data.objects[mapping(picture, domain, hwirq)];
}
