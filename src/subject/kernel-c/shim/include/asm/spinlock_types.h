/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KC_ASM_SPINLOCK_TYPES_H
#define KC_ASM_SPINLOCK_TYPES_H
typedef struct { unsigned int slock; } arch_spinlock_t;
typedef struct { unsigned int lock; } arch_rwlock_t;
#define __ARCH_SPIN_LOCK_UNLOCKED { 0 }
#define __ARCH_RW_LOCK_UNLOCKED { 0 }
#endif
