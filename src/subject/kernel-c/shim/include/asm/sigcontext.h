/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KC_ASM_SIGCONTEXT_H
#define KC_ASM_SIGCONTEXT_H
struct sigcontext {
	int none;
};
#endif
