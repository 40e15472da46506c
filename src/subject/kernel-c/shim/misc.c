// SPDX-License-Identifier: GPL-2.0-only
/* The rest of the machine: four CPUs of which one runs, and calls into parts that do not exist here. */
#include <linux/sched.h>
#include <linux/cpumask.h>
#include <linux/cpuhotplug.h>
#include <linux/fwnode.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/kernel_stat.h>
#include <linux/pci.h>
#include <linux/percpu.h>
#include <linux/property.h>
#include <linux/random.h>
#include <linux/radix-tree.h>
#include <linux/maple_tree.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include "internals.h"
#include "kc.h"

struct task_struct kc_task;
struct cpumask __cpu_possible_mask = { { 0xf } };
struct cpumask __cpu_online_mask = { { 0xf } };
struct cpumask __cpu_present_mask = { { 0xf } };
unsigned int nr_cpu_ids = NR_CPUS;
unsigned long __per_cpu_offset[NR_CPUS];
DEFINE_PER_CPU(struct kernel_stat, kstat);
char __start_rodata[1], __end_rodata[1];
int pci_msi_ignore_mask;	/* until 6.13 */
typeof(pci_bus_type) pci_bus_type = { .name = "pci" };

/* Of kernel/irq/spurious.c: no interrupt arrives that nobody handles. */
bool noirqdebug;

void note_interrupt(struct irq_desc *desc, irqreturn_t ret)
{
}

bool irq_wait_for_poll(struct irq_desc *desc)
{
	return false;
}

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

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
void fwnode_handle_put(struct fwnode_handle *fwnode)
{
	fwnode_call_void_op(fwnode, put);
}
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

/* Nobody waits. */
int __wake_up(struct wait_queue_head *queue, unsigned int mode, int count, void *key)
{
	return 0;
}

void wake_up_bit(void *word, int bit)
{
}

void __tasklet_schedule(struct tasklet_struct *tasklet)
{
}
