/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KC_ASM_THREAD_INFO_H
#define KC_ASM_THREAD_INFO_H
#define THREAD_SIZE 65536
#define THREAD_SIZE_ORDER 4
struct thread_info {
	unsigned long flags;
	unsigned long syscall_work;
	int preempt_count;
	unsigned int cpu;
};
#define INIT_THREAD_INFO(tsk) { 0 }
#define TIF_SIGPENDING 0
#define TIF_NEED_RESCHED 1
#define TIF_NOTIFY_RESUME 2
#define TIF_NOTIFY_SIGNAL 3
#define TIF_MEMDIE 4
#define TIF_SYSCALL_TRACE 5
#define TIF_POLLING_NRFLAG 6
#endif
