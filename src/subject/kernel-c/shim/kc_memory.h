/* SPDX-License-Identifier: GPL-2.0-only */
/* The layout of linear memory and its shadow: one byte says how much of eight may be touched. */
#ifndef KC_MEMORY_H
#define KC_MEMORY_H

/* On a host the program is in front of it, and the sanitizer has its shadow elsewhere. */
#ifdef __wasm__
extern unsigned char __heap_base[];
#define KC_BASE		0u
#define KC_HEAP		((unsigned int)__heap_base)
#else
#define KC_BASE		0x2000000u
#define KC_HEAP		KC_BASE
#endif
#define KC_MEMORY	0x4000000u		/* 64 MiB */
#define KC_SHADOW	(KC_BASE + KC_MEMORY / 8 * 7)
#define KC_WORDS	(KC_BASE + 0x2800000u)	/* the picture, see dump.c; the heap ends here */
#define KC_TABLE	(KC_BASE + 0x3000000u)	/* kc_objects */
#define KC_MAX_OBJECTS	((int)((KC_SHADOW - KC_TABLE) / sizeof(struct kc_object)))
#define KC_ZERO_SIZE_PTR 16u			/* include/linux/slab.h ZERO_SIZE_PTR */

#define KC_SHADOW_REDZONE 0xfa
#define KC_SHADOW_FREED	0xfb

extern unsigned int kc_heap_top;

void kc_shadow_poison(unsigned int addr, unsigned int size, unsigned char value);
void kc_shadow_open(unsigned int addr, unsigned int size);

/* Memory of an object, not cleared; no fault, no request. */
void *kc_place(unsigned int size, unsigned int align, int site, const char *fn);
/* Size asked for, 0 when there is no such object. */
unsigned int kc_size_of(const void *p);

#endif
