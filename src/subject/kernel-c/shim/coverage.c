// SPDX-License-Identifier: GPL-2.0-only
/* Where the counters of branches are; the compiler has each file announce the whole range. */
#include "kc.h"

unsigned char *kc_counters, *kc_counters_end;

void __sanitizer_cov_8bit_counters_init(unsigned char *start, unsigned char *end)
{
	kc_counters = start;
	kc_counters_end = end;
}
