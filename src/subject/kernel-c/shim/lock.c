// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks of one thread. A lock that is taken twice would wait for ever: that ends the run. What the
 * lock checker of the kernel would report is reported, and the run goes on.
 */
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include "kc.h"
#include "kc_from.h"
#include "kc_report.h"
#include "kc_lock.h"

#define MAX_HELD 64

/* Locks that are held, in order of locking. */
static const volatile void *held[MAX_HELD];
static int helds;

int kc_lock_held(const volatile void *lock)
{
	int i;

	for (i = helds - 1; i >= 0; i--)
		if (held[i] == lock)
			return 1;
	return 0;
}

void kc_take(const volatile void *lock, const char *fn, const char *file, int line)
{
	if (kc_lock_held(lock)) {
		kc_splat(KC_DEADLOCK, fn, file, line, KC_ADDRESS(lock));
		kc_die();
	}
	if (helds == MAX_HELD) {
		kc_splat(KC_BUG, "kc_take", "lock.c", __LINE__, KC_ADDRESS(lock));
		kc_die();
	}
	held[helds++] = lock;
}

void kc_drop(const volatile void *lock, const char *fn, const char *file, int line)
{
	int i;

	for (i = helds - 1; i >= 0 && held[i] != lock; i--)
		;
	if (i < 0) {
		kc_splat(KC_LOCKDEP, fn, file, line, KC_ADDRESS(lock));
		return;
	}
	for (helds--; i < helds; i++)
		held[i] = held[i + 1];
}

void kc_assert_held(const volatile void *lock, int wanted, const char *fn, const char *file,
		    int line)
{
	/* The owner is in the lock, so a pointer that leads to none is noticed here. */
	(void)*(const volatile char *)lock;
	if (kc_lock_held(lock) != wanted)
		kc_splat(KC_LOCKDEP, fn, file, line, KC_ADDRESS(lock));
}

int kc_mutex_held(const void *mutex)
{
	return kc_lock_held(mutex);
}

static void kc_check_magic(struct mutex *lock, const char *fn, const char *file, int line)
{
	if (lock->magic != lock)
		kc_splat(KC_LOCKDEP, fn, file, line, KC_ADDRESS(lock));
}

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	atomic_long_set(&lock->owner, 0);
	raw_spin_lock_init(&lock->wait_lock);
	INIT_LIST_HEAD(&lock->wait_list);
	lock->magic = lock;
}

void mutex_destroy(struct mutex *lock)
{
	if (mutex_is_locked(lock))
		kc_splat(KC_LOCKDEP, "mutex_destroy", 0, 0, KC_ADDRESS(lock));
	lock->magic = NULL;
}

void kc_mutex_lock(struct mutex *lock, const char *fn, const char *file, int line)
{
	kc_check_magic(lock, fn, file, line);
	kc_take(lock, fn, file, line);
	atomic_long_set(&lock->owner, (long)current);
}

void kc_mutex_unlock(struct mutex *lock, const char *fn, const char *file, int line)
{
	kc_check_magic(lock, fn, file, line);
	kc_drop(lock, fn, file, line);
	atomic_long_set(&lock->owner, 0);
}

void mutex_lock(struct mutex *lock)
{
	kc_mutex_lock(lock, NULL, NULL, 0);
}

void mutex_unlock(struct mutex *lock)
{
	kc_mutex_unlock(lock, NULL, NULL, 0);
}

int mutex_trylock(struct mutex *lock)
{
	if (kc_lock_held(lock))
		return 0;
	mutex_lock(lock);
	return 1;
}

bool mutex_is_locked(struct mutex *lock)
{
	return atomic_long_read(&lock->owner) != 0;
}
