// SPDX-License-Identifier: GPL-2.0-only
/* Formatting, as far as names need it: %s %d %i %u %x %c %p %pa %pfw and %% with flags, widths and precisions. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/ctype.h>
#include <linux/fwnode.h>
#include <linux/device.h>
#include <linux/stdarg.h>
#include "kc_report.h"

struct out {
	char *buf;
	size_t size, used;
};

/* One conversion: how it is to look. */
struct spec {
	bool left, zero, alternative;
	int width, precision;	/* -1: none */
	int longs;
};

static void kc_put(struct out *out, char c)
{
	if (out->used < out->size)
		out->buf[out->used] = c;
	out->used++;
}

static void kc_put_text(struct out *out, const struct spec *spec, const char *s)
{
	int length = 0, i;

	/* Byte by byte, so that a bad string is seen as the kernel sees it. */
	while ((spec->precision < 0 || length < spec->precision) && s[length])
		length++;
	for (i = length; !spec->left && i < spec->width; i++)
		kc_put(out, ' ');
	for (i = 0; i < length; i++)
		kc_put(out, s[i]);
	for (i = length; spec->left && i < spec->width; i++)
		kc_put(out, ' ');
}

static void kc_put_number(struct out *out, const struct spec *spec, unsigned long long value, int base,
		       bool negative)
{
	char digits[24];
	int n = 0, total, i;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	total = (n > spec->precision ? n : spec->precision) + negative +
		(spec->alternative && base == 16 ? 2 : 0);
	for (i = total; !spec->left && !spec->zero && i < spec->width; i++)
		kc_put(out, ' ');
	if (negative)
		kc_put(out, '-');
	if (spec->alternative && base == 16) {
		kc_put(out, '0');
		kc_put(out, 'x');
	}
	for (i = total; !spec->left && spec->zero && i < spec->width; i++)
		kc_put(out, '0');
	for (i = n; i < spec->precision; i++)
		kc_put(out, '0');
	while (n)
		kc_put(out, digits[--n]);
	for (i = total; spec->left && i < spec->width; i++)
		kc_put(out, ' ');
}

/* %pfw: the path of a firmware node; that of a node without parents is its name. */
static void kc_put_fwnode(struct out *out, const struct spec *spec, const struct fwnode_handle *fwnode)
{
	const char *name = NULL;

	if (fwnode && fwnode->ops && fwnode->ops->get_name)
		name = fwnode->ops->get_name(fwnode);
	kc_put_text(out, spec, name ? name : "");
}

/* A pointer and what follows its p; returns the end of the conversion. */
static const char *kc_put_pointer(struct out *out, struct spec *spec, const char *format, const void *p)
{
	if (format[0] == 'f' && format[1] == 'w') {
		kc_put_fwnode(out, spec, p);
		return format + 2;
	}
	if (format[0] == 'a') {
		spec->alternative = true;
		spec->zero = true;
		spec->width = 2 + 2 * sizeof(phys_addr_t);
		kc_put_number(out, spec, *(const phys_addr_t *)p, 16, false);
		return format + (format[1] == 'p' || format[1] == 'd' ? 2 : 1);
	}
	kc_put_number(out, spec, (unsigned long)p, 16, false);
	while (isalnum(*format))
		format++;
	return format;
}

static const char *kc_parse_flags(const char *format, struct spec *spec)
{
	*spec = (struct spec){ .precision = -1 };
	for (;; format++) {
		if (*format == '-')
			spec->left = true;
		else if (*format == '0')
			spec->zero = true;
		else if (*format == '#')
			spec->alternative = true;
		else if (*format != ' ' && *format != '+')
			return format;
	}
}

static unsigned long long kc_next_number(struct spec *spec, va_list *args, bool is_signed)
{
	if (spec->longs >= 2)
		return va_arg(*args, unsigned long long);
	if (spec->longs == 1)
		return is_signed ? (unsigned long long)va_arg(*args, long) : va_arg(*args, unsigned long);
	return is_signed ? (unsigned long long)va_arg(*args, int) : va_arg(*args, unsigned int);
}

static void kc_put_integer(struct out *out, struct spec *spec, char type, va_list *args)
{
	bool is_signed = type == 'd' || type == 'i';
	unsigned long long value = kc_next_number(spec, args, is_signed);
	bool negative = is_signed && (long long)value < 0;

	kc_put_number(out, spec, negative ? -value : value, type == 'x' || type == 'X' ? 16 : 10, negative);
}

static const char *kc_parse_size(const char *format, struct spec *spec, va_list *args)
{
	if (*format == '*') {
		spec->width = va_arg(*args, int);
		format++;
	}
	while (isdigit(*format))
		spec->width = spec->width * 10 + *format++ - '0';
	if (*format == '.') {
		spec->precision = 0;
		if (*++format == '*') {
			spec->precision = va_arg(*args, int);
			format++;
		}
		while (isdigit(*format))
			spec->precision = spec->precision * 10 + *format++ - '0';
	}
	for (; *format == 'l' || *format == 'h' || *format == 'z'; format++)
		spec->longs += *format == 'l' || *format == 'z';
	return format;
}

/* format is behind a %; returns the end of the conversion. */
static const char *kc_convert(struct out *out, const char *format, va_list *args)
{
	struct spec spec;
	const char *s;

	format = kc_parse_size(kc_parse_flags(format, &spec), &spec, args);
	switch (*format) {
	case 's':
		s = va_arg(*args, const char *);
		kc_put_text(out, &spec, s ? s : "(null)");
		return format + 1;
	case 'c':
		kc_put(out, va_arg(*args, int));
		return format + 1;
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
		kc_put_integer(out, &spec, *format, args);
		return format + 1;
	case 'p':
		return kc_put_pointer(out, &spec, format + 1, va_arg(*args, const void *));
	default:
		kc_put(out, *format);
		return *format ? format + 1 : format;
	}
}

int vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	struct out out = { .buf = buf, .size = size };
	va_list rest;

	va_copy(rest, args);
	while (*format) {
		if (*format == '%')
			format = kc_convert(&out, format + 1, &rest);
		else
			kc_put(&out, *format++);
	}
	va_end(rest);
	if (size)
		buf[out.used < size ? out.used : size - 1] = '\0';
	return out.used;
}

int snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buf, size, format, args);
	va_end(args);
	return length;
}

int scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buf, size, format, args);
	va_end(args);
	return length < (int)size ? length : (int)size - (size > 0);
}

int sprintf(char *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buf, 0x7fffffff, format, args);
	va_end(args);
	return length;
}

int sysfs_emit(char *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buf, PAGE_SIZE, format, args);
	va_end(args);
	return length;
}
