/* SPDX-License-Identifier: GPL-2.0-only */
/* What only one file of the tree knows: accessors appended to it in wrap/, for the driver. */
#ifndef KC_TREE_H
#define KC_TREE_H

struct device;
struct xarray;
struct irq_domain;
struct radix_tree_root;
struct mutex;
struct device_attribute;

/* msi.c: fields of dev->msi.data; domid 0 is the only one where a release has one store. */
int kc_msi_domids(void);
struct mutex *kc_msi_mutex(struct device *dev);
unsigned long kc_msi_iter(struct device *dev);
struct xarray *kc_msi_store(struct device *dev, int domid);
struct irq_domain *kc_msi_domain(struct device *dev, int domid);
/* The file entries of one descriptor: msi_sysfs_populate_desc(), msi_sysfs_remove_desc(). */
struct msi_desc;
int kc_msi_populate(struct device *dev, struct msi_desc *desc);
void kc_msi_unpopulate(struct device *dev, struct msi_desc *desc);

/* devres.c: nodes of dev->devres_head, oldest first; what a node is, by the address of the node. */
enum kc_devres_kind { KC_DR_RESOURCE, KC_DR_GROUP_OPEN, KC_DR_GROUP_CLOSE };
struct kc_devres {
	const void *node;
	int kind;
	void (*release)(struct device *dev, void *res);
	void *data;		/* of a resource */
	const void *other;	/* the other marker of a group */
	const void *id;		/* of a group */
	int color;
	int linked;		/* on a list */
};
int kc_devres_list(struct device *dev, const void **nodes, int max);	/* number of nodes */
/* Of an object allocated in alloc_dr() or devres_open_group(); which is 0, or 1 for the close marker. */
void kc_devres_describe(const void *object, int group, int which, struct kc_devres *out);
/* Whether a release function is that of the MSI data, or of the attribute group that drivers/base makes. */
int kc_is_msi_release(void (*release)(struct device *dev, void *res));
int kc_is_group_release(void (*release)(struct device *dev, void *res));

/* irqdesc.c: the tree of interrupt numbers where it is a radix tree, else NULL. */
struct radix_tree_root *kc_irq_desc_tree(void);
/* What the tree of interrupt numbers has at *irq or after it, NULL at its end; *irq becomes its number. */
void *kc_irq_next(unsigned int *irq);
/* Interrupt numbers from nr_irqs on do not exist (MAX_SPARSE_IRQS at run time; 6.1: taken in its bitmap). Called once, at boot. */
void kc_irq_limit(unsigned int nr_irqs);

/* The sysfs shim: whether the device has the group msi_irqs, and its files by number, in order of creation. */
int kc_sysfs_has_group(const struct device *dev);
int kc_sysfs_files(const struct device *dev, int *numbers, int max);	/* number of files */
int kc_sysfs_shown(const struct device_attribute *attr);	/* attr->show is set */

#endif
