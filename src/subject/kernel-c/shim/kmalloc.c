// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's interface to the allocator, in front of slab.c. Where a function makes objects of
 * two sorts, the site says which (KC_TEXT, KC_DUP).
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/overflow.h>
#include "kc.h"
#include "kc_from.h"
#include "kc_memory.h"

#define UNINITIALISED 0x5a

struct kmem_cache {
	const char *name;
	unsigned int size, align;
	void (*ctor)(void *object);
};

static void *kc_fresh(size_t size, unsigned int align, gfp_t gfp, int site, const char *fn)
{
	void *p = kc_place(size, align, site, fn);

	memset(p, gfp & __GFP_ZERO ? 0 : UNINITIALISED, size);
	return p;
}

static bool kc_refused(gfp_t gfp, int site)
{
	return !(gfp & __GFP_NOFAIL) && kc_should_fail(site);
}

void *kc_kmalloc(size_t size, gfp_t gfp, const struct kc_from *from)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (kc_refused(gfp, from->site))
		return NULL;
	return kc_fresh(size, 0, gfp, from->site, from->fn);
}

void *kc_kcalloc(size_t n, size_t size, gfp_t gfp, const struct kc_from *from)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return kc_kmalloc(bytes, gfp, from);
}

/* The counters of an interrupt are allocated in init_desc(), until 6.11 in alloc_desc(). */
void *kc_alloc_percpu(size_t size, const struct kc_from *from)
{
	int site = from->site == KC_SITE_ALLOC_DESC ? KC_SITE_INIT_DESC : from->site;

	return kc_refused(GFP_KERNEL, site) ? NULL : kc_fresh(size, 0, GFP_KERNEL | __GFP_ZERO, site, from->fn);
}

void *kc_krealloc(const void *p, size_t size, gfp_t gfp, const struct kc_from *from)
{
	size_t had = ZERO_OR_NULL_PTR(p) ? 0 : kc_size_of(p);
	void *fresh;

	if (!size) {
		kc_free(p);
		return ZERO_SIZE_PTR;
	}
	fresh = kc_kmalloc(size, gfp, from);
	if (fresh && had) {
		memcpy(fresh, p, had < size ? had : size);
		kc_free(p);
	}
	return fresh;
}

static void *kc_copy(const void *src, size_t size, gfp_t gfp, int site, const char *fn)
{
	void *p;

	if (kc_refused(gfp, site))
		return NULL;
	p = kc_fresh(size, 0, gfp, site, fn);
	memcpy(p, src, size);
	return p;
}

void *kc_kmemdup(const void *src, size_t size, gfp_t gfp, const struct kc_from *from)
{
	return kc_copy(src, size, gfp, from->site | KC_DUP, from->fn);
}

/* Until 6.10 a domain gets its name in the function that makes it. */
static int kc_text_site(const struct kc_from *from)
{
	return from->site == KC_SITE_IRQ_DOMAIN_CREATE ? KC_SITE_IRQ_DOMAIN_SET_NAME : from->site;
}

char *kc_kstrdup(const char *s, gfp_t gfp, const struct kc_from *from)
{
	return s ? kc_copy(s, strlen(s) + 1, gfp, kc_text_site(from) | KC_TEXT, from->fn) : NULL;
}

char *kc_kvasprintf(const struct kc_from *from, gfp_t gfp, const char *format, va_list args)
{
	va_list again;
	int length;
	char *p;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (kc_refused(gfp, kc_text_site(from)))
		return NULL;
	p = kc_fresh(length + 1, 0, gfp, kc_text_site(from) | KC_TEXT, from->fn);
	vsnprintf(p, length + 1, format, args);
	return p;
}

char *kc_kasprintf(const struct kc_from *from, gfp_t gfp, const char *format, ...)
{
	va_list args;
	char *p;

	va_start(args, format);
	p = kc_kvasprintf(from, gfp, format, args);
	va_end(args);
	return p;
}

static void *kc_cache_place(struct kmem_cache *cache, gfp_t gfp, const struct kc_from *from)
{
	void *p = kc_fresh(cache->size, cache->align, cache->ctor ? __GFP_ZERO : gfp, from->site, from->fn);

	if (cache->ctor)
		cache->ctor(p);
	return p;
}

void *kc_cache_alloc(struct kmem_cache *cache, gfp_t gfp, const struct kc_from *from)
{
	return kc_refused(gfp, from->site) ? NULL : kc_cache_place(cache, gfp, from);
}

/* One request, as slab_pre_alloc_hook() is called once for the batch. */
int kc_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t n, void **p,
			const struct kc_from *from)
{
	size_t i;

	if (kc_refused(gfp, from->site))
		return 0;
	for (i = 0; i < n; i++)
		p[i] = kc_cache_place(cache, gfp, from);
	return n;
}

static struct kmem_cache *kc_create(const char *name, unsigned int size, unsigned int align,
				 void (*ctor)(void *object))
{
	struct kmem_cache *cache = kc_alloc_quiet(sizeof(*cache));

	cache->name = name;
	cache->size = size;
	cache->align = align;
	cache->ctor = ctor;
	return cache;
}

#ifdef kmem_cache_create
struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int size,
					    struct kmem_cache_args *args, slab_flags_t flags)
{
	return kc_create(name, size, args->align, args->ctor);
}
#else
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object))
{
	return kc_create(name, size, align, ctor);
}
#endif

void kmem_cache_free(struct kmem_cache *cache, void *p)
{
	kc_free(p);
}

void kmem_cache_free_bulk(struct kmem_cache *cache, size_t n, void **p)
{
	while (n)
		kc_free(p[--n]);
}

void kfree(const void *p)
{
	kc_free(p);
}

void kfree_const(const void *p)
{
	kc_free(p);
}

void kvfree(const void *p)
{
	kc_free(p);
}

size_t ksize(const void *p)
{
	return kc_size_of(p);
}
