/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KC_ASM_PROCESSOR_H
#define KC_ASM_PROCESSOR_H
#include <asm/vdso/processor.h>
#include <asm/ptrace.h>
#define TASK_SIZE 0xfffff000UL
#define TASK_UNMAPPED_BASE 0UL
#define STACK_TOP TASK_SIZE
#define STACK_TOP_MAX TASK_SIZE
struct thread_struct {
	int none;
};
#define INIT_THREAD { 0 }
#define task_pt_regs(tsk) ((struct pt_regs *)0)
#define KSTK_EIP(tsk) 0
#define KSTK_ESP(tsk) 0
#endif
