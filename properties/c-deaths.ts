// SPDX-License-Identifier: GPL-2.0-only
/** C of ours that kills a kernel, to be put into a function of one that has `dev` and `index`. */

/** Functions in front of the one that dies. */
export const BEFORE: string = `
static __always_inline int msicheck_reads(volatile char *p) { return *p; }
static void *msicheck_inner(void) { return kmalloc(24, GFP_KERNEL); }
static int msicheck_deep(struct device *dev, int i) {
  return dev ? msicheck_deep(dev, i + 1) * 3 + msicheck_deep(dev, i + 2) : i;
}
static void msicheck_outer(void) {
  msicheck_inner();
}
`;

/** What kills a kernel in its own way, by the index that is asked for. */
export const DEATHS: string = `
  switch (index) {
  case 1: return *(volatile int *)8;
  case 2: { char *p = kmalloc(8, GFP_KERNEL); kfree(p); return *(volatile char *)p; }
  case 3: { char *p = kmalloc(8, GFP_KERNEL); return ((volatile char *)p)[8]; }
  case 4: { char *p = kmalloc(8, GFP_KERNEL); kfree(p); kfree(p); return 0; }
  case 5: BUG(); return 0;
  case 6: { static DEFINE_MUTEX(twice); mutex_lock(&twice); mutex_lock(&twice); return 0; }
  case 7: { char *p = kmalloc(8, GFP_KERNEL); kfree(p); memset(p, 1, 8); return 0; }
  case 8: { char *p = kmalloc(8, GFP_KERNEL), q[16]; memcpy(q, p, 12); return q[11]; }
  case 9: return *(volatile int *)(0x6b6b6b6bul << (sizeof(long) * 8 - 32) | 0x6b6b6b6bul);
  case 10: for (;;) kfree(kmalloc(0, GFP_KERNEL));
  case 11: for (;;) barrier();
  case 12: { static volatile int four[4]; volatile int *p = four; return p[5]; }
  case 13: { volatile char eight[8] = {}; volatile char *p = eight; OPTIMIZER_HIDE_VAR(index); return p[index - 4]; }
  case 14: { static volatile struct { int four[4], more[40]; } both; return both.four[index]; }
  case 15: { volatile int zero = index - 15; return 10 / zero; }
  case 16: __builtin_unreachable();
  case 17: { bool odd; *(char *)&odd = 2 * index; return *(volatile bool *)&odd ? 3 : 4; }
  case 20: return msicheck_reads((void *)16);
  case 21: msicheck_outer(); return 0;
  case 22: WARN_ON(index); WARN_ON(index); return 0;
  case 23: { static DEFINE_MUTEX(unheld); lockdep_assert_held(&unheld); return 0; }
  case 24: return msicheck_deep(dev, 1);
  case 25: __builtin_trap();
#ifndef __wasm__
  case 18: { extern void _exit(int status); _exit(3); }
  case 19: { extern int raise(int signal); raise(9); return 0; }
#endif
  }
`;
