// SPDX-License-Identifier: GPL-2.0-only
/* kernel/irq/irqdesc.c with its limit as a variable, and what only it knows. */
#include <linux/irq.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/kernel_stat.h>
#include <linux/maple_tree.h>
#include <linux/debugfs.h>
#include <linux/pm_runtime.h>
#include <linux/sched/clock.h>
#include <kc_tree.h>

/* MAX_SPARSE_IRQS is INT_MAX, in a header without a guard; nothing else in the file is. */
static unsigned int kc_last_irq = INT_MAX;
#undef INT_MAX
#define INT_MAX kc_last_irq

#include "kernel/irq/irqdesc.c"

#ifdef MAX_SPARSE_IRQS
struct radix_tree_root *kc_irq_desc_tree(void)
{
	return NULL;
}

void *kc_irq_next(unsigned int *irq)
{
	unsigned long index = *irq;
	void *desc = mt_find(&sparse_irqs, &index, ULONG_MAX);

	*irq = index - 1;
	return desc;
}

void kc_irq_limit(unsigned int limit)
{
	kc_last_irq = limit;
	if (nr_irqs > limit)
		nr_irqs = limit;
}
#else
struct radix_tree_root *kc_irq_desc_tree(void)
{
	return &irq_desc_tree;
}

void *kc_irq_next(unsigned int *irq)
{
	struct radix_tree_iter iter;
	void __rcu **slot;

	radix_tree_for_each_slot(slot, &irq_desc_tree, &iter, *irq) {
		*irq = iter.index;
		return rcu_dereference_raw(*slot);
	}
	return NULL;
}

void kc_irq_limit(unsigned int limit)
{
	if (limit < IRQ_BITMAP_BITS)
		bitmap_set(allocated_irqs, limit, IRQ_BITMAP_BITS - limit);
	if (nr_irqs > limit)
		nr_irqs = limit;
}
#endif
