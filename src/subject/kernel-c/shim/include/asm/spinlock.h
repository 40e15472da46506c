/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's spinlocks end in lock.c before they get here; these serve the headers. */
#ifndef KC_ASM_SPINLOCK_H
#define KC_ASM_SPINLOCK_H
#include <asm/spinlock_types.h>
#define arch_spin_is_locked(l) ((l)->slock != 0)
#define arch_spin_is_contended(l) ((void)(l), 0)
#define arch_spin_value_unlocked(l) ((l).slock == 0)
#define arch_spin_lock(l) ((void)((l)->slock = 1))
#define arch_spin_unlock(l) ((void)((l)->slock = 0))
#define arch_spin_trylock(l) ((l)->slock ? 0 : ((l)->slock = 1))
#define arch_read_lock(l) ((void)(l)->lock++)
#define arch_read_unlock(l) ((void)(l)->lock--)
#define arch_read_trylock(l) ((l)->lock++, 1)
#define arch_write_lock(l) ((void)((l)->lock = 1))
#define arch_write_unlock(l) ((void)((l)->lock = 0))
#define arch_write_trylock(l) ((l)->lock ? 0 : ((l)->lock = 1))
#endif
