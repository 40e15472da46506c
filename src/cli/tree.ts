// SPDX-License-Identifier: GPL-2.0-only
/** `tree`: kernel trees that can be run with `--subject tree:NAME`. */
import { resolve } from 'node:path';

import type { Command } from 'commander';

import { columns } from '../report/columns.ts';
import { jsonDocument, LAYOUT } from '../report/json.ts';
import type { Backend } from '../subject/kernel-c/build/run.ts';
import { mistake, Status } from './mistake.ts';
import { type BackendFlags, withBackend } from './options.ts';
import { finish, note, paintFor } from './terminal.ts';

/** Adds the command. What it does is loaded when it is asked for. */
export function addTree(program: Command): void {
  const tree = program
    .command('tree')
    .description('name kernel trees, whose own C is then run with --subject tree:NAME');
  const add = tree
    .command('add')
    .description('build a tree, say what it is, and give it a name')
    .argument('<name>', 'letters, digits, dots, - and _')
    .argument('<path>', 'top folder of the source');
  withBackend(add).action(addNamed);
  tree
    .command('list')
    .description('print the trees')
    .option('--json', 'as one JSON document')
    .action(list);
  const doctor = tree
    .command('doctor')
    .description('look at compiler, linker, cache and trees')
    .argument('[name]', 'only this tree')
    .option('--declares', 'print what the headers of the tree declare, as in src/trees/known');
  withBackend(doctor).action(examineAll);
  tree
    .command('remove')
    .description('forget a tree; its source stays')
    .argument('<name>')
    .action(remove);
  const debian = tree
    .command('debian')
    .description(
      "fetch the source of a Debian kernel with apt into the cache, and add it under the series' name",
    )
    .argument('<series>', '6.12 or 6.1');
  withBackend(debian).action(addDebian);
}

async function addNamed(name: string, path: string, { backend }: BackendFlags): Promise<void> {
  const { checkName, registryFile, writeTree } = await import('../trees/registry.ts');
  checkName(name);
  const lines = await describe(name, resolve(path), backend);
  writeTree(name, path);
  finish(Status.ok, `${lines.join('\n')}\nadded to ${registryFile()}\n`);
}

/** Builds, and says what was found; a tree that does not build is described as far as it goes before that is thrown. */
async function describe(
  name: string,
  path: string,
  backend: Backend = 'wasm',
): Promise<readonly string[]> {
  const [
    { readyTree },
    { differences, domidsOf, madeFrom, profileOf },
    { shapeOf },
    { sourceText },
  ] = await Promise.all([
    import('../trees/ready.ts'),
    import('../trees/differs.ts'),
    import('../trees/shape.ts'),
    import('../trees/source.ts'),
  ]);
  const { releaseOf, releaseName } = await import('../subject/kernel-c/build/release.ts');
  const release = releaseName(releaseOf(path));
  note(`building ${path}`);
  const [source, shape] = await Promise.all([sourceText(path), shapeOf(path)]);
  const nearest = profileOf(domidsOf(shape));
  const differs = differences(shape, nearest);
  const head = [
    `tree ${name}: ${path}`,
    line('release', `${release}, ${source}`),
    line('domains', `${domidsOf(shape)} per device of its own`),
    line('profile', `${nearest}, the nearest there is`),
    line(
      'differs',
      differs.length === 0 ? `nothing from ${madeFrom(nearest)}` : `from ${madeFrom(nearest)}:`,
    ),
    ...differs.map((text) => line('', text)),
  ];
  try {
    const ready = await readyTree({ name, path, from: '' }, { backend });
    const { files, compiled, compiler } = ready.built;
    return [
      ...head,
      line('compiler', compiler),
      line(
        'module',
        `${files} files, ${compiled.length} of them compiled now; no symbol is missing`,
      ),
      line('build', ready.factory.build ?? ''),
    ];
  } catch (error) {
    for (const text of head) note(text);
    throw error;
  }
}

function line(what: string, text: string): string {
  return `  ${what.padEnd(10)}${text}`;
}

async function list({ json }: { json?: true }): Promise<void> {
  const [{ readTrees, registryFile }, { releaseName, releaseOf }] = await Promise.all([
    import('../trees/registry.ts'),
    import('../subject/kernel-c/build/release.ts'),
  ]);
  const trees = readTrees().map((tree) => {
    try {
      return { ...tree, release: releaseName(releaseOf(tree.path)) };
    } catch {
      return { ...tree, release: undefined };
    }
  });
  if (json === true) {
    finish(Status.ok, jsonDocument({ layout: LAYOUT, trees }));
    return;
  }
  if (trees.length === 0)
    note(`no tree has a name in ${registryFile()}; add one with msicheck tree add NAME PATH`);
  const rows = trees.map(({ name, release, path, from }) => [
    `tree:${name}`,
    release ?? 'gone',
    path,
    from,
  ]);
  finish(
    Status.ok,
    trees.length === 0
      ? ''
      : `${columns(['subject', 'release', 'path', 'named by'], rows, [], paintFor(process.stdout))}\n`,
  );
}

async function examineAll(
  name: string | undefined,
  { declares, backend = 'wasm' }: BackendFlags & { declares?: true },
): Promise<void> {
  const { readTrees, treeNamed } = await import('../trees/registry.ts');
  if (declares === true) {
    if (name === undefined) throw mistake('tree doctor --declares: no tree; expected its name');
    const { shapeOf } = await import('../trees/shape.ts');
    const shape = await shapeOf(treeNamed(name).path);
    const lines = [...shape].map(([what, value]) => `${what} ${value}`.trimEnd()).toSorted();
    finish(Status.ok, `${lines.join('\n')}\n`);
    return;
  }
  const { examine } = await import('../trees/doctor.ts');
  const paint = paintFor(process.stdout);
  let status: number = Status.ok;
  for await (const { good, what, seen } of examine(
    name === undefined ? readTrees() : [treeNamed(name)],
    backend,
  )) {
    if (!good) status = Status.mistake;
    process.stdout.write(
      `${good ? paint.good('ok ') : paint.bad('bad')} ${what.padEnd(12)} ${seen}\n`,
    );
  }
  finish(status, '');
}

async function remove(name: string): Promise<void> {
  const { forgetTree } = await import('../trees/registry.ts');
  forgetTree(name);
  finish(Status.ok, `tree ${name} is forgotten; its source and the cache stay\n`);
}

async function addDebian(series: string, flags: BackendFlags): Promise<void> {
  const { fetchDebian } = await import('../trees/debian.ts');
  await addNamed(series, await fetchDebian(series, note), flags);
}
