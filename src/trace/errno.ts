// SPDX-License-Identifier: GPL-2.0-only
/**
 * Error numbers as the kernel returns them: negative numbers, never exceptions.
 *
 * Source: include/uapi/asm-generic/errno-base.h, errno.h and include/linux/errno.h (6.12).
 */

/** `Errno.ENOSPC` is what the kernel writes as `-ENOSPC`. */
export const Errno = {
  EPERM: -1,
  ENOENT: -2,
  EIO: -5,
  ENOMEM: -12,
  EBUSY: -16,
  EEXIST: -17,
  ENODEV: -19,
  EINVAL: -22,
  ENOSPC: -28,
  ERANGE: -34,
  ENOSYS: -38,
  ENOTSUPP: -524,
  ENOTCONN: -107,
} as const;

const names = new Map<number, string>(Object.entries(Errno).map(([name, value]) => [value, name]));
const values = new Map<string, number>(
  Object.entries(Errno).map(([name, value]) => [`-${name}`, value]),
);

/** Writes a return value the way a kernel developer reads it: `0`, `3`, `-ENOMEM`. */
export function formatErrno(ret: number): string {
  const name = names.get(ret);
  return name === undefined ? String(ret) : `-${name}`;
}

/** The inverse of `formatErrno`; `undefined` for text that is neither a number nor a known name. */
export function parseErrno(text: string): number | undefined {
  const known = values.get(text);
  if (known !== undefined) return known;
  return /^-?\d{1,9}$/u.test(text) ? Number(text) : undefined;
}
