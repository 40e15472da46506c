/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: an exchange is a read and a write. */
#ifndef KC_ASM_CMPXCHG_H
#define KC_ASM_CMPXCHG_H
#define arch_xchg(ptr, new) ({				\
	typeof(ptr) __kc_p = (ptr);			\
	typeof(*__kc_p) __kc_old = *__kc_p;		\
	*__kc_p = (new);				\
	__kc_old;					\
})
#define arch_cmpxchg(ptr, old, new) ({			\
	typeof(ptr) __kc_p = (ptr);			\
	typeof(*__kc_p) __kc_was = *__kc_p;		\
	if (__kc_was == (typeof(*__kc_p))(old))		\
		*__kc_p = (typeof(*__kc_p))(new);	\
	__kc_was;					\
})
#define arch_cmpxchg_local arch_cmpxchg
#define arch_cmpxchg64 arch_cmpxchg
#define arch_cmpxchg64_local arch_cmpxchg
#endif
