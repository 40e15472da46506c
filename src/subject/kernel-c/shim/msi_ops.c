// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of MSI domains. Those of which the kernel has a default stay the kernel's: when a
 * domain has been created, what it filled in is called through a watcher, so that it is seen.
 */
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include "world.h"
#include "kc_tree.h"

#define MSG_ADDRESS_LO 0xfee00000
/* The data word is this plus the vector. */
#define MSG_DATA 0x4000

/* The domain of an info: a named one, or a device's own. */
static struct irq_domain *domain_of(struct msi_domain_info *info)
{
	int i;

	for (i = 0; i < KC_DOMAINS; i++) {
		if (kc_world.domain[i] && kc_world.domain[i]->host_data == info)
			return kc_world.domain[i];
	}
	for (i = 0; i < KC_DEVICES; i++) {
		struct kc_device *dev = kc_world.device[i];
		int domid;

		if (!dev || !dev->pdev.dev.msi.data)
			continue;
		for (domid = 0; domid < kc_msi_domids(); domid++) {
			struct irq_domain *domain = kc_msi_domain(&dev->pdev.dev, domid);

			if (domain && domain->host_data == info)
				return domain;
		}
	}
	return NULL;
}

static int dev_of(const struct irq_domain *domain)
{
#if KC_PER_DEVICE
	return domain ? kc_handle_of(domain->dev) : -1;
#else
	return -1;
#endif
}

static irq_hw_number_t (*default_get_hwirq)(struct msi_domain_info *, msi_alloc_info_t *);
static int (*default_msi_init)(struct irq_domain *, struct msi_domain_info *, unsigned int, irq_hw_number_t,
			       msi_alloc_info_t *);
static int (*default_msi_prepare)(struct irq_domain *, struct device *, int, msi_alloc_info_t *);

/* Where a firmware node is mapped, the kernel hands over the fwspec instead of its own record. */
static irq_hw_number_t watch_get_hwirq(struct msi_domain_info *info, msi_alloc_info_t *arg)
{
	irq_hw_number_t hwirq = kc_fwspec_hwirq >= 0 ? kc_fwspec_hwirq : default_get_hwirq(info, arg);
	struct irq_domain *domain = domain_of(info);
	int ignored;

	kc_forced(KC_GET_HWIRQ, &ignored);
	kc_seen(KC_GET_HWIRQ, kc_handle(domain), dev_of(domain), 0, hwirq, 0);
	return hwirq;
}

static int watch_msi_init(struct irq_domain *domain, struct msi_domain_info *info, unsigned int virq,
			  irq_hw_number_t hwirq, msi_alloc_info_t *arg)
{
	int ret = 0, own;
	bool forced = kc_forced(KC_MSI_INIT, &ret);

	if (!forced || ret >= 0) {
		own = default_msi_init(domain, info, virq, hwirq, arg);
		if (!forced)
			ret = own;
	}
	return kc_seen(KC_MSI_INIT, kc_handle(domain), dev_of(domain), virq, hwirq, ret);
}

static int watch_msi_prepare(struct irq_domain *domain, struct device *dev, int nvec, msi_alloc_info_t *arg)
{
	int ret = 0, own;
	bool forced = kc_forced(KC_MSI_PREPARE, &ret);

	kc_world.prepared = domain;
	if (ret == 0) {
		own = default_msi_prepare(domain, dev, nvec, arg);
		if (!forced)
			ret = own;
	}
	return kc_seen(KC_MSI_PREPARE, kc_handle(domain), kc_handle_of(dev), 0, nvec, ret);
}

static void op_set_desc(msi_alloc_info_t *arg, struct msi_desc *desc)
{
	int ignored, dev = kc_handle_of(desc->dev);

	kc_forced(KC_SET_DESC, &ignored);
	arg->desc = desc;
	if (kc_env.hwirq == KC_HWIRQ_INDEX)
		arg->hwirq = desc->msi_index;
	else if (kc_env.hwirq == KC_HWIRQ_OVERLAP)
		arg->hwirq = desc->msi_index >> 1;
	else
		arg->hwirq = dev * 65536 + desc->msi_index;
	kc_seen(KC_SET_DESC, kc_handle(kc_world.prepared), dev, 0, desc->msi_index, 0);
}

static void op_msi_free(struct irq_domain *domain, struct msi_domain_info *info, unsigned int virq)
{
	int ignored;

	kc_forced(KC_MSI_FREE, &ignored);
	kc_seen(KC_MSI_FREE, kc_handle(domain), dev_of(domain), virq, 0, 0);
}

/* Interrupts outside the irq domains, for every descriptor of the default domain without one, as Xen does it. */
static int override_alloc(struct irq_domain *domain, struct device *dev)
{
	struct msi_desc *desc;
	unsigned long index;
	int virq, i;

	xa_for_each(kc_msi_store(dev, 0), index, desc) {
		if (desc->irq)
			continue;
		virq = __irq_alloc_descs(-1, 1, desc->nvec_used, NUMA_NO_NODE, NULL, desc->affinity);
		if (virq < 0)
			return virq;
		for (i = 0; i < desc->nvec_used; i++) {
			irq_set_msi_desc_off(virq, i, desc);
			kc_world.overridden[kc_world.overriddens++] = virq + i;
		}
		if (((struct msi_domain_info *)domain->host_data)->flags & MSI_FLAG_DEV_SYSFS) {
			int ret = kc_msi_populate(dev, desc);

			if (ret)
				return ret;
		}
	}
	return 0;
}

static void forget(int virq)
{
	int i;

	for (i = 0; i < kc_world.overriddens; i++) {
		if (kc_world.overridden[i] == virq)
			break;
	}
	if (i == kc_world.overriddens)
		return;
	for (kc_world.overriddens--; i < kc_world.overriddens; i++)
		kc_world.overridden[i] = kc_world.overridden[i + 1];
}

static void override_free(struct irq_domain *domain, struct device *dev)
{
	struct msi_desc *desc;
	unsigned long index;
	int i;

	xa_for_each(kc_msi_store(dev, 0), index, desc) {
		if (!desc->irq)
			continue;
		if (((struct msi_domain_info *)domain->host_data)->flags & MSI_FLAG_DEV_SYSFS)
			kc_msi_unpopulate(dev, desc);
		irq_free_descs(desc->irq, desc->nvec_used);
		for (i = 0; i < desc->nvec_used; i++)
			forget(desc->irq + i);
		desc->irq = 0;
	}
}

static int op_domain_alloc_irqs(struct irq_domain *domain, struct device *dev, int nvec)
{
	int ret = 0;

	if (!kc_forced(KC_DOMAIN_ALLOC_IRQS, &ret)) {
#if KC_PER_DEVICE
		ret = override_alloc(domain, dev);
#else
		ret = kc_own(KC_OWN_ALLOC_IRQS) ? override_alloc(domain, dev)
						: __msi_domain_alloc_irqs(domain, dev, nvec);
#endif
	}
	return kc_seen(KC_DOMAIN_ALLOC_IRQS, kc_handle(domain), kc_handle_of(dev), 0, nvec, ret);
}

static void op_domain_free_irqs(struct irq_domain *domain, struct device *dev)
{
	int ignored;

	kc_forced(KC_DOMAIN_FREE_IRQS, &ignored);
#if KC_PER_DEVICE
	override_free(domain, dev);
#else
	if (kc_own(KC_OWN_FREE_IRQS))
		override_free(domain, dev);
	else
		__msi_domain_free_irqs(domain, dev);
#endif
	kc_seen(KC_DOMAIN_FREE_IRQS, kc_handle(domain), kc_handle_of(dev), 0, 0, 0);
}

#if KC_PER_DEVICE
static void op_prepare_desc(struct irq_domain *domain, msi_alloc_info_t *arg, struct msi_desc *desc)
{
	int ignored;

	kc_forced(KC_PREPARE_DESC, &ignored);
	kc_seen(KC_PREPARE_DESC, kc_handle(domain), kc_handle_of(desc->dev), 0, 0, 0);
}

static void op_msi_post_free(struct irq_domain *domain, struct device *dev)
{
	int ignored;

	kc_forced(KC_MSI_POST_FREE, &ignored);
	kc_seen(KC_MSI_POST_FREE, kc_handle(domain), kc_handle_of(dev), 0, 0, 0);
}

static int op_msi_translate(struct irq_domain *domain, struct irq_fwspec *fwspec, irq_hw_number_t *hwirq,
			    unsigned int *type)
{
	int ret = 0;

	kc_forced(KC_MSI_TRANSLATE, &ret);
	*hwirq = fwspec->param[0];
	*type = fwspec->param[1];
	return kc_seen(KC_MSI_TRANSLATE, kc_handle(domain), dev_of(domain), 0, *hwirq, ret);
}
#else
static int (*default_msi_check)(struct irq_domain *, struct msi_domain_info *, struct device *);

static int watch_msi_check(struct irq_domain *domain, struct msi_domain_info *info, struct device *dev)
{
	int ret = 0;

	if (!kc_forced(KC_MSI_CHECK, &ret) && default_msi_check)
		ret = default_msi_check(domain, info, dev);
	return kc_seen(KC_MSI_CHECK, kc_handle(domain), kc_handle_of(dev), 0, 0, ret);
}

static int op_msi_check(struct irq_domain *domain, struct msi_domain_info *info, struct device *dev)
{
	int ret = 0;

	kc_forced(KC_MSI_CHECK, &ret);
	return kc_seen(KC_MSI_CHECK, kc_handle(domain), kc_handle_of(dev), 0, 0, ret);
}
#endif

/* What an environment provides itself. */
void kc_fill_ops(struct msi_domain_ops *ops)
{
	*ops = (struct msi_domain_ops){ .set_desc = op_set_desc };
	if (kc_own(KC_OWN_MSI_FREE))
		ops->msi_free = op_msi_free;
	if (kc_own(KC_OWN_ALLOC_IRQS) || kc_own(KC_OWN_WRAP_ALLOC))
		ops->domain_alloc_irqs = op_domain_alloc_irqs;
	if (kc_own(KC_OWN_FREE_IRQS) || kc_own(KC_OWN_WRAP_FREE))
		ops->domain_free_irqs = op_domain_free_irqs;
#if KC_PER_DEVICE
	if (kc_own(KC_OWN_PREPARE_DESC))
		ops->prepare_desc = op_prepare_desc;
	if (kc_own(KC_OWN_MSI_POST_FREE))
		ops->msi_post_free = op_msi_post_free;
	if (kc_own(KC_OWN_MSI_TRANSLATE))
		ops->msi_translate = op_msi_translate;
#else
	if (kc_own(KC_OWN_MSI_CHECK))
		ops->msi_check = op_msi_check;
#endif
}

/* After the creation of a domain: puts the watchers over the defaults that it filled in. */
void kc_watch_ops(struct msi_domain_ops *ops)
{
	if (ops->get_hwirq && ops->get_hwirq != watch_get_hwirq) {
		default_get_hwirq = ops->get_hwirq;
		ops->get_hwirq = watch_get_hwirq;
	}
	if (ops->msi_init && ops->msi_init != watch_msi_init) {
		default_msi_init = ops->msi_init;
		ops->msi_init = watch_msi_init;
	}
	if (ops->msi_prepare && ops->msi_prepare != watch_msi_prepare) {
		default_msi_prepare = ops->msi_prepare;
		ops->msi_prepare = watch_msi_prepare;
	}
#if !KC_PER_DEVICE
	if (ops->msi_check && ops->msi_check != op_msi_check && ops->msi_check != watch_msi_check) {
		default_msi_check = ops->msi_check;
		ops->msi_check = watch_msi_check;
	}
#endif
}

/* Bits: domain_alloc_irqs, domain_free_irqs, get_hwirq, msi_init, msi_prepare, msi_check were filled in. */
int kc_filled(const struct msi_domain_ops *ops)
{
	int bits = (ops->domain_alloc_irqs && ops->domain_alloc_irqs != op_domain_alloc_irqs) |
		   (ops->domain_free_irqs && ops->domain_free_irqs != op_domain_free_irqs) << 1;

	bits |= (ops->get_hwirq == watch_get_hwirq) << 2 | (ops->msi_init == watch_msi_init) << 3 |
		(ops->msi_prepare == watch_msi_prepare) << 4;
#if !KC_PER_DEVICE
	bits |= (ops->msi_check == watch_msi_check) << 5;
#endif
	return bits;
}

static void compose(struct irq_data *data, struct msi_msg *msg)
{
	int ignored, irq = data->irq, domain = kc_handle(data->domain);

	kc_forced(KC_COMPOSE, &ignored);
	while (data->parent_data)
		data = data->parent_data;
	msg->address_hi = 0;
	msg->address_lo = MSG_ADDRESS_LO;
	msg->data = MSG_DATA + data->hwirq;
	kc_seen(KC_COMPOSE, domain, -1, irq, data->hwirq, 0);
}

/* Keeps the message in the descriptor for the first vector only, as PCI does. */
static void write_msg(struct irq_data *data, struct msi_msg *msg)
{
	struct msi_desc *desc = irq_data_get_msi_desc(data);
	int ignored;

	kc_forced(KC_WRITE_MSG, &ignored);
	if (desc->irq == data->irq)
		desc->msg = *msg;
	kc_seen(KC_WRITE_MSG, kc_handle(data->domain), kc_handle_of(desc->dev), data->irq, msg->data, 0);
}

static void nothing(struct irq_data *data)
{
}

void kc_msi_handler(struct irq_desc *desc)
{
}

void kc_wired_handler(struct irq_desc *desc)
{
}

struct irq_chip kc_vector_chip = { .name = "vector", .irq_eoi = nothing, .irq_compose_msi_msg = compose };
struct irq_chip kc_level_chip = { .name = "level" };
struct irq_chip kc_wired_chip = { .name = "wired", .irq_mask = nothing, .irq_unmask = nothing };
struct irq_chip kc_msi_chip = {
	.name = "MSI",
	.irq_mask = nothing,
	.irq_unmask = nothing,
	.irq_write_msi_msg = write_msg,
};

/* Ours to the tree's numbers; -1 when the release has no such thing. */
int kc_msi_flags(int ours)
{
	static const struct { int ours, theirs; } map[] = {
		{ 1, MSI_FLAG_USE_DEF_DOM_OPS },
		{ 2, MSI_FLAG_USE_DEF_CHIP_OPS },
		{ 4, MSI_FLAG_ACTIVATE_EARLY },
		{ 8, MSI_FLAG_MUST_REACTIVATE },
		{ 16, MSI_FLAG_DEV_SYSFS },
		{ 32, MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS },
		{ 64, MSI_FLAG_FREE_MSI_DESCS },
		{ 256, MSI_FLAG_LEVEL_CAPABLE },
#if KC_PER_DEVICE
		{ 128, MSI_FLAG_USE_DEV_FWNODE },
		{ 512, MSI_FLAG_NO_AFFINITY },
		{ 1024, MSI_FLAG_NO_MASK },
		{ 2048, MSI_FLAG_PCI_MSI_MASK_PARENT },
#endif
	};
	int i, theirs = 0, known = 0;

	for (i = 0; i < ARRAY_SIZE(map); i++) {
		known |= map[i].ours;
		if (ours & map[i].ours)
			theirs |= map[i].theirs;
	}
	return ours & ~known ? -1 : theirs;
}

int kc_bus_token(int ours)
{
	static const int map[] = {
		DOMAIN_BUS_ANY, DOMAIN_BUS_WIRED, DOMAIN_BUS_PCI_MSI, DOMAIN_BUS_PLATFORM_MSI,
#if KC_PER_DEVICE
		DOMAIN_BUS_PCI_DEVICE_MSI, DOMAIN_BUS_PCI_DEVICE_MSIX, DOMAIN_BUS_DEVICE_MSI,
		DOMAIN_BUS_WIRED_TO_MSI,
#else
		-1, -1, DOMAIN_BUS_GENERIC_MSI, -1,
#endif
	};

	return ours < ARRAY_SIZE(map) ? map[ours] : -1;
}

int kc_our_token(int theirs)
{
	int ours;

	for (ours = 0; ours < 8; ours++) {
		if (kc_bus_token(ours) == theirs)
			return ours;
	}
	return -1;
}

void kc_fill_info(struct msi_domain_info *info, int hwsize)
{
	kc_vector_chip.irq_ack = kc_env.irq_ack ? nothing : NULL;
	kc_vector_chip.irq_compose_msi_msg = kc_env.compose == KC_COMPOSE_VECTOR ? compose : NULL;
	kc_msi_chip.irq_compose_msi_msg = kc_env.compose == KC_COMPOSE_MSI ? compose : NULL;
	info->flags = kc_msi_flags(kc_env.flags | 1);
#if KC_PER_DEVICE
	info->bus_token = kc_bus_token(kc_env.bus_token);
	info->hwsize = hwsize;
#endif
	info->chip_data = (void *)1;
	info->handler = kc_env.handler ? kc_msi_handler : NULL;
	info->handler_name = kc_env.handler ? "msi" : NULL;
	info->handler_data = kc_env.handler ? (void *)1 : NULL;
	info->data = (void *)1;
}
