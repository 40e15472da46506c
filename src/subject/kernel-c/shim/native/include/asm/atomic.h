/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: 64 bits are read and written like any others. */
#ifndef KC_ASM_ATOMIC_H
#define KC_ASM_ATOMIC_H
#include <asm-generic/atomic.h>

#define ATOMIC64_INIT(i) { (i) }
#define arch_atomic64_read(v) READ_ONCE((v)->counter)
#define arch_atomic64_set(v, i) WRITE_ONCE((v)->counter, (i))

#define KC_ATOMIC64(op, sign)						\
	static inline void arch_atomic64_##op(s64 i, atomic64_t *v)	\
	{								\
		v->counter = v->counter sign i;				\
	}
#define KC_ATOMIC64_FETCH(op, sign)					\
	KC_ATOMIC64(op, sign)						\
	static inline s64 arch_atomic64_fetch_##op(s64 i, atomic64_t *v)	\
	{								\
		s64 old = v->counter;					\
									\
		v->counter = old sign i;				\
		return old;						\
	}
#define KC_ATOMIC64_RETURN(op, sign)					\
	KC_ATOMIC64_FETCH(op, sign)					\
	static inline s64 arch_atomic64_##op##_return(s64 i, atomic64_t *v)	\
	{								\
		return v->counter = v->counter sign i;			\
	}

KC_ATOMIC64_RETURN(add, +)
KC_ATOMIC64_RETURN(sub, -)
KC_ATOMIC64_FETCH(and, &)
KC_ATOMIC64_FETCH(or, |)
KC_ATOMIC64_FETCH(xor, ^)
#define arch_atomic64_add_return arch_atomic64_add_return
#define arch_atomic64_sub_return arch_atomic64_sub_return
#define arch_atomic64_fetch_add arch_atomic64_fetch_add
#define arch_atomic64_fetch_sub arch_atomic64_fetch_sub
#define arch_atomic64_fetch_and arch_atomic64_fetch_and
#define arch_atomic64_fetch_or arch_atomic64_fetch_or
#define arch_atomic64_fetch_xor arch_atomic64_fetch_xor
#define arch_atomic64_xchg(v, new) arch_xchg(&(v)->counter, (new))
#define arch_atomic64_cmpxchg(v, old, new) arch_cmpxchg(&(v)->counter, (old), (new))
#endif
