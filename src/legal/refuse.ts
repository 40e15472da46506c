// SPDX-License-Identifier: GPL-2.0-only
/** Calls that no subject sees: they name what is not there, or no kernel defines what they do. */
import { BLOCKS, type Call, DOMIDS } from '../trace/call.ts';
import { MsiFlag } from '../trace/flags.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import {
  type Block,
  type Device,
  type Domain,
  EXTRA,
  isParent,
  type Model,
  MSI,
} from '../oracle/model.ts';

/** What a call is about. */
interface Scene {
  readonly model: Model;
  readonly call: Call;
  readonly device: Readonly<Device>;
  readonly kind: Domain['kind'] | undefined;
  readonly block: Block | undefined;
}

/** MSI_DESC_NOTASSOCIATED. */
const NOTASSOCIATED = 1;

type Test = (scene: Scene) => boolean;

/** What a function names, and what else decides about it. */
interface Uses {
  readonly releases: readonly string[];
  readonly dev: boolean;
  readonly domid: boolean;
  readonly domain: boolean;
  readonly block: boolean;
  /** The domain that it names must not exist. */
  readonly creates: boolean;
  readonly needs: Test | undefined;
}

/** What must be in the block; functions that name one and are not listed fill it. */
const WANTS: Readonly<Record<string, Block['kind'] | undefined>> = {
  irq_free_descs: 'plain',
  irq_domain_create_legacy: 'plain',
  irq_domain_free_irqs: 'hierarchy',
  irq_domain_push_irq: 'hierarchy',
  irq_domain_pop_irq: 'hierarchy',
  irq_domain_activate_irq: 'hierarchy',
  irq_domain_deactivate_irq: 'hierarchy',
  irq_dispose_mapping: 'mapping',
};

/** Those that look first whether the interrupt is there: an empty block is interrupt 0, which never is. */
const LOOKS: readonly string[] = [
  'irq_domain_free_irqs',
  'irq_domain_push_irq',
  'irq_domain_pop_irq',
  'irq_dispose_mapping',
];

const few: Test = ({ call }) => call.nirqs >= 1 && call.nirqs <= 8;
const nvec: Test = ({ call }) => call.nvec_used >= 1 && call.nvec_used <= 32;
const msi: Test = ({ kind }) => kind === 'msi';
/** Before 6.2 drivers name the domain, and it is that of the device. */
const own: Test = (scene) => msi(scene) && scene.device.msiDomain === scene.call.domain;
const single: Test = ({ block }) => block === undefined || block.size === 1;
const vector: Test = ({ call, block }) => call.vec < (block?.size ?? 0);

/** What else must hold. */
const NEEDS: Readonly<Record<string, Test | undefined>> = {
  device_release: ({ device }) => !device.locked,
  devres_add: (scene) => !holds(scene, 'driver'),
  devres_open_group: (scene) => !holds(scene, 'group_open'),
  msi_domain_insert_msi_desc: nvec,
  msi_add_msi_desc: nvec,
  get_cached_msi_msg: ({ device, call }) => {
    const slot = device.stores[call.domid]?.slots.get(call.index);
    return slot?.used === true && call.vec < slot.nvec;
  },
  msi_device_populate_sysfs: ({ model: { environment } }) =>
    (environment.flags & MsiFlag.MSI_FLAG_DEV_SYSFS) !== 0,
  msi_domain_alloc_irq_at: ({ model }) => !model.environment.ops.includes('domain_alloc_irqs'),
  // 6.1 frees a descriptor under its interrupt when it is asked to; nothing after that is defined.
  msi_free_msi_descs_range: ({ device, call: { filter, first, last } }) =>
    filter === NOTASSOCIATED ||
    ![...(device.stores[0]?.slots.values() ?? [])].some(
      ({ index, used }) => used && index >= first && index <= last,
    ),
  msi_domain_alloc_irqs: (scene) => own(scene) && scene.call.nirqs > 0,
  msi_domain_alloc_irqs_descs_locked: (scene) => own(scene) && scene.call.nirqs > 0,
  msi_domain_free_irqs: own,
  msi_domain_free_irqs_descs_locked: own,
  dev_set_msi_domain: (scene) => msi(scene) || isParent(scene.model, scene.call.domain),
  // An overriding domain works on the default domain of the device, so that is where it belongs.
  msi_create_device_irq_domain: ({ model, call: { domid } }) =>
    domid === 0 || !model.environment.ops.includes('domain_alloc_irqs'),
  msi_create_irq_domain: ({ call: { domain } }) => domain === MSI || domain === EXTRA,
  irq_alloc_descs: few,
  irq_domain_alloc_irqs: (scene) => scene.kind === 'irq' && few(scene),
  irq_domain_disconnect_hierarchy: (scene) => scene.kind === 'irq' && few(scene),
  irq_create_mapping_affinity: ({ kind }) => kind === 'wired',
  // The trigger type belongs to the interrupt; here it is known by the domain that it was set through.
  irq_create_fwspec_mapping: ({ model, kind }) =>
    kind !== 'irq' || !model.environment.ops.includes('msi_translate'),
  irq_domain_associate: (scene) => scene.kind === 'wired' && single(scene),
  irq_domain_create_legacy: ({ call, block }) =>
    call.domain === EXTRA && call.nirqs === block?.size,
  irq_domain_push_irq: (scene) => !msi(scene) && single(scene),
  irq_domain_pop_irq: single,
  irq_domain_activate_irq: vector,
  irq_domain_deactivate_irq: vector,
  irq_domain_remove: mayGo,
};

const USES: ReadonlyMap<string, Uses> = new Map(
  Object.entries(SIGNATURES).map(([fn, { args, releases }]) => {
    const has = (wanted: string): boolean => args.some(({ field }) => field === wanted);
    const creates = fn === 'msi_create_irq_domain' || fn === 'irq_domain_create_legacy';
    const names = {
      dev: has('dev'),
      domid: has('domid'),
      domain: has('domain'),
      block: has('block'),
    };
    return [fn, { releases, ...names, creates, needs: NEEDS[fn] }];
  }),
);

/** Why a call is refused, or `undefined` when it is not. */
export function refuses(model: Model, call: Call): string | undefined {
  const { fn } = call;
  const uses = USES.get(fn);
  const device = model.devices[call.dev];
  if (uses?.releases.includes(model.profile.release) !== true)
    return `${fn} is not in ${model.profile.release}`;
  if (device === undefined) return `device ${call.dev} does not exist`;
  if (uses.dev && device.alive === (fn === 'device_add'))
    return `device ${call.dev} is ${device.alive ? 'there' : 'gone'}`;
  if (uses.domid && call.domid >= DOMIDS) return `domid ${call.domid} is in no profile`;
  if (!uses.domain && !uses.block && uses.needs === undefined) return undefined;
  const kind = model.domains[call.domain]?.kind;
  if (uses.domain && (kind === undefined) !== uses.creates)
    return `domain ${call.domain} ${uses.creates ? 'exists' : 'does not exist'}`;
  const block = model.blocks[call.block];
  if (uses.block && !hasBlock(call, block)) return `block ${call.block} is none for ${fn}`;
  if (uses.needs?.({ model, call, device, kind, block }) !== false) return undefined;
  return `${fn} would not be defined`;
}

function hasBlock({ fn, block: at }: Call, block: Block | undefined): boolean {
  if (fn === 'irq_dispose_mapping' && block?.kind === 'hierarchy') return block.size === 1;
  if (at >= BLOCKS) return false;
  // It looks whether the interrupt is there, and whether it is in a domain.
  if (fn === 'irq_domain_associate') return true;
  return block?.kind === WANTS[fn] || (block === undefined && LOOKS.includes(fn));
}

function holds({ device, call }: Scene, kind: string): boolean {
  return device.devres.some(({ release, id }) => release === kind && id === call.res);
}

/** Levels stay. An MSI domain with live interrupts may go, which is the end of the trace. */
function mayGo({ model: { domains, blocks, devices }, call: { domain: handle } }: Scene): boolean {
  const domain = domains[handle];
  if (domain?.kind !== 'wired' && domain?.kind !== 'msi') return false;
  if (domain.kind === 'msi' && domain.live > 0) return true;
  const pointed = devices.some(
    ({ alive, msiDomain, stores }) =>
      alive && (msiDomain === handle || stores[0]?.domain === handle),
  );
  return !pointed && !blocks.some((block) => block?.domain === handle);
}
