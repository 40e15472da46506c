// SPDX-License-Identifier: GPL-2.0-only
/** `--accept`: what a tree shows beyond its expected list becomes a part of that list. */
import { join } from 'node:path';

import { SPLATS } from '../invariants/splat.ts';
import { findingComments, type Origin, slug } from '../report/finding.ts';
import { OWNED } from '../run/apply.ts';
import { type Expected, formatExpected, parseExpected } from '../run/expected.ts';
import { kindOf } from '../run/finding.ts';
import { formatTrace } from '../trace/format.ts';
import { PROFILES } from '../trace/profile.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import { makeFolder, shortHash, shown, writeWhole } from './files.ts';
import { mistake } from './mistake.ts';
import type { Target } from './target.ts';

/** A minimised trace and what it shows. */
interface Shown {
  readonly trace: Trace;
  readonly finding: Finding;
}

/** Puts findings on the list of a tree. */
export type Accept = (found: Shown, origin: Origin) => Expected;

/**
 * The list of a target below `folder`. An event is known again by its text, which is the event, the
 * function and the n-th such event in it, whatever call leads there; anything else by rule, function
 * and kind; both by the faults that it takes.
 */
export function acceptInto({ tree }: Target, folder: string): Accept {
  if (tree === undefined)
    throw mistake(
      '--accept: the expected list of the reference is written by hand, with reasons; expected --subject tree:NAME',
    );
  const own = join(folder, PROFILES[tree.profile].release);
  makeFolder(own);
  return ({ trace, finding }, origin) => {
    const isEvent = SPLATS.some(({ name }) => name === finding.rule);
    const kind = kindOf(finding);
    const listed = {
      ...finding,
      release: tree.profile,
      // A leak shows wherever it is looked for, and an event is known by its own function.
      fn: isEvent || finding.rule === OWNED ? 'any' : finding.fn,
    };
    const why = `seen on Linux ${tree.release} and accepted; nobody has said why yet`;
    const header = `${formatExpected(why, listed)}${kind === '' ? '' : `# detail: ${kind}\n`}`;
    const name = `${slug(isEvent ? kind : finding.rule)}-${shortHash(header + formatTrace(trace))}`;
    const path = join(own, `${name}.trace`);
    const comments = findingComments(finding, origin).filter(
      (line) => !/^(?:rule|detail):/u.test(line),
    );
    const text =
      header.replace(/^# release: .*$/mu, `# release: ${PROFILES[tree.profile].release}`) +
      formatTrace(trace, comments);
    writeWhole(path, text);
    const entry = parseExpected(shown(path), text);
    if (typeof entry === 'string') throw new Error(entry);
    return { ...entry, release: tree.profile };
  };
}
