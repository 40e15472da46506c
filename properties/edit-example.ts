// SPDX-License-Identifier: GPL-2.0-only
/** A file of C that misleads who reads it carelessly, for the tests of scripted edits. */
import type { Problem } from '../src/subject/changed/sources.ts';
import { applyEdit } from '../src/trees/edit/apply.ts';
import { type Edit, parseEdit } from '../src/trees/edit/parse.ts';

export const FILE = 'pump/valve.c';

/** A file with what misleads: braces in comments and strings, macros, branches, look-alikes. */
export const VALVE = `/* open(1) { */
#include "valve.h"
#define OPEN(x) { open(x); \\
	close(x); }
enum valve_flag { VALVE_WET = BIT(0), VALVE_HOT = BIT(1) /* } */, VALVE_LAST };
static int drain(struct valve *v);
static const char *odd = "drain() { \\" // */ {";

static __cold int __printf(1, 2) drain(struct valve *v) __must_hold(&v->lock)
{
	char brace = '{', quote = '"';
	int i, err; // { open(v)

	for (i = 0; i < v->count && v->wet; i++) {
		open(v, i, pair(1, 2)); /* open(v) */
		err = v->ops[0].open(v, i);
		if (err < 0)
			goto undo;
		else if (err > 0 || !v->hot)
			close(v);
	}
	list_for_each(v, head)
		open(v, "open(v, 1)");
	(void)close(v);
	return 0;
undo:
	while (--i >= 0) {
#ifdef CONFIG_WET
		close(v);
#endif
		done(v);
	}
	return err;
}
EXPORT_SYMBOL(drain);

#ifdef CONFIG_HOT
static void heat(struct valve *v)
{
	if (v->hot) {
		open(v);
#else
static void heat(struct valve *v)
{
	{
#endif
		close(v);
	}
}

#ifdef CONFIG_WET
static int wet(void) { return 1; }
#else
static int wet(void) { return 0; }
#endif
`;

/** An edit with these lines. */
export function made(text: string): Edit | Problem {
  return parseEdit('x.edit', `Subject: x\n\n---\n${text}\n`);
}

/** The file after the lines, or what is wrong with them. */
export function after(...lines: readonly string[]): string {
  const edit = made(lines.join('\n'));
  if ('message' in edit) return `line ${edit.line}: ${edit.message}`;
  const applied = applyEdit(edit, (path) => (path === FILE ? VALVE : undefined));
  if (applied.kind !== 'sources') return applied.problem.message;
  return applied.changed.get(FILE) ?? '';
}

/** The function that most lines are about. */
export const IN: string = `in ${FILE} drain:`;
