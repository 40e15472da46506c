// SPDX-License-Identifier: GPL-2.0-only
/* The descriptors of devices without an MSI domain as a program for msicheck, see docs/protocol.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 3, DOMIDS = 2, MSI_MAX_INDEX = 65535, MANY = 4096, EBUSY = 16 };
static struct { int data, locked, cursor; } devices[DEVICES];
static struct { int dev, domid, index, nvec_used; } descs[MANY];
static int count;

static int is(const char *line, const char *start) { return !strncmp(line, start, strlen(start)); }

static int number(const char *line, const char *name) /* of the argument NAME=NUMBER */
{
	const char *at = strstr(line, name);
	return at ? atoi(at + strlen(name)) : 0;
}

static int find(int dev, int domid, int from) /* the lowest index from there on, -1 for none */
{
	int found = -1;
	for (int i = 0; i < count; i++)
		if (descs[i].dev == dev && descs[i].domid == domid && descs[i].index >= from &&
		    (found < 0 || descs[i].index < descs[found].index))
			found = i;
	return found;
}

static int lock(int dev) { return devices[dev].data && !devices[dev].locked && (devices[dev].locked = 1); }
static int unlock(int dev) { devices[dev].cursor = MSI_MAX_INDEX; return devices[dev].locked = 0, devices[dev].data; }

static int locked(const char *line, int dev, int *ret) /* 0 when a kernel does not survive it */
{
	int domid = number(line, "domid="), first = number(line, "first="), last = number(line, "last="), i;
	int index = number(line, "msi_index=") & MSI_MAX_INDEX, next = is(line, "msi_next_desc(");
	if (next || is(line, "msi_domain_first_desc(")) {
		*ret = -1; /* NULL, with a WARN in the first of these cases */
		if (!devices[dev].data || domid >= DOMIDS || (next && devices[dev].cursor >= MSI_MAX_INDEX)) return 1;
		i = strstr(line, "MSI_DESC_ASSOCIATED") ? -1 : find(dev, domid, next ? devices[dev].cursor + 1 : 0);
		devices[dev].cursor = i < 0 ? MSI_MAX_INDEX : (*ret = descs[i].index);
		return 1;
	}
	if (is(line, "msi_domain_free_msi_descs_range(")) {
		if (!devices[dev].data || domid >= DOMIDS || last > MSI_MAX_INDEX) return devices[dev].data; /* a WARN */
		while ((i = find(dev, domid, first)) >= 0 && descs[i].index <= last) descs[i] = descs[--count];
		return 1;
	}
	if (!devices[dev].data || domid >= DOMIDS) return 0;
	if ((i = find(dev, domid, index)) >= 0 && descs[i].index == index) return *ret = -EBUSY, 1;
	descs[count].dev = dev, descs[count].domid = domid, descs[count].index = index;
	descs[count++].nvec_used = number(line, "nvec_used=");
	return 1;
}

static int call(const char *line, int *ret)
{
	int dev = number(line, "dev="), wraps = !strstr(line, "lock=no");
	if (is(line, "msi_setup_device_data(")) return devices[dev].data = 1;
	if (is(line, "msi_lock_descs(")) return lock(dev);
	if (is(line, "msi_unlock_descs(")) return unlock(dev);
	return (!wraps || lock(dev)) && locked(line, dev, ret) && (!wraps || unlock(dev));
}

int main(void)
{
	char line[1024];
	int can = 1, ret;
	printf("msicheck protocol 1\nname: store in C\nrelease: 6.12\ncalls: msi_setup_device_data msi_lock_descs msi_unlock_descs"
	       " msi_domain_insert_msi_desc msi_domain_free_msi_descs_range msi_domain_first_desc msi_next_desc\n"
	       "only: msi_domain_insert_msi_desc(affinity=none)\n"
	       "shows: ret dead lock descriptor(dev,domid,msi_index,nvec_used)\ncan: restart\nready\n");
	while (fflush(stdout), fgets(line, sizeof(line), stdin)) {
		if (line[strcspn(line, ":(")] == ':') { /* a field of the environment has no answer */
			if (is(line, "msi:")) can = strstr(line, "none") != NULL;
		} else if (is(line, "start")) {
			memset(devices, 0, sizeof(devices)), count = 0;
			puts(can ? "ok" : "no MSI domains here");
		} else if (is(line, "state")) {
			for (int i = 0; i < DEVICES; i++) if (devices[i].locked) printf("lock(of=device%d) ", i);
			for (int i = 0; i < count; i++)
				printf("descriptor(dev=%d,domid=%d,msi_index=%d,nvec_used=%d) ", descs[i].dev, descs[i].domid, descs[i].index, descs[i].nvec_used);
			puts("");
		} else if (ret = 0, call(line, &ret)) printf("ret=%d\n", ret);
		else puts("dead=yes");
	}
	return 0;
}
