// SPDX-License-Identifier: GPL-2.0-only
/** `node src/subject/kernel-c/build/main.ts TREE OUT [--no-kasan] [--coverage]`. */
import { buildModule } from './build.ts';
import { NoModule } from './no-module.ts';
import { releaseName } from './release.ts';

const USAGE = 'usage: main.ts TREE OUT [--no-kasan] [--coverage]';

async function main(args: readonly string[]): Promise<number> {
  const [tree, out, ...rest] = args.filter((arg) => !arg.startsWith('--'));
  const options = new Set(args.filter((arg) => arg.startsWith('--')));
  if (tree === undefined || out === undefined || rest.length > 0) throw new NoModule(USAGE);
  const kasan = !options.delete('--no-kasan');
  const coverage = options.delete('--coverage');
  if (options.size > 0) throw new NoModule(`${[...options].join(' ')}: unknown; ${USAGE}`);
  const built = await buildModule({ tree, out, kasan, coverage });
  process.stdout.write(`${built.module}: ${releaseName(built.release)}\n`);
  if (built.undefined.length > 0) process.stdout.write(`undefined: ${built.undefined.join(' ')}\n`);
  if (built.mismatched.length > 0)
    process.stdout.write(`mismatched: ${built.mismatched.join(' ')}\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof NoModule)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
