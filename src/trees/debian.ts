// SPDX-License-Identifier: GPL-2.0-only
/** The source of a Debian kernel: fetched with apt, and only the folders that a module is made from are unpacked. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { join } from 'node:path';

import { NoModule } from '../subject/kernel-c/build/no-module.ts';
import { cacheFolder } from '../subject/kernel-c/build/folders.ts';
import { run } from '../subject/kernel-c/build/run.ts';
import { NoTree } from './no-tree.ts';

/** The series that Debian packages and a profile exists for. */
const DEBIAN = ['6.12', '6.1'] as const;

/** Bytes that the package, what is in it and the folders need at once. */
const ROOM = 700 * 1024 * 1024;

const FOLDERS = [
  'Makefile',
  'include/*',
  'lib/*',
  'kernel/irq/*',
  'drivers/base/*',
  'drivers/irqchip/irq-msi-lib*',
  'drivers/pci/msi/*',
] as const;

/** Where the source of a series is kept. */
function debianFolder(series: string): string {
  return join(cacheFolder(), 'trees', `linux-source-${series}`);
}

/** Fetches and unpacks unless it is there; returns the folder. Throws `NoTree` that says which step failed. */
export async function fetchDebian(series: string, say: (line: string) => void): Promise<string> {
  if (!DEBIAN.some((one) => one === series))
    throw new NoTree(
      `tree debian: ${JSON.stringify(series)}; expected one of ${DEBIAN.join(', ')}`,
    );
  const folder = debianFolder(series);
  if (existsSync(join(folder, 'Makefile'))) return folder;
  const name = `linux-source-${series}`;
  mkdirSync(join(folder, '..'), { recursive: true });
  checkRoom(join(folder, '..'));
  const work = mkdtempSync(join(folder, '..', 'fetch-'));
  try {
    say(`fetching ${name} (about 150 MB)`);
    await step('apt-get', ['download', '-q', name], {
      cwd: work,
      why: 'apt could not fetch the package; expected a Debian with network access and current lists (apt-get update)',
    });
    const deb = readdirSync(work).find((file) => file.endsWith('.deb'));
    if (deb === undefined) throw new NoTree(`${work}: apt-get download left no package there`);
    say(`unpacking ${deb}`);
    await step('dpkg-deb', ['-x', join(work, deb), join(work, 'package')], {
      cwd: work,
      why: 'the package could not be unpacked',
    });
    rmSync(join(work, deb));
    mkdirSync(join(work, 'tree'));
    const archive = join(work, 'package', 'usr', 'src', `${name}.tar.xz`);
    await step(
      'tar',
      [
        '-xJf',
        archive,
        '-C',
        join(work, 'tree'),
        '--strip-components=1',
        '--wildcards',
        ...FOLDERS.map((path) => `${name}/${path}`),
      ],
      { cwd: work, why: 'the source could not be unpacked', partly: true },
    );
    if (!existsSync(join(work, 'tree', 'Makefile')))
      throw new NoTree(`${archive}: no Makefile in it; expected the source of a kernel`);
    renameSync(join(work, 'tree'), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** How a step is run, and what it means when it fails. */
interface How {
  readonly cwd: string;
  readonly why: string;
  /** A pattern that matches nothing is no failure: not every release has every file. */
  readonly partly?: boolean;
}

async function step(
  program: string,
  args: readonly string[],
  { cwd, why, partly }: How,
): Promise<void> {
  let ended;
  try {
    ended = await run(program, args, cwd);
  } catch (error) {
    if (!(error instanceof NoModule)) throw error;
    throw new NoTree(`${error.message}; ${why}`);
  }
  if (ended.status === 0) return;
  const lines = ended.stderr.split('\n').filter((line) => line !== '');
  const serious = lines.filter((line) => !/Not found in archive|Exiting with failure/u.test(line));
  if (partly === true && serious.length === 0) return;
  throw new NoTree([`${program}: status ${ended.status}; ${why}`, ...serious.slice(-3)].join('\n'));
}

function checkRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= ROOM) return;
  throw new NoTree(
    `${folder}: ${Math.round(free / 1024 / 1024)} MB free; expected ${ROOM / 1024 / 1024} MB (XDG_CACHE_HOME names another place)`,
  );
}
