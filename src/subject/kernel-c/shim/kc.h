/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the shims offer to each other and to the driver. All state of ours is in linear memory, so
 * that a copy of it is a snapshot; nothing calls out but kc_die(). On a 64-bit host everything lies
 * below 4 GiB, so that an address is an unsigned int there too and the records are the same.
 */
#ifndef KC_H
#define KC_H

/* Where memory is asked for: the numbers are the indexes of SITES in src/trace/sites.ts. */
enum kc_site {
	KC_SITE_MSI_ALLOC_DESC,
	KC_SITE_XA_NODE,
	KC_SITE_ALLOC_DR,
	KC_SITE_DEVRES_OPEN_GROUP,
	KC_SITE_SYSFS_CREATE_GROUP,
	KC_SITE_MSI_SYSFS_POPULATE_DESC,
	KC_SITE_SYSFS_ADD_FILE_TO_GROUP,
	KC_SITE_MSI_CREATE_DEVICE_IRQ_DOMAIN,
	KC_SITE_IRQ_DOMAIN_ALLOC_FWNODE,
	KC_SITE_IRQ_DOMAIN_CREATE,
	KC_SITE_IRQ_DOMAIN_SET_NAME,
	KC_SITE_IRQ_DOMAIN_UPDATE_BUS_TOKEN,
	KC_SITE_ALLOC_DESC,
	KC_SITE_INIT_DESC,
	KC_SITE_MAPLE_NODE,
	KC_SITE_IRQ_DOMAIN_INSERT_IRQ_DATA,
	KC_SITE_IRQ_DOMAIN_PUSH_IRQ,
	KC_SITE_RADIX_TREE_NODE,
	KC_SITE_OTHER,		/* an allocation in a function that no site names */
	KC_SITES
};

/* Or'ed to a site where one function makes objects of two sorts: text by kasprintf(), a copy by kmemdup(). */
#define KC_TEXT	0x100
#define KC_DUP	0x200
#define KC_SITE(x) ((x) & 0xff)

/* Kinds of complaints. */
enum kc_splat_kind {
	KC_WARN,
	KC_BUG,
	KC_LOCKDEP,
	KC_DEADLOCK,
	KC_NULL,
	KC_USE_AFTER_FREE,
	KC_DOUBLE_FREE,
	KC_WILD,
};

/* Address of a text that is never freed. */
typedef unsigned int kc_text;
#define KC_ADDRESS(p) ((unsigned int)(unsigned long)(p))

struct kc_splat {
	int kind;
	kc_text fn;		/* 0: the topmost kernel function of the stack */
	kc_text file;
	int line;
	unsigned int addr;	/* address accessed, of the last four kinds */
};

struct kc_callback {
	int op, domain, dev, irq, arg, ret;
};

/* site is an index of SITES, or 1000 + an index of OP_NAMES. */
struct kc_fired {
	int where, nth;
};

/* A fault of the step: of memory at a site (-1: any) or of an operation. */
struct kc_fault {
	int memory, where, nth, count, ret;
};

#define KC_MAX_SPLATS 1024
#define KC_MAX_FIRED 1024
#define KC_MAX_CALLBACKS 16384
#define KC_MAX_FAULTS 16

/* Written during a step, read afterwards. What does not fit is counted and not stored. */
struct kc_log {
	int splats, fired, callbacks;
	int requests[KC_SITES];
	int requests_total;
	struct kc_splat splat[KC_MAX_SPLATS];
	struct kc_fired fire[KC_MAX_FIRED];
	struct kc_callback callback[KC_MAX_CALLBACKS];
};
extern struct kc_log kc_log;

/* Faults armed for the step, written from outside before it. */
extern int kc_faults;
extern struct kc_fault kc_fault[KC_MAX_FAULTS];

/* The step that runs, from 1; 0 is boot. Stamped on new objects as their birth. */
extern int kc_now;

/* A live or freed object of the allocator, in order of allocation. Addresses are not reused. */
struct kc_object {
	unsigned int addr, size;
	int site;		/* enum kc_site, with KC_TEXT or KC_DUP; or enum kc_sort of the driver */
	kc_text fn;		/* the kernel function that asked */
	int birth;		/* kc_now */
	int freed;		/* kc_now of the free, -1 while live */
};
extern struct kc_object *kc_objects;
extern int kc_object_count;

/*
 * Where a run is ended on purpose, to see the stack: at an object by its place in kc_objects, or at a
 * complaint of a step by its place in the log; -1 for none.
 */
struct kc_stop {
	int object, step, splat;
};
extern struct kc_stop kc_stop;

void *kc_alloc(unsigned int size, int site, const char *fn);	/* zeroed; NULL when a fault hits it */
void *kc_alloc_quiet(unsigned int size);			/* for the harness: no fault, no request, no object */
void kc_free(const void *p);
int kc_should_fail(int site);		/* counts a request; for shims that allocate nothing */

void kc_splat(int kind, const char *fn, const char *file, int line, unsigned int addr);
void kc_die(void) __attribute__((noreturn));	/* import: unwinds out of the module */

int kc_mutex_held(const void *mutex);	/* struct mutex */
void kc_rcu_barrier(void);		/* runs queued RCU callbacks, in order */

#endif
