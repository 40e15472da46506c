// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of the domains that an environment brings along: the root with its vectors, the levels
 * above it and the domain `wired`. What they do is said in docs/environments.md. They are seen when they return.
 */
#include <linux/irqdomain.h>
#include "world.h"

/* Hardware number of an interrupt whose inner levels are not connected. */
#define UNCONNECTED 1000000

bool kc_forced(int op, int *ret)
{
	int nth = ++kc_world.op_calls[op];
	int total = ++kc_world.op_total[op];
	int i;

	for (i = 0; i < kc_faults; i++) {
		struct kc_fault *f = &kc_fault[i];

		if (f->memory || f->where != op || f->nth != nth)
			continue;
		if (kc_log.fired < KC_MAX_FIRED)
			kc_log.fire[kc_log.fired] = (struct kc_fired){ 1000 + op, nth };
		kc_log.fired++;
		*ret = f->ret;
		return true;
	}
	for (i = 0; kc_now > 0 && i < kc_env.hostiles; i++) {
		if (kc_env.hostile[i].op != op || kc_env.hostile[i].nth != total)
			continue;
		if (kc_log.fired < KC_MAX_FIRED)
			kc_log.fire[kc_log.fired] = (struct kc_fired){ 1000 + op, total };
		kc_log.fired++;
		*ret = kc_env.hostile[i].ret;
		return true;
	}
	return false;
}

int kc_seen(int op, int domain, int dev, int irq, int arg, int ret)
{
	if (kc_log.callbacks < KC_MAX_CALLBACKS)
		kc_log.callback[kc_log.callbacks] = (struct kc_callback){ op, domain, dev, irq, arg, ret };
	kc_log.callbacks++;
	return ret;
}

/* The lowest free vectors, one by one; none is taken when fewer are free than are asked for. */
static int vector_alloc(struct irq_domain *domain, unsigned int virq, unsigned int nr_irqs)
{
	unsigned int i, vector, found = 0;

	for (vector = 0; vector < kc_env.vectors && found < nr_irqs; vector++)
		found += kc_world.vectors[vector] == 0;
	if (found < nr_irqs)
		return -ENOSPC;
	for (i = 0, vector = 0; i < nr_irqs; vector++) {
		if (kc_world.vectors[vector])
			continue;
		kc_world.vectors[vector] = virq + i;
		irq_domain_set_hwirq_and_chip(domain, virq + i, vector, &kc_vector_chip, NULL);
		irqd_set_can_reserve(irq_get_irq_data(virq + i));
		i++;
	}
	return 0;
}

static unsigned long root_hwirq(struct irq_data *data)
{
	while (data->parent_data)
		data = data->parent_data;
	return data->hwirq;
}

/* The parent first, then its numbers moved up by 256 times the level. */
static int level_alloc(struct irq_domain *domain, unsigned int virq, unsigned int nr_irqs, void *arg)
{
	bool cut = kc_inner == KC_INNER_DISCONNECT;
	unsigned int i;

	if (kc_inner == KC_INNER_ALLOCATE) {
		int ret = irq_domain_alloc_irqs_parent(domain, virq, nr_irqs, arg);

		if (ret < 0)
			return ret;
	}
	for (i = virq; i < virq + nr_irqs; i++) {
		struct irq_data *inner = irq_domain_get_irq_data(domain->parent, i);
		unsigned long hwirq = cut ? UNCONNECTED + i : 256 * kc_handle(domain) + root_hwirq(inner);

		irq_domain_set_hwirq_and_chip(domain, i, hwirq, &kc_level_chip, NULL);
		if (cut)
			irq_domain_disconnect_hierarchy(domain->parent, i);
	}
	return 0;
}

static int op_alloc(struct irq_domain *domain, unsigned int virq, unsigned int nr_irqs, void *arg)
{
	int ret = 0, own, force = 0;
	bool forced = kc_forced(KC_ALLOC, &force);
	unsigned int i;

	if (forced)
		ret = force;
	if (!forced || force >= 0) {
		own = domain->ops == &kc_vector_ops ? vector_alloc(domain, virq, nr_irqs)
						     : level_alloc(domain, virq, nr_irqs, arg);
		if (own < 0) {
			ret = own;
		} else if (forced && force == 0 && kc_inner == KC_INNER_ALLOCATE) {
			for (i = virq; i < virq + nr_irqs; i++)
				irq_domain_get_irq_data(domain, i)->chip = NULL;
		}
	}
	return kc_seen(KC_ALLOC, kc_handle(domain), -1, virq, nr_irqs, ret);
}

static void op_free(struct irq_domain *domain, unsigned int virq, unsigned int nr_irqs)
{
	int ignored;

	kc_forced(KC_FREE, &ignored);
	if (domain->ops == &kc_vector_ops) {
		struct irq_data *data = irq_domain_get_irq_data(domain, virq);

		if (data->hwirq < KC_MAX_VECTORS)
			kc_world.vectors[data->hwirq] = 0;
		irq_domain_reset_irq_data(data);
	} else {
		irq_domain_free_irqs_common(domain, virq, nr_irqs);
	}
	kc_seen(KC_FREE, kc_handle(domain), -1, virq, nr_irqs, 0);
}

static int op_activate(struct irq_domain *domain, struct irq_data *data, bool reserve)
{
	int ret = 0;

	kc_forced(KC_ACTIVATE, &ret);
	return kc_seen(KC_ACTIVATE, kc_handle(domain), -1, data->irq, reserve, ret);
}

static void op_deactivate(struct irq_domain *domain, struct irq_data *data)
{
	int ignored;

	kc_forced(KC_DEACTIVATE, &ignored);
	kc_seen(KC_DEACTIVATE, kc_handle(domain), -1, data->irq, 0, 0);
}

/* The number as it stands in the fwspec. */
static int op_translate(struct irq_domain *domain, struct irq_fwspec *fwspec, unsigned long *hwirq,
			unsigned int *type)
{
	*hwirq = fwspec->param[0];
	*type = fwspec->param[1];
	return 0;
}

static int op_map(struct irq_domain *domain, unsigned int virq, irq_hw_number_t hwirq)
{
	int ret = 0;

	kc_forced(KC_MAP, &ret);
	if (ret >= 0)
		irq_set_chip_and_handler(virq, &kc_wired_chip, kc_wired_handler);
	return kc_seen(KC_MAP, kc_handle(domain), -1, virq, hwirq, ret);
}

static void op_unmap(struct irq_domain *domain, unsigned int virq)
{
	int ignored;

	kc_forced(KC_UNMAP, &ignored);
	kc_seen(KC_UNMAP, kc_handle(domain), -1, virq, 0, 0);
}

const struct irq_domain_ops kc_vector_ops = {
	.alloc = op_alloc,
	.free = op_free,
	.activate = op_activate,
	.deactivate = op_deactivate,
	.translate = op_translate,
};

const struct irq_domain_ops kc_level_ops = {
	.alloc = op_alloc,
	.free = op_free,
	.activate = op_activate,
	.deactivate = op_deactivate,
	.translate = op_translate,
};

const struct irq_domain_ops kc_wired_ops = {
	.map = op_map,
	.unmap = op_unmap,
	.translate = op_translate,
};

#if KC_PER_DEVICE
/* Of drivers/irqchip/irq-msi-lib.c, which not every tree has. */
bool msi_lib_init_dev_msi_info(struct device *dev, struct irq_domain *domain, struct irq_domain *real_parent,
			       struct msi_domain_info *info) __attribute__((weak));

bool kc_has_lib(void)
{
	return msi_lib_init_dev_msi_info;
}

/* The root decides about a device's domain, or asks the library; the levels above it ask the one below. */
static bool init_dev_msi_info(struct device *dev, struct irq_domain *domain, struct irq_domain *parent,
			      struct msi_domain_info *info)
{
	int ret = 0;

	kc_forced(KC_INIT_DEV_MSI_INFO, &ret);
	kc_seen(KC_INIT_DEV_MSI_INFO, kc_handle(domain), kc_handle_of(dev), 0, kc_call.domid, ret);
	if (ret < 0 || kc_env.parent == KC_PARENT_PLAIN)
		return ret >= 0;
	return msi_lib_init_dev_msi_info(dev, domain, parent, info);
}

static struct msi_parent_ops root_ops = { .init_dev_msi_info = init_dev_msi_info };
static struct msi_parent_ops level_ops = { .init_dev_msi_info = msi_parent_init_dev_msi_info };

struct msi_parent_ops *kc_parent_ops(int level)
{
	struct msi_parent_ops *ops = level == KC_VECTOR ? &root_ops : &level_ops;

	ops->supported_flags = kc_env.parent == KC_PARENT_LIB ? kc_msi_flags(kc_env.supported_flags) : ~0U;
	ops->required_flags = kc_env.parent == KC_PARENT_LIB ? kc_msi_flags(kc_env.required_flags) : 0;
	ops->bus_select_token = DOMAIN_BUS_ANY;	/* that of the root */
	ops->prefix = kc_env.prefix ? "PFX-" : NULL;
	return ops;
}
#endif
