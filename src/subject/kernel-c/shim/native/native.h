/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program around the kernel on a host: a server that forks a process for each world. Compiled with
 * the host's headers and without the sanitizer. All numbers between the two sides are 32 bits.
 */
#ifndef KC_NATIVE_H
#define KC_NATIVE_H

typedef unsigned int word;

/* Of the sanitizer, whose headers are in another package than its library. */
int __asan_address_is_poisoned(const volatile void *addr);
void __asan_get_shadow_mapping(unsigned long *scale, unsigned long *offset);
void *__asan_get_report_address(void);
void *__asan_get_report_pc(void);
void *__asan_get_report_bp(void);
unsigned long __asan_get_report_access_size(void);

/* What is asked: the operation, the number of words that follow, and those. */
enum kc_request {
	KC_ASK_MISSING,		/* an environment; answered with the address of a text */
	KC_ASK_START,		/* milliseconds that a request may take, an environment; a world begins */
	KC_ASK_STEPS,		/* steps, of which the last is shown */
	KC_ASK_ALL,		/* everything that can hold an address */
	KC_ASK_END,		/* the world ends */
};

/* How it went: the first number of an answer behind its length. */
enum kc_answer {
	KC_ANSWER_OK,
	KC_ANSWER_DEAD,		/* followed by the number of frames of the stack, and those */
	KC_ANSWER_HANGS,	/* it took too long; the same follows */
	KC_ANSWER_UNDEFINED,	/* where in the program, and the address of a text that says what */
	KC_ANSWER_LOST,		/* the process ended without a word; the number of its signal */
};

void kc_arena(void);			/* shadow.c: maps what the allocator takes memory from */
int kc_is_freed(unsigned int addr);
unsigned int kc_first_poisoned(unsigned int addr, unsigned int size);

void kc_watch_deaths(void);		/* death.c */

/* main.c: an answer, and the end of the process for all but KC_ANSWER_OK. */
void kc_answer_death(int how, const word *numbers, int count) __attribute__((noreturn));

/* undefined.c: ends the run when the step did something that C does not define. */
void kc_end_undefined(void);
/* Drops complaints that only follow from that, before they are shown. */
void kc_settle_undefined(void);

/* wire.c: numbers in and out of the two pipes. A side that is gone ends the process. */
void kc_get(word *words, unsigned int count);
void kc_put_word(word value);
void kc_put_range(const void *from, unsigned int bytes);
void kc_flush(void);

#endif
