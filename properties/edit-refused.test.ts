// SPDX-License-Identifier: GPL-2.0-only
/** Scripted edits that say nothing, or for which a text has no place: what is said about them. */
import { describe, expect, test } from 'vitest';

import { applyEdit } from '../src/trees/edit/apply.ts';
import { parseEdit } from '../src/trees/edit/parse.ts';
import { after, FILE, IN, made, VALVE } from './edit-example.ts';

describe('an edit does not apply and says what is there', () => {
  test.each([
    [`${IN} drop call 4 of close`, 'pump/valve.c has 3 calls of close in drain, not 4'],
    [`${IN} drop call 2 of done`, 'pump/valve.c has 1 call of done in drain, not 2'],
    [`${IN} drop call 1 of shut`, 'pump/valve.c has no call of shut in drain'],
    [`${IN} replace >= 2 by >`, 'pump/valve.c has 1 ">=" in drain, not 2'],
    [`${IN} replace condition of if 3 by 0`, 'pump/valve.c has 2 "if" in drain, not 3'],
    [
      `${IN} replace argument 4 of call 1 of open by 0`,
      'call 1 of open in drain has 3 arguments, not 4',
    ],
    [
      `${IN} drop call 2 of open`,
      'is part of a larger statement; expected "replace call … by CODE"',
    ],
    [`${IN} drop statement with while 1`, 'there are preprocessor lines in what is to be changed'],
    [`${IN} replace i 1 by i`, 'nothing in drain becomes anything else'],
    [
      `${IN} swap statement with for 1 with statement with call 1 of open`,
      'one of the two statements is the other one, or within it',
    ],
    [`in ${FILE} shut: drop call 1 of x`, 'pump/valve.c has no definition of shut'],
    [`in ${FILE} wet: replace value of return 1 by 2`, 'expected which: "wet (1 of 2)"'],
    [`in ${FILE} drain (1 of 2): replace < 1 by >`, '1 definition of drain, not 2'],
    [`in ${FILE} enumerator VALVE_WET2: replace 1 1 by 0`, 'no enumerator of VALVE_WET2'],
    [`in ${FILE} enumerator VALVE_LAST: replace 1 1 by 0`, 'has no "1" in VALVE_LAST'],
    [
      `in ${FILE} heat: drop statement with call 1 of close`,
      'branches of an #if divide heat in pump/valve.c',
    ],
    ['in pump/seal.c drain: replace < 1 by >', 'the tree has no pump/seal.c'],
  ])('%s', (line, message) => {
    expect(after(line)).toContain(message);
  });

  test('where the text is no C, by its line', () => {
    const edit = made(`in ${FILE} f: replace < 1 by >`);
    for (const [text, message] of [
      ['int f(void)\n{\n', 'pump/valve.c:2: "{" is never closed'],
      ['int a;\n}\n', 'pump/valve.c:2: "}" closes nothing that is open'],
      ['int f(void) {\n\n/* }', 'pump/valve.c:3: a comment does not end'],
      ['int f(void) { "', 'pump/valve.c:1: a quote does not end on its line'],
    ] as const) {
      const applied = 'message' in edit ? edit : applyEdit(edit, () => text);
      expect(applied).toMatchObject({ problem: { file: 'x.edit', line: 4 } });
      expect(JSON.stringify(applied)).toContain(JSON.stringify(message).slice(1, -1));
    }
  });
});

describe('an edit is refused by its line', () => {
  test.each([
    ['drop call 1 of f', 'expected "in FILE FUNCTION: VERB …"'],
    ['in ../x.c f: drop call 1 of f', 'no source file of a tree'],
    ['in a/../../x.c f: drop call 1 of f', 'no source file of a tree'],
    ['in /etc/x.c f: drop call 1 of f', 'no source file of a tree'],
    [`in ${FILE} f (0 of 2): drop call 1 of f`, 'there is no 0 of 2'],
    [`${IN} delete call 1 of f`, '"delete" is no verb; expected drop, replace, '],
    [`${IN} drop`, 'names nothing; expected "call N of F"'],
    [`${IN} drop call 0 of f`, 'the first one is 1'],
    [`${IN} drop call 1 of f twice`, '"twice" follows; expected the end of the line'],
    [`${IN} drop condition of if 1`, 'only a call, an operand or a statement can be dropped'],
    [`${IN} drop >= 1`, 'only a call, an operand or a statement can be dropped'],
    [`${IN} negate call 1 of f`, 'only a condition can be negated'],
    [`${IN} replace >= 1`, 'ends early; expected " by CODE"'],
    [`${IN} replace >= 0 by >`, 'the first one is 1'],
    [`${IN} replace condition of if 0 by 1`, 'the first one is 1'],
    [`${IN} replace argument 1 of close by 1`, 'expected "call N of F"'],
    [`${IN} replace i >= 0 by 1`, 'names nothing'],
    [`${IN} replace >= 1 by (`, '"(" is no code: "(" is never closed'],
    [`${IN} replace >= 1 by > // more`, 'has a comment'],
    [`${IN} replace >= 1 by #endif`, 'is a preprocessor line'],
    [`${IN} insert x after statement with if 1`, 'expected "insert CODE; before STATEMENT"'],
    [`${IN} insert x; after if 1`, 'expected "insert CODE; before STATEMENT"'],
    [
      `${IN} swap call 1 of f with statement with call 1 of g`,
      'expected "statement with call N of F"',
    ],
    [`${IN} swap statement with call 1 of f`, 'ends early; expected " with STATEMENT"'],
    [
      `${IN} move statement with call 1 of f with statement with if 1`,
      'expected " before STATEMENT"',
    ],
    ['for 6.12:', 'nothing is done for this release'],
    ['for six:', 'expected "in FILE FUNCTION: VERB …" or "for RELEASE:"'],
    [`${IN} drop call 1 of f\nfor 6.12:`, 'line 5: something is done for every release already'],
    [`for 6.12:\n${IN} drop call 1 of f\nfor 6.12:`, 'line 6: there is a block for 6.12 already'],
    ['# only a remark', 'line 0: changes nothing'],
  ])('%s', (line, message) => {
    expect(after(line)).toContain(message);
  });

  test('and without a line that ends its header', () => {
    expect(parseEdit('x.edit', `Subject: x\n${IN} drop call 1 of f\n`)).toMatchObject({
      line: 0,
      message: expect.stringMatching(/^has no line "---"/u),
    });
  });
});

describe('an edit', () => {
  test('has the header of a patch', () => {
    const edit = parseEdit(
      'C01.edit',
      `Subject: [PATCH] a: b\n\nObjects: one rule\nObjects: another\n\nWhy.\n---\n${IN} drop call 1 of f\n`,
    );
    expect(edit).toMatchObject({
      name: 'C01.edit',
      title: 'a: b',
      expects: { verdict: 'broken', rules: ['one rule', 'another'] },
    });
    expect(made(`${IN} drop call 1 of f`)).toMatchObject({ expects: { verdict: undefined } });
    expect(parseEdit('x', `Verdict: same\n---\n${IN} drop call 1 of f`)).toMatchObject({
      title: 'x',
      expects: { verdict: 'same', rules: [] },
    });
  });

  test('does what is said for the release of the tree, or for the one before it', () => {
    const edit = made(
      `for 6.12:\n${IN} replace < 1 by 12\nfor 6.1:\n${IN} replace < 1 by 1\n# and no more`,
    );
    const on = (makefile: string | undefined): string => {
      if ('message' in edit) return edit.message;
      const applied = applyEdit(edit, (path) => (path === FILE ? VALVE : makefile));
      if (applied.kind !== 'sources') return applied.problem.message;
      return /i (\S+) v->count/u.exec(applied.changed.get(FILE) ?? '')?.[1] ?? '';
    };
    const release = (minor: number): string => `# x\nVERSION = 6\nPATCHLEVEL = ${minor}\n`;
    expect([1, 6, 12, 13].map((minor) => on(release(minor)))).toEqual(['1', '1', '12', '12']);
    expect(on(release(0))).toBe('is for 6.12, 6.1 and later; the tree is 6.0');
    expect(on('all:\n')).toMatch(/^Makefile says no release/u);
    expect(on(undefined)).toMatch(/^Makefile says no release/u);
  });

  test('that does not apply in one line changes nothing', () => {
    const edit = made(`${IN} drop call 1 of open\n${IN} drop call 9 of open`);
    expect('message' in edit ? edit : applyEdit(edit, () => VALVE)).toEqual({
      kind: 'does not apply',
      problem: {
        file: 'x.edit',
        line: 5,
        message: 'pump/valve.c has 2 calls of open in drain, not 9',
      },
    });
  });
});
