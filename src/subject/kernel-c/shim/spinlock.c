// SPDX-License-Identifier: GPL-2.0-only
/* Spinlocks of one CPU: the tree's files name themselves, inline functions of its headers do not. */
#include <linux/spinlock.h>
#include "kc.h"
#include "kc_from.h"
#include "kc_lock.h"
#include "kc_report.h"

unsigned long kc_irqflags = ARCH_IRQ_ENABLED;

void __raw_spin_lock_init(raw_spinlock_t *lock, const char *name, struct lock_class_key *key,
			  short inner)
{
	*lock = (raw_spinlock_t)__RAW_SPIN_LOCK_UNLOCKED(name);
}

void kc_spin_lock(raw_spinlock_t *lock, const char *fn, const char *file, int line)
{
	if (lock->magic != SPINLOCK_MAGIC)
		kc_splat(KC_LOCKDEP, fn, file, line, KC_ADDRESS(lock));
	kc_take(lock, fn, file, line);
	lock->raw_lock.slock = 1;
}

void kc_spin_lock_irq(raw_spinlock_t *lock, const char *fn, const char *file, int line)
{
	kc_irqflags = ARCH_IRQ_DISABLED;
	kc_spin_lock(lock, fn, file, line);
}

unsigned long kc_spin_lock_irqsave(raw_spinlock_t *lock, const char *fn, const char *file, int line)
{
	unsigned long flags = kc_irqflags;

	kc_spin_lock_irq(lock, fn, file, line);
	return flags;
}

void kc_spin_unlock(raw_spinlock_t *lock, const char *fn, const char *file, int line)
{
	kc_drop(lock, fn, file, line);
	lock->raw_lock.slock = 0;
}

void kc_spin_unlock_irq(raw_spinlock_t *lock, const char *fn, const char *file, int line)
{
	kc_spin_unlock(lock, fn, file, line);
	kc_irqflags = ARCH_IRQ_ENABLED;
}

void kc_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags, const char *fn,
			       const char *file, int line)
{
	kc_spin_unlock(lock, fn, file, line);
	kc_irqflags = flags;
}

void _raw_spin_lock(raw_spinlock_t *lock)
{
	kc_spin_lock(lock, NULL, NULL, 0);
}

void _raw_spin_lock_bh(raw_spinlock_t *lock)
{
	kc_spin_lock(lock, NULL, NULL, 0);
}

void _raw_spin_lock_irq(raw_spinlock_t *lock)
{
	kc_spin_lock_irq(lock, NULL, NULL, 0);
}

unsigned long _raw_spin_lock_irqsave(raw_spinlock_t *lock)
{
	return kc_spin_lock_irqsave(lock, NULL, NULL, 0);
}

int _raw_spin_trylock(raw_spinlock_t *lock)
{
	if (kc_lock_held(lock))
		return 0;
	kc_spin_lock(lock, NULL, NULL, 0);
	return 1;
}

void _raw_spin_unlock(raw_spinlock_t *lock)
{
	kc_spin_unlock(lock, NULL, NULL, 0);
}

void _raw_spin_unlock_bh(raw_spinlock_t *lock)
{
	kc_spin_unlock(lock, NULL, NULL, 0);
}

void _raw_spin_unlock_irq(raw_spinlock_t *lock)
{
	kc_spin_unlock_irq(lock, NULL, NULL, 0);
}

void _raw_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags)
{
	kc_spin_unlock_irqrestore(lock, flags, NULL, NULL, 0);
}

void do_raw_spin_lock(raw_spinlock_t *lock)
{
	kc_spin_lock(lock, NULL, NULL, 0);
}

void do_raw_spin_unlock(raw_spinlock_t *lock)
{
	kc_spin_unlock(lock, NULL, NULL, 0);
}

int do_raw_spin_trylock(raw_spinlock_t *lock)
{
	return _raw_spin_trylock(lock);
}
