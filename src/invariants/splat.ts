// SPDX-License-Identifier: GPL-2.0-only
/**
 * Complaints of the kernel and of the machine: only those that a misuse deserves, and that the
 * oracle has named for it. Without the names these rules are silent: somebody else compares them.
 */
import type { Splat } from '../trace/observation.ts';
import { Fact } from './facts.ts';
import type { Rule, Situation } from './rule.ts';
import { happened, happens } from './situation.ts';
import { domainMade, faultFired, mutexHeld } from './situations.ts';

function rule(
  kind: Splat['kind'],
  name: string,
  source: string,
  sometimes: readonly Situation[],
): Rule {
  return {
    name,
    source,
    step: ({ splats }, _history, named) =>
      named === undefined ? undefined : unnamed(splats, kind, named),
    sometimes,
  };
}

/** The first complaint of a kind that is not named as often as it was made. */
function unnamed(
  splats: readonly Splat[],
  kind: Splat['kind'],
  named: readonly string[],
): string | undefined {
  if (splats.length === 0) return undefined;
  const left = [...named];
  for (const splat of splats) {
    if (splat.kind !== kind) continue;
    const text = `${kind} ${splat.fn} ${splat.nth}`;
    const index = left.indexOf(text);
    if (index < 0)
      return [text, splat.what, splat.place ?? ''].filter((part) => part !== '').join(', ');
    // Of these once is enough, as often as it happens.
    if (kind !== 'lockdep') left.splice(index, 1);
  }
  return undefined;
}

function seen(kind: Splat['kind'], name: string): Situation {
  return happens(name, Fact.SPLAT, ({ splats }) => splats.some((splat) => splat.kind === kind));
}

const freed = happened(
  'something was freed',
  Fact.DESC_GONE | Fact.IRQ_GONE | Fact.DOMAIN_GONE | Fact.DATA,
);

/** One rule per kind of complaint. */
export const SPLATS: readonly Rule[] = [
  rule('WARN', 'the kernel warns of misuse only', 'include/asm-generic/bug.h WARN_ON()', [
    seen('WARN', 'the kernel warned of misuse'),
    faultFired,
  ]),
  rule('BUG', 'no BUG_ON is reached', 'include/asm-generic/bug.h BUG_ON()', [faultFired]),
  rule(
    'lockdep',
    'the stores are used with their mutex held, but for misuse',
    'include/linux/lockdep.h lockdep_assert_held()',
    [seen('lockdep', 'a driver used a store without its mutex')],
  ),
  rule(
    'deadlock',
    'no mutex is taken twice, but for misuse',
    'kernel/locking/mutex.c mutex_lock()',
    [mutexHeld],
  ),
  rule('NULL dereference', 'no NULL pointer is followed, but for misuse', 'mm/kasan', [faultFired]),
  rule('use after free', 'nothing is used after it was freed, but for misuse', 'mm/kasan', [freed]),
  rule('double free', 'nothing is freed twice, but for misuse', 'mm/kasan', [freed]),
  rule('wild access', 'no array is left behind its end, but for misuse', 'mm/kasan', [domainMade]),
];
