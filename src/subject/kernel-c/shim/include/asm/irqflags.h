/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether interrupts are enabled is one variable: none ever arrives. */
#ifndef KC_ASM_IRQFLAGS_H
#define KC_ASM_IRQFLAGS_H
extern unsigned long kc_irqflags;
#define ARCH_IRQ_DISABLED 0
#define ARCH_IRQ_ENABLED 1
static inline unsigned long arch_local_save_flags(void)
{
	return kc_irqflags;
}
static inline void arch_local_irq_restore(unsigned long flags)
{
	kc_irqflags = flags;
}
#include <asm-generic/irqflags.h>
#endif
