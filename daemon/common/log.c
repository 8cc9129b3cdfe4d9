/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define LOG_LINE_MAX  2048
#define LIMIT_BURST   10u
#define LIMIT_EACH_MS 1000u

static struct {
	enum log_level max;
	bool prefix;
} log_state = { .max = LOG_LEVEL_INFO };

static const struct {
	enum log_level level;
	const char *word;
} levels[] = {
	{ LOG_LEVEL_ERROR, "error" },
	{ LOG_LEVEL_WARNING, "warning" },
	{ LOG_LEVEL_INFO, "info" },
	{ LOG_LEVEL_DEBUG, "debug" },
};

void log_init(enum log_level max, bool prefix)
{
	log_state.max = max;
	log_state.prefix = prefix;
}

enum log_level log_level_max(void)
{
	return log_state.max;
}

int log_level_parse(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (strcmp(levels[i].word, word) == 0)
			return (int)levels[i].level;
	}
	return -1;
}

const char *log_level_word(enum log_level level)
{
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (levels[i].level == level)
			return levels[i].word;
	}
	return "log";
}

void log_write(enum log_level level, const char *format, ...)
{
	char line[LOG_LINE_MAX];
	size_t at, end;
	va_list args;
	int n;

	if (level > log_state.max)
		return;
	if (log_state.prefix)
		n = snprintf(line, sizeof(line), "<%d>", (int)level);
	else
		n = snprintf(line, sizeof(line), "%s: ", log_level_word(level));
	at = (size_t)n;
	va_start(args, format);
	n = vsnprintf(line + at, sizeof(line) - at - 1, format, args);
	va_end(args);
	end = at + (n < 0 ? 0 : (size_t)n);
	if (end > sizeof(line) - 2)
		end = sizeof(line) - 2;
	for (size_t i = at; i < end; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = '?';
	}
	line[end] = '\n';
	/* A log that cannot be written has no place to be complained of. */
	(void)!write(STDERR_FILENO, line, end + 1);
}

bool log_allowed(struct log_limit *limit)
{
	uint64_t now = clock_ms();
	uint64_t refill = (now - limit->refilled_ms) / LIMIT_EACH_MS;

	if (refill > 0) {
		limit->spent = refill >= limit->spent ? 0 : limit->spent - (uint32_t)refill;
		limit->refilled_ms = now;
	}
	if (limit->spent >= LIMIT_BURST) {
		limit->left_out++;
		return false;
	}
	limit->spent++;
	if (limit->left_out > 0) {
		log_warning("%u similar lines were left out", limit->left_out);
		limit->left_out = 0;
	}
	return true;
}
