// SPDX-License-Identifier: GPL-2.0-only
/* kernel/irq/msi.c and what only it knows. */
#include "kernel/irq/msi.c"
#include <linux/version.h>
#include <kc_tree.h>

#define KC_ONE_STORE (LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0))

int kc_msi_domids(void)
{
#if KC_ONE_STORE
	return 1;
#else
	return MSI_MAX_DEVICE_IRQDOMAINS;
#endif
}

struct mutex *kc_msi_mutex(struct device *dev)
{
	return dev->msi.data ? &dev->msi.data->mutex : NULL;
}

unsigned long kc_msi_iter(struct device *dev)
{
	return dev->msi.data->__iter_idx;
}

struct xarray *kc_msi_store(struct device *dev, int domid)
{
#if KC_ONE_STORE
	return &dev->msi.data->__store;
#else
	return &dev->msi.data->__domains[domid].store;
#endif
}

struct irq_domain *kc_msi_domain(struct device *dev, int domid)
{
#if KC_ONE_STORE
	return dev->msi.domain;
#else
	return dev->msi.data->__domains[domid].domain;
#endif
}

int kc_is_msi_release(void (*release)(struct device *dev, void *res))
{
	return release == msi_device_data_release;
}

int kc_msi_populate(struct device *dev, struct msi_desc *desc)
{
	return msi_sysfs_populate_desc(dev, desc);
}

void kc_msi_unpopulate(struct device *dev, struct msi_desc *desc)
{
	msi_sysfs_remove_desc(dev, desc);
}
