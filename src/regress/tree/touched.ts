// SPDX-License-Identifier: GPL-2.0-only
/** Which lines of a kernel a change touched, and whether they ran; of the lines nothing but their numbers is kept. */
import type { TouchedLine } from '../../report/change.ts';
import type { Sources } from '../../subject/changed/sources.ts';
import type { KernelMap } from '../../trees/map.ts';
import { changedFiles } from '../change.ts';
import { touchesOf } from '../touches.ts';

/** A version of a kernel. */
export interface Mapped {
  readonly sources: Sources;
  /** Files that its module is made from. */
  readonly files: ReadonlySet<string>;
  /** The build that notes lines. */
  readonly map: Pick<KernelMap, 'code' | 'reached' | 'functionAt'>;
}

/** What stands for the text of a line: a report has none of a kernel. */
const WHOLE = 'the whole line';
/** Files that could have code. */
const CODE = /\.[chS]$/u;

/** A touched line, and the build that can tell whether it ran. */
export interface Target {
  readonly map: Mapped['map'];
  /** In the file of that build. */
  readonly own: number;
  readonly touched: Omit<TouchedLine, 'missed'>;
  /** False for code that is not part of the module. */
  readonly built: boolean;
}

/** Every touched line with code on it; a removed line counts as executed when the base executed it. */
export function targetsOf(base: Mapped, changed: Mapped): readonly Target[] {
  return changedFiles(base.sources, changed.sources).flatMap((file) => {
    const touches = touchesOf(base.sources.get(file) ?? '', changed.sources.get(file) ?? '');
    const built = base.files.has(file) || changed.files.has(file);
    return touches.flatMap(({ line, own, what, text }): readonly Target[] => {
      const { map } = what === 'changed' ? changed : base;
      const code = built ? map.code.get(file)?.has(own) === true : CODE.test(file) && text !== '';
      if (!code) return [];
      const fn = map.functionAt(file, own) ?? '';
      return [{ map, own, built, touched: { file, line, what, fn, text: '' } }];
    });
  });
}

/** Whether they ran so far. */
export function touchedNow(targets: readonly Target[]): readonly TouchedLine[] {
  const reached = new Map(targets.map(({ map }) => [map, map.reached()]));
  return targets.map(({ map, own, built, touched }) => {
    const ran = reached.get(map)?.get(touched.file)?.has(own) === true;
    const missed = built ? WHOLE : 'not part of the module';
    return { ...touched, missed: ran ? [] : [missed] };
  });
}
