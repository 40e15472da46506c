// SPDX-License-Identifier: GPL-2.0-only
/* Builds the world that an environment describes: domains and devices, before any step. */
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/maple_tree.h>
#include <linux/radix-tree.h>
#include <linux/string.h>
#include "world.h"
#include "kc_tree.h"

struct kc_env kc_env;
struct kc_call kc_call;
struct kc_world kc_world;
int kc_ret, kc_virq;
int kc_inner;
long kc_fwspec_hwirq = -1;

static const char *const names[KC_DOMAINS] = { "vector", "level1", "level2", "msi", "wired", "extra" };

int kc_own(int which)
{
	return kc_env.ops >> which & 1;
}

struct irq_domain *kc_outermost(void)
{
	return kc_world.domain[kc_env.levels];
}

struct device *kc_dev(int handle)
{
	return &kc_world.device[handle]->pdev.dev;
}

int kc_handle(const struct irq_domain *domain)
{
	int i;

	for (i = 0; i < KC_DOMAINS; i++) {
		if (domain && kc_world.domain[i] == domain)
			return i;
	}
	/* A legacy domain maps its interrupts before its maker knows it. */
	return domain && domain->ops == &kc_wired_ops ? kc_world.creating : -1;
}

int kc_handle_of(const struct device *dev)
{
	int i;

	for (i = 0; i < KC_DEVICES; i++) {
		if (dev && kc_world.device[i] && &kc_world.device[i]->pdev.dev == dev)
			return i;
	}
	return -1;
}

/* Makes an object of the harness appear among those of the allocator. */
void kc_register(void *object, unsigned int size, int sort)
{
	struct kc_object *o = &kc_objects[kc_object_count++];

	o->addr = KC_ADDRESS(object);
	o->size = size;
	o->site = sort;
	o->fn = KC_ADDRESS("");
	o->birth = kc_now;
	o->freed = -1;
}

void kc_unregister(void *object)
{
	int i;

	for (i = kc_object_count - 1; i >= 0; i--) {
		if (kc_objects[i].addr == (unsigned long)object) {
			kc_objects[i].freed = kc_now;
			return;
		}
	}
}

/* Hierarchical domains with a linear map have no limit on their numbers, as those of an irqchip with a tree. */
static struct irq_domain *make_level(int handle, struct irq_domain *parent, int size)
{
	struct fwnode_handle *fwnode = irq_domain_alloc_named_fwnode(names[handle]);
	const struct irq_domain_ops *ops = handle == KC_VECTOR ? &kc_vector_ops : &kc_level_ops;
	struct irq_domain *domain;
#if KC_PER_DEVICE
	struct irq_domain_info info = {
		.fwnode = fwnode, .size = size, .hwirq_max = ~0U, .ops = ops, .parent = parent,
	};

	domain = irq_domain_instantiate(&info);
	domain->msi_parent_ops = kc_parent_ops(handle);
#else
	domain = __irq_domain_add(fwnode, size, ~0U, 0, ops, NULL);
	domain->parent = parent;
#endif
	kc_world.domain[handle] = domain;
	return domain;
}

void kc_add_device(int handle)
{
	struct kc_device *old = kc_world.device[handle];
	struct kc_device *new = kc_alloc_quiet(sizeof(*new));
	struct device *dev = &new->pdev.dev;

	new->handle = handle;
	new->alive = 1;
	memcpy(new->name, "dev0", 5);
	new->name[3] += handle;
	dev->init_name = new->name;
	dev->kobj.name = new->name;
	spin_lock_init(&dev->devres_lock);
	INIT_LIST_HEAD(&dev->devres_head);
	if (kc_env.pci != KC_PCI_NONE)
		dev->bus = &pci_bus_type;
	new->pdev.msi_enabled = kc_env.pci == KC_PCI_MSI;
	new->pdev.msix_enabled = kc_env.pci == KC_PCI_MSIX;
	if (kc_env.msi == KC_MSI_DEVICE)
		dev->msi.domain = kc_outermost();
	else if (kc_env.msi == KC_MSI_GLOBAL)
		dev->msi.domain = kc_world.domain[KC_MSI];
	if (old) {
		dev->fwnode = old->pdev.dev.fwnode;
	} else if (kc_env.fwnode) {
		dev->fwnode = kc_alloc_quiet(sizeof(*dev->fwnode));
		dev->fwnode->dev = dev;
		kc_register(dev->fwnode, sizeof(*dev->fwnode), KC_SORT_FWNODE);
	}
	kc_world.device[handle] = new;
	kc_register(new, sizeof(*new), KC_SORT_DEVICE);
}

struct irq_domain *kc_create_msi(int handle, int hwsize)
{
	char name[] = "msi0";
	struct fwnode_handle *fwnode;
	struct irq_domain *domain;
	struct kc_info *info;

	name[3] += handle;
	fwnode = irq_domain_alloc_named_fwnode(name);
	if (!fwnode)
		return NULL;
	info = kc_alloc_quiet(sizeof(*info));
	kc_fill_info(&info->info, hwsize);
	kc_fill_ops(&info->ops);
	info->info.ops = &info->ops;
	info->chip = kc_msi_chip;
	info->info.chip = &info->chip;
	kc_register(&info->info, sizeof(*info), KC_SORT_INFO);
	domain = msi_create_irq_domain(fwnode, &info->info, kc_outermost());
	if (!domain) {
		kc_unregister(&info->info);
		irq_domain_free_fwnode(fwnode);
		return NULL;
	}
#if !KC_PER_DEVICE
	irq_domain_update_bus_token(domain, kc_bus_token(kc_env.bus_token));
#endif
	kc_watch_ops(&info->ops);
	kc_world.domain[handle] = domain;
	return domain;
}

/* What a release does not have; NULL when it has everything that the environment wants. */
__attribute__((export_name("kc_missing"))) const char *kc_missing(void)
{
	if (!KC_PER_DEVICE && kc_env.msi == KC_MSI_DEVICE)
		return "per-device domains";
	if (kc_msi_flags(kc_env.flags) < 0)
		return "a flag of the MSI domain";
#if KC_PER_DEVICE
	if (kc_env.parent == KC_PARENT_LIB && !kc_has_lib())
		return "drivers/irqchip/irq-msi-lib.c";
#endif
	if (kc_bus_token(kc_env.bus_token) < 0)
		return "the bus token";
	if (kc_own(KC_OWN_MSI_FINISH) || kc_own(KC_OWN_HANDLE_ERROR))
		return "msi_finish and handle_error, which 5.17 dropped";
	if (KC_PER_DEVICE && kc_own(KC_OWN_MSI_CHECK))
		return "msi_check";
	if (KC_PER_DEVICE && (kc_own(KC_OWN_WRAP_ALLOC) || kc_own(KC_OWN_WRAP_FREE)))
		return "default operations that can be wrapped";
	if (!KC_PER_DEVICE && (kc_own(KC_OWN_PREPARE_DESC) || kc_own(KC_OWN_MSI_POST_FREE) ||
			       kc_own(KC_OWN_MSI_TRANSLATE)))
		return "prepare_desc, msi_post_free and msi_translate";
	return NULL;
}

/* Domains that a device can have of its own. */
__attribute__((export_name("kc_domids"))) int kc_domids(void)
{
	return KC_PER_DEVICE ? kc_msi_domids() : 0;
}

/* What start_kernel() does for the trees. */
static void __attribute__((constructor)) kc_start(void)
{
	cpumask_setall(irq_default_affinity);
	radix_tree_init();
	maple_tree_init();
}

__attribute__((export_name("kc_boot"))) void kc_boot(void)
{
	int i;

	kc_stop = kc_env.stop;
	cpumask_bits(&__cpu_online_mask)[0] = kc_env.online;
	kc_irq_limit(kc_env.nr_irqs);
	kc_now = 0;
	kc_world.creating = -1;
	make_level(KC_VECTOR, NULL, kc_env.revmap_size);
	for (i = 1; i <= kc_env.levels; i++)
		make_level(i, kc_world.domain[i - 1], 0);
#if KC_PER_DEVICE
	if (kc_env.msi == KC_MSI_DEVICE)
		kc_outermost()->flags |= IRQ_DOMAIN_FLAG_MSI_PARENT;
#endif
	if (kc_env.msi == KC_MSI_GLOBAL)
		kc_create_msi(KC_MSI, kc_env.hwsize);
	if (kc_env.wired > 0) {
		struct fwnode_handle *fwnode = irq_domain_alloc_named_fwnode(names[KC_WIRED]);

		kc_world.domain[KC_WIRED] =
			irq_domain_create_linear(fwnode, kc_env.wired, &kc_wired_ops, NULL);
	}
	for (i = 0; i < kc_env.devices; i++)
		kc_add_device(i);
}
