/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies and fills are in kasan.c, checked as a whole; the other functions are the tree's. */
#ifndef KC_ASM_STRING_H
#define KC_ASM_STRING_H
#define __HAVE_ARCH_MEMCPY
#define __HAVE_ARCH_MEMMOVE
#define __HAVE_ARCH_MEMSET
void *memcpy(void *to, const void *from, __kernel_size_t size);
void *memmove(void *to, const void *from, __kernel_size_t size);
void *memset(void *to, int value, __kernel_size_t size);
#endif
