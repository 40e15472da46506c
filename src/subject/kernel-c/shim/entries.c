// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entry points of the allocator behind its inline functions, under the names of each release: only
 * inline functions of headers and drivers come here, the tree's files are led to kmalloc.c by
 * kc_post.h. Includes no header that declares them, for a release declares its own alone.
 */
#include "kc.h"

typedef unsigned long size;
typedef unsigned int flags;	/* gfp_t */

#define ZERO_SIZE ((void *)16)

static void *kc_entry(size bytes)
{
	return bytes ? kc_alloc(bytes, KC_SITE_OTHER, "kmalloc") : ZERO_SIZE;
}

/* Until 6.9. */
void *__kmalloc(size bytes, flags gfp)
{
	return kc_entry(bytes);
}

void *__kmalloc_node(size bytes, flags gfp, int node)
{
	return kc_entry(bytes);
}

void *kmalloc_trace(void *cache, flags gfp, size bytes)
{
	return kc_entry(bytes);
}

void *kmalloc_node_trace(void *cache, flags gfp, int node, size bytes)
{
	return kc_entry(bytes);
}

void *kmalloc_large(size bytes, flags gfp)
{
	return kc_entry(bytes);
}

void *kmalloc_large_node(size bytes, flags gfp, int node)
{
	return kc_entry(bytes);
}

void *kvmalloc_node(size bytes, flags gfp, int node)
{
	return kc_entry(bytes);
}

/* Since 6.10. */
void *__kmalloc_noprof(size bytes, flags gfp)
{
	return kc_entry(bytes);
}

void *__kmalloc_node_noprof(size bytes, flags gfp, int node)
{
	return kc_entry(bytes);
}

void *__kmalloc_cache_noprof(void *cache, flags gfp, size bytes)
{
	return kc_entry(bytes);
}

void *__kmalloc_cache_node_noprof(void *cache, flags gfp, int node, size bytes)
{
	return kc_entry(bytes);
}

void *__kmalloc_large_noprof(size bytes, flags gfp)
{
	return kc_entry(bytes);
}

void *__kmalloc_large_node_noprof(size bytes, flags gfp, int node)
{
	return kc_entry(bytes);
}

void *__kvmalloc_node_noprof(size bytes, flags gfp, int node)
{
	return kc_entry(bytes);
}

/* struct kmem_cache *[kinds][sizes], looked into by inline functions that pass the entry on. */
void *kmalloc_caches[16][32];
unsigned long random_kmalloc_seed;
