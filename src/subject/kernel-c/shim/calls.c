// SPDX-License-Identifier: GPL-2.0-only
/* From a call to the kernel function: what a driver does with the arguments and the result. */
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include "world.h"
#include "kc_memory.h"
#include "kc_tree.h"
#include "base.h"
#include "calls.h"

#define C (&kc_call)

static struct device *dev(void)
{
	return kc_dev(C->dev);
}

static int slot(struct msi_desc *desc)
{
	return desc ? desc->msi_index : -1;
}

/* What a driver says of a descriptor to insert; the field of the index has 16 bits. */
static struct msi_desc *init_desc(void)
{
	static struct msi_desc desc;

	desc = (struct msi_desc){ .nvec_used = C->nvec_used, .msi_index = C->index };
	desc.affinity = kc_affinity(C->affinity, C->nvec_used);
	desc.pci.msi_attrib.is_msix = C->msi_attrib & 1;
	desc.pci.msi_attrib.can_mask = C->msi_attrib >> 1 & 1;
	return &desc;
}

/* An interrupt as the driver remembers it, without asking the core. */
static int cached_msg(void)
{
	struct msi_desc *desc = xa_load(kc_msi_store(dev(), C->domid), C->index);
	struct msi_msg msg;

	get_cached_msi_msg(desc->irq + C->vec, &msg);
	return msg.data;
}

static int store_call(void)
{
	switch (C->fn) {
	case KC_MSI_DEVICE_POPULATE_SYSFS:
		return msi_device_populate_sysfs(dev());
	case KC_MSI_DEVICE_DESTROY_SYSFS:
		msi_device_destroy_sysfs(dev());
		return 0;
#if KC_PER_DEVICE
	case KC_MSI_DOMAIN_INSERT_MSI_DESC:
		return msi_domain_insert_msi_desc(dev(), C->domid, init_desc());
	case KC_MSI_DOMAIN_FREE_MSI_DESCS_RANGE:
		msi_domain_free_msi_descs_range(dev(), C->domid, C->first, C->last);
		return 0;
	case KC_MSI_FREE_MSI_DESCS:
		msi_free_msi_descs(dev());
		return 0;
	case KC_MSI_DOMAIN_FIRST_DESC:
		return slot(msi_domain_first_desc(dev(), C->domid, C->filter));
	case KC_MSI_NEXT_DESC:
		return slot(msi_next_desc(dev(), C->domid, C->filter));
	case KC_MSI_DOMAIN_ALLOC_IRQS_RANGE_LOCKED:
		return msi_domain_alloc_irqs_range_locked(dev(), C->domid, C->first, C->last);
	case KC_MSI_DOMAIN_ALLOC_IRQS_ALL_LOCKED:
		return msi_domain_alloc_irqs_all_locked(dev(), C->domid, C->nirqs);
	case KC_MSI_DOMAIN_FREE_IRQS_RANGE_LOCKED:
		msi_domain_free_irqs_range_locked(dev(), C->domid, C->first, C->last);
		return 0;
	case KC_MSI_DOMAIN_FREE_IRQS_ALL_LOCKED:
		msi_domain_free_irqs_all_locked(dev(), C->domid);
		return 0;
#else
	case KC_MSI_ADD_MSI_DESC:
		return msi_add_msi_desc(dev(), init_desc());
	case KC_MSI_FREE_MSI_DESCS_RANGE:
		msi_free_msi_descs_range(dev(), C->filter, C->first, C->last);
		return 0;
	case KC_MSI_FIRST_DESC:
		return slot(msi_first_desc(dev(), C->filter));
	case KC_MSI_NEXT_DESC_6_1:
		return slot(msi_next_desc(dev(), C->filter));
	case KC_MSI_DOMAIN_ALLOC_IRQS_DESCS_LOCKED:
		return msi_domain_alloc_irqs_descs_locked(kc_world.domain[C->domain], dev(), C->nirqs);
	case KC_MSI_DOMAIN_FREE_IRQS_DESCS_LOCKED:
		msi_domain_free_irqs_descs_locked(kc_world.domain[C->domain], dev());
		return 0;
#endif
	}
	return kc_irq_call();
}

/* The driver takes the mutex around the call where the trace says so. */
static int maybe_locked(void)
{
	int ret;

	if (!C->lock)
		return store_call();
	msi_lock_descs(dev());
	ret = store_call();
	msi_unlock_descs(dev());
	return ret;
}

#if KC_PER_DEVICE
static bool create_device_domain(void)
{
	static struct msi_domain_template template;
	bool made;

	template = (struct msi_domain_template){ .chip = kc_msi_chip };
	kc_fill_info(&template.info, 0);
	template.info.flags = kc_msi_flags(kc_env.flags);
	kc_fill_ops(&template.ops);
	template.chip = kc_msi_chip;
	made = msi_create_device_irq_domain(dev(), C->domid, &template, C->hwsize, (void *)1, (void *)1);
	if (made)
		kc_watch_ops(msi_get_domain_info(kc_msi_domain(dev(), C->domid))->ops);
	return made;
}

static int alloc_irq_at(void)
{
	union msi_instance_cookie cookie = { .value = C->icookie };
	struct msi_map map = msi_domain_alloc_irq_at(dev(), C->domid, C->index, kc_affinity(C->affinity, 1),
						     C->icookie ? &cookie : NULL);

	kc_virq = map.virq;
	return map.index;
}
#endif

static int msi_call(void)
{
	switch (C->fn) {
	case KC_MSI_SETUP_DEVICE_DATA:
		return msi_setup_device_data(dev());
	case KC_MSI_LOCK_DESCS:
		msi_lock_descs(dev());
		return 0;
	case KC_MSI_UNLOCK_DESCS:
		msi_unlock_descs(dev());
		return 0;
	case KC_GET_CACHED_MSI_MSG:
		return cached_msg();
	case KC_MSI_CREATE_IRQ_DOMAIN:
		return kc_create_msi(C->domain, C->hwsize) != NULL;
	case KC_DEV_SET_MSI_DOMAIN:
		dev_set_msi_domain(dev(), kc_world.domain[C->domain]);
		return 0;
#if KC_PER_DEVICE
	case KC_MSI_DOMAIN_GET_VIRQ:
		return msi_domain_get_virq(dev(), C->domid, C->index);
	case KC_MSI_CREATE_DEVICE_IRQ_DOMAIN:
		return create_device_domain();
	case KC_MSI_REMOVE_DEVICE_IRQ_DOMAIN:
		msi_remove_device_irq_domain(dev(), C->domid);
		return 0;
	case KC_MSI_MATCH_DEVICE_IRQ_DOMAIN:
		return msi_match_device_irq_domain(dev(), C->domid, kc_bus_token(C->bus_token));
	case KC_MSI_DOMAIN_ALLOC_IRQS_RANGE:
		return msi_domain_alloc_irqs_range(dev(), C->domid, C->first, C->last);
	case KC_MSI_DOMAIN_ALLOC_IRQ_AT:
		return alloc_irq_at();
	case KC_MSI_DOMAIN_FREE_IRQS_RANGE:
		msi_domain_free_irqs_range(dev(), C->domid, C->first, C->last);
		return 0;
	case KC_MSI_DOMAIN_FREE_IRQS_ALL:
		msi_domain_free_irqs_all(dev(), C->domid);
		return 0;
#else
	case KC_MSI_GET_VIRQ:
		return msi_get_virq(dev(), C->index);
	case KC_MSI_DOMAIN_ALLOC_IRQS:
		return msi_domain_alloc_irqs(kc_world.domain[C->domain], dev(), C->nirqs);
	case KC_MSI_DOMAIN_FREE_IRQS:
		msi_domain_free_irqs(kc_world.domain[C->domain], dev());
		return 0;
#endif
	}
	return maybe_locked();
}

static int device_call(void)
{
	switch (C->fn) {
	case KC_DEVICE_ADD:
		kc_add_device(C->dev);
		return 0;
	case KC_DEVICE_RELEASE:
		devres_release_all(dev());
		kc_world.device[C->dev]->alive = 0;
		return 0;
	case KC_DEVRES_ADD:
	case KC_DEVRES_FREE:
	case KC_DEVRES_RELEASE:
	case KC_DEVRES_RELEASE_ALL:
	case KC_DEVRES_OPEN_GROUP:
	case KC_DEVRES_CLOSE_GROUP:
	case KC_DEVRES_REMOVE_GROUP:
	case KC_DEVRES_RELEASE_GROUP:
		return kc_devres_call();
	}
	return msi_call();
}

/* Runs kc_call with the faults armed; what happened is in kc_log, the result in kc_ret and kc_virq. */
__attribute__((export_name("kc_step"))) void kc_step(void)
{
	kc_now++;
	kc_log.splats = kc_log.fired = kc_log.callbacks = kc_log.requests_total = 0;
	memset(kc_log.requests, 0, sizeof(kc_log.requests));
	memset(kc_world.op_calls, 0, sizeof(kc_world.op_calls));
	kc_ret = kc_virq = 0;
	kc_inner = KC_INNER_ALLOCATE;
	kc_ret = device_call();
	kc_rcu_barrier();
}

/* Addresses for src/subject/kernel-c/memory.ts, by the order of its list. */
__attribute__((export_name("kc_address"))) void *kc_address(int which)
{
	void *const list[] = {
		&kc_env, &kc_call, &kc_faults, kc_fault, &kc_ret, &kc_virq, &kc_log, kc_log.splat, kc_log.fire,
		kc_log.callback, kc_log.requests, &kc_log + 1, &kc_heap_top, &kc_object_count,
		(void *)(unsigned long)KC_WORDS, (void *)(unsigned long)KC_TABLE, (void *)(unsigned long)KC_HEAP,
	};

	return list[which];
}
