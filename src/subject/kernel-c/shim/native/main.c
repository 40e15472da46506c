// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests and answers. The server never runs a step: it forks a process for each world, which reads on
 * in its place, and waits for its end. What a world writes over, or dies of, is gone with its process.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kc.h"
#include "../kc_memory.h"
#include "native.h"

/* In the order of memory.ts. */
enum { PLACES = 17, ENV = 0, CALL, FAULTS, FAULT, RET, VIRQ };
/* struct kc_call and struct kc_fault. */
enum { CALL_WORDS = 22, FAULT_WORDS = 5, MAX_ENV = 256 };
#define MAGIC 0x6b636e31u	/* kcn1 */

void *kc_address(int which);
int kc_domids(void);
const char *kc_missing(void);
void kc_boot(void);
void kc_step(void);
int kc_dump(void);

extern char __data_start, _end;

/* Ranges of memory of an answer. */
static struct {
	const void *from;
	unsigned int bytes;
} ranges[16];
static int range_count;

static void range(const void *from, const void *end)
{
	ranges[range_count].from = from;
	ranges[range_count++].bytes = ((const char *)end - (const char *)from + 3) & ~3u;
}

/* The length in bytes, the outcome, its numbers, and the ranges: how many, where, and what is there. */
static void answer(int how, const word *numbers, unsigned int count)
{
	unsigned int words = 3 + count, i;

	for (i = 0; i < range_count; i++)
		words += 2 + ranges[i].bytes / sizeof(word);
	kc_put_word(words * sizeof(word));
	kc_put_word(how);
	kc_put_word(count);
	kc_put_range(numbers, count * sizeof(word));
	kc_put_word(range_count);
	for (i = 0; i < range_count; i++) {
		kc_put_word(KC_ADDRESS(ranges[i].from));
		kc_put_word(ranges[i].bytes);
	}
	for (i = 0; i < range_count; i++)
		kc_put_range(ranges[i].from, ranges[i].bytes);
	kc_flush();
	range_count = 0;
}

static int least(int count, int most)
{
	return count < most ? count : most;
}

static void range_log(void)
{
	range(&kc_log, kc_log.splat);
	range(kc_log.splat, kc_log.splat + least(kc_log.splats, KC_MAX_SPLATS));
	range(kc_log.fire, kc_log.fire + least(kc_log.fired, KC_MAX_FIRED));
	range(kc_log.callback, kc_log.callback + least(kc_log.callbacks, KC_MAX_CALLBACKS));
	range(&kc_heap_top, &kc_heap_top + 1);
	range(&kc_object_count, &kc_object_count + 1);
	/* What a complaint is about is looked up there, and what there is after boot. */
	if (kc_log.splats || !kc_now)
		range(kc_objects, kc_objects + kc_object_count);
}

void kc_answer_death(int how, const word *numbers, int count)
{
	kc_settle_undefined();
	range_log();
	answer(how, numbers, count);
	_exit(1);
}

/* Processor time, so that a busy machine ends nobody; time on the wall where none is used. */
static void limit(unsigned int ms)
{
	struct itimerval busy = { .it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 } };
	struct itimerval idle = { .it_value = { .tv_sec = ms / 1000 * 10 + (ms ? 10 : 0) } };

	setitimer(ITIMER_VIRTUAL, &busy, NULL);
	setitimer(ITIMER_REAL, &idle, NULL);
}

static void show(void)
{
	word used = kc_dump();
	const char *words = (const char *)(unsigned long)KC_WORDS;
	unsigned int room = (KC_TABLE - KC_WORDS) / sizeof(word);

	limit(0);
	range_log();
	range(kc_address(RET), (int *)kc_address(RET) + 1);
	range(kc_address(VIRQ), (int *)kc_address(VIRQ) + 1);
	range(words, words + (used < room ? used : room) * sizeof(word));
	answer(KC_ANSWER_OK, &used, 1);
}

static void show_all(void)
{
	range(&__data_start, &kc_log);
	range(&kc_log + 1, &_end);
	range((const void *)(unsigned long)KC_HEAP, (const void *)(unsigned long)kc_heap_top);
	range(kc_objects, kc_objects + kc_object_count);
	answer(KC_ANSWER_OK, NULL, 0);
}

static void run_steps(word words)
{
	while (words > 0) {
		word faults;

		kc_get(kc_address(CALL), CALL_WORDS);
		kc_get(&faults, 1);
		if (faults > KC_MAX_FAULTS)
			_exit(2);
		*(word *)kc_address(FAULTS) = faults;
		kc_get(kc_address(FAULT), faults * FAULT_WORDS);
		words -= CALL_WORDS + 1 + faults * FAULT_WORDS;
		kc_step();
		kc_end_undefined();
	}
}

/* Reads what follows, until the world ends. */
static void live(word ms)
{
	word request[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	kc_watch_deaths();
	limit(ms);
	kc_boot();
	kc_end_undefined();
	show();
	for (;;) {
		kc_get(request, 2);
		switch (request[0]) {
		case KC_ASK_STEPS:
			limit(ms);
			run_steps(request[1]);
			show();
			break;
		case KC_ASK_ALL:
			show_all();
			break;
		case KC_ASK_END:
			_exit(0);
		default:
			_exit(2);
		}
	}
}

static void start(word words)
{
	word ms, signal;
	int status = 0;
	pid_t world;

	kc_get(&ms, 1);
	kc_get(kc_address(ENV), words - 1);
	world = fork();
	if (world == 0)
		live(ms);
	if (world > 0)
		while (waitpid(world, &status, 0) < 0)
			;
	if (world > 0 && WIFEXITED(status) && WEXITSTATUS(status) < 2)
		return;
	signal = world < 0 || WIFEXITED(status) ? 0 : WTERMSIG(status);
	answer(KC_ANSWER_LOST, &signal, 1);
}

static void greet(void)
{
	word numbers[PLACES + 4] = { MAGIC, kc_domids(), KC_ADDRESS(&__data_start), KC_ADDRESS(&_end) };
	int i;

	for (i = 0; i < PLACES; i++)
		numbers[4 + i] = KC_ADDRESS(kc_address(i));
	answer(KC_ANSWER_OK, numbers, PLACES + 4);
}

int main(void)
{
	word request[2];

	greet();
	for (;;) {
		kc_get(request, 2);
		if (request[1] > MAX_ENV)
			return 2;
		if (request[0] == KC_ASK_START) {
			start(request[1]);
		} else if (request[0] == KC_ASK_MISSING) {
			word text;

			kc_get(kc_address(ENV), request[1]);
			text = KC_ADDRESS(kc_missing());
			answer(KC_ANSWER_OK, &text, 1);
		} else {
			return 2;
		}
	}
}
