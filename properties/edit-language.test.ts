// SPDX-License-Identifier: GPL-2.0-only
/** Scripted edits of C: each verb changes what it says, wherever comments, strings, macros and branches stand. */
import { describe, expect, test } from 'vitest';

import { after, FILE, IN, VALVE } from './edit-example.ts';

/** A piece, and what comes instead. */
type Swap = readonly [string, string];

/** The file with these pieces instead of others, each of which it has once. */
function valve(...changes: readonly Swap[]): string {
  let text = VALVE;
  for (const [from, to] of changes) {
    expect(text.split(from)).toHaveLength(2);
    text = text.replace(from, () => to);
  }
  return text;
}

const VERBS: readonly (readonly [string, Swap, Swap?])[] = [
  ['replace < 1 by <=', ['i < v->count', 'i <= v->count']],
  ['replace 0 1 by 1', ['i = 0;', 'i = 1;']],
  ['replace undo 1 by out', ['goto undo', 'goto out']],
  ['replace call 2 of open by -1', ['v->ops[0].open(v, i)', '(-1)']],
  ['replace call 2 of open by err', ['v->ops[0].open(v, i)', 'err']],
  ['replace argument 3 of call 1 of open by i ? 1 : 2', ['pair(1, 2)', 'i ? 1 : 2']],
  ['replace argument 2 of call 3 of open by 0', ['"open(v, 1)"', '0']],
  ['replace condition of if 2 by err', ['err > 0 || !v->hot', 'err']],
  ['replace condition of while 1 by i--', ['--i >= 0', 'i--']],
  ['replace value of return 2 by -EIO', ['return err', 'return -EIO']],
  ['replace left of && 1 by i < 1 || i', ['i < v->count', '(i < 1 || i)']],
  ['replace right of || 1 by true', ['!v->hot', 'true']],
  ['replace statement with goto 1 by return err;', ['goto undo;', 'return err;']],
  ['drop right of && 1', ['&& v->wet', '']],
  ['drop left of || 1', ['err > 0 ||', '']],
  ['negate condition of if 1', ['(err < 0)', '(!(err < 0))']],
  ['drop call 1 of open', ['open(v, i, pair(1, 2)); /', '; /']],
  ['drop call 2 of close', ['(void)close(v);', ';']],
  ['drop call 3 of close', ['#ifdef CONFIG_WET\n\t\tclose(v);', '#ifdef CONFIG_WET\n\t\t;']],
  ['drop statement with call 2 of open', ['err = v->ops[0].open(v, i);', ';']],
  ['drop statement with call 3 of open', ['\topen(v, "open(v, 1)");', '\t;']],
  [
    'drop statement with list_for_each 1',
    ['list_for_each(v, head)\n\t\topen(v, "open(v, 1)");', ';\n'],
  ],
  [
    'drop statement with if 1',
    [
      'if (err < 0)\n\t\t\tgoto undo;\n\t\telse if (err > 0 || !v->hot)\n\t\t\tclose(v);',
      ';\n\n\n',
    ],
  ],
  ['drop statement with if 2', ['if (err > 0 || !v->hot)\n\t\t\tclose(v);', ';\n']],
  ['guard statement with call 1 of open by i > 0', ['open(v, i, p', 'if (i > 0) open(v, i, p']],
  ['guard statement with goto 1 by i', ['goto undo;', '{ if (i) goto undo; }']],
  ['insert open(v); before statement with call 2 of close', ['(void)cl', 'open(v); (void)cl']],
  ['insert open(v); after statement with goto 1', ['goto undo;', '{ goto undo; open(v); }']],
  [
    'swap statement with call 1 of open with statement with call 2 of open',
    ['open(v, i, pair(1, 2));', 'err = v->ops[0].open(v, i);'],
    [
      ' /* open(v) */\n\t\terr = v->ops[0].open(v, i);',
      ' /* open(v) */\n\t\topen(v, i, pair(1, 2));',
    ],
  ],
  [
    'move statement with call 2 of open before statement with call 2 of close',
    ['err = v->ops[0].open(v, i);', ';'],
    ['(void)close(v);', 'err = v -> ops [ 0 ] . open ( v , i ) ; (void)close(v);'],
  ],
  [
    'move statement with call 2 of close after statement with goto 1',
    ['(void)close(v);', ';'],
    ['goto undo;', '{ goto undo; ( void ) close ( v ) ; }'],
  ],
];

describe('a verb changes', () => {
  test.each(VERBS.map(([verb, ...changes]) => ({ verb, changes })))(
    'what it says and nothing else: $verb',
    ({ verb, changes }) => {
      const text = after(`${IN} ${verb}`);
      expect(text).toBe(valve(...changes.filter((each) => each !== undefined)));
      expect(text.split('\n')).toHaveLength(VALVE.split('\n').length);
    },
  );

  test('the value of an enumerator', () => {
    expect(after(`in ${FILE} enumerator VALVE_HOT: replace 1 1 by 0`)).toBe(
      valve(['VALVE_HOT = BIT(1)', 'VALVE_HOT = BIT(0)']),
    );
  });

  test('the definition that is meant, where the branches of an #if have one each', () => {
    expect(after(`in ${FILE} wet (2 of 2): replace value of return 1 by 2`)).toBe(
      valve(['{ return 0; }', '{ return 2; }']),
    );
  });

  test('what the lines above it have left', () => {
    expect(after(`${IN} drop call 1 of open`, `${IN} replace call 1 of open by 1`)).toBe(
      valve(['open(v, i, pair(1, 2)); /', '; /'], ['v->ops[0].open(v, i)', '1']),
    );
  });
});
