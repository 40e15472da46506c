// SPDX-License-Identifier: GPL-2.0-only
/* The descriptors of devices without an MSI domain as a program for msicheck, see docs/protocol.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 3, MSI_MAX_INDEX = 65535, MANY = 4096, EBUSY = 16, DEAD = 1 };
static struct { int data, locked; } devices[DEVICES];
static struct desc { int dev, domid, index, nvec_used; } descs[MANY];
static int count;

static int is(const char *line, const char *start) { return !strncmp(line, start, strlen(start)); }

static int number(const char *line, const char *name) /* of the argument NAME=NUMBER */
{
	const char *at = strstr(line, name);
	return at ? atoi(at + strlen(name)) : 0;
}

static int call(const char *line) /* what it returns, or DEAD when a kernel does not survive it */
{
	int dev = number(line, "dev="), domid = number(line, "domid="), wraps = !strstr(line, "lock=no");
	int inserts = is(line, "msi_domain_insert_msi_desc("), index = number(line, "msi_index=") & MSI_MAX_INDEX;
	int first = inserts ? index : number(line, "first="), last = inserts ? index : number(line, "last="), ret = 0;

	if (is(line, "msi_setup_device_data(")) return devices[dev].data = 1, 0;
	if (!devices[dev].data) return DEAD;
	if (is(line, "msi_unlock_descs(")) return devices[dev].locked = 0;
	if (wraps && devices[dev].locked) return DEAD;
	if (is(line, "msi_lock_descs(")) return devices[dev].locked = 1, 0;
	for (int i = count; last <= MSI_MAX_INDEX && i-- > 0;) { /* a range that is none: a WARN */
		if (descs[i].dev != dev || descs[i].domid != domid || descs[i].index < first || descs[i].index > last) continue;
		if (inserts) ret = -EBUSY;
		else descs[i] = descs[--count];
	}
	if (inserts && ret == 0) descs[count++] = (struct desc){ dev, domid, index, number(line, "nvec_used=") };
	return ret;
}

int main(void)
{
	char line[1024];
	int can = 1, ret;
	puts("msicheck protocol 1\nname: store in C\nrelease: 6.12\ncalls: msi_setup_device_data msi_lock_descs msi_unlock_descs\n"
	     "calls: msi_domain_insert_msi_desc msi_domain_free_msi_descs_range\nonly: msi_domain_insert_msi_desc(domid=0|1, affinity=none)\n"
	     "only: msi_domain_free_msi_descs_range(domid=0|1)\nshows: ret dead lock descriptor(dev,domid,msi_index,nvec_used)\ncan: restart\nready");
	while (fflush(stdout), fgets(line, sizeof(line), stdin)) {
		if (line[strcspn(line, ":(")] == ':') { /* a field of the environment has no answer */
			if (is(line, "msi:")) can = strstr(line, "none") != NULL;
		} else if (is(line, "start")) memset(devices, 0, sizeof(devices)), count = 0, puts(can ? "ok" : "no MSI domains here");
		else if (is(line, "state")) {
			for (int i = 0; i < DEVICES; i++) if (devices[i].locked) printf("lock(of=device%d) ", i);
			for (int i = 0; i < count; i++) printf("descriptor(dev=%d,domid=%d,msi_index=%d,nvec_used=%d) ",
				descs[i].dev, descs[i].domid, descs[i].index, descs[i].nvec_used);
			puts("");
		} else if ((ret = call(line)) == DEAD) puts("dead=yes");
		else printf("ret=%d\n", ret);
	}
}
