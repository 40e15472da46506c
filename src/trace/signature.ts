// SPDX-License-Identifier: GPL-2.0-only
/** What a line of the table of calls is made of. */
import type { CallField } from './call.ts';

/** How a value is written and which values it may have; see `ARG_KINDS` in args.ts. */
export type ArgKind =
  | 'dev'
  | 'domid'
  | 'slot'
  | 'anySlot'
  | 'nvec'
  | 'affinity'
  | 'attrib'
  | 'filter'
  | 'nirqs'
  | 'yes'
  | 'hwsize'
  | 'domain'
  | 'hwirq'
  | 'block'
  | 'vec'
  | 'token'
  | 'res'
  | 'cookie'
  | 'type';

/** One argument: the field that holds it, its kind, and the kernel's name where that differs from the field. */
export interface Arg {
  readonly field: CallField;
  readonly kind: ArgKind;
  readonly name: string;
}

/** What the function returns: an errno, a bool, nothing, a slot or NULL, an interrupt number or 0, a struct msi_map. */
export type Returns = 'errno' | 'bool' | 'void' | 'slot' | 'virq' | 'map' | 'count';

/** Everything about one function but its behaviour. */
export interface Signature {
  readonly args: readonly Arg[];
  readonly returns: Returns;
  /** Kernel file. */
  readonly file: string;
  /** Releases whose profile has it. */
  readonly releases: readonly ('6.1' | '6.12')[];
  readonly what: string;
}

/** Releases. */
export const BOTH: Signature['releases'] = ['6.1', '6.12'];
/** Releases. */
export const NEW: Signature['releases'] = ['6.12'];
/** Releases. */
export const OLD: Signature['releases'] = ['6.1'];
/** Kernel file. */
export const MSI: string = 'kernel/irq/msi.c';
/** Kernel file. */
export const DOM: string = 'kernel/irq/irqdomain.c';
/** Kernel file. */
export const RES: string = 'drivers/base/devres.c';
/** Kernel file. */
export const CORE: string = 'drivers/base/core.c';

/** An argument; the kernel's name is given where it differs from the field. */
export function a(field: CallField, kind: ArgKind, name: string = field): Arg {
  return { field, kind, name };
}

/** An argument that several calls have. */
export const dev: Arg = a('dev', 'dev');
/** An argument that several calls have. */
export const domid: Arg = a('domid', 'domid');
/** An argument that several calls have. */
export const first: Arg = a('first', 'slot');
/** An argument that several calls have. */
export const last: Arg = a('last', 'slot');
/** An argument that several calls have. */
export const lock: Arg = a('lock', 'yes');
/** An argument that several calls have. */
export const filter: Arg = a('filter', 'filter');
/** An argument that several calls have. */
export const domain: Arg = a('domain', 'domain');
/** An argument that several calls have. */
export const block: Arg = a('block', 'block');
/** An argument that several calls have. */
export const res: Arg = a('res', 'res');
/** An argument that several calls have. */
export const id: Arg = a('res', 'res', 'id');
/** An argument that several calls have. */
export const affinity: Arg = a('affinity', 'affinity');
/** An argument that several calls have. */
export const hwirq: Arg = a('hwirq', 'hwirq');
/** An argument that several calls have. */
export const nvec: Arg = a('nirqs', 'nirqs', 'nvec');
/** An argument that several calls have. */
export const vec: Arg = a('vec', 'vec');

/** A signature. */
export function sig(
  file: string,
  releases: Signature['releases'],
  args: readonly Arg[],
  rest: readonly [Returns, string],
): Signature {
  return { args, returns: rest[0], file, releases, what: rest[1] };
}
