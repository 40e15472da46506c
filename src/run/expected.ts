// SPDX-License-Identifier: GPL-2.0-only
/**
 * Findings that are known for a subject and a release. Each is a trace in fuzz/corpus/expected whose
 * header says why it happens and what identifies it; the caller reads the files.
 *
 *     # expected: alloc_irqs_range frees what an earlier call allocated
 *     # release: 6.12
 *     # rule: a failed call leaves everything as it was
 *     # fn: msi_domain_alloc_irqs_range
 *     # fired: alloc_desc xa_node
 *     # detail: slot
 *
 * The last line is optional: words that the finding's detail must contain.
 */
import type { Finding } from '../trace/verdict.ts';
import { firedSites } from './finding.ts';

/** One known finding. */
export interface Expected {
  /** File name of its trace. */
  readonly trace: string;
  readonly why: string;
  readonly release: string;
  readonly rule: string;
  /** Function of the step at which it shows; `any` for a consequence that shows wherever it is looked for. */
  readonly fn: string;
  /** Sites and operations whose faults it takes, sorted, each once. */
  readonly fired: readonly string[];
  /** Words that the detail contains; '' for any detail. */
  readonly detail: string;
}

const ANY_FN = 'any';
const FIELDS = ['expected', 'release', 'rule', 'fn', 'fired'] as const;

/** Reads the header of a trace file; a string says what is wrong with it, and in which line. */
export function parseExpected(trace: string, text: string): Expected | string {
  const found = new Map<string, string>();
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const match = /^# (expected|release|rule|fn|fired|detail):(.*)$/u.exec(line);
    const field = match?.[1];
    if (match === null || field === undefined) continue;
    if (found.has(field)) return `${trace}:${index + 1}: a second "# ${field}:", expected one`;
    found.set(field, (match[2] ?? '').trim());
  }
  const missing = FIELDS.find(
    (field) => !found.has(field) || (field !== 'fired' && found.get(field) === ''),
  );
  if (missing !== undefined) return `${trace}:1: expected a line "# ${missing}: ..." in the header`;
  const sites = (found.get('fired') ?? '').split(' ').filter((word) => word !== '');
  return {
    trace,
    why: found.get('expected') ?? '',
    release: found.get('release') ?? '',
    rule: found.get('rule') ?? '',
    fn: found.get('fn') ?? '',
    fired: [...new Set(sites)].toSorted(),
    detail: found.get('detail') ?? '',
  };
}

/** The header for a finding, the inverse of `parseExpected`; ends with a newline. */
export function formatExpected(why: string, finding: Finding): string {
  const fired = ['# fired:', ...firedSites(finding.fired)].join(' ');
  return `# expected: ${why}\n# release: ${finding.release}\n# rule: ${finding.rule}\n# fn: ${finding.fn}\n${fired}\n`;
}

/**
 * The entry that the finding is, if it is known; rather one that names its function than one about any.
 * One that takes faults is recognised whatever else failed; one that takes none only where nothing was
 * injected, so a caller minimises first.
 */
export function isExpected(list: readonly Expected[], finding: Finding): Expected | undefined {
  const sites = firedSites(finding.fired);
  const fits = list.filter(
    (entry) =>
      sameRule(entry, finding) &&
      within(entry, sites) &&
      (entry.fired.length > 0 || sites.length === 0),
  );
  return fits.find(({ fn }) => fn !== ANY_FN) ?? fits[0];
}

/**
 * An entry that may explain the finding: same rule and function, and its faults are among those that
 * fired. A trace that was not minimised yet carries faults that have nothing to do with it.
 */
export function mayBeExpected(list: readonly Expected[], finding: Finding): Expected | undefined {
  const sites = firedSites(finding.fired);
  return list.find((entry) => sameRule(entry, finding) && within(entry, sites));
}

function sameRule(entry: Expected, finding: Finding): boolean {
  if (entry.release !== finding.release) return false;
  if (entry.rule !== finding.rule || !finding.detail.includes(entry.detail)) return false;
  return entry.fn === ANY_FN || entry.fn === finding.fn;
}

function within(entry: Expected, sites: readonly string[]): boolean {
  return entry.fired.every((site) => sites.includes(site));
}
