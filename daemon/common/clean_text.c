/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clean_text.h"

#include <stdbool.h>
#include <stdint.h>

#include "util.h"

/* Bytes of a well-formed character (RFC 3629, section 4) that is no control character of ASCII, else 0. */
static size_t length_of(const uint8_t *at)
{
	static const struct {
		uint8_t first, last, low, high, more;
	} forms[] = {
		{ 0xc2, 0xc2, 0xa0, 0xbf, 1 }, /* without the control characters U+0080 to U+009F */
		{ 0xc3, 0xdf, 0x80, 0xbf, 1 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 2 },
		{ 0xe1, 0xec, 0x80, 0xbf, 2 },
		{ 0xed, 0xed, 0x80, 0x9f, 2 },
		{ 0xee, 0xef, 0x80, 0xbf, 2 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 3 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 3 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 3 },
	};

	if (at[0] >= ' ' && at[0] < 127)
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (at[0] < forms[i].first || at[0] > forms[i].last)
			continue;
		if (at[1] < forms[i].low || at[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k <= forms[i].more; k++) {
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		}
		return 1 + (size_t)forms[i].more;
	}
	return 0;
}

/* Marks, embeddings and isolates of direction, and separators of lines and paragraphs. */
static bool turns(const uint8_t *at)
{
	if (at[0] == 0xd8)
		return at[1] == 0x9c; /* U+061C */
	if (at[0] != 0xe2)
		return false;
	if (at[1] == 0x80) /* U+200E, U+200F, U+2028 to U+202E */
		return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae);
	return at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9; /* U+2066 to U+2069 */
}

size_t clean_character(const char *at)
{
	const uint8_t *bytes = (const uint8_t *)at;
	const size_t length = length_of(bytes);

	return length > 1 && turns(bytes) ? 0 : length;
}

void clean_text(char *text)
{
	while (*text) {
		const size_t n = clean_character(text);

		if (n == 0)
			*text = '?';
		text += n > 0 ? n : 1;
	}
}
