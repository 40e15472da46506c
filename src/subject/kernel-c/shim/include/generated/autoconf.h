/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration: what MSI with hierarchical domains needs on an SMP machine that never schedules.
 * KC_FALLBACKS is the second one: an architecture with its own MSI functions, and no reservation.
 */
#ifdef __wasm__
#define CONFIG_32BIT 1
#define CONFIG_GENERIC_ATOMIC64 1
#else
#define CONFIG_64BIT 1
#endif
#define CONFIG_SMP 1
#define CONFIG_NR_CPUS 4
#define CONFIG_HZ 250
#define CONFIG_PREEMPT_NONE 1
#define CONFIG_PREEMPT_NONE_BUILD 1
#define CONFIG_TREE_RCU 1
#define CONFIG_TREE_SRCU 1
#define CONFIG_SLUB 1
#define CONFIG_FLATMEM 1
#define CONFIG_UACCESS_MEMCPY 1
#define CONFIG_PAGE_SHIFT 12
#define CONFIG_PAGE_SIZE_4KB 1
#define CONFIG_THREAD_INFO_IN_TASK 1
#define CONFIG_GENERIC_HWEIGHT 1
#define CONFIG_GENERIC_BUG 1
#define CONFIG_BUG 1
#define CONFIG_BASE_SMALL 0
#define CONFIG_XARRAY_MULTI 1
#define CONFIG_SYSFS 1
#define CONFIG_PRINTK 1
#define CONFIG_MODULES 1
#define CONFIG_HAS_IOMEM 1
#define CONFIG_SPARSE_IRQ 1
#define CONFIG_IRQ_DOMAIN 1
#define CONFIG_IRQ_DOMAIN_HIERARCHY 1
#define CONFIG_GENERIC_MSI_IRQ 1
#define CONFIG_GENERIC_MSI_IRQ_DOMAIN 1		/* until 6.2 */
#define CONFIG_PCI 1
#define CONFIG_PCI_MSI 1
#define CONFIG_PCI_MSI_IRQ_DOMAIN 1		/* until 6.2 */
#define CONFIG_IRQ_MSI_LIB 1
#define CONFIG_GENERIC_IRQ_EFFECTIVE_AFF_MASK 1
#define CONFIG_HARDIRQS_SW_RESEND 1
#define CONFIG_DEBUG_SPINLOCK 1
#define CONFIG_UNINLINE_SPIN_UNLOCK 1
#define CONFIG_DEBUG_MUTEXES 1
/* Fallbacks and Xen each bring msi_device_populate_sysfs(). */
#ifdef KC_FALLBACKS
#define CONFIG_PCI_MSI_ARCH_FALLBACKS 1
#else
#define CONFIG_PCI_XEN 1
#define CONFIG_GENERIC_IRQ_RESERVATION_MODE 1
#endif
