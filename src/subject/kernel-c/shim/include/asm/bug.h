/* SPDX-License-Identifier: GPL-2.0-only */
/* Warnings go to kc_splat(), each time: a latch would make a result depend on what ran before. */
#ifndef KC_ASM_BUG_H
#define KC_ASM_BUG_H

#ifndef __ASSEMBLY__
#include <kc_report.h>

#define HAVE_ARCH_BUG
#define HAVE_ARCH_BUG_ON
#define BUG() kc_bug(__func__, __FILE__, __LINE__)
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)

#define KC_WARN_IF(condition) ({				\
	int __kc_warn = !!(condition);				\
	if (unlikely(__kc_warn))				\
		kc_warn(__func__, __FILE__, __LINE__);		\
	unlikely(__kc_warn);					\
})
#define WARN_ON(condition) KC_WARN_IF(condition)
#define WARN_ON_ONCE(condition) KC_WARN_IF(condition)
/* The text is dropped, its arguments are evaluated as in the kernel. */
#define WARN(condition, format...) ({				\
	int __kc_warn_text = !!(condition);			\
	if (unlikely(__kc_warn_text)) {				\
		kc_warn(__func__, __FILE__, __LINE__);		\
		kc_print(format);				\
	}							\
	unlikely(__kc_warn_text);				\
})

#include <asm-generic/bug.h>

#undef WARN_TAINT
#undef WARN_ONCE
#undef WARN_TAINT_ONCE
#define WARN_TAINT(condition, taint, format...) WARN(condition, format)
#define WARN_ONCE(condition, format...) WARN(condition, format)
#define WARN_TAINT_ONCE(condition, taint, format...) WARN(condition, format)
#endif
#endif
