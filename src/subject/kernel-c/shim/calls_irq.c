// SPDX-License-Identifier: GPL-2.0-only
/* Calls of the irq domain layer, and of devres: what a driver keeps by handle. */
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/slab.h>
#include "world.h"
#include "kc_tree.h"
#include "base.h"
#include "calls.h"

#define C (&kc_call)

/* Vector i has the mask rotated left by i within 4 CPUs. */
struct irq_affinity_desc *kc_affinity(unsigned int arg, unsigned int count)
{
	static struct irq_affinity_desc desc[64];
	unsigned int i;

	if (!arg)
		return NULL;
	memset(desc, 0, sizeof(desc));
	for (i = 0; i < count && i < 64; i++) {
		unsigned int by = i % 4, mask = arg & 15;

		cpumask_bits(&desc[i].mask)[0] = (mask << by | mask >> (4 - by)) & 15;
		desc[i].is_managed = arg >> 4 & 1;
	}
	return desc;
}

static int keep(int virq, int size)
{
	if (virq > 0) {
		kc_world.block_irq[C->block] = virq;
		kc_world.block_size[C->block] = size;
	}
	return virq;
}

static int drop(void)
{
	kc_world.block_irq[C->block] = 0;
	kc_world.block_size[C->block] = 0;
	return 0;
}

static int map_fwspec(struct irq_domain *domain)
{
	struct irq_fwspec fwspec = {
		.fwnode = domain->fwnode, .param_count = 2, .param = { C->hwirq, C->type },
	};
	bool known = irq_find_mapping(domain, C->hwirq) != 0;
	int virq;

	kc_fwspec_hwirq = C->hwirq;
	virq = irq_create_fwspec_mapping(&fwspec);
	kc_fwspec_hwirq = -1;
	return known ? virq : keep(virq, 1);
}

static int map_affinity(struct irq_domain *domain)
{
	bool known = irq_find_mapping(domain, C->hwirq) != 0;
	int virq = irq_create_mapping_affinity(domain, C->hwirq, kc_affinity(C->affinity, 1));

	return known ? virq : keep(virq, 1);
}

static int create_legacy(void)
{
	char name[] = "legacy0";
	struct fwnode_handle *fwnode;
	struct irq_domain *domain;

	name[6] += C->domain;
	fwnode = irq_domain_alloc_named_fwnode(name);
	if (!fwnode)
		return 0;
	kc_world.creating = C->domain;
	domain = irq_domain_create_legacy(fwnode, C->nirqs, kc_world.block_irq[C->block], C->hwirq,
					  &kc_wired_ops, NULL);
	kc_world.creating = -1;
	if (!domain)
		irq_domain_free_fwnode(fwnode);
	kc_world.domain[C->domain] = domain;
	return domain != NULL;
}

static int remove_domain(struct irq_domain *domain)
{
	struct fwnode_handle *fwnode = domain->fwnode;
	void *info = domain->host_data;

	kc_world.domain[kc_handle(domain)] = NULL;
	irq_domain_remove(domain);
	irq_domain_free_fwnode(fwnode);
	if (info)
		kc_unregister(info);
	return 0;
}

static int alloc_hierarchy(struct irq_domain *domain)
{
	msi_alloc_info_t arg = {};
	int virq;

	kc_inner = C->fn == KC_IRQ_DOMAIN_ALLOC_IRQS ? KC_INNER_ALLOCATE : KC_INNER_DISCONNECT;
	virq = __irq_domain_alloc_irqs(domain, -1, C->nirqs, NUMA_NO_NODE, &arg, false,
				       kc_affinity(C->affinity, C->nirqs));
	return keep(virq, C->nirqs);
}

int kc_irq_call(void)
{
	struct irq_domain *domain = C->domain < KC_DOMAINS ? kc_world.domain[C->domain] : NULL;
	int virq = kc_world.block_irq[C->block], size = kc_world.block_size[C->block], i;

	switch (C->fn) {
	case KC_IRQ_ALLOC_DESCS:
		return keep(__irq_alloc_descs(-1, 1, C->nirqs, NUMA_NO_NODE, NULL,
					      kc_affinity(C->affinity, C->nirqs)), C->nirqs);
	case KC_IRQ_FREE_DESCS:
		irq_free_descs(virq, size);
		return drop();
	case KC_IRQ_DOMAIN_ALLOC_IRQS:
	case KC_IRQ_DOMAIN_DISCONNECT_HIERARCHY:
		return alloc_hierarchy(domain);
	case KC_IRQ_DOMAIN_FREE_IRQS:
		irq_domain_free_irqs(virq, size);
		return drop();
	case KC_IRQ_DOMAIN_PUSH_IRQ:
		kc_inner = KC_INNER_PRESENT;
		return irq_domain_push_irq(domain, virq, NULL);
	case KC_IRQ_DOMAIN_POP_IRQ:
		return irq_domain_pop_irq(domain, virq);
	case KC_IRQ_DOMAIN_ACTIVATE_IRQ:
		return irq_domain_activate_irq(irq_get_irq_data(virq + C->vec), C->reserve);
	case KC_IRQ_DOMAIN_DEACTIVATE_IRQ:
		irq_domain_deactivate_irq(irq_get_irq_data(virq + C->vec));
		return 0;
	case KC_IRQ_CREATE_MAPPING_AFFINITY:
		return map_affinity(domain);
	case KC_IRQ_CREATE_FWSPEC_MAPPING:
		return map_fwspec(domain);
	case KC_IRQ_DOMAIN_ASSOCIATE:
		return irq_domain_associate(domain, virq, C->hwirq);
	case KC_IRQ_DOMAIN_CREATE_LEGACY:
		return create_legacy();
	case KC_IRQ_DOMAIN_REMOVE:
		return remove_domain(domain);
	case KC_IRQ_DISPOSE_MAPPING:
		for (i = 0; i < size; i++)
			irq_dispose_mapping(virq + i);
		return drop();
	case KC_IRQ_FIND_MAPPING:
		return irq_find_mapping(domain, C->hwirq);
	}
	return 0;
}

/* The resource of a driver is its number. */
static void release(struct device *dev, void *res)
{
	int ignored;

	kc_forced(KC_RELEASE, &ignored);
	kc_seen(KC_RELEASE, -1, kc_handle_of(dev), 0, *(int *)res, 0);
}

static int same(struct device *dev, void *res, void *wanted)
{
	return res == wanted;
}

int kc_devres_call(void)
{
	struct device *dev = kc_dev(C->dev);
	void **resource = &kc_world.resource[C->dev][C->res];
	void *group = (void *)(unsigned long)(C->res + 1), *res;

	switch (C->fn) {
	case KC_DEVRES_ADD:
		res = devres_alloc(release, sizeof(int), GFP_KERNEL);
		if (!res)
			return -ENOMEM;
		*(int *)res = C->res;
		devres_add(dev, res);
		*resource = res;
		return 0;
	case KC_DEVRES_FREE:
		res = devres_remove(dev, release, same, *resource);
		if (!res)
			return -ENOENT;
		devres_free(res);
		return 0;
	case KC_DEVRES_RELEASE:
		return devres_release(dev, release, same, *resource);
	case KC_DEVRES_RELEASE_ALL:
		return devres_release_all(dev);
	case KC_DEVRES_OPEN_GROUP:
		return devres_open_group(dev, group, GFP_KERNEL) != NULL;
	case KC_DEVRES_CLOSE_GROUP:
		devres_close_group(dev, group);
		return 0;
	case KC_DEVRES_REMOVE_GROUP:
		devres_remove_group(dev, group);
		return 0;
	case KC_DEVRES_RELEASE_GROUP:
		return devres_release_group(dev, group);
	}
	return 0;
}
