// SPDX-License-Identifier: GPL-2.0-only
/**
 * The lines of the kernel's C that run. The marks themselves are tested on small texts; the rest needs clang
 * and trees that MSICHECK_TREES names.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startBatches } from '../src/generate/batch.ts';
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../src/generate/environments.ts';
import { startSession, transcript } from '../src/run/session.ts';
import { markLines } from '../src/subject/kernel-c/build/mark.ts';
import { compilerVersion } from '../src/subject/kernel-c/build/run.ts';
import { registeredTrees } from '../src/subject/kernel-c/build/trees.ts';
import { fits, type SubjectFactory } from '../src/subject/subject.ts';
import { call, type Call } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Trace } from '../src/trace/step.ts';
import { type KernelMap, mapOf } from '../src/trees/map.ts';
import { readyTree } from '../src/trees/ready.ts';

const clang = await compilerVersion().catch(() => '');
const trees = clang === '' ? [] : registeredTrees();
const MSI = 'kernel/irq/msi.c';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the trees that MSICHECK_TREES names are mapped', ({ skip }) => {
  if (clang === '') skip('no clang that makes WebAssembly is installed');
  if (trees.length === 0) skip('MSICHECK_TREES names no kernel tree: NAME=PATH, joined with ":"');
  expect(trees.length).toBeGreaterThan(0);
});

describe('the intermediate code of a file', () => {
  const debug = (file: string): string =>
    [
      `!1 = !DIFile(filename: "${file}", directory: "/")`,
      '!2 = distinct !DISubprogram(name: "f", scope: !1, file: !1, line: 3, type: !9)',
      '!3 = distinct !DILexicalBlock(scope: !2, file: !1, line: 4, column: 2)',
      '!4 = !DILocation(line: 4, column: 6, scope: !3)',
      '!5 = !DILocation(line: 5, column: 3, scope: !3)',
      '!6 = !DILocation(line: 6, column: 1, scope: !2)',
      '',
    ].join('\n');
  const code = (pointer: string): string =>
    [
      'define void @f(i32 %x) !dbg !2 {',
      'entry:',
      `  %x.addr = alloca i32, align 4`,
      `  store i32 %x, ${pointer} %x.addr, align 4`,
      `  %0 = load i32, ${pointer} %x.addr, align 4, !dbg !4`,
      '  %c = icmp ne i32 %0, 0, !dbg !4',
      '  br i1 %c, label %yes, label %no, !dbg !4',
      '',
      'yes:',
      '  switch i32 %0, label %no [',
      '    i32 1, label %no',
      '  ], !dbg !5',
      '',
      'no:',
      '  ret void, !dbg !6',
      '}',
      '',
    ].join('\n');
  const marked = (pointer: string, file = 'x.c'): string =>
    markLines(code(pointer) + debug(file), 'x.c');
  /** The instruction behind each write to a byte. */
  const behind = (text: string): readonly (readonly [string, string])[] => {
    const lines = text.split('\n');
    return lines.flatMap((line, i) => {
      const byte = /"kc_ran x\.c", i32 0, i32 (\d+)\)/u.exec(line)?.[1];
      return byte === undefined ? [] : [[byte, (lines[i + 1] ?? '').trim().split(' ')[0] ?? '']];
    });
  };

  test('has a byte for each line of each block, before its first instruction, and two for a condition', () => {
    const text = marked('i32*');
    expect(behind(text)).toEqual([
      ['0', '%0'],
      ['3', 'switch'],
      ['4', 'ret'],
    ]);
    expect(text).toMatch(
      /%kc\.bit\.1 = or i1 %c, false\n.*zext i1 %kc\.bit\.1 to i32\n.* = add i32 %kc\.way\.1, 1\n/u,
    );
    expect(text).toMatch(/^@"kc_ran x\.c" = global \[8 x i8\] zeroinitializer/mu);
  });

  test('says of its bytes which function, line and column they are', () => {
    const json = /!"kc_map", !"(.*)"\}$/mu.exec(marked('i32*'))?.[1] ?? '';
    const text = json.replaceAll(/\\([0-9a-f]{2})/gu, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
    expect(JSON.parse(text)).toEqual({
      symbol: 'kc_ran x.c',
      words: 2,
      functions: [['f', 'x.c', 3]],
      marks: [
        [0, 4, 6, 0],
        [0, 4, 6, 1, 6, 1, 5, 3],
        [0, 5, 3, 0],
        [0, 6, 1, 0],
      ],
    });
  });

  test('is marked in the words of the compiler that made it: pointers with and without a type', () => {
    expect(marked('i32*')).toMatch(
      /store volatile i8 1, i8\* getelementptr inbounds \(\[8 x i8\], \[8 x i8\]\* @/u,
    );
    expect(marked('ptr')).toMatch(
      /store volatile i8 1, ptr getelementptr inbounds \(\[8 x i8\], ptr @/u,
    );
    expect(marked('ptr')).not.toMatch(/\*/u);
  });

  test('stays as it is where nothing of it is the tree’s own', () => {
    for (const file of ['shim/x.h', '/made/x.h', 'a/../../x.h']) {
      const text = code('ptr') + debug(file);
      expect(markLines(text, 'x.c') === text).toBe(!file.startsWith('a/'));
    }
  });
});

/** Corpus and random traces that a tree can run. */
function tracesFor(factory: SubjectFactory): readonly Trace[] {
  const traces: Trace[] = [];
  for (const file of readdirSync('fuzz/corpus').filter((one) => one.endsWith('.trace'))) {
    const { trace } = parseTrace(readFileSync(`fuzz/corpus/${file}`, 'utf8'), file);
    if (fits(factory, trace.environment)) traces.push(trace);
  }
  const environments = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter((each) => fits(factory, each));
  startBatches(environments, 'map')(0, 300, (trace) => {
    traces.push(trace);
    return true;
  });
  return traces;
}

describe.each(trees)('the map of $name', { timeout: 600_000 }, ({ name, path }) => {
  const tree = resolve(path);
  const build = (overlay: ReadonlyMap<string, string> = new Map()): Promise<KernelMap> =>
    mapOf({ tree, name, overlay, out: join(folder, `${name}-${overlay.size}.wasm`) });
  let map: KernelMap | undefined;
  beforeAll(async () => {
    map = await build();
  }, 600_000);
  const mapped = (): KernelMap => {
    if (map === undefined) throw new Error('not built');
    return map;
  };
  /** A text in place of the tree's msi.c, and the line of a word in it. */
  const changed = (
    fn: string,
    body: string,
  ): { readonly overlay: Map<string, string>; readonly line: (word: string) => number } => {
    const old = readFileSync(join(tree, MSI), 'utf8');
    const text = old.replace(new RegExp(`^void ${fn}\\([^)]*\\)\\n\\{`, 'mu'), `$&\n${body}`);
    const lines = text.split('\n');
    expect(lines.length).toBeGreaterThan(old.split('\n').length);
    return {
      overlay: new Map([[MSI, text]]),
      line: (word) => lines.findIndex((line) => line.includes(word)) + 1,
    };
  };
  const run = (on: KernelMap, ...calls: readonly Call[]): ReadonlySet<number> => {
    const session = startSession(environment(on), { factory: on.factory, spec: 'kernel' });
    on.clear();
    for (const one of calls) session.apply({ call: one, faults: [] });
    return on.reached().get(MSI) ?? new Set();
  };
  const environment = ({ factory }: KernelMap): Trace['environment'] =>
    [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].find((each) => fits(factory, each)) ??
    DEFAULT_ENVIRONMENT;
  const SETUP = [call('msi_setup_device_data'), call('msi_lock_descs')];

  test('shows what the fast build shows, step by step', async () => {
    const { factory } = await readyTree({ name, path: tree, from: '' });
    const fast = { factory, spec: 'kernel' } as const;
    const slow = { factory: mapped().factory, spec: 'kernel' } as const;
    const traces = tracesFor(fast.factory);
    expect(traces.length).toBeGreaterThan(300);
    for (const trace of traces) expect(transcript(trace, slow)).toEqual(transcript(trace, fast));
  });

  test('has lines of the tree alone, and those that ran are among those that have code', () => {
    const { code, reached } = mapped();
    run(mapped(), ...SETUP);
    expect(
      [...code.keys()].filter((file) => !/^(?:include|kernel|lib|drivers)\//u.test(file)),
    ).toEqual([]);
    expect(code.get(MSI)?.size).toBeGreaterThan(400);
    const ran = [...reached()];
    expect(ran.length).toBeGreaterThan(5);
    for (const [file, lines] of ran)
      expect([...lines].filter((line) => code.get(file)?.has(line) !== true)).toEqual([]);
  });

  test('tells an early return and a goto that are taken from those that are not', async () => {
    const { overlay, line } = changed(
      'msi_lock_descs',
      [
        'if (!dev)',
        'return; /* early 1 */',
        'if (dev)',
        'goto on; /* goto 1 */',
        'goto off; /* goto 2 */',
        'off: return; /* early 2 */',
        'on:',
      ].join('\n'),
    );
    const ran = run(await build(overlay), ...SETUP);
    expect(ran).toContain(line('if (!dev)'));
    expect(ran).toContain(line('goto 1'));
    for (const word of ['early 1', 'goto 2', 'early 2']) expect(ran).not.toContain(line(word));
  });

  test('does not take a line for one that ran when the kernel died on the line before', async () => {
    const { overlay, line } = changed(
      'msi_lock_descs',
      'int *gone = (int *)8; /* before */\n*gone = 1; /* here */\n*gone = 2; /* behind */',
    );
    const ran = run(await build(overlay), ...SETUP);
    for (const word of ['before', 'here']) expect(ran).toContain(line(`/* ${word}`));
    expect(ran).not.toContain(line('/* behind'));
  });

  test('names the function of a line, and knows no code behind the last one', () => {
    const { functionAt } = mapped();
    const lines = readFileSync(join(tree, MSI), 'utf8').split('\n');
    const at = lines.findIndex((line) => line.startsWith('void msi_lock_descs(')) + 1;
    expect(functionAt(MSI, at)).toBe('msi_lock_descs');
    expect(functionAt(MSI, at + 3)).toBe('msi_lock_descs');
    expect(functionAt(MSI, lines.length + 9)).toBeUndefined();
    expect(functionAt('kernel/irq/none.c', at)).toBeUndefined();
  });

  test('keeps what ran when the subject goes back to a snapshot, until it is cleared', () => {
    const on = mapped();
    const session = startSession(environment(on), { factory: on.factory, spec: 'kernel' });
    const before = session.snapshot();
    on.clear();
    expect(on.reached().size).toBe(0);
    session.apply({ call: call('msi_setup_device_data'), faults: [] });
    const ran = on.reached().get(MSI)?.size ?? 0;
    expect(ran).toBeGreaterThan(5);
    session.restore(before);
    expect(on.reached().get(MSI)?.size).toBe(ran);
    on.clear();
    session.apply({ call: call('msi_lock_descs'), faults: [] });
    expect(on.reached().get(MSI)?.size ?? 0).toBeLessThan(ran);
  });

  test('tells which ways a condition went', async () => {
    const { overlay, line } = changed(
      'msi_lock_descs',
      'static int kc_times;\nif (kc_times++ > 0) /* odd */\nkc_times = 100;',
    );
    const on = await build(overlay);
    const odd = line('/* odd');
    const mark = on.marks.find((each) => each.kind === 'condition' && each.line === odd);
    if (mark === undefined) throw new Error('no condition');
    const session = startSession(environment(on), { factory: on.factory, spec: 'kernel' });
    session.apply({ call: call('msi_setup_device_data'), faults: [] });
    expect(on.ways(mark)).toBe(0);
    session.apply({ call: call('msi_lock_descs'), faults: [] });
    expect(on.ways(mark)).toBe(1);
    session.apply({ call: call('msi_unlock_descs'), faults: [] });
    session.apply({ call: call('msi_lock_descs'), faults: [] });
    expect(on.ways(mark)).toBe(3);
  });
});
