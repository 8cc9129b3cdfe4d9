/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Bytes that follow the first one of a character, or -1 when it cannot be a first byte. */
static int tail_length(uint8_t first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	if (first >= 0xf0 && first <= 0xf4)
		return 3;
	return -1;
}

/* The second byte's range shuts out overlong forms, surrogates and what is above U+10FFFF. */
static bool second_allowed(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xc2: /* U+0080 to U+009F are control characters */
		return second >= 0xa0 && second <= 0xbf;
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return second >= 0x80 && second <= 0xbf;
	}
}

/* Length of the character at `at`, or 0 when it has no place in a text. */
static size_t character_length(const uint8_t *at)
{
	int tail = tail_length(at[0]);

	if (tail < 0 || at[0] < ' ' || at[0] == 127)
		return 0;
	if (tail > 0 && !second_allowed(at[0], at[1]))
		return 0;
	for (int i = 2; i <= tail; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return (size_t)tail + 1;
}

void text_clean(char *text)
{
	uint8_t *at = (uint8_t *)text;

	while (*at) {
		size_t length = character_length(at);
		if (length == 0)
			*at = '?';
		at += length > 0 ? length : 1;
	}
}

bool text_is_clean(const char *text)
{
	const uint8_t *at = (const uint8_t *)text;

	while (*at) {
		size_t length = character_length(at);
		if (length == 0)
			return false;
		at += length;
	}
	return true;
}

void text_copy(char *ret_text, size_t size, const char *text)
{
	size_t length = strlen(text);

	if (length >= size) {
		length = size - 1;
		while (length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80)
			length--;
	}
	memmove(ret_text, text, length);
	ret_text[length] = '\0';
}

void text_format(char *ret_text, size_t size, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_copy(ret_text, size, text);
}
