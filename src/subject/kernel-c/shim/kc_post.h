/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comes before the first line of each of the tree's files: the headers that declare what allocates
 * and what locks, and then macros that tell the shims who asks. The site of a call is looked up
 * once and kept in a static.
 */
#ifndef KC_POST_H
#define KC_POST_H
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/percpu.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <kc_from.h>

#ifndef __wasm__
/* One section for all of them would keep those that nothing calls, and what they call. */
#include <linux/init.h>
#undef __init
#define __init
#endif

#define KC_FROM() ({						\
	static struct kc_from __kc_from;			\
	if (!__kc_from.fn)					\
		kc_from(&__kc_from, __func__);			\
	&__kc_from;						\
})

#undef kmalloc
#undef kzalloc
#undef kcalloc
#undef kmalloc_array
#undef kmalloc_node
#undef kzalloc_node
#undef kcalloc_node
#undef kmalloc_array_node
#undef kmalloc_track_caller
#undef kmalloc_node_track_caller
#undef kvmalloc
#undef kvzalloc
#undef kvmalloc_node
#undef kvzalloc_node
#undef kvcalloc
#undef kvmalloc_array
#undef krealloc
#undef kmemdup
#undef kmemdup_array
#undef kstrdup
#undef kstrdup_const
#undef kasprintf
#undef kvasprintf
#undef kvasprintf_const
#undef __alloc_percpu
#undef __alloc_percpu_gfp
#undef alloc_percpu
#undef alloc_percpu_gfp
#undef kmem_cache_alloc
#undef kmem_cache_alloc_lru
#undef kmem_cache_alloc_node
#undef kmem_cache_zalloc
#undef kmem_cache_alloc_bulk

#define kmalloc(size, gfp) kc_kmalloc((size), (gfp), KC_FROM())
#define kzalloc(size, gfp) kc_kmalloc((size), (gfp) | __GFP_ZERO, KC_FROM())
#define kmalloc_array(n, size, gfp) kc_kcalloc((n), (size), (gfp), KC_FROM())
#define kcalloc(n, size, gfp) kc_kcalloc((n), (size), (gfp) | __GFP_ZERO, KC_FROM())
#define kmalloc_node(size, gfp, node) ((void)(node), kmalloc(size, gfp))
#define kzalloc_node(size, gfp, node) ((void)(node), kzalloc(size, gfp))
#define kmalloc_array_node(n, size, gfp, node) ((void)(node), kmalloc_array(n, size, gfp))
#define kcalloc_node(n, size, gfp, node) ((void)(node), kcalloc(n, size, gfp))
#define kmalloc_track_caller(size, gfp) kmalloc(size, gfp)
#define kmalloc_node_track_caller(size, gfp, node) kmalloc_node(size, gfp, node)
#define kvmalloc(size, gfp) kmalloc(size, gfp)
#define kvzalloc(size, gfp) kzalloc(size, gfp)
#define kvmalloc_node(size, gfp, node) kmalloc_node(size, gfp, node)
#define kvzalloc_node(size, gfp, node) kzalloc_node(size, gfp, node)
#define kvmalloc_array(n, size, gfp) kmalloc_array(n, size, gfp)
#define kvcalloc(n, size, gfp) kcalloc(n, size, gfp)
#define krealloc(p, size, gfp) kc_krealloc((p), (size), (gfp), KC_FROM())
#define kmemdup(from, size, gfp) kc_kmemdup((from), (size), (gfp), KC_FROM())
#define kmemdup_array(from, n, size, gfp) kc_kmemdup((from), size_mul((n), (size)), (gfp), KC_FROM())
#define kstrdup(s, gfp) kc_kstrdup((s), (gfp), KC_FROM())
#define kstrdup_const(s, gfp) kc_kstrdup((s), (gfp), KC_FROM())
#define kasprintf(gfp, format...) kc_kasprintf(KC_FROM(), (gfp), format)
#define kvasprintf(gfp, format, args) kc_kvasprintf(KC_FROM(), (gfp), (format), (args))
#define kvasprintf_const(gfp, format, args) kc_kvasprintf(KC_FROM(), (gfp), (format), (args))

/* One copy serves all CPUs, for one of them runs. */
#define __alloc_percpu(size, align) \
	((void __percpu *)((void)(align), kc_alloc_percpu((size), KC_FROM())))
#define __alloc_percpu_gfp(size, align, gfp) __alloc_percpu(size, align)
#define alloc_percpu(type) ((typeof(type) __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp) alloc_percpu(type)

#define kmem_cache_alloc(cache, gfp) kc_cache_alloc((cache), (gfp), KC_FROM())
#define kmem_cache_alloc_lru(cache, lru, gfp) ((void)(lru), kmem_cache_alloc(cache, gfp))
#define kmem_cache_alloc_node(cache, gfp, node) ((void)(node), kmem_cache_alloc(cache, gfp))
#define kmem_cache_zalloc(cache, gfp) kmem_cache_alloc(cache, (gfp) | __GFP_ZERO)
#define kmem_cache_alloc_bulk(cache, gfp, n, p) kc_cache_alloc_bulk((cache), (gfp), (n), (p), KC_FROM())

#undef __get_free_pages
#define __get_free_pages(gfp, order) \
	((unsigned long)kc_kmalloc(PAGE_SIZE << (order), (gfp), KC_FROM()))

#define _raw_spin_lock(lock) kc_spin_lock((lock), __func__, __FILE__, __LINE__)
#define _raw_spin_lock_bh(lock) kc_spin_lock((lock), __func__, __FILE__, __LINE__)
#define _raw_spin_lock_irq(lock) kc_spin_lock_irq((lock), __func__, __FILE__, __LINE__)
#define _raw_spin_lock_irqsave(lock) kc_spin_lock_irqsave((lock), __func__, __FILE__, __LINE__)
#define _raw_spin_unlock(lock) kc_spin_unlock((lock), __func__, __FILE__, __LINE__)
#define _raw_spin_unlock_bh(lock) kc_spin_unlock((lock), __func__, __FILE__, __LINE__)
#define _raw_spin_unlock_irq(lock) kc_spin_unlock_irq((lock), __func__, __FILE__, __LINE__)
#define _raw_spin_unlock_irqrestore(lock, flags) \
	kc_spin_unlock_irqrestore((lock), (flags), __func__, __FILE__, __LINE__)

#undef mutex_lock
#undef mutex_unlock
#define mutex_lock(lock) kc_mutex_lock((lock), __func__, __FILE__, __LINE__)
#define mutex_unlock(lock) kc_mutex_unlock((lock), __func__, __FILE__, __LINE__)
#endif
