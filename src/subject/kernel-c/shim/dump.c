// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that exists, written as numbers for src/subject/kernel-c/picture.ts: one record per object,
 * in the order of allocation. It reads memory that may be freed or broken, so that it is built without KASAN.
 */
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/interrupt.h>
#include <linux/msi.h>
#include <linux/radix-tree.h>
#include <linux/xarray.h>
#include "world.h"
#include "kc_memory.h"
#include "kc_tree.h"
#include "dump.h"

/* Outside of what a snapshot copies: between the heap and the list of objects. */
#define WORDS ((KC_TABLE - KC_WORDS) / sizeof(int))
static int *const words = (int *)(unsigned long)KC_WORDS;
static unsigned int used;
/* Bytes of a text at most: a pointer to nowhere has no end. */
#define MAX_TEXT 256u

static void put(unsigned long value)
{
	if (used < WORDS)
		words[used] = value;
	used++;
}

/* Opens a record; its length is filled in by end(). */
static int begin(int table, const void *address, int birth)
{
	put(table);
	put((unsigned long)address);
	put(birth);
	put(0);
	return used;
}

static void end(int start)
{
	if (start < WORDS)
		words[start - 1] = used - start;
}

/* The length, and the bytes, so that the picture needs no other memory. */
static void put_text(const char *text)
{
	unsigned int length = 0, i, word;

	while (text && length < MAX_TEXT && text[length])
		length++;
	put(length);
	for (i = 0, word = 0; i < length; i++) {
		word |= (unsigned int)(unsigned char)text[i] << i % 4 * 8;
		if (i % 4 < 3 && i + 1 < length)
			continue;
		put(word);
		word = 0;
	}
}

static const void *device_of(const struct device *dev)
{
	return dev ? container_of(dev, struct kc_device, pdev.dev) : NULL;
}

/* An entry of a tree: a node, without its tag, or what is stored. */
static void put_entry(const void *entry)
{
	if (entry && xa_is_node(entry))
		put((unsigned long)xa_to_node(entry));
	else
		put((unsigned long)entry);
}

static void put_tree(const struct xarray *xa)
{
	put_entry(xa->xa_head);
	put(xa->xa_head && xa_is_node(xa->xa_head));
}

static void dump_node(const struct xa_node *node)
{
	int i;

	put(node->shift);
	put(node->offset);
	put(node->count);
	put((unsigned long)node->parent);
	for (i = 0; i < XA_CHUNK_SIZE; i++)
		put_entry(node->slots[i]);
}

static void dump_device(const struct kc_device *object)
{
	struct device *dev = (struct device *)&object->pdev.dev;
	const void *nodes[256];
	int files[1024];
	int i, count;

	put(object->handle);
	put(object->alive);
	put_text(object->name);
	put((unsigned long)dev->msi.domain);
	put((unsigned long)dev->msi.data);
	put((unsigned long)dev->fwnode);
	put(kc_sysfs_has_group(dev));
	count = kc_devres_list(dev, nodes, ARRAY_SIZE(nodes));
	put(count);
	for (i = 0; i < count; i++)
		put((unsigned long)nodes[i]);
	count = kc_sysfs_files(dev, files, ARRAY_SIZE(files));
	put(count);
	for (i = 0; i < count; i++)
		put(files[i]);
}

static struct device *owner_of(const void *md)
{
	int i;

	for (i = 0; i < KC_DEVICES; i++) {
		if (kc_world.device[i] && kc_world.device[i]->pdev.dev.msi.data == md)
			return &kc_world.device[i]->pdev.dev;
	}
	return NULL;
}

static void dump_msi_data(const void *md)
{
	struct device *dev = owner_of(md);
	int i;

	put((unsigned long)device_of(dev));
	put(dev ? kc_mutex_held(kc_msi_mutex(dev)) : 0);
	put(dev ? min(kc_msi_iter(dev), 0xffffffffUL) : 0);
	put(dev ? kc_msi_domids() : 0);
	for (i = 0; dev && i < kc_msi_domids(); i++) {
		put_tree(kc_msi_store(dev, i));
		put((unsigned long)kc_msi_domain(dev, i));
	}
}

static void dump_desc(const struct msi_desc *desc)
{
	put(desc->irq);
	put(desc->nvec_used);
	put((unsigned long)device_of(desc->dev));
	put(desc->msg.address_lo);
	put(desc->msg.data);
	put((unsigned long)desc->affinity);
	put((unsigned long)desc->sysfs_attrs);
	put(desc->msi_index);
	put(desc->pci.msi_attrib.is_msix);
	put(desc->pci.msi_attrib.can_mask);
#if KC_PER_DEVICE
	put(desc->data.icookie.value);
#else
	put(0);
#endif
}

static void dump_affinity(const struct irq_affinity_desc *desc, int count)
{
	int i;

	put(count);
	for (i = 0; i < count; i++) {
		put(cpumask_bits(&desc[i].mask)[0]);
		put(desc[i].is_managed);
	}
}

static void dump_attrs(const struct device_attribute *attrs, int count)
{
	int i;

	put(count);
	for (i = 0; i < count; i++) {
		put((unsigned long)attrs[i].attr.name);
		put(attrs[i].show != NULL);
	}
}

static int domain_flags(unsigned int theirs)
{
	int ours = !!(theirs & IRQ_DOMAIN_FLAG_HIERARCHY) | !!(theirs & IRQ_DOMAIN_NAME_ALLOCATED) << 1 |
		   !!(theirs & IRQ_DOMAIN_FLAG_MSI) << 2;

#if KC_PER_DEVICE
	ours |= !!(theirs & IRQ_DOMAIN_FLAG_MSI_PARENT) << 3 | !!(theirs & IRQ_DOMAIN_FLAG_MSI_DEVICE) << 4;
#endif
	return ours;
}

static int kind_of(const struct irq_domain *domain)
{
	if (domain->ops == &kc_vector_ops)
		return KC_KIND_VECTOR;
	if (domain->ops == &kc_level_ops)
		return KC_KIND_LEVEL;
	return domain->ops == &kc_wired_ops ? KC_KIND_WIRED : KC_KIND_MSI;
}

#if !KC_PER_DEVICE
static const struct irq_domain *innermost(const struct irq_domain *domain)
{
	while (domain->parent)
		domain = domain->parent;
	return domain;
}
#endif

static void dump_domain(const struct irq_domain *domain)
{
	unsigned int i, vectors = domain == kc_world.domain[KC_VECTOR] ? kc_env.vectors : 0;

	put(kc_handle(domain));
	put(kind_of(domain));
	put_text(domain->name);
	put(domain->flags & IRQ_DOMAIN_NAME_ALLOCATED ? (unsigned long)domain->name : 0);
	put(domain_flags(domain->flags));
	put((unsigned long)domain->host_data);
	put(kc_our_token(domain->bus_token));
	put(domain->hwirq_max);
	put(domain->mapcount);
	put((unsigned long)domain->parent);
#if KC_PER_DEVICE
	put((unsigned long)domain->root);
	put((unsigned long)domain->fwnode);
	put((unsigned long)device_of(domain->dev));
	put(domain == domain->root && kc_mutex_held(&domain->mutex));
#else
	put((unsigned long)innermost(domain));
	put((unsigned long)domain->fwnode);
	put(0);
	put(0);
#endif
	put_tree(&domain->revmap_tree);
	put(domain->revmap_size);
	for (i = 0; i < domain->revmap_size; i++)
		put((unsigned long)domain->revmap[i]);
	put(vectors);
	for (i = 0; i < vectors; i++)
		put(kc_world.vectors[i]);
}

static int info_flags(unsigned int theirs)
{
	int bit, ours = 0;

	for (bit = 0; bit < 12; bit++) {
		int one = kc_msi_flags(1 << bit);

		if (one > 0 && (theirs & one) == one)
			ours |= 1 << bit;
	}
	return ours;
}

static void dump_info(const struct msi_domain_info *info, int bundle)
{
	put(info_flags(info->flags));
#if KC_PER_DEVICE
	put(kc_our_token(info->bus_token));
	put(info->hwsize);
#else
	put(kc_env.bus_token);
	put(65536);
#endif
	put(kc_env.ops);
	put_text(info->chip ? info->chip->name : NULL);
	put(info->chip_data != NULL);
	put(info->handler == kc_msi_handler);
	put_text(info->handler_name);
	put(info->handler_data != NULL);
	put(info->data != NULL);
	put(info->ops ? kc_filled(info->ops) : 0);
	put(info->chip && info->chip->irq_set_affinity);
	put(info->chip && info->chip->irq_ack);
	put(info->chip && info->chip->irq_eoi);
	put(bundle);
}

static int chip_of(const struct irq_chip *chip)
{
	if (!chip)
		return KC_CHIP_NULL;
	if (chip == &no_irq_chip)
		return KC_CHIP_NONE;
	if (IS_ERR(chip))
		return KC_CHIP_NOTCONN;
	if (chip == &kc_vector_chip)
		return KC_CHIP_VECTOR;
	if (chip == &kc_level_chip)
		return KC_CHIP_LEVEL;
	return chip == &kc_wired_chip ? KC_CHIP_WIRED : KC_CHIP_MSI;
}

static void dump_irq_data(const struct irq_data *data)
{
	put(data->irq);
	put(data->hwirq);
	put((unsigned long)container_of(data->common, struct irq_desc, irq_common_data));
	put(chip_of(data->chip));
	put(data->chip_data != NULL);
	put((unsigned long)data->domain);
	put((unsigned long)data->parent_data);
}

static void dump_irq_desc(struct irq_desc *desc)
{
	struct irq_data *data = &desc->irq_data;

	put(data->irq);
	put((unsigned long)data);
	put((unsigned long)desc->kstat_irqs);
	put((unsigned long)desc->irq_common_data.msi_desc);
	put(desc->handle_irq == kc_msi_handler ? 1 : desc->handle_irq == kc_wired_handler ? 2 : 0);
	put(desc->irq_common_data.handler_data != NULL);
	put(cpumask_bits(irq_data_get_affinity_mask(data))[0] & ((1 << NR_CPUS) - 1));
	put(irqd_affinity_is_managed(data));
	put(irqd_affinity_was_set(data));
	put(irqd_is_managed_and_shutdown(data));
	put(irqd_is_activated(data));
	put(irqd_can_reserve(data));
	put((desc->status_use_accessors & IRQ_NOREQUEST) != 0);
	put(irqd_get_trigger_type(data));
}

static void dump_fwnode(const struct fwnode_handle *fwnode, int named)
{
	put(named);
	put(named && fwnode->ops && fwnode->ops->get_name ? (unsigned long)fwnode->ops->get_name(fwnode) : 0);
}

static void dump_devres(const struct kc_devres *node)
{
	if (node->kind == KC_DR_GROUP_OPEN || node->kind == KC_DR_GROUP_CLOSE) {
		put(node->kind == KC_DR_GROUP_OPEN ? KC_RELEASE_OPEN : KC_RELEASE_CLOSE);
		put((unsigned long)node->id - 1);
	} else if (kc_is_msi_release(node->release)) {
		put(KC_RELEASE_MSI);
		put((unsigned long)node->data);
	} else if (kc_is_group_release(node->release)) {
		put(KC_RELEASE_GROUP);
		put(0);
	} else {
		put(KC_RELEASE_DRIVER);
		put(*(int *)node->data);
	}
	put(node->linked);
	put((unsigned long)node->other);
	put(node->kind == KC_DR_GROUP_CLOSE ? 0 : node->color);
}

static void dump_resource(struct kc_object *object)
{
	int group = KC_SITE(object->site) == KC_SITE_DEVRES_OPEN_GROUP, which, start;
	struct kc_devres node;

	for (which = 0; which <= group; which++) {
		kc_devres_describe((void *)(unsigned long)object->addr, group, which, &node);
		start = begin(KC_TABLE_DEVRES, node.node, object->birth);
		dump_devres(&node);
		end(start);
		if (group || !kc_is_msi_release(node.release))
			continue;
		start = begin(KC_TABLE_MSI_DEVICE_DATA, node.data, object->birth);
		dump_msi_data(node.data);
		end(start);
	}
}

/* Nodes of the tree of interrupt numbers are not shown: the numbers are. */
static bool belongs_to(const void *entry, const struct xa_node *node)
{
	int i;

	if (!entry || !xa_is_node(entry))
		return false;
	if (xa_to_node(entry) == node)
		return true;
	for (i = 0; i < XA_CHUNK_SIZE; i++) {
		if (xa_to_node(entry)->shift && belongs_to(xa_to_node(entry)->slots[i], node))
			return true;
	}
	return false;
}

/* A function that asks for memory of another sort as well is not taken for what it usually makes. */
static bool is_usual(const struct kc_object *o)
{
	switch (o->site) {
	case KC_SITE_MSI_ALLOC_DESC:
		return o->size == sizeof(struct msi_desc);
	case KC_SITE_ALLOC_DESC:
		return o->size == sizeof(struct irq_desc);
	case KC_SITE_IRQ_DOMAIN_INSERT_IRQ_DATA:
	case KC_SITE_IRQ_DOMAIN_PUSH_IRQ:
		return o->size == sizeof(struct irq_data);
	case KC_SITE_IRQ_DOMAIN_CREATE:
		return o->size >= sizeof(struct irq_domain);
	case KC_SITE_XA_NODE:
	case KC_SITE_RADIX_TREE_NODE:
		return o->size == sizeof(struct xa_node);
	default:
		return true;
	}
}

static void dump_object(struct kc_object *o)
{
	void *p = (void *)(unsigned long)o->addr;
	struct radix_tree_root *tree;
	int start = -1;

	if (!is_usual(o))
		return;
	switch (o->site) {
	case KC_SORT_DEVICE:
		start = begin(KC_TABLE_DEVICE, p, o->birth);
		dump_device(p);
		break;
	case KC_SORT_INFO:
		start = begin(KC_TABLE_INFO, p, o->birth);
		dump_info(p, 0);
		break;
	case KC_SORT_FWNODE:
	case KC_SITE_IRQ_DOMAIN_ALLOC_FWNODE:
		start = begin(KC_TABLE_FWNODE, p, o->birth);
		dump_fwnode(p, o->site != KC_SORT_FWNODE);
		break;
	case KC_SITE_MSI_ALLOC_DESC:
		start = begin(KC_TABLE_MSI_DESC, p, o->birth);
		dump_desc(p);
		break;
	case KC_SITE_MSI_ALLOC_DESC | KC_DUP:
		start = begin(KC_TABLE_AFFINITY, p, o->birth);
		dump_affinity(p, o->size / sizeof(struct irq_affinity_desc));
		break;
	case KC_SITE_MSI_SYSFS_POPULATE_DESC:
		start = begin(KC_TABLE_SYSFS_ATTRS, p, o->birth);
		dump_attrs(p, o->size / sizeof(struct device_attribute));
		break;
	case KC_SITE_XA_NODE:
		start = begin(KC_TABLE_XA_NODE, p, o->birth);
		dump_node(p);
		break;
	case KC_SITE_RADIX_TREE_NODE:
		tree = kc_irq_desc_tree();
		if (tree && belongs_to(tree->xa_head, p))
			return;
		start = begin(KC_TABLE_RADIX_TREE_NODE, p, o->birth);
		dump_node(p);
		break;
	case KC_SITE_IRQ_DOMAIN_CREATE:
		start = begin(KC_TABLE_IRQ_DOMAIN, p, o->birth);
		dump_domain(p);
		break;
	case KC_SITE_INIT_DESC:
		start = begin(KC_TABLE_KSTAT, p, o->birth);
		break;
	case KC_SITE_IRQ_DOMAIN_INSERT_IRQ_DATA:
	case KC_SITE_IRQ_DOMAIN_PUSH_IRQ:
		start = begin(KC_TABLE_IRQ_DATA, p, o->birth);
		dump_irq_data(p);
		break;
	case KC_SITE_ALLOC_DESC:
		start = begin(KC_TABLE_IRQ_DESC, p, o->birth);
		dump_irq_desc(p);
		end(start);
		start = begin(KC_TABLE_IRQ_DATA, &((struct irq_desc *)p)->irq_data, o->birth);
		dump_irq_data(&((struct irq_desc *)p)->irq_data);
		break;
	case KC_SITE_ALLOC_DR:
	case KC_SITE_DEVRES_OPEN_GROUP:
		dump_resource(o);
		return;
#if KC_PER_DEVICE
	case KC_SITE_MSI_CREATE_DEVICE_IRQ_DOMAIN:
	case KC_SITE_MSI_CREATE_DEVICE_IRQ_DOMAIN | KC_DUP:
		p = &((struct msi_domain_template *)p)->info;
		start = begin(KC_TABLE_INFO, p, o->birth);
		dump_info(p, 1);
		break;
#endif
	default:
		if (!(o->site & KC_TEXT))
			return;
		start = begin(KC_TABLE_NAME, p, o->birth);
		put_text(p);
	}
	end(start);
}

/* The numbers that have a descriptor, or what is left of one. */
static void dump_irqs(void)
{
	int start = begin(KC_LIST_SPARSE_IRQS, NULL, 0);
	unsigned int irq = 0;
	void *desc;

	for (desc = kc_irq_next(&irq); desc; irq++, desc = kc_irq_next(&irq)) {
		put(irq);
		put((unsigned long)desc);
	}
	end(start);
}

/* Writes the picture at KC_WORDS; the number of words, more than fit there when it is not whole. */
__attribute__((export_name("kc_dump"))) int kc_dump(void)
{
	int i, start;

	used = 0;
	for (i = 0; i < kc_object_count; i++) {
		if (kc_objects[i].freed < 0)
			dump_object(&kc_objects[i]);
	}
	dump_irqs();
	start = begin(KC_LIST_BLOCKS, NULL, 0);
	for (i = 0; i < KC_BLOCKS; i++) {
		put(kc_world.block_irq[i]);
		put(kc_world.block_size[i]);
	}
	end(start);
	start = begin(KC_LIST_OVERRIDDEN, NULL, 0);
	for (i = 0; i < kc_world.overriddens; i++)
		put(kc_world.overridden[i]);
	end(start);
	return used;
}
