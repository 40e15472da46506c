/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asks for memory or a lock: the targets of the macros in kc_post.h. */
#ifndef KC_FROM_H
#define KC_FROM_H
#include <linux/types.h>
#include <linux/spinlock_types.h>
#include <linux/stdarg.h>

/* The kernel function that asks, and its site; filled at the first request. */
struct kc_from {
	const char *fn;
	int site;
};
void kc_from(struct kc_from *from, const char *fn);

struct kmem_cache;
struct mutex;

void *kc_kmalloc(size_t size, gfp_t gfp, const struct kc_from *from);
void *kc_kcalloc(size_t n, size_t size, gfp_t gfp, const struct kc_from *from);
void *kc_alloc_percpu(size_t size, const struct kc_from *from);
void *kc_krealloc(const void *p, size_t size, gfp_t gfp, const struct kc_from *from);
void *kc_kmemdup(const void *src, size_t size, gfp_t gfp, const struct kc_from *from);
char *kc_kstrdup(const char *s, gfp_t gfp, const struct kc_from *from);
char *kc_kasprintf(const struct kc_from *from, gfp_t gfp, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
char *kc_kvasprintf(const struct kc_from *from, gfp_t gfp, const char *format, va_list args);
void *kc_cache_alloc(struct kmem_cache *cache, gfp_t gfp, const struct kc_from *from);
int kc_cache_alloc_bulk(struct kmem_cache *cache, gfp_t gfp, size_t n, void **p,
			const struct kc_from *from);

void kc_mutex_lock(struct mutex *lock, const char *fn, const char *file, int line);
void kc_mutex_unlock(struct mutex *lock, const char *fn, const char *file, int line);

void kc_spin_lock(raw_spinlock_t *lock, const char *fn, const char *file, int line);
void kc_spin_lock_irq(raw_spinlock_t *lock, const char *fn, const char *file, int line);
unsigned long kc_spin_lock_irqsave(raw_spinlock_t *lock, const char *fn, const char *file, int line);
void kc_spin_unlock(raw_spinlock_t *lock, const char *fn, const char *file, int line);
void kc_spin_unlock_irq(raw_spinlock_t *lock, const char *fn, const char *file, int line);
void kc_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags, const char *fn,
			       const char *file, int line);

#endif
