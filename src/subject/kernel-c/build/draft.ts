// SPDX-License-Identifier: GPL-2.0-only
/** Names for files that are renamed when they are whole: no two builds may write the same one. */
import { threadId } from 'node:worker_threads';

/** Tells apart drafts of one thread. */
let serial = 0;

/** An ending that no other process, thread or build of this one uses now. */
export function draftName(path: string): string {
  return `${path}.${process.pid}.${threadId}.${serial++}`;
}
