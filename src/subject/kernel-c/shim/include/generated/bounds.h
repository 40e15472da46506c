/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes that kernel/bounds.c computes; only headers of memory management look at them. */
#ifndef KC_GENERATED_BOUNDS_H
#define KC_GENERATED_BOUNDS_H
#define NR_PAGEFLAGS 24
#define MAX_NR_ZONES 2
#define NR_CPUS_BITS 2
#define SPINLOCK_SIZE 16
#define LRU_GEN_WIDTH 0
#define __LRU_REFS_WIDTH 0
#endif
