/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logging. Every line goes to stderr in one write. With `prefix` set by log_init a line starts with
 * the level as <N> (sd-daemon(3)), as children of orield and services under systemd write it; else
 * with the level as a word. A line never holds control characters of a guest's making: each becomes '?'.
 *
 *	log_error()    something was lost, or an operator must act
 *	log_warning()  something is wrong and Oriel goes on
 *	log_info()     what an operator wants to see in a quiet week
 *	log_debug()    what a developer wants to see
 *
 * Where a guest, a viewer or an API client can cause a line, use log_limited() with a struct log_limit
 * that belongs to that peer: ten lines, then one a second, and a count of those left out.
 */
#ifndef ORIEL_LOG_H
#define ORIEL_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR = 3, /* the numbers of syslog(3) */
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

struct log_limit {
	uint64_t refilled_ms;
	uint32_t spent;
	uint32_t left_out;
};

/* Lines above `max` are dropped. `prefix`: write <N> instead of words. */
void log_init(enum log_level max, bool prefix);
/* The level given to log_init. */
enum log_level log_level_max(void);
/* The word of a level. */
const char *log_level_word(enum log_level level);
/* The level of a word (error, warning, info, debug), or -1. */
int log_level_parse(const char *word);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* False when a line of this limit must be left out. Zero-initialised is fresh. */
bool log_allowed(struct log_limit *limit);

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_limited(limit, level, ...)                                \
	do {                                                          \
		if ((level) <= log_level_max() && log_allowed(limit)) \
			log_write(level, __VA_ARGS__);                \
	} while (0)

#endif
