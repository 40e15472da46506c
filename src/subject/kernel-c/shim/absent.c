// SPDX-License-Identifier: GPL-2.0-only
/*
 * What only threads, timers or user space can do: kernel/irq/manage.c names it, nothing calls it. A
 * call says so and ends the run.
 */
#include <linux/sched.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>
#include "kc.h"

#define ABSENT kc_absent(__func__)

static void kc_absent(const char *name)
{
	kc_splat(KC_BUG, name, "absent.c", 0, 0);
	kc_die();
}

struct workqueue_struct *system_wq, *system_percpu_wq;

bool queue_work_on(int cpu, struct workqueue_struct *queue, struct work_struct *work)
{
	ABSENT;
	return false;
}

bool cancel_work_sync(struct work_struct *work)
{
	ABSENT;
	return false;
}

struct task_struct *kthread_create_on_node(int (*thread)(void *data), void *data, int node,
					   const char *format, ...)
{
	ABSENT;
	return NULL;
}

bool kthread_should_stop(void)
{
	ABSENT;
	return true;
}

int kthread_stop(struct task_struct *task)
{
	ABSENT;
	return 0;
}

int kthread_stop_put(struct task_struct *task)
{
	ABSENT;
	return 0;
}

void *kthread_data(struct task_struct *task)
{
	ABSENT;
	return NULL;
}

int wake_up_process(struct task_struct *task)
{
	ABSENT;
	return 0;
}

void sched_set_fifo(struct task_struct *task)
{
	ABSENT;
}

int set_cpus_allowed_ptr(struct task_struct *task, const struct cpumask *mask)
{
	ABSENT;
	return 0;
}

void schedule(void)
{
	ABSENT;
}

void __put_task_struct(struct task_struct *task)
{
	ABSENT;
}

int task_work_add(struct task_struct *task, struct callback_head *work,
		  enum task_work_notify_mode mode)
{
	ABSENT;
	return 0;
}

struct callback_head *task_work_cancel_func(struct task_struct *task, task_work_func_t func)
{
	ABSENT;
	return NULL;
}

void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	ABSENT;
}

long prepare_to_wait_event(struct wait_queue_head *queue, struct wait_queue_entry *entry, int state)
{
	ABSENT;
	return 0;
}

void finish_wait(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	ABSENT;
}

int bit_wait(struct wait_bit_key *key, int mode)
{
	ABSENT;
	return 0;
}

int out_of_line_wait_on_bit(void *word, int bit, wait_bit_action_f *action, unsigned int mode)
{
	ABSENT;
	return 0;
}

void *memdup_user_nul(const void __user *from, size_t size)
{
	ABSENT;
	return NULL;
}

ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *position, const void *from,
				size_t available)
{
	ABSENT;
	return 0;
}

int hex_to_bin(unsigned char digit)
{
	ABSENT;
	return 0;
}

unsigned int _parse_integer(const char *s, unsigned int base, unsigned long long *value)
{
	ABSENT;
	return 0;
}
