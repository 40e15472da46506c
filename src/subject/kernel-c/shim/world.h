/* SPDX-License-Identifier: GPL-2.0-only */
/* The world of a trace: the environment as numbers, and the objects that drivers keep. See docs/environments.md. */
#ifndef KC_WORLD_H
#define KC_WORLD_H

#include <linux/version.h>
#include <linux/types.h>
#include <linux/device.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include "kc.h"

/* Since 6.2 a device has domains of its own, and calls name it and a domain id. */
#define KC_PER_DEVICE (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0))

/* Indexes of OP_NAMES in src/trace/sites.ts. */
enum kc_op {
	KC_GET_HWIRQ, KC_MSI_INIT, KC_MSI_FREE, KC_MSI_CHECK, KC_MSI_PREPARE, KC_MSI_FINISH,
	KC_PREPARE_DESC, KC_SET_DESC, KC_HANDLE_ERROR, KC_DOMAIN_ALLOC_IRQS, KC_DOMAIN_FREE_IRQS,
	KC_MSI_POST_FREE, KC_MSI_TRANSLATE, KC_ALLOC, KC_FREE, KC_ACTIVATE, KC_DEACTIVATE, KC_MAP,
	KC_UNMAP, KC_COMPOSE, KC_WRITE_MSG, KC_INIT_DEV_MSI_INFO, KC_RELEASE, KC_OPS
};

/* Bits of kc_env.ops: indexes of OWN_OPS in src/trace/environment.ts. */
enum kc_own {
	KC_OWN_MSI_FREE, KC_OWN_MSI_CHECK, KC_OWN_MSI_FINISH, KC_OWN_HANDLE_ERROR, KC_OWN_PREPARE_DESC,
	KC_OWN_MSI_POST_FREE, KC_OWN_MSI_TRANSLATE, KC_OWN_ALLOC_IRQS, KC_OWN_FREE_IRQS,
	KC_OWN_WRAP_ALLOC, KC_OWN_WRAP_FREE
};

/* Indexes of DOMAINS in src/trace/call.ts. */
enum kc_domain { KC_VECTOR, KC_LEVEL1, KC_LEVEL2, KC_MSI, KC_WIRED, KC_EXTRA, KC_DOMAINS };
#define KC_BLOCKS 3
#define KC_RESOURCES 3
#define KC_DEVICES 3
#define KC_MAX_VECTORS 4096
#define KC_MAX_HOSTILE 64
#define KC_MAX_OVERRIDDEN 4096

enum { KC_MSI_NONE, KC_MSI_GLOBAL, KC_MSI_DEVICE };
enum { KC_PCI_NONE, KC_PCI_MSI, KC_PCI_MSIX };
enum { KC_HWIRQ_INDEX, KC_HWIRQ_DEVICE, KC_HWIRQ_OVERLAP };
enum { KC_COMPOSE_VECTOR, KC_COMPOSE_MSI };
enum { KC_PARENT_PLAIN, KC_PARENT_LIB };

/* An environment; every field is an int, in this order, written from outside before kc_boot(). */
struct kc_env {
	int vectors, revmap_size, levels, msi, devices, pci, fwnode;
	int flags;		/* bits of MsiFlag, ours */
	int hwsize;
	int bus_token;		/* index of BUS_TOKENS */
	int ops;		/* 1 << enum kc_own */
	int hwirq, handler, compose, prefix;
	int parent, supported_flags, required_flags;	/* bits of MsiFlag, ours */
	int irq_ack, nr_irqs, online, wired;
	struct kc_stop stop;
	int hostiles;
	struct { int op, nth, ret; } hostile[KC_MAX_HOSTILE];
};
extern struct kc_env kc_env;

/* A call: the function's index in CALL_NAMES, then the fields of Call in their order. */
struct kc_call {
	int fn;
	unsigned int dev, domid, first, last, index, nvec_used, affinity, msi_attrib, filter, nirqs, lock,
		hwsize, domain, hwirq, block, vec, bus_token, res, icookie, reserve, type;
};
extern struct kc_call kc_call;

/* What kc_step() hands back: msi_map::index and ::virq where a function returns one. */
extern int kc_ret, kc_virq;

/* Objects that kc_alloc() does not make, or that the driver names: kc_object.site of those. */
enum kc_sort { KC_SORT_DEVICE = 0x40, KC_SORT_INFO, KC_SORT_FWNODE };

/* A device; its address in the tables is that of this record. */
struct kc_device {
	struct pci_dev pdev;
	int handle, alive;
	char name[8];
};

/* Everything a driver remembers. */
struct kc_world {
	struct kc_device *device[KC_DEVICES];
	struct irq_domain *domain[KC_DOMAINS];
	int vectors[KC_MAX_VECTORS];
	int block_irq[KC_BLOCKS], block_size[KC_BLOCKS];
	int overriddens, overridden[KC_MAX_OVERRIDDEN];
	void *resource[KC_DEVICES][KC_RESOURCES];
	int op_calls[KC_OPS], op_total[KC_OPS];
	int creating;		/* handle of the domain that is being made and calls its operations already, -1 for none */
	struct irq_domain *prepared;	/* the domain of the last msi_prepare: set_desc has none */
};
extern struct kc_world kc_world;

/* The info of a global domain with its operations, and what was NULL when it was handed in. */
struct kc_info {
	struct msi_domain_info info;
	struct msi_domain_ops ops;
	struct irq_chip chip;
};

extern const struct irq_domain_ops kc_vector_ops, kc_level_ops, kc_wired_ops;
extern struct irq_chip kc_vector_chip, kc_level_chip, kc_wired_chip, kc_msi_chip;
void kc_msi_handler(struct irq_desc *desc);
void kc_wired_handler(struct irq_desc *desc);

int kc_own(int which);
struct irq_domain *kc_outermost(void);
void kc_add_device(int handle);
struct device *kc_dev(int handle);
void kc_register(void *object, unsigned int size, int sort);
void kc_unregister(void *object);

/* Counts a call of an operation; true when its result is forced, and what to. */
bool kc_forced(int op, int *ret);
int kc_seen(int op, int domain, int dev, int irq, int arg, int ret);
int kc_handle(const struct irq_domain *domain);
int kc_handle_of(const struct device *dev);

void kc_fill_ops(struct msi_domain_ops *ops);
void kc_fill_info(struct msi_domain_info *info, int hwsize);
void kc_watch_ops(struct msi_domain_ops *ops);
struct irq_domain *kc_create_msi(int handle, int hwsize);
extern struct msi_parent_ops *kc_parent_ops(int level);
bool kc_has_lib(void);
int kc_filled(const struct msi_domain_ops *ops);
int kc_msi_flags(int ours);
int kc_bus_token(int ours);
int kc_our_token(int theirs);

/* What an alloc of a level does about its parent. */
enum { KC_INNER_ALLOCATE, KC_INNER_DISCONNECT, KC_INNER_PRESENT };
extern int kc_inner;
/* The hardware number of the fwspec that is being mapped, for get_hwirq; -1 outside of that. */
extern long kc_fwspec_hwirq;

#endif
