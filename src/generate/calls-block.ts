// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the calls on blocks of interrupts that the driver allocates itself. */
import { below, nextBits, oneIn } from './bits.ts';
import { newAffinity } from './choose.ts';
import { type Entry, nothing } from './entry.ts';
import { pickBlock } from './stores.ts';
import { EMPTY, HIERARCHY, MSI_HANDLE, NO_DOMAIN, PLAIN, type World } from './world.ts';

/** The calls of both releases. */
export const BLOCK_CALLS: readonly Entry[] = [
  {
    fn: 'irq_alloc_descs',
    weight: 1,
    draw: drawAllocDescs,
    effect: (world, failed) => fill(world, PLAIN, failed),
  },
  {
    fn: 'irq_free_descs',
    weight: 1,
    needs: 'irq_alloc_descs',
    draw: (world) => drawBlock(world, PLAIN),
    effect: empty,
  },
  { fn: 'irq_domain_alloc_irqs', weight: 1, draw: drawAllocIrqs, effect: allocIrqs },
  {
    fn: 'irq_domain_free_irqs',
    weight: 1,
    needs: 'irq_domain_alloc_irqs',
    draw: (world) => drawBlock(world, HIERARCHY),
    effect: empty,
  },
  {
    fn: 'irq_domain_push_irq',
    weight: 2,
    when: ({ outermost }) => outermost > 0,
    needs: 'irq_domain_alloc_irqs',
    draw: drawPush,
    effect: push,
  },
  {
    fn: 'irq_domain_pop_irq',
    weight: 2,
    when: ({ outermost }) => outermost > 0,
    needs: 'irq_domain_push_irq',
    draw: drawPop,
    effect: pop,
  },
  {
    fn: 'irq_domain_disconnect_hierarchy',
    weight: 1,
    when: ({ outermost }) => outermost > 0,
    draw: drawDisconnect,
    effect: disconnect,
  },
  {
    fn: 'irq_domain_activate_irq',
    weight: 1,
    needs: 'irq_domain_alloc_irqs',
    draw: drawActivate,
    effect: nothing,
  },
  {
    fn: 'irq_domain_deactivate_irq',
    weight: 1,
    needs: 'irq_domain_activate_irq',
    draw: drawVector,
    effect: nothing,
  },
];

/** A block of this kind; false when there is none. */
export function drawBlock(world: World, kind: number): boolean {
  const block = pickBlock(world, kind);
  world.call.block = Math.max(0, block);
  return block >= 0;
}

/** Mostly 1 to 4 interrupts, sometimes up to 8. */
function newCount(world: World): number {
  const r = nextBits(world.bits);
  if ((r & 3) === 0) return 1;
  const count = (r & 0x30) === 0 ? 1 + ((r >>> 8) & 7) : 1 + ((r >>> 8) & 3);
  world.span = count;
  return count;
}

function drawAllocDescs(world: World): boolean {
  if (!drawBlock(world, EMPTY)) return false;
  world.call.nirqs = newCount(world);
  world.call.affinity = newAffinity(world);
  return true;
}

function fill({ blocks, call }: World, kind: number, failed: boolean): void {
  const block = blocks[call.block];
  if (failed || block === undefined) return;
  block.kind = kind;
  block.size = call.nirqs;
  block.trimmed = false;
  block.domain = kind === PLAIN ? NO_DOMAIN : call.domain;
}

/** The interrupts of a block go. */
export function empty(world: World): void {
  const block = world.blocks[world.call.block];
  if (block === undefined) return;
  if (block.domain !== NO_DOMAIN && block.domain < MSI_HANDLE)
    world.vectors = Math.min(world.facts.capacity, world.vectors + block.size);
  block.kind = EMPTY;
  block.domain = NO_DOMAIN;
}

function drawAllocIrqs(world: World): boolean {
  if (!drawAllocDescs(world)) return false;
  world.call.domain = below(world.bits, world.facts.outermost + 1);
  return true;
}

function allocIrqs(world: World, failed: boolean): void {
  world.asked += 1;
  const { nirqs } = world.call;
  if (failed || nirqs > world.vectors) return;
  world.granted += 1;
  world.vectors -= nirqs;
  fill(world, HIERARCHY, false);
}

function drawPush(world: World): boolean {
  if (!drawBlock(world, HIERARCHY)) return false;
  const { bits, call, blocks, facts } = world;
  const block = blocks[call.block];
  if (block === undefined || block.size !== 1) return false;
  call.domain = block.domain < facts.outermost ? block.domain + 1 : block.domain;
  return block.domain < facts.outermost || oneIn(bits, 12);
}

function push({ blocks, call }: World, failed: boolean): void {
  const block = blocks[call.block];
  if (!failed && block !== undefined) block.domain = call.domain;
}

function drawPop(world: World): boolean {
  if (!drawBlock(world, HIERARCHY)) return false;
  const { bits, call, blocks } = world;
  const block = blocks[call.block];
  if (block === undefined || block.size !== 1) return false;
  call.domain = block.domain;
  return (block.domain > 0 && !block.trimmed) || oneIn(bits, 32);
}

function pop({ blocks, call }: World): void {
  const block = blocks[call.block];
  if (block !== undefined && block.domain > 0) block.domain -= 1;
}

function drawDisconnect(world: World): boolean {
  if (!drawBlock(world, EMPTY)) return false;
  const { bits, call, facts } = world;
  call.nirqs = newCount(world);
  call.domain = 1 + below(bits, facts.outermost);
  return true;
}

function disconnect(world: World, failed: boolean): void {
  fill(world, HIERARCHY, failed);
  const block = world.blocks[world.call.block];
  if (block !== undefined) block.trimmed = true;
}

function drawVector(world: World): boolean {
  if (!drawBlock(world, HIERARCHY)) return false;
  world.call.vec = below(world.bits, world.blocks[world.call.block]?.size ?? 1);
  return true;
}

function drawActivate(world: World): boolean {
  world.call.reserve = oneIn(world.bits, 4) ? 1 : 0;
  return drawVector(world);
}
