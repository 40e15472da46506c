// SPDX-License-Identifier: GPL-2.0-only
/*
 * A grace period ends when kc_rcu_barrier() says so: callbacks wait in a queue until then. Indexes of
 * functions are as small as offsets here, so what is to be freed is told from a callback by a bit.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/version.h>
#include "kc.h"

#define FREE 1UL	/* in rcu_head::next: func is the object */

static struct rcu_head *first, *last;

static struct rcu_head *kc_next_of(const struct rcu_head *head)
{
	return (struct rcu_head *)((unsigned long)head->next & ~FREE);
}

static void kc_queue(struct rcu_head *head, void *func, unsigned long bit)
{
	head->func = (rcu_callback_t)func;
	head->next = (struct callback_head *)bit;
	if (first)
		last->next = (struct callback_head *)((unsigned long)head | ((unsigned long)last->next & FREE));
	else
		first = head;
	last = head;
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	kc_queue(head, func, 0);
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/* func is the offset of the head in the object, or the object when it has no head. */
void kvfree_call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	if (head)
		kc_queue(head, (void *)((unsigned long)head - (unsigned long)func), FREE);
	else
		kfree((void *)func);
}
#else
void kvfree_call_rcu(struct rcu_head *head, void *object)
{
	if (head)
		kc_queue(head, object, FREE);
	else
		kfree(object);
}
#endif

void kc_rcu_barrier(void)
{
	while (first) {
		struct rcu_head *head = first;
		rcu_callback_t func = head->func;
		bool free = (unsigned long)head->next & FREE;

		first = kc_next_of(head);
		if (free)
			kfree((void *)func);
		else
			func(head);
	}
}

void synchronize_rcu(void)
{
}
