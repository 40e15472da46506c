/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of held locks, for all kinds of them. Where fn is NULL, the stack says who. */
#ifndef KC_LOCK_H
#define KC_LOCK_H

/* Taken twice: does not return. */
void kc_take(const volatile void *lock, const char *fn, const char *file, int line);
void kc_drop(const volatile void *lock, const char *fn, const char *file, int line);

#endif
