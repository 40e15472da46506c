/* SPDX-License-Identifier: GPL-2.0-only */
/* Comes before every header of the kernel. */
#ifndef KC_PRE_H
#define KC_PRE_H
#define __builtin_return_address(level) ((void *)0)
#define __builtin_frame_address(level) ((void *)0)
#endif
