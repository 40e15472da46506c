/* SPDX-License-Identifier: GPL-2.0-only */
/* No MMU: the few names that headers of memory management want. */
#ifndef KC_ASM_PGTABLE_H
#define KC_ASM_PGTABLE_H
#include <asm-generic/pgtable-nopmd.h>
#define pmd_page(pmd) ((void)(pmd), (struct page *)NULL)
#define PAGE_KERNEL __pgprot(0)
#define VMALLOC_START 0UL
#define VMALLOC_END 0xffffffffUL
#endif
