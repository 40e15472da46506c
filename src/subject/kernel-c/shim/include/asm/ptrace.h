/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KC_ASM_PTRACE_H
#define KC_ASM_PTRACE_H
struct pt_regs {
	unsigned long pc, sp;
};
#define user_mode(regs) 0
#define instruction_pointer(regs) ((regs)->pc)
#define user_stack_pointer(regs) ((regs)->sp)
#define profile_pc(regs) instruction_pointer(regs)
#endif
