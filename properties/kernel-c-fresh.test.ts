// SPDX-License-Identifier: GPL-2.0-only
/** Builds that run at the same time do not write the same unfinished file. */
import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

import { freshName } from '../src/subject/kernel-c/build/fresh.ts';

test('unfinished files of two threads and of two builds in one of them have different names', async () => {
  const file = new URL('../src/subject/kernel-c/build/fresh.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(file)}).then(({ freshName }) =>
    require('node:worker_threads').parentPort.postMessage([freshName('x'), freshName('x')]));`;
  const inThread = (): Promise<readonly string[]> =>
    new Promise((done, failed) => {
      new Worker(code, { eval: true }).on('message', done).on('error', failed);
    });
  const names = [...(await inThread()), ...(await inThread()), freshName('x'), freshName('x')];
  expect(new Set(names).size).toBe(6);
  expect(names.filter((name) => !name.startsWith('x.'))).toEqual([]);
});
