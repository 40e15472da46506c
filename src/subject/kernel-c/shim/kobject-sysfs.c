// SPDX-License-Identifier: GPL-2.0-only
/* What lib/kobject.c asks of sysfs and of user space: no directory of an interrupt is ever made. */
#include <linux/kobject.h>
#include <linux/sysfs.h>

int sysfs_create_dir_ns(struct kobject *kobj, const void *ns)
{
	return 0;
}

void sysfs_remove_dir(struct kobject *kobj)
{
}

int sysfs_rename_dir_ns(struct kobject *kobj, const char *name, const void *ns)
{
	return 0;
}

int sysfs_move_dir_ns(struct kobject *kobj, struct kobject *parent, const void *ns)
{
	return 0;
}

int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	return 0;
}

void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups)
{
}

int kobject_uevent(struct kobject *kobj, enum kobject_action action)
{
	return 0;
}

int kobject_uevent_env(struct kobject *kobj, enum kobject_action action, char *envp[])
{
	return 0;
}
