// SPDX-License-Identifier: GPL-2.0-only
/** Names of files that are not finished, of which no other build thinks: not in this process, nor in another. */
import { threadId } from 'node:worker_threads';

let serial = 0;

/** A name beside the one that the file gets when it is whole. */
export function freshName(path: string): string {
  serial += 1;
  return `${path}.${process.pid}.${threadId}.${serial}`;
}
