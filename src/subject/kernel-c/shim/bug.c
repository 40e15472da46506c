// SPDX-License-Identifier: GPL-2.0-only
/* Complaints: written to the log of the step, where the driver's reader finds them. */
#include "kc.h"
#include "kc_report.h"

void kc_splat(int kind, const char *fn, const char *file, int line, unsigned int addr)
{
	struct kc_splat *splat;

	if (kc_log.splats < KC_MAX_SPLATS) {
		splat = &kc_log.splat[kc_log.splats];
		splat->kind = kind;
		splat->fn = KC_ADDRESS(fn);
		splat->file = KC_ADDRESS(file);
		splat->line = line;
		splat->addr = addr;
	}
	kc_log.splats++;
	/* All others end the run themselves. */
	if ((kind == KC_WARN || kind == KC_LOCKDEP) && kc_now == kc_stop.step &&
	    kc_log.splats == kc_stop.splat + 1)
		kc_die();
}

void kc_warn(const char *fn, const char *file, int line)
{
	kc_splat(KC_WARN, fn, file, line, 0);
}

void kc_bug(const char *fn, const char *file, int line)
{
	kc_splat(KC_BUG, fn, file, line, 0);
	kc_die();
}
