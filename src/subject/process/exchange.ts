// SPDX-License-Identifier: GPL-2.0-only
/** What the thread that holds the programs is asked, and what it answers. */
import type { MessagePort } from 'node:worker_threads';

/** Milliseconds that a program may take. */
export interface Limits {
  /** From its start to `ready`. */
  readonly start: number;
  /** For each answer, and for its end after the last one. */
  readonly answer: number;
  /** In all, from its start to its end. */
  readonly total: number;
}

/** What is usual. */
export const LIMITS: Limits = { start: 30_000, answer: 5000, total: 3_600_000 };

/** Bytes of the longest line that is read. */
export const LONGEST_ANSWER = 10_000_000;
/** Lines from the greeting to `ready` at most. */
export const MOST_GREETING = 1000;

/** A request to the thread; `program` is a number that the asking side chooses. */
export type Request =
  | {
      readonly kind: 'start';
      readonly program: number;
      readonly command: readonly string[];
      readonly limits: Limits;
    }
  /** Lines to write, and how many lines to wait for. */
  | {
      readonly kind: 'ask';
      readonly program: number;
      readonly lines: readonly string[];
      readonly answers: number;
    }
  /** `politely` closes the input and waits, else the program is killed. */
  | { readonly kind: 'end'; readonly program: number; readonly politely: boolean };

/** Why there are no more answers. */
export type Trouble =
  | { readonly kind: 'not started'; readonly code: string }
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null }
  /** No answer in time, or too long in all. */
  | { readonly kind: 'slow' | 'late' }
  /** More bytes without a line end than a line may have. */
  | { readonly kind: 'endless' }
  /** A line that nobody asked for. */
  | { readonly kind: 'talks'; readonly line: string };

/** What came of a request. */
export interface Reply {
  readonly lines: readonly string[];
  readonly trouble: Trouble | undefined;
  /** The end of what it has written to its standard error. */
  readonly stderr: string;
}

/** What the thread is started with. */
export interface Channel {
  readonly port: MessagePort;
  /** One number, which rises with every reply. */
  readonly replies: Int32Array<SharedArrayBuffer>;
}
