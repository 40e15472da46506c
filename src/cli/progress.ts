// SPDX-License-Identifier: GPL-2.0-only
/** How far a run is: a bar on a terminal, else a line every few seconds, both on standard error. */
import type { Amount } from '../report/summary.ts';
import { count } from '../report/text.ts';
import { note } from './terminal.ts';

/** Only a terminal gets a bar. */
const Bar = process.stderr.isTTY ? (await import('cli-progress')).SingleBar : undefined;

/** Milliseconds between two lines where there is no terminal. */
const LINE_EVERY = 5000;
/** Milliseconds between two updates of the bar. */
const BAR_EVERY = 100;
const PARTS = 1000;
/** Characters of the bar, and of the bar with its percentage and margin. */
const BAR = 15;
const LEFT = BAR + 8;

/** What is shown. */
export interface Position extends Amount {
  /** 0 at the beginning, 1 at the end. */
  readonly share: number;
  /** `12/40 situations`, where those are counted. */
  readonly reached?: string;
}

/** Shows positions, as often as it makes sense. */
export interface Progress {
  /** `position` is only asked for when something is shown; `now` is in milliseconds. */
  readonly show: (now: number, position: () => Position) => void;
  readonly stop: () => void;
}

/** Starts at `now`, in milliseconds. */
export function startProgress(now: number): Progress {
  return Bar === undefined ? lines(now) : bar(Bar, now);
}

function bar(SomeBar: NonNullable<typeof Bar>, start: number): Progress {
  const shown = new SomeBar({
    stream: process.stderr,
    format: '{bar} {percentage} % {text}',
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: BAR,
    linewrap: true,
    clearOnComplete: true,
    hideCursor: null,
    gracefulExit: false,
    emptyOnZero: true,
  });
  let last = Number.NEGATIVE_INFINITY;
  shown.start(PARTS, 0, { text: 'starting' });
  return {
    show: (now, position) => {
      if (now - last < BAR_EVERY) return;
      last = now;
      const at = position();
      shown.update(Math.floor(at.share * PARTS), { text: cut(positionText(at, now - start)) });
    },
    stop: () => {
      shown.stop();
    },
  };
}

function lines(start: number): Progress {
  let last = start;
  return {
    show: (now, position) => {
      if (now - last < LINE_EVERY) return;
      last = now;
      note(`${((now - start) / 1000).toFixed(0)} s: ${positionText(position(), now - start)}`);
    },
    stop: () => undefined,
  };
}

/** A line that wraps cannot be drawn over. */
function cut(text: string): string {
  return text.slice(0, Math.max(0, process.stderr.columns - LEFT));
}

function positionText(at: Position, elapsed: number): string {
  const rate = elapsed > 0 ? Math.round((at.steps * 1000) / elapsed) : 0;
  const parts = [`${count(at.steps)} steps`, `${count(rate)}/s`, `${count(at.faults)} faults`];
  return (at.reached === undefined ? parts : [...parts, at.reached]).join(', ');
}
