// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: the only fault point of allocations and the list of objects. Addresses are not reused, so
 * that a double free and a use after free are always seen. The heap grows upwards from the end of
 * the data; above it are, at fixed addresses, what the driver draws, the list of objects and the
 * shadow.
 */
#include "kc.h"
#include "kc_memory.h"

struct kc_log kc_log;
int kc_faults;
struct kc_fault kc_fault[KC_MAX_FAULTS];
int kc_now;
struct kc_object *kc_objects = (struct kc_object *)KC_TABLE;
int kc_object_count;
unsigned int kc_heap_top = KC_HEAP;
struct kc_stop kc_stop = { -1, -1, -1 };

/* Lies before each object, in its left redzone. */
struct header {
	unsigned int magic, self;
	int index;		/* in kc_objects, -1: of the harness */
	unsigned int size;
};
#define MAGIC 0x6b63a11cu
#define REDZONE 16u

/* Claims memory whose first byte of use is aligned. */
static unsigned char *kc_claim(unsigned int size, unsigned int align, int index)
{
	unsigned int start, end;
	struct header *header;

	if (align < 16)
		align = 16;
	start = (kc_heap_top + sizeof(*header) + align - 1) & ~(align - 1);
	end = (start + size + REDZONE + 15) & ~15u;
	if (size > KC_WORDS - KC_BASE || end > KC_WORDS) {
		kc_splat(KC_BUG, "kc_claim", "slab.c", __LINE__, size);
		kc_die();
	}
	kc_shadow_poison(kc_heap_top, end - kc_heap_top, KC_SHADOW_REDZONE);
	kc_shadow_open(start, size);
	header = (struct header *)(unsigned long)start - 1;
	header->magic = MAGIC;
	header->self = start;
	header->index = index;
	header->size = size;
	kc_heap_top = end;
	return (unsigned char *)(unsigned long)start;
}

static int kc_fault_hits(const struct kc_fault *fault, int site, int count)
{
	int over;

	if (!fault->memory || (fault->where >= 0 && fault->where != site))
		return 0;
	over = (fault->where < 0 ? kc_log.requests_total : count) - fault->nth;
	return over >= 0 && (fault->count == 0 || over < fault->count);
}

int kc_should_fail(int site)
{
	int count = ++kc_log.requests[KC_SITE(site)];
	int i;

	kc_log.requests_total++;
	for (i = 0; i < kc_faults; i++) {
		if (!kc_fault_hits(&kc_fault[i], KC_SITE(site), count))
			continue;
		if (kc_log.fired < KC_MAX_FIRED) {
			kc_log.fire[kc_log.fired].where = KC_SITE(site);
			kc_log.fire[kc_log.fired].nth = count;
		}
		kc_log.fired++;
		return 1;
	}
	return 0;
}

void *kc_place(unsigned int size, unsigned int align, int site, const char *fn)
{
	struct kc_object *object;
	unsigned char *p;

	if (kc_object_count == kc_stop.object)
		kc_die();
	if (kc_object_count >= KC_MAX_OBJECTS) {
		kc_splat(KC_BUG, "kc_place", "slab.c", __LINE__, size);
		kc_die();
	}
	object = &kc_objects[kc_object_count];
	p = kc_claim(size, align, kc_object_count);
	kc_object_count++;
	object->addr = KC_ADDRESS(p);
	object->size = size;
	object->site = site;
	object->fn = KC_ADDRESS(fn);
	object->birth = kc_now;
	object->freed = -1;
	return p;
}

void *kc_alloc(unsigned int size, int site, const char *fn)
{
	unsigned char *p;

	if (kc_should_fail(site))
		return 0;
	p = kc_place(size, 16, site, fn);
	__builtin_memset(p, 0, size);
	return p;
}

void *kc_alloc_quiet(unsigned int size)
{
	unsigned char *p = kc_claim(size, 16, -1);

	__builtin_memset(p, 0, size);
	return p;
}

static struct kc_object *kc_object_of(unsigned int addr)
{
	const struct header *header = (const struct header *)(unsigned long)addr - 1;

	if (addr & 15 || addr < KC_HEAP + sizeof(*header) || addr >= kc_heap_top)
		return 0;
	if (header->magic != MAGIC || header->self != addr)
		return 0;
	if (header->index < 0 || header->index >= kc_object_count)
		return 0;
	return &kc_objects[header->index];
}

unsigned int kc_size_of(const void *p)
{
	const struct kc_object *object = kc_object_of(KC_ADDRESS(p));

	return object ? object->size : 0;
}

void kc_free(const void *p)
{
	struct kc_object *object;
	unsigned int addr = KC_ADDRESS(p);

	if (addr <= KC_ZERO_SIZE_PTR)
		return;
	object = kc_object_of(addr);
	if (!object || object->freed >= 0) {
		kc_splat(object ? KC_DOUBLE_FREE : KC_WILD, 0, 0, 0, addr);
		kc_die();
	}
	object->freed = kc_now;
	/* What no instrumented access sees, such as a wait on a freed lock, meets a pointer to nowhere. */
	__builtin_memset((void *)(unsigned long)addr, 0x6b, object->size);
	kc_shadow_poison(addr, (object->size + 15) & ~15u, KC_SHADOW_FREED);
}
