// SPDX-License-Identifier: GPL-2.0-only
/** How many of a known number are done: a bar on a terminal, else a line every few seconds, both on standard error. */
import { note } from './terminal.ts';

/** Only a terminal gets a bar. */
const Bar = process.stderr.isTTY ? (await import('cli-progress')).SingleBar : undefined;

/** Milliseconds between two lines where there is no terminal. */
const LINE_EVERY = 5000;
/** Characters of the bar, its numbers and margin. */
const LEFT = 40;

/** Counts what is done. */
export interface Counting {
  /** One more is done; `text` says which, and how it ended. */
  readonly done: (text: string) => void;
  readonly stop: () => void;
}

/** Starts with nothing done of `total` things called `what`, in the plural. */
export function startCounting(total: number, what: string): Counting {
  return Bar === undefined ? lines(total, what) : bar(Bar, total, what);
}

function bar(SomeBar: NonNullable<typeof Bar>, total: number, what: string): Counting {
  const shown = new SomeBar({
    stream: process.stderr,
    format: `{bar} {value}/{total} ${what} {text}`,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: 15,
    linewrap: true,
    clearOnComplete: true,
    hideCursor: null,
    gracefulExit: false,
  });
  shown.start(total, 0, { text: '' });
  return {
    done: (text) => {
      shown.increment({ text: text.slice(0, Math.max(0, process.stderr.columns - LEFT)) });
    },
    stop: () => {
      shown.stop();
    },
  };
}

function lines(total: number, what: string): Counting {
  let last = performance.now();
  let count = 0;
  return {
    done: (text) => {
      count += 1;
      const now = performance.now();
      if (now - last < LINE_EVERY) return;
      last = now;
      note(`${count}/${total} ${what}: ${text}`);
    },
    stop: () => undefined,
  };
}
