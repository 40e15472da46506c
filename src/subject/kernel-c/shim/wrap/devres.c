// SPDX-License-Identifier: GPL-2.0-only
/* drivers/base/devres.c and what only it knows. */
#include "drivers/base/devres.c"
#include <kc_tree.h>

int kc_devres_list(struct device *dev, const void **nodes, int max)
{
	struct devres_node *node;
	int n = 0;

	list_for_each_entry(node, &dev->devres_head, entry) {
		if (n < max)
			nodes[n] = node;
		n++;
	}
	return n;
}

static void describe_group(const struct devres_group *group, int which, struct kc_devres *out)
{
	out->node = &group->node[which];
	out->kind = which ? KC_DR_GROUP_CLOSE : KC_DR_GROUP_OPEN;
	out->other = &group->node[!which];
	out->id = group->id;
	out->color = group->color;
	out->linked = !list_empty(&group->node[which].entry);
}

void kc_devres_describe(const void *object, int group, int which, struct kc_devres *out)
{
	const struct devres *dr = object;

	memset(out, 0, sizeof(*out));
	if (group) {
		describe_group(object, which, out);
		return;
	}
	out->node = &dr->node;
	out->kind = KC_DR_RESOURCE;
	out->release = dr->node.release;
	out->data = (void *)dr->data;
	out->linked = !list_empty(&dr->node.entry);
}
