// SPDX-License-Identifier: GPL-2.0-only
/* Which site a kernel function belongs to: the names of src/trace/sites.ts, and how releases renamed them. */
#include <linux/string.h>
#include "kc.h"
#include "kc_from.h"

static const struct {
	const char *fn;
	int site;
} asks[] = {
	{ "msi_alloc_desc", KC_SITE_MSI_ALLOC_DESC },
	{ "xas_nomem", KC_SITE_XA_NODE },
	{ "__xas_nomem", KC_SITE_XA_NODE },
	{ "xas_alloc", KC_SITE_XA_NODE },
	{ "xas_split_alloc", KC_SITE_XA_NODE },
	{ "alloc_dr", KC_SITE_ALLOC_DR },
	{ "devres_open_group", KC_SITE_DEVRES_OPEN_GROUP },
	{ "msi_sysfs_populate_desc", KC_SITE_MSI_SYSFS_POPULATE_DESC },
	{ "msi_create_device_irq_domain", KC_SITE_MSI_CREATE_DEVICE_IRQ_DOMAIN },
	{ "__irq_domain_alloc_fwnode", KC_SITE_IRQ_DOMAIN_ALLOC_FWNODE },
	{ "__irq_domain_create", KC_SITE_IRQ_DOMAIN_CREATE },
	{ "__irq_domain_add", KC_SITE_IRQ_DOMAIN_CREATE },
	{ "irq_domain_set_name", KC_SITE_IRQ_DOMAIN_SET_NAME },
	{ "alloc_name", KC_SITE_IRQ_DOMAIN_SET_NAME },
	{ "alloc_fwnode_name", KC_SITE_IRQ_DOMAIN_SET_NAME },
	{ "alloc_unknown_name", KC_SITE_IRQ_DOMAIN_SET_NAME },
	{ "irq_domain_update_bus_token", KC_SITE_IRQ_DOMAIN_UPDATE_BUS_TOKEN },
	{ "alloc_desc", KC_SITE_ALLOC_DESC },
	{ "init_desc", KC_SITE_INIT_DESC },
	{ "mt_alloc_one", KC_SITE_MAPLE_NODE },
	{ "mt_alloc_bulk", KC_SITE_MAPLE_NODE },
	{ "irq_domain_insert_irq_data", KC_SITE_IRQ_DOMAIN_INSERT_IRQ_DATA },
	{ "irq_domain_push_irq", KC_SITE_IRQ_DOMAIN_PUSH_IRQ },
	{ "radix_tree_node_alloc", KC_SITE_RADIX_TREE_NODE },
	{ "__radix_tree_preload", KC_SITE_RADIX_TREE_NODE },
};

void kc_from(struct kc_from *from, const char *fn)
{
	unsigned int i;

	from->site = KC_SITE_OTHER;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (!strcmp(asks[i].fn, fn))
			from->site = asks[i].site;
	from->fn = fn;
}
