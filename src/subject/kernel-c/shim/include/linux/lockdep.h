/* SPDX-License-Identifier: GPL-2.0-only */
/* Assertions about locks are live without lock classes: lock.c knows what is held. */
#include_next <linux/lockdep.h>
#include <kc_report.h>

#undef lockdep_assert_held
#undef lockdep_assert_not_held
#undef lockdep_assert_held_write
#undef lockdep_assert_held_once
#undef lockdep_is_held
#define lockdep_is_held(lock) kc_lock_held(lock)
#define lockdep_assert_held(lock) kc_assert_held((lock), 1, __func__, __FILE__, __LINE__)
#define lockdep_assert_held_write(lock) kc_assert_held((lock), 1, __func__, __FILE__, __LINE__)
#define lockdep_assert_held_once(lock) kc_assert_held((lock), 1, __func__, __FILE__, __LINE__)
#define lockdep_assert_not_held(lock) kc_assert_held((lock), 0, __func__, __FILE__, __LINE__)
