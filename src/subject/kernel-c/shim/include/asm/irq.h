/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt numbers: as many as an environment can ask for, and as on ARM not to be requested before they are mapped. */
#ifndef KC_ASM_IRQ_H
#define KC_ASM_IRQ_H
/* 6.1 keeps 8196 more than that. */
#define NR_IRQS (65536 - 8196)
#define ARCH_IRQ_INIT_FLAGS (IRQ_NOREQUEST | IRQ_NOPROBE)
#include <asm-generic/irq.h>
#endif
