// SPDX-License-Identifier: GPL-2.0-only
/** Numbers that the program uses for names, in the order of its enums (shim/native/native.h, shim/native/main.c). */

/** `enum kc_request`. */
export const ASK = { missing: 0, start: 1, steps: 2, all: 3, end: 4 } as const;
/** `enum kc_answer`. */
export const ANSWERS = ['ok', 'dead', 'hangs', 'undefined', 'lost'] as const;
/** What main.c greets with. */
export const MAGIC = 0x6b63_6e31;
/** KC_BASE + KC_MEMORY (shim/kc_memory.h): no address is above. */
export const MEMORY = 0x600_0000;
