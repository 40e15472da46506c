// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel does not survive: the shims' own complaints, reports of AddressSanitizer, and signals. The
 * stack is walked by frame pointers; whose
 * functions the frames are, the other side knows.
 */
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>
#include "../kc.h"
#include "../kc_memory.h"
#include "native.h"

#define NULL_PAGE 4096ul
#define MAX_FRAMES 48
/* A frame is not larger than this, and above the one that it calls. */
#define MAX_FRAME (1ul << 20)

static char stack_of_signals[65536];

const char *__asan_default_options(void)
{
	return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:handle_abort=0:"
	       "use_sigaltstack=0:detect_stack_use_after_return=0:allocator_may_return_null=1";
}

static void die(int how, unsigned long pc, unsigned long bp)
{
	word frames[MAX_FRAMES];
	int count = 0;

	frames[count++] = pc >> 32 ? 0 : pc;
	while (count < MAX_FRAMES && bp && !(bp & 7)) {
		const unsigned long *frame = (const unsigned long *)bp;

		/* The call, not what comes behind it; a report has its own frame, which leads back to where it was. */
		frames[count] = frame[1] >> 32 ? 0 : frame[1] - 1;
		if (count > 1 || frames[1] != frames[0])
			count++;
		if (frame[0] <= bp || frame[0] - bp > MAX_FRAME)
			break;
		bp = frame[0];
	}
	kc_answer_death(how, frames, count);
}

void kc_die(void)
{
	die(KC_ANSWER_DEAD, (unsigned long)kc_die, (unsigned long)__builtin_frame_address(0));
	__builtin_unreachable();
}

static void bad_access(unsigned long addr)
{
	int kind = addr < NULL_PAGE ? KC_NULL : KC_WILD;

	if (!(addr >> 32) && kc_is_freed(addr))
		kind = KC_USE_AFTER_FREE;
	kc_splat(kind, 0, 0, 0, addr >> 32 ? ~0u : addr);
}

/* Called instead of the report, which takes its time and is for people. */
void __asan_on_error(void)
{
	unsigned long addr = (unsigned long)__asan_get_report_address();
	unsigned long size = __asan_get_report_access_size();

	bad_access(addr >> 32 ? addr : kc_first_poisoned(addr, size));
	/* The call of the report, which does not come back. */
	die(KC_ANSWER_DEAD, (unsigned long)__asan_get_report_pc() - 1, (unsigned long)__asan_get_report_bp());
}

#if defined(__x86_64__)
#define PC(context) ((unsigned long)(context)->uc_mcontext.gregs[REG_RIP])
#define BP(context) ((unsigned long)(context)->uc_mcontext.gregs[REG_RBP])
#define SP(context) ((unsigned long)(context)->uc_mcontext.gregs[REG_RSP])
#elif defined(__aarch64__)
#define PC(context) ((unsigned long)(context)->uc_mcontext.pc)
#define BP(context) ((unsigned long)(context)->uc_mcontext.regs[29])
#define SP(context) ((unsigned long)(context)->uc_mcontext.sp)
#else
#error "the native backend knows x86-64 and arm64"
#endif

/* A shadow that is not there is that of an address that is none. */
static unsigned long accessed(const siginfo_t *info)
{
	return info->si_code <= 0 || info->si_code == SI_KERNEL ? ~0ul : (unsigned long)info->si_addr;
}

static void on_signal(int number, siginfo_t *info, void *data)
{
	const ucontext_t *context = data;
	unsigned long pc = PC(context);

	switch (number) {
	case SIGVTALRM:
	case SIGALRM:
		die(KC_ANSWER_HANGS, pc, BP(context));
		return;
	case SIGILL:
	case SIGFPE:
		/* It may have been announced. */
		kc_end_undefined();
		kc_splat(KC_BUG, 0, 0, 0, 0);
		break;
	default:
		bad_access(accessed(info));
	}
	/* A call to nowhere: who called is on the stack. */
	if (pc < NULL_PAGE || pc >> 32)
		pc = *(const unsigned long *)SP(context) - 1;
	die(KC_ANSWER_DEAD, pc, BP(context));
}

void kc_watch_deaths(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGVTALRM, SIGALRM };
	stack_t stack = { .ss_sp = stack_of_signals, .ss_size = sizeof(stack_of_signals) };
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	unsigned int i;

	sigaltstack(&stack, NULL);
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
}
