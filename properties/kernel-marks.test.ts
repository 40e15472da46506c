// SPDX-License-Identifier: GPL-2.0-only
/** How the intermediate code of a file is marked, so that it notes what runs of it; on small texts. */
import { describe, expect, test } from 'vitest';

import { markLines } from '../src/subject/kernel-c/build/mark.ts';

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

  test('has a byte for a line in each of its blocks, for a return may be on the line of its condition', () => {
    const text = markLines(code('ptr') + debug('x.c').replace('line: 5', 'line: 4'), 'x.c');
    expect(behind(text)).toEqual([
      ['0', '%0'],
      ['3', 'switch'],
      ['4', 'ret'],
    ]);
  });

  test('has no byte for a declaration, nor for where what was declared ends', () => {
    const lifetime = (node: string): string =>
      `  %p = bitcast i32* %x.addr to i8*, !dbg ${node}\n` +
      `  call void @llvm.lifetime.end.p0i8(i64 4, i8* %p), !dbg ${node}\n`;
    const text = code('i32*')
      .replace('no:\n', `no:\n${lifetime('!5')}`)
      .replace(/^ {2}%0 = load/mu, `${lifetime('!6')}$&`);
    expect(behind(markLines(text + debug('x.c'), 'x.c'))).toEqual(behind(marked('i32*')));
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

  test('has two bytes for a result: a number below 0 is an error, and so is no pointer or one in the last page', () => {
    const body = (pointer: string): string =>
      [
        `define ${pointer} @g(i32 %x) !dbg !2 {`,
        'entry:',
        `  %retval = alloca ${pointer}, align 4`,
        `  %other = alloca i32, align 4`,
        `  store i32 -22, i32* %other, align 4, !dbg !4`,
        `  store ${pointer} %v, ${pointer}* %retval, align 4, !dbg !5`,
        `  ret ${pointer} %v, !dbg !6`,
        '}',
        '',
      ].join('\n');
    const numbers = markLines(body('i32') + debug('x.c'), 'x.c');
    expect(numbers.match(/^ {2}%kc\.bit\.\d+ = .*$/gmu)).toEqual([
      '  %kc.bit.2 = icmp slt i32 %v, 0',
      '  %kc.bit.5 = icmp slt i32 %v, 0',
    ]);
    const pointers = markLines(body('i8*') + debug('x.c'), 'x.c');
    expect(pointers.match(/^ {2}%kc\.(?:number|below|bit)\.2 = .*$/gmu)).toEqual([
      '  %kc.number.2 = ptrtoint i8* %v to i32',
      '  %kc.below.2 = add i32 %kc.number.2, -1',
      '  %kc.bit.2 = icmp uge i32 %kc.below.2, -4096',
    ]);
    expect(markLines(body('i1') + debug('x.c'), 'x.c')).not.toMatch(/%kc/u);
  });

  test('stays as it is where nothing of it is the tree’s own', () => {
    for (const file of ['shim/x.h', '/made/x.h', 'a/../../x.h']) {
      const text = code('ptr') + debug(file);
      expect(markLines(text, 'x.c') === text).toBe(!file.startsWith('a/'));
    }
  });
});
