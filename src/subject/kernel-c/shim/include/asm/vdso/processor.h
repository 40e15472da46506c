/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KC_ASM_VDSO_PROCESSOR_H
#define KC_ASM_VDSO_PROCESSOR_H
#define cpu_relax() barrier()
#endif
