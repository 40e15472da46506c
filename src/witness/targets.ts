// SPDX-License-Identifier: GPL-2.0-only
/** What witnesses are looked for: the exits of a file, those whose result is known only when it runs in two ways. */
import type { Exit } from '../subject/kernel-c/build/exits.ts';
import type { CodeMark } from '../subject/kernel-c/ran.ts';
import type { KernelMap } from '../trees/map.ts';

/** How an exit is taken: with an error, with anything else, or whatever it returns. */
type Outcome = 'error' | 'good' | 'any';

/** An exit, and whether it was taken since the map was cleared. */
export interface Target {
  readonly exit: Exit;
  readonly outcome: Outcome;
  /** The build has code for it. */
  readonly built: boolean;
  readonly taken: () => boolean;
}

/** All of a file, in its order; what cannot be told from constants is a target for the error and one for the rest. */
export function targetsOf(map: KernelMap, file: string, exits: readonly Exit[]): readonly Target[] {
  const marks = map.marks.filter((mark) => mark.file === file);
  return exits.flatMap((exit) => {
    const within = marks.filter((mark) => mark.function === exit.function && covers(exit, mark));
    const ofKind = (kind: CodeMark['kind']): readonly CodeMark[] =>
      within.filter((mark) => mark.kind === kind);
    const target = (outcome: Outcome, kind: CodeMark['kind'], way: number): Target => ({
      exit,
      outcome,
      built: within.length > 0,
      taken: map.probe(ofKind(kind), way),
    });
    const open = exit.canFail && exit.value === undefined && ofKind('result').length > 0;
    return open
      ? [target('error', 'result', SECOND), target('good', 'result', FIRST)]
      : [target('any', 'line', FIRST)];
  });
}

/** Ways of a mark: a line that ran and a result that is none or good; an error. */
const FIRST = 1;
const SECOND = 2;

/** Whether a mark is in the text of the statement. */
function covers({ first, last }: Exit, { line, column }: CodeMark): boolean {
  const begun = line > first.line || (line === first.line && column >= first.column);
  return begun && (line < last.line || (line === last.line && column <= last.column));
}
