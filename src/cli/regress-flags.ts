// SPDX-License-Identifier: GPL-2.0-only
/** The command line of `regress`: its options, and which of them make no sense together. */
import { availableParallelism } from 'node:os';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { CORPUS } from './files.ts';
import { mistake } from './mistake.ts';
import {
  parseRuns,
  parseSeed,
  parseTime,
  type ReportFlags,
  timeText,
  withReportOptions,
} from './options.ts';
import { FORMATS, type Format } from './regress-publish.ts';

/** Milliseconds per change when no budget is given. */
export const DEFAULT_TIME = 10_000;

/** What the command line says. */
export interface Flags extends ReportFlags {
  readonly each?: true;
  readonly bisect?: true;
  readonly forBisect?: true;
  readonly matrix?: true;
  readonly refresh?: true;
  readonly canaries?: true;
  readonly seeds: number;
  readonly seed: string;
  readonly time?: number;
  readonly runs?: number;
  readonly jobs: number;
  readonly corpus: string;
  readonly tree?: string;
  readonly format: Format;
}

/** Adds the command without its action. */
export function withRegressOptions(program: Command): Command {
  const seed = new Option('--seed <text>', 'words that choose the random traces');
  const time = new Option(
    '--time <time>',
    `how long for each change (default: ${timeText(DEFAULT_TIME)})`,
  );
  const runs = new Option(
    '--runs <n>',
    'how many random traces for each change, instead of a time',
  );
  const seeds = new Option('--seeds <n>', 'seeds of the matrix');
  const jobs = new Option('--jobs <n>', 'changes that are checked at the same time');
  const format = new Option('--format <name>', 'what is printed');
  const corpus = new Option('--corpus <folder>', 'traces that are replayed and swept first');
  const command = program
    .command('regress')
    .description(
      'check a change of the reference, or of a kernel tree: a patch, a series, a changed copy, or commits',
    )
    .argument('<change...>', '*.patch, a folder, a series file, or a range of commits')
    .option(
      '--tree <name>',
      'the kernel tree that is changed (tree list), instead of the reference',
    )
    .option('--each', 'take the patches of a series one by one, not one on top of the other')
    .option('--bisect', 'name the first bad patch of a series')
    .option('--for-bisect', "end with git bisect's statuses: 0 good, 1 bad, 125 cannot be built")
    .option('--matrix', 'which rules object to each patch and to each canary, over many seeds')
    .option('--canaries', 'with --matrix: check the canaries over all seeds as well')
    .option('--refresh', 'carry patches over to the sources as they are now, and check them again')
    .addOption(seeds.argParser(parseSmall).default(20))
    .addOption(seed.argParser(parseSeed).default('msicheck'))
    .addOption(time.argParser(parseTime))
    .addOption(runs.argParser(parseRuns))
    .addOption(jobs.argParser(parseSmall).default(availableParallelism(), 'one per core'))
    .addOption(corpus.default(CORPUS, 'fuzz/corpus'))
    .addOption(format.choices(FORMATS).default('text'));
  return withReportOptions(command);
}

function parseSmall(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/u.test(text) && value >= 1 && value <= 256) return value;
  throw new InvalidArgumentError('Expected a whole number, 1..256.');
}

/** Two options by their names in `Flags`, and why they cannot be used together. */
type Pair = readonly [keyof Flags, keyof Flags, string];

const ONE_BY_ONE = '--refresh prints one line for each patch that it rewrites';
const EXCLUSIVE: readonly Pair[] = [
  ['bisect', 'each', 'the first bad patch is that of a series, each patch on top of the others'],
  ['bisect', 'forBisect', 'one names the first bad patch, the other answers git about one change'],
  ['matrix', 'bisect', 'the matrix takes the patches of a series one by one'],
  ['matrix', 'forBisect', 'the matrix is about many changes, git asks about one'],
  ['matrix', 'format', 'the matrix is printed as text or, with --json, as JSON'],
  ['refresh', 'matrix', ONE_BY_ONE],
  ['refresh', 'bisect', ONE_BY_ONE],
  ['refresh', 'forBisect', ONE_BY_ONE],
  ['refresh', 'each', '--refresh takes the patches one by one anyway'],
  ['refresh', 'json', ONE_BY_ONE],
  ['refresh', 'format', ONE_BY_ONE],
  ['canaries', 'tree', 'the canaries are planted in the reference'],
  ['refresh', 'tree', '--refresh carries patches of the reference over to what it is now'],
  ['json', 'format', '--json is the same as --format json'],
  ['time', 'runs', 'one limits the time for each change, the other its random traces'],
];

/** Throws a mistake for options that the run would have to ignore. */
export function refuseOddOptions(command: Command): void {
  const given = (name: keyof Flags): boolean => command.getOptionValueSource(name) === 'cli';
  const odd = EXCLUSIVE.find(([one, other]) => given(one) && given(other));
  if (odd !== undefined) {
    const [one, other] = odd.slice(0, 2).map((name) => flagOf(command, name));
    throw mistake(`${one} and ${other} do not go together: ${odd[2]}; expected one of them`);
  }
  if (given('canaries') && !given('matrix'))
    throw mistake('--canaries are rows of the matrix; expected --matrix as well');
  if (given('seeds') && !given('matrix'))
    throw mistake(
      '--seeds is the number of seeds of the matrix; expected --matrix as well, or --seed to choose the random traces',
    );
}

/** `forBisect` as it is typed. */
function flagOf(command: Command, name: string): string {
  return command.options.find((option) => option.attributeName() === name)?.long ?? name;
}
