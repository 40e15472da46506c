// SPDX-License-Identifier: GPL-2.0-only
/** Calls that no subject sees: they name what is not there, or no kernel defines what they do. */
import { BLOCKS, type Call, type CallName, DOMAINS, DOMIDS } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { MsiFlag } from '../trace/flags.ts';
import { blockOf, dataOf, descsIn, deviceNamed, domainNamed, irqDataOf } from '../trace/look.ts';
import type { Picture } from '../trace/observation.ts';
import { PROFILES } from '../trace/profile.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import type { Device, DevresNode, DomainKind, MsiDesc } from '../trace/structs.ts';

/** What a call is about. */
interface Scene {
  readonly environment: Environment;
  readonly picture: Picture;
  readonly call: Call;
  readonly device: Readonly<Device>;
  /** Of the domain that it names, and the interrupts of the block that it names. */
  readonly kind: DomainKind | undefined;
  readonly block: readonly number[];
}

const NONE: readonly never[] = [];

/** Handles of the domains that come and go. */
const MSI = DOMAINS.indexOf('msi');
const EXTRA = DOMAINS.indexOf('extra');

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

/** What a driver got its block with; of other functions a mapping. */
const KINDS: Readonly<Record<string, BlockKind | undefined>> = {
  irq_alloc_descs: 'plain',
  irq_domain_alloc_irqs: 'hierarchy',
  irq_domain_disconnect_hierarchy: 'hierarchy',
};
type BlockKind = 'plain' | 'hierarchy' | 'mapping';

/** What must be in the block; functions that name one and are not listed fill it. */
const WANTS: Readonly<Record<string, BlockKind | undefined>> = {
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
const irq: Test = ({ kind }) => kind === 'vector' || kind === 'level';
const parent: Test = ({ environment, call }) =>
  environment.msi === 'device' && call.domain === environment.levels;
/** Before 6.2 drivers name the domain, and it is that of the device. */
const own: Test = (scene) =>
  msi(scene) &&
  scene.picture.irq_domain.objects[scene.device.msi_domain]?.handle === scene.call.domain;
const single: Test = ({ block }) => block.length <= 1;
const vector: Test = ({ call, block }) => call.vec < block.length;

/** What else must hold. */
const NEEDS: Readonly<Record<string, Test | undefined>> = {
  device_release: ({ picture, device }) => (dataOf(picture, device)?.mutex ?? 0) === 0,
  devres_add: (scene) => !holds(scene, 'driver'),
  devres_open_group: (scene) => !holds(scene, 'group_open'),
  msi_domain_insert_msi_desc: nvec,
  msi_add_msi_desc: nvec,
  get_cached_msi_msg: (scene) =>
    descs(scene).some(
      ({ msi_index, nvec_used, irq: virq }) =>
        msi_index === scene.call.index && virq !== 0 && scene.call.vec < nvec_used,
    ),
  msi_device_populate_sysfs: wantsFiles,
  msi_domain_alloc_irq_at: ({ environment }) => !environment.ops.includes('domain_alloc_irqs'),
  // 6.1 frees a descriptor under its interrupt when it is asked to; nothing after that is defined.
  msi_free_msi_descs_range: (scene) => {
    const { filter, first, last } = scene.call;
    return (
      filter === NOTASSOCIATED ||
      !descs(scene).some(
        ({ msi_index, irq: virq }) => virq !== 0 && msi_index >= first && msi_index <= last,
      )
    );
  },
  msi_domain_alloc_irqs: (scene) => own(scene) && scene.call.nirqs > 0,
  msi_domain_alloc_irqs_descs_locked: (scene) => own(scene) && scene.call.nirqs > 0,
  msi_domain_free_irqs: own,
  msi_domain_free_irqs_descs_locked: own,
  dev_set_msi_domain: (scene) => msi(scene) || parent(scene),
  // An overriding domain works on the default domain of the device, so that is where it belongs.
  msi_create_device_irq_domain: ({ environment, call: { domid } }) =>
    domid === 0 || !environment.ops.includes('domain_alloc_irqs'),
  msi_create_irq_domain: ({ call: { domain } }) => domain === MSI || domain === EXTRA,
  irq_alloc_descs: few,
  irq_domain_alloc_irqs: (scene) => irq(scene) && few(scene),
  irq_domain_disconnect_hierarchy: (scene) => irq(scene) && few(scene),
  irq_create_mapping_affinity: ({ kind }) => kind === 'wired',
  // The trigger type belongs to the interrupt; here it is known by the domain that it was set through.
  irq_create_fwspec_mapping: (scene) =>
    !irq(scene) || !scene.environment.ops.includes('msi_translate'),
  irq_domain_associate: (scene) => scene.kind === 'wired' && single(scene),
  irq_domain_create_legacy: ({ call, block }) =>
    call.domain === EXTRA && call.nirqs === block.length,
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

/** Why a call is refused, or `undefined` when it is not; `filledBy` is what the driver got its blocks with. */
export function refuses(
  environment: Environment,
  picture: Picture,
  call: Call,
  filledBy: readonly (CallName | undefined)[],
): string | undefined {
  const { fn } = call;
  const uses = USES.get(fn);
  const device = deviceNamed(picture, call.dev);
  const { release } = PROFILES[environment.release];
  if (uses?.releases.includes(release) !== true) return `${fn} is not in ${release}`;
  if (device === undefined) return `device ${call.dev} does not exist`;
  if (uses.dev && device.alive === (fn === 'device_add'))
    return `device ${call.dev} is ${device.alive ? 'there' : 'gone'}`;
  if (uses.domid && call.domid >= DOMIDS) return `domid ${call.domid} is in no profile`;
  if (!uses.domain && !uses.block && uses.needs === undefined) return undefined;
  const { kind, block } = named(uses, picture, call);
  const scene = { environment, picture, call, device, kind, block };
  if (uses.domain && (kind === undefined) !== uses.creates)
    return `domain ${call.domain} ${uses.creates ? 'exists' : 'does not exist'}`;
  if (uses.block && !hasBlock(scene, filledBy)) return `block ${call.block} is none for ${fn}`;
  return uses.needs?.(scene) === false ? `${fn} would not be defined` : undefined;
}

function named(
  { domain, block }: Uses,
  picture: Picture,
  call: Call,
): Pick<Scene, 'kind' | 'block'> {
  return {
    kind: domain ? domainNamed(picture, call.domain)?.kind : undefined,
    block: block ? blockOf(picture, call.block) : NONE,
  };
}

function hasBlock({ call, block }: Scene, filledBy: readonly (CallName | undefined)[]): boolean {
  const fn = filledBy[call.block];
  const kind = block.length === 0 || fn === undefined ? undefined : (KINDS[fn] ?? 'mapping');
  if (call.fn === 'irq_dispose_mapping' && kind === 'hierarchy') return block.length === 1;
  if (call.block >= BLOCKS) return false;
  // It looks whether the interrupt is there, and whether it is in a domain.
  if (call.fn === 'irq_domain_associate') return true;
  return kind === WANTS[call.fn] || (kind === undefined && LOOKS.includes(call.fn));
}

function holds({ picture, device, call }: Scene, kind: DevresNode['release']): boolean {
  const nodes = device.devres_head.map((address) => picture.devres.objects[address]);
  return nodes.some((node) => node?.release === kind && node.data === call.res);
}

function descs({ picture, device, call }: Scene): readonly Readonly<MsiDesc>[] {
  return descsIn(picture, dataOf(picture, device)?.domains[call.domid]?.store);
}

/** Nobody takes files away from descriptors of a domain that wants none. */
function wantsFiles({ environment, picture, device }: Scene): boolean {
  const address = dataOf(picture, device)?.domains[0]?.domain ?? 0;
  const domain = picture.irq_domain.objects[address];
  const info = picture.msi_domain_info.objects[domain?.host_data ?? 0];
  return ((info ?? environment).flags & MsiFlag.MSI_FLAG_DEV_SYSFS) !== 0;
}

/** Levels stay. An MSI domain with live interrupts may go, which is the end of the trace. */
function mayGo(scene: Scene): boolean {
  const { picture, call, kind } = scene;
  const domain = domainNamed(picture, call.domain);
  if (kind !== 'wired' && kind !== 'msi') return false;
  if (kind === 'msi' && domain !== undefined && domain.mapcount > 0) return true;
  const address = picture.irq_domain.objects.indexOf(domain);
  const pointed = picture.device.objects.some(
    (device) =>
      device?.alive === true &&
      (device.msi_domain === address || dataOf(picture, device)?.domains[0]?.domain === address),
  );
  if (pointed) return false;
  for (let block = 0; block < BLOCKS; block += 1) {
    if (blockOf(picture, block).some((virq) => irqDataOf(picture, virq)?.domain === address))
      return false;
  }
  return true;
}
