// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks that the compiler puts before each access of the tree's files. A bad access is
 * reported and ends the run, for a kernel does not survive it in general.
 */
#include "kc.h"
#include "kc_memory.h"

#define NULL_PAGE 4096u

typedef unsigned int uptr;

static inline __attribute__((always_inline)) unsigned char *kc_shadow(uptr addr)
{
	return (unsigned char *)(KC_SHADOW + (addr >> 3));
}

void kc_shadow_poison(unsigned int addr, unsigned int size, unsigned char value)
{
	__builtin_memset(kc_shadow(addr), value, size >> 3);
}

/* addr is a multiple of 8. */
void kc_shadow_open(unsigned int addr, unsigned int size)
{
	__builtin_memset(kc_shadow(addr), 0, size >> 3);
	if (size & 7)
		*kc_shadow(addr + size) = size & 7;
}

static int kc_kind_of(uptr addr)
{
	if (addr < NULL_PAGE)
		return KC_NULL;
	if (addr < kc_heap_top && *kc_shadow(addr) == KC_SHADOW_FREED)
		return KC_USE_AFTER_FREE;
	return KC_WILD;
}

static void kc_bad_access(uptr addr)
{
	kc_splat(kc_kind_of(addr), 0, 0, 0, addr);
	kc_die();
}

static int kc_byte_is_bad(uptr addr)
{
	unsigned char value;

	if (addr < NULL_PAGE || addr >= kc_heap_top)
		return 1;
	value = *kc_shadow(addr);
	return value && (value >= 8 || (addr & 7) >= value);
}

/* The heap does not exist before the first allocation; static data and the stack do. */
static int kc_range_is_bad(uptr addr, uptr size)
{
	uptr end = addr + size, at;

	if (addr < NULL_PAGE || end < addr || end > kc_heap_top)
		return 1;
	for (at = addr & ~7u; at < end; at += 8) {
		unsigned char value = *kc_shadow(at);

		if (value && (value >= 8 || (end - at < 8 ? end - at : 8) > value))
			return 1;
	}
	return 0;
}

/* The first bad byte of a range that has one. */
static uptr kc_first_bad(uptr addr, uptr size)
{
	uptr at;

	for (at = addr; at - addr < size; at++)
		if (kc_byte_is_bad(at))
			return at;
	return addr;
}

static void kc_check_slowly(uptr addr, uptr size)
{
	if (size && kc_range_is_bad(addr, size))
		kc_bad_access(kc_first_bad(addr, size));
}

/* Inline, for it comes before each access. */
static inline __attribute__((always_inline)) void kc_check(uptr addr, uptr size)
{
	unsigned char value;

	if (addr - NULL_PAGE < kc_heap_top - NULL_PAGE - size && (addr & 7) + size <= 8) {
		value = *kc_shadow(addr);
		if (!value || (value < 8 && (addr & 7) + size <= value))
			return;
	}
	kc_check_slowly(addr, size);
}

#define CHECK(name, size)						\
	void __asan_##name(uptr addr) { kc_check(addr, size); }		\
	void __asan_##name##_noabort(uptr addr) { kc_check(addr, size); }
#define CHECK_N(name)							\
	void __asan_##name(uptr addr, uptr size) { kc_check(addr, size); }	\
	void __asan_##name##_noabort(uptr addr, uptr size) { kc_check(addr, size); }

CHECK(load1, 1)
CHECK(load2, 2)
CHECK(load4, 4)
CHECK(load8, 8)
CHECK(load16, 16)
CHECK(store1, 1)
CHECK(store2, 2)
CHECK(store4, 4)
CHECK(store8, 8)
CHECK(store16, 16)
CHECK_N(loadN)
CHECK_N(storeN)

void *__asan_memcpy(void *to, const void *from, uptr size)
{
	kc_check((uptr)from, size);
	kc_check((uptr)to, size);
	return __builtin_memmove(to, from, size);
}

void *__asan_memmove(void *to, const void *from, uptr size)
{
	kc_check((uptr)from, size);
	kc_check((uptr)to, size);
	return __builtin_memmove(to, from, size);
}

void *__asan_memset(void *to, int value, uptr size)
{
	kc_check((uptr)to, size);
	return __builtin_memset(to, value, size);
}

void __asan_handle_no_return(void)
{
}

/* Calls in the source, which the compiler leaves alone. */
void *memcpy(void *to, const void *from, uptr size)
{
	return __asan_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, uptr size)
{
	return __asan_memmove(to, from, size);
}

void *memset(void *to, int value, uptr size)
{
	return __asan_memset(to, value, size);
}
