// SPDX-License-Identifier: GPL-2.0-only
/** `regress --refresh`: patches are carried over to the sources as they are now, then checked again. */
import { readFileSync } from 'node:fs';

import type { Change } from '../regress/change.ts';
import { gather, patchFiles } from '../regress/gather.ts';
import { refresh } from '../regress/refresh.ts';
import type { ChangeResult } from '../report/change.ts';
import { referenceSources } from '../subject/changed/sources.ts';
import { shown, writeWhole } from './files.ts';
import { Status } from './mistake.ts';
import { finish } from './terminal.ts';

/** Checks one change; `undefined` when the run was interrupted. */
export type CheckOne = (change: Change) => Promise<ChangeResult | undefined>;

/** Rewrites what has moved, then says what became of each patch; ends with 1 when one is not what it promises, 2 at a conflict. */
export async function runRefresh(names: readonly string[], check: CheckOne): Promise<void> {
  const files = names.flatMap(patchFiles);
  const lines = await Promise.all(files.map((file) => refreshOne(file, check)));
  const status = lines.some(({ conflict }) => conflict)
    ? Status.mistake
    : lines.some(({ surprise }) => surprise)
      ? Status.finding
      : Status.ok;
  finish(status, lines.map(({ text }) => `${text}\n`).join(''));
}

interface Line {
  readonly text: string;
  readonly conflict: boolean;
  readonly surprise: boolean;
}

async function refreshOne(file: string, check: CheckOne): Promise<Line> {
  const name = shown(file);
  const result = refresh(file, readFileSync(file, 'utf8'), referenceSources());
  if (result.kind === 'conflict') {
    const { problem } = result;
    const text = `${name}: conflict: ${problem.file}:${problem.line}: ${problem.message}`;
    return { text, conflict: true, surprise: false };
  }
  if (result.kind === 'refreshed') writeWhole(file, result.text);
  const [change] = gather(file, true).changes;
  const checked = change === undefined ? undefined : await check(change);
  if (change === undefined || checked === undefined)
    return { text: `${name}: ${result.kind}, not checked`, conflict: false, surprise: false };
  const { surprise, verdict } = checked;
  const text = `${name}: ${result.kind}, ${surprise === '' ? verdict : surprise}`;
  return { text, conflict: false, surprise: surprise !== '' };
}
