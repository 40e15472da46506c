/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's own files call, once macros have told them from where. */
#ifndef KC_REPORT_H
#define KC_REPORT_H

void kc_warn(const char *fn, const char *file, int line);
void kc_bug(const char *fn, const char *file, int line) __attribute__((noreturn));
void kc_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The lock, of whatever kind, is held. */
int kc_lock_held(const volatile void *lock);
void kc_assert_held(const volatile void *lock, int held, const char *fn, const char *file, int line);

#endif
