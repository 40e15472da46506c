// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the compiler calls where C does not say what happens. The step goes on, for what follows from it
 * may be seen better by AddressSanitizer; when nothing was, the run ends behind the step.
 */
#include "../kc.h"
#include "native.h"

/* What every record of UndefinedBehaviorSanitizer begins with. */
struct place {
	const char *file;
	unsigned int line, column;
};

/* The first one of the step. */
static struct {
	int kind;
	const char *what;
	struct place place;
	unsigned long pc;
	int before;		/* complaints that there were before */
} found;

static void note(int kind, const char *what, const struct place *place, const void *pc)
{
	if (found.pc)
		return;
	found.kind = kind;
	found.what = what;
	found.place = *place;
	found.pc = (unsigned long)pc - 1;
	found.before = kc_log.splats;
}

/* A lock in memory behind an array was never initialised, or is not held: who used the index is said already. */
void kc_settle_undefined(void)
{
	int i, kept = found.before;

	if (!found.pc || found.kind != KC_WILD || kc_log.splats > KC_MAX_SPLATS)
		return;
	for (i = kept; i < kc_log.splats; i++)
		if (kc_log.splat[i].kind != KC_LOCKDEP)
			kc_log.splat[kept++] = kc_log.splat[i];
	kc_log.splats = kept;
}

void kc_end_undefined(void)
{
	word numbers[2] = { found.pc, KC_ADDRESS(found.what) };

	if (!found.pc)
		return;
	kc_settle_undefined();
	kc_splat(found.kind, 0, found.place.file, found.place.line, 0);
	kc_answer_death(KC_ANSWER_UNDEFINED, numbers, 2);
}

/* What the kernel's own UBSAN calls it (lib/ubsan.c), where it knows it. */
#define HANDLER(name, kind, what, ...)						\
	void __ubsan_handle_##name(const struct place *place, ##__VA_ARGS__)	\
	{									\
		note(kind, what, place, __builtin_return_address(0));		\
	}
#define VALUE unsigned long value

HANDLER(out_of_bounds, KC_WILD, "array-index-out-of-bounds", VALUE)
HANDLER(load_invalid_value, KC_BUG, "invalid-load", VALUE)
HANDLER(divrem_overflow, KC_BUG, "division-overflow", VALUE, unsigned long other)
HANDLER(vla_bound_not_positive, KC_BUG, "array of variable length without elements", VALUE)
HANDLER(float_cast_overflow, KC_BUG, "floating point number out of range", VALUE)
HANDLER(invalid_builtin, KC_BUG, "zero for a builtin function that must not have it")
HANDLER(nonnull_arg, KC_BUG, "NULL for an argument that must not be")

void __ubsan_handle_nonnull_return_v1(const void *data, const struct place *place)
{
	note(KC_BUG, "NULL from a function that must not return it", place, __builtin_return_address(0));
}

/* There is nowhere to go on. */
void __ubsan_handle_builtin_unreachable(const struct place *place)
{
	note(KC_BUG, "unreachable", place, __builtin_return_address(0));
	kc_end_undefined();
	__builtin_trap();
}

void __ubsan_handle_missing_return(const struct place *place)
{
	note(KC_BUG, "a function without a result", place, __builtin_return_address(0));
	kc_end_undefined();
	__builtin_trap();
}
