/* SPDX-License-Identifier: GPL-2.0-only */
/* WebAssembly has no addresses of instructions. */
#ifndef KC_LINUX_INSTRUCTION_POINTER_H
#define KC_LINUX_INSTRUCTION_POINTER_H
#define _RET_IP_ 0UL
#define _THIS_IP_ 0UL
#endif
