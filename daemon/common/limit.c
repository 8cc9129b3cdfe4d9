/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ipc_limits.h"

_Static_assert(LIMITS_N <= IPC_LIMITS_MAX, "a message holds one value for each limit");

#define LIMIT_ROW(id, name, unit, kind, fallback, min, max, help) \
	[LIMIT_##id] = { name, LIMIT_##unit, LIMIT_##kind, fallback, min, max, help },
const struct limit limits[LIMITS_N] = { LIMITS(LIMIT_ROW) };
#undef LIMIT_ROW

static const char suffixes[] = "KMGT";

int limit_find(const char *name)
{
	for (int i = 0; i < LIMITS_N; i++) {
		if (strcmp(limits[i].name, name) == 0)
			return i;
	}
	return -1;
}

bool limit_parse(const struct limit *limit, const char *text, uint64_t *ret_value)
{
	size_t digits = strspn(text, "0123456789");
	const char *suffix = text + digits;
	uint64_t value = 0;
	unsigned shift = 0;

	if (digits == 0 || digits > 15)
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	if (*suffix) {
		const char *at = strchr(suffixes, *suffix);
		if (!at || suffix[1] || limit->unit != LIMIT_BYTES)
			return false;
		shift = 10 * (unsigned)(at - suffixes + 1);
	}
	/* 15 digits have 50 bits: compared before they are shifted. */
	if (value > limit->max >> shift || value << shift < limit->min)
		return false;
	*ret_value = value << shift;
	return true;
}

uint64_t limit_fallback(enum limit_id id)
{
	uint64_t value = limits[id].max;

	limit_parse(&limits[id], limits[id].fallback, &value);
	return value;
}

const char *limit_format(const struct limit *limit, uint64_t value, char text[LIMIT_TEXT_MAX])
{
	int power = -1;

	while (limit->unit == LIMIT_BYTES && value > 0 && value % 1024 == 0 && suffixes[power + 1]) {
		value /= 1024;
		power++;
	}
	snprintf(text, LIMIT_TEXT_MAX, "%" PRIu64 "%.1s", value, power < 0 ? "" : &suffixes[power]);
	return text;
}

const char *limit_unit_word(const struct limit *limit)
{
	static const char *const words[] = {
		[LIMIT_COUNT] = "",
		[LIMIT_BYTES] = "bytes",
		[LIMIT_SECONDS] = "seconds",
		[LIMIT_MILLISECONDS] = "milliseconds",
	};

	return words[limit->unit];
}
