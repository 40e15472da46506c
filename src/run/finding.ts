// SPDX-License-Identifier: GPL-2.0-only
/**
 * What makes two findings the same one. A detail names interrupts and steps, which differ from trace
 * to trace; the rule, the function and the faults that it took do not.
 */
import { SPLATS } from '../invariants/splat.ts';
import type { Fired } from '../trace/observation.ts';
import type { Finding } from '../trace/verdict.ts';
import { AGREE } from './judge.ts';

/** Where the faults were that had fired, each once, sorted. */
export function firedSites(fired: readonly Fired[]): readonly string[] {
  return [...new Set<string>(fired.map(({ where }) => where))].toSorted();
}

/** The identity of a finding: `rule | fn | site site`. */
export function key(finding: Finding): string {
  return [finding.rule, finding.fn, firedSites(finding.fired).join(' ')].join(' | ');
}

/**
 * The kind of thing that was seen. Numbers differ from trace to trace, so they do not count, and of
 * rules about objects only the first word does; a complaint is the same one when its text is.
 */
export function kindOf({ rule, detail }: Finding): string {
  if (SPLATS.some(({ name }) => name === rule)) return detail.split(',')[0] ?? '';
  if (rule !== AGREE) return /^[a-z_]*/iu.exec(detail)?.[0] ?? '';
  const seen = /^.*?(?=[,;]| or |$)/u.exec(detail)?.[0] ?? '';
  if (seen.startsWith('returned')) return seen.replace(/-E[A-Z]+/u, '-E').replace(/[1-9]\d*/u, '#');
  return seen.replaceAll(/\d+/gu, '#');
}
