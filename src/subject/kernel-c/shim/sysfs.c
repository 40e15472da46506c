// SPDX-License-Identifier: GPL-2.0-only
/*
 * The group of files that the MSI core shows below a device: whether it exists, and its files in
 * order of creation. Kept in records of the harness, never freed, so that a file without its group
 * can be told from none.
 */
#include <linux/device.h>
#include <linux/sysfs.h>
#include <linux/string.h>
#include <linux/kobject.h>
#include "kc.h"
#include "kc_tree.h"

#define MAX_NAME 24

struct file {
	struct file *next;
	const struct attribute *attr;
	char name[MAX_NAME];
};

struct group {
	struct group *next;
	const struct kobject *kobj;
	const char *name;
	bool exists;
	struct file *files, **last;
};

static struct group *groups;

static struct group *find_group(const struct kobject *kobj, const char *name)
{
	struct group *group;

	for (group = groups; group; group = group->next)
		if (group->kobj == kobj && !strcmp(group->name, name))
			return group;
	return NULL;
}

static struct group *make_group(const struct kobject *kobj, const char *name)
{
	struct group *group = find_group(kobj, name);

	if (!group) {
		group = kc_alloc_quiet(sizeof(*group));
		group->kobj = kobj;
		group->name = name;
		group->next = groups;
		groups = group;
	}
	group->files = NULL;
	group->last = &group->files;
	group->exists = true;
	return group;
}

static struct file **find_file(struct group *group, const char *name)
{
	struct file **at;

	for (at = &group->files; *at; at = &(*at)->next)
		if (!strcmp((*at)->name, name))
			break;
	return at;
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *grp)
{
	struct group *group = find_group(kobj, grp->name);

	if (kc_should_fail(KC_SITE_SYSFS_CREATE_GROUP))
		return -ENOMEM;
	if (group && group->exists)
		return -EEXIST;
	make_group(kobj, grp->name);
	return 0;
}

/* Its files go with it. */
void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *grp)
{
	struct group *group = find_group(kobj, grp->name);

	if (WARN_ON(!group || !group->exists))
		return;
	group->exists = false;
	group->files = NULL;
	group->last = &group->files;
}

int sysfs_add_file_to_group(struct kobject *kobj, const struct attribute *attr, const char *name)
{
	struct group *group = find_group(kobj, name);
	struct file *file;

	if (!group || !group->exists)
		return -ENOENT;
	if (kc_should_fail(KC_SITE_SYSFS_ADD_FILE_TO_GROUP))
		return -ENOMEM;
	if (*find_file(group, attr->name)) {
		/* fs/sysfs/dir.c sysfs_warn_dup() prints where it was called. */
		kc_splat(KC_WARN, "sysfs_warn_dup", "", 0, 0);
		return -EEXIST;
	}
	file = kc_alloc_quiet(sizeof(*file));
	file->attr = attr;
	strscpy(file->name, attr->name, sizeof(file->name));
	*group->last = file;
	group->last = &file->next;
	return 0;
}

void sysfs_remove_file_from_group(struct kobject *kobj, const struct attribute *attr, const char *name)
{
	struct group *group = find_group(kobj, name);
	struct file **at;

	if (!group || !group->exists)
		return;
	at = find_file(group, attr->name);
	if (!*at)
		return;
	if (group->last == &(*at)->next)
		group->last = at;
	*at = (*at)->next;
}

int kc_sysfs_has_group(const struct device *dev)
{
	struct group *group = find_group(&dev->kobj, "msi_irqs");

	return group && group->exists;
}

static int number_of(const char *name)
{
	int n = 0;

	while (*name >= '0' && *name <= '9')
		n = n * 10 + *name++ - '0';
	return *name ? -1 : n;
}

int kc_sysfs_files(const struct device *dev, int *numbers, int max)
{
	struct group *group = find_group(&dev->kobj, "msi_irqs");
	struct file *file;
	int n = 0;

	for (file = group ? group->files : NULL; file; file = file->next, n++)
		if (n < max)
			numbers[n] = number_of(file->name);
	return n;
}

int kc_sysfs_shown(const struct device_attribute *attr)
{
	return attr->show != NULL;
}
