/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KC_ASM_CURRENT_H
#define KC_ASM_CURRENT_H
struct task_struct;
extern struct task_struct kc_task;
#define get_current() (&kc_task)
#define current get_current()
#endif
