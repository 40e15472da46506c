// SPDX-License-Identifier: GPL-2.0-only
/** Scripted edits of texts that are no C, or no C that anybody writes: nothing throws, and nothing goes on for ever. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { applyEdit } from '../src/trees/edit/apply.ts';
import { parseEdit } from '../src/trees/edit/parse.ts';
import { anyText } from './any-text.ts';
import { made } from './edit-example.ts';

/** Pieces that open, close, divide and mislead. */
const PIECES = [
  ...'{ } ( ) [ ] ; , : ? && || * -> f g if else for do while switch case return goto " \' \\ /* */ // 0 1.e+'.split(
    ' ',
  ),
  '\n',
  '\n#if A\n',
  '\n#else\n',
  '\n#endif\n',
  '\n#define X \\\n',
  'int f(void) {',
  'f(g, 1);',
];
/** Statements, so that some of the texts are functions. */
const STATEMENTS = [
  'if (f(g() && 1 || f(0)))',
  '{ f(1);\n }',
  'else',
  'return a[f(1)].f(g()) && f(0,\n1) || 0;',
  'while (g(";")) ;',
  'goto x;',
  'x:',
  'do { g(/* ; */); } while (f(0) && 0);',
  'case 1: for_each(f) (void)g();',
  '\n#ifdef A\n f(2);\n#endif\n',
];
const VERBS = `drop call 1 of g
drop call 2 of f
drop left of && 1
drop right of || 1
drop statement with if 1
drop statement with call 1 of f
drop statement with ; 2
replace ; 1 by ,
replace argument 1 of call 1 of f by 0
replace call 1 of f by 1
replace condition of while 1 by 0
replace value of return 1 by 0
negate condition of if 1
guard statement with call 1 of f by g
insert g(); before statement with call 1 of f
insert g(); after statement with goto 1
swap statement with ; 1 with statement with ; 2
move statement with call 1 of f before statement with if 1`.split('\n');
const WORDS =
  'in x.c f: drop replace call 1 of statement with by before && --- for 6.12: insert swap condition if ( ; \u0000 \n'.split(
    ' ',
  );

const joined = (pieces: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength }).map((each) => each.join(' '));

/** What becomes of `x.c` by one verb: the text, or what is said. */
function edited(text: string, verb: string): { readonly text?: string; readonly said?: string } {
  const edit = made(`in x.c f: ${verb}`);
  if ('message' in edit) throw new Error(edit.message);
  const result = applyEdit(edit, () => text);
  if (result.kind !== 'sources') return { said: result.problem.message };
  return { text: result.changed.get('x.c') ?? '' };
}

describe('whatever a text holds', () => {
  const text = fc.oneof(
    joined(PIECES, 60),
    joined(PIECES, 30).map((body) => `int f(void) { ${body} }`),
    joined(STATEMENTS, 8).map((body) => `int f(void) {\n${body} ; }`),
    anyText(),
  );

  test('it is edited and keeps its number of lines, or it is said why not', () => {
    let changed = 0;
    fc.assert(
      fc.property(text, fc.constantFrom(...VERBS), (before, verb) => {
        const after = edited(before, verb);
        if (after.text === undefined) return (after.said ?? '').length > 10;
        changed += 1;
        return after.text !== before && after.text.split('\n').length === before.split('\n').length;
      }),
      { numRuns: 20_000, seed: 1 },
    );
    expect(changed).toBeGreaterThan(1000);
  });

  test('a file of an edit is read, or the line is named that says nothing', () => {
    const file = fc.oneof(
      anyText(),
      joined(WORDS, 14),
      joined(WORDS, 14).map((each) => `---\nin x.c f: ${each}`),
      joined([...VERBS, '\nin x.c f:', '\nfor 6.1:\nin x.c f:'], 9).map((each) => `---${each}`),
    );
    let read = 0;
    fc.assert(
      fc.property(file, (all) => {
        const edit = parseEdit('x.edit', all);
        if (!('message' in edit)) read += 1;
        return 'message' in edit
          ? edit.file === 'x.edit' && edit.line <= all.split(/\r\n?|\n/u).length
          : edit.blocks.length > 0;
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(read).toBeGreaterThan(20);
  });

  test.each([
    ['{', '}'],
    ['if (1)', ''],
    ['if (1) {', '} else'],
    ['(', ')'],
  ])('it may be nested as deep as a text can be: %s', (open, close) => {
    const deep = `int f(void) { ${open.repeat(20_000)} g(); ${close.repeat(20_000)} }`;
    expect(edited(deep, 'drop statement with call 1 of g').said).toMatch(
      /^f: no statement can be told/u,
    );
  });
});
