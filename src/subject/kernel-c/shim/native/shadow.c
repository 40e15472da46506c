// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the allocator on a host: at a fixed place below 4 GiB, poisoned in the shadow of
 * AddressSanitizer as kasan.c does it in its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "../kc.h"
#include "../kc_memory.h"
#include "native.h"

static unsigned long offset;

static unsigned char *shadow_of(unsigned int addr)
{
	return (unsigned char *)(offset + (addr >> 3));
}

static void fill(unsigned int addr, unsigned int bytes, unsigned char value)
{
	unsigned char *at = shadow_of(addr), *end = shadow_of(addr + bytes);

	while (at < end)
		*at++ = value;
}

/* Before every other constructor: those of the kernel ask for memory. */
__attribute__((constructor(101))) void kc_arena(void)
{
	void *wanted = (void *)(unsigned long)KC_BASE;
	unsigned long scale;

	__asan_get_shadow_mapping(&scale, &offset);
	if (scale != 3) {
		fprintf(stderr, "AddressSanitizer has a shadow of another scale, %lu\n", scale);
		exit(2);
	}
	if (mmap(wanted, KC_MEMORY, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) != wanted) {
		perror("no memory at the place of the kernel's");
		exit(2);
	}
	fill(KC_HEAP, KC_WORDS - KC_HEAP, KC_SHADOW_REDZONE);
}

void kc_shadow_poison(unsigned int addr, unsigned int size, unsigned char value)
{
	fill(addr, size, value);
}

/* addr is a multiple of 8. */
void kc_shadow_open(unsigned int addr, unsigned int size)
{
	fill(addr, size & ~7u, 0);
	if (size & 7)
		*shadow_of(addr + size) = size & 7;
}

int kc_is_freed(unsigned int addr)
{
	return addr >= KC_HEAP && addr < kc_heap_top && *shadow_of(addr) == KC_SHADOW_FREED;
}

unsigned int kc_first_poisoned(unsigned int addr, unsigned int size)
{
	unsigned int at;

	for (at = addr; at - addr < size; at++)
		if (__asan_address_is_poisoned((void *)(unsigned long)at))
			return at;
	return addr;
}
