// SPDX-License-Identifier: GPL-2.0-only
/* Numbers from standard input and to standard output. Calls the system itself: the sanitizer would look at what is sent. */
#include <sys/syscall.h>
#include <unistd.h>
#include "native.h"

static word out[16384];
static unsigned int out_end;

/* Takes no more from the pipe than was asked for: the next reader may be another process. */
void kc_get(word *words, unsigned int count)
{
	unsigned int bytes = count * sizeof(word), got = 0;

	while (got < bytes) {
		long n = syscall(SYS_read, 0, (char *)words + got, bytes - got);

		if (n <= 0)
			_exit(0);
		got += n;
	}
}

void kc_flush(void)
{
	unsigned int bytes = out_end * sizeof(word), done = 0;

	while (done < bytes) {
		long n = syscall(SYS_write, 1, (char *)out + done, bytes - done);

		if (n <= 0)
			_exit(0);
		done += n;
	}
	out_end = 0;
}

void kc_put_word(word value)
{
	if (out_end == sizeof(out) / sizeof(out[0]))
		kc_flush();
	out[out_end++] = value;
}

void kc_put_range(const void *from, unsigned int bytes)
{
	const word *words = from;
	unsigned int i;

	for (i = 0; i < bytes / sizeof(word); i++)
		kc_put_word(words[i]);
}
