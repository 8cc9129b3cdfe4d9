/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oriel_internal.h"
#include "util.h"

/*
 * Bytes of the character at `at` when it is printable and well-formed UTF-8 (RFC 3629, section 4),
 * else 0. A terminating zero ends every sequence early, so nothing is read past it.
 */
static size_t character(const uint8_t *at)
{
	static const struct {
		uint8_t first, last, low, high, more;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 1 },
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

void oriel_clean_text(char *text)
{
	uint8_t *at = (uint8_t *)text;

	while (*at != 0) {
		size_t n = character(at);
		if (n == 0)
			*at = '?';
		at += n > 0 ? n : 1;
	}
}
