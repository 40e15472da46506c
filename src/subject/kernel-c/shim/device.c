// SPDX-License-Identifier: GPL-2.0-only
/* What drivers/base adds to the tree's devres.c for a device that has an attribute group. */
#include <linux/device.h>
#include <linux/sysfs.h>
#include <linux/slab.h>
#include "kc.h"
#include "kc_tree.h"

struct group_devres {
	const struct attribute_group *group;
};

/* Source: drivers/base/core.c devm_attr_group_remove(). */
static void group_release(struct device *dev, void *res)
{
	struct group_devres *devres = res;

	sysfs_remove_group(&dev->kobj, devres->group);
}

/* Source: drivers/base/core.c devm_device_add_group(). */
int devm_device_add_group(struct device *dev, const struct attribute_group *grp)
{
	struct group_devres *devres = devres_alloc(group_release, sizeof(*devres), GFP_KERNEL);
	int error;

	if (!devres)
		return -ENOMEM;
	error = sysfs_create_group(&dev->kobj, grp);
	if (error) {
		devres_free(devres);
		return error;
	}
	devres->group = grp;
	devres_add(dev, devres);
	return 0;
}

int kc_is_group_release(void (*release)(struct device *dev, void *res))
{
	return release == group_release;
}
