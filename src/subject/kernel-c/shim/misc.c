// SPDX-License-Identifier: GPL-2.0-only
/* The rest of the machine: four CPUs of which one runs, and calls into parts that do not exist here. */
#include <linux/sched.h>
#include <linux/cpumask.h>
#include <linux/cpuhotplug.h>
#include <linux/fwnode.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/kernel_stat.h>
#include <linux/percpu.h>
#include <linux/property.h>
#include <linux/random.h>
#include <linux/radix-tree.h>
#include <linux/maple_tree.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include "kc.h"

struct task_struct kc_task;
struct cpumask __cpu_possible_mask = { { 0xf } };
struct cpumask __cpu_online_mask = { { 0xf } };
struct cpumask __cpu_present_mask = { { 0xf } };
unsigned int nr_cpu_ids = NR_CPUS;
unsigned long __per_cpu_offset[NR_CPUS];
DEFINE_PER_CPU(struct kernel_stat, kstat);
char __start_rodata[1], __end_rodata[1];
int pci_msi_ignore_mask;	/* until 6.1 */

void free_percpu(void __percpu *p)
{
	kc_free((const void *)p);
}

void free_pages(unsigned long addr, unsigned int order)
{
	kc_free((const void *)addr);
}

size_t kmalloc_size_roundup(size_t size)
{
	return size;
}

int __init arch_probe_nr_irqs(void)
{
	return 0;
}

int __init arch_early_irq_init(void)
{
	return 0;
}

unsigned int arch_dynirq_lower_bound(unsigned int from)
{
	return from;
}

bool is_software_node(const struct fwnode_handle *fwnode)
{
	return false;
}

struct fwnode_handle *fwnode_handle_get(struct fwnode_handle *fwnode)
{
	if (fwnode && fwnode->ops && fwnode->ops->get)
		return fwnode->ops->get(fwnode);
	return fwnode;
}

#ifndef fwnode_call_void_op
#error "include/linux/fwnode.h has changed"
#endif

char *strreplace(char *s, char from, char to)
{
	char *at;

	for (at = s; *at; at++)
		if (*at == from)
			*at = to;
	return s;
}

void add_interrupt_randomness(int irq)
{
}

int __cpuhp_setup_state(enum cpuhp_state state, const char *name, bool invoke,
			int (*startup)(unsigned int cpu), int (*teardown)(unsigned int cpu), bool multi)
{
	return 0;
}

void __init_waitqueue_head(struct wait_queue_head *queue, const char *name, struct lock_class_key *key)
{
	spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->head);
}

int wake_up_process(struct task_struct *task)
{
	return 0;
}

void __tasklet_schedule(struct tasklet_struct *tasklet)
{
}
