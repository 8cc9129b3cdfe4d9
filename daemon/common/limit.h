/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limits of a session: one table for the configuration, the API, orielctl and the processes
 * that keep them. The manual page oriel.conf(5) tells what happens at each.
 */
#ifndef ORIEL_LIMIT_H
#define ORIEL_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum limit_unit {
	LIMIT_COUNT,
	LIMIT_BYTES,
	LIMIT_SECONDS,
	LIMIT_MILLISECONDS,
};

/* Whether something is known of how much of it is used. */
enum limit_kind {
	LIMIT_PLAIN,
	LIMIT_USED,
};

/* id, name, unit, kind, default as it would stand in the configuration, least, most, help. */
/* clang-format off */
#define LIMITS(X) \
	X(CLIENTS, "clients", COUNT, USED, "64", 1, 64, \
		"guest connections") \
	X(HELLO_TIMEOUT, "hello_timeout", SECONDS, PLAIN, "10", 1, 3600, \
		"until a connection of this host must have said what it is") \
	X(CONTEXTS, "contexts", COUNT, USED, "256", 1, 1024, \
		"OpenGL contexts of all clients") \
	X(RESOURCES, "resources", COUNT, USED, "131072", 16, 1048576, \
		"buffers and textures") \
	X(RESOURCE_BYTES, "resource_bytes", BYTES, USED, "4G", 1ull << 20, 1ull << 40, \
		"all buffers and textures together") \
	X(RESOURCE_SIZE, "resource_size", BYTES, PLAIN, "1G", 1ull << 16, 1ull << 34, \
		"one buffer or texture") \
	X(OBJECTS, "objects", COUNT, USED, "1048576", 256, 16777216, \
		"shaders, states, views and queries") \
	X(SHADER_SIZE, "shader_size", BYTES, PLAIN, "1M", 1ull << 10, 1ull << 24, \
		"the text of one shader") \
	X(SHADER_BYTES, "shader_bytes", BYTES, USED, "256M", 1ull << 16, 1ull << 32, \
		"the texts of all shaders together") \
	X(COMMAND_RATE, "command_rate", BYTES, USED, "4G", 1ull << 16, 1ull << 40, \
		"commands and data received in a second") \
	X(COMMAND_TIMEOUT, "command_timeout", SECONDS, PLAIN, "60", 1, 3600, \
		"one command, with the shaders that are compiled for it") \
	X(PRESENT_RATE, "present_rate", COUNT, PLAIN, "10000", 1, 100000, \
		"frames that one client presents in a second") \
	X(FRAMES_AHEAD, "frames_ahead", COUNT, PLAIN, "3", 1, 1000, \
		"frames that a client may present ahead of that rate") \
	X(REFRESH_RATE, "refresh_rate", COUNT, PLAIN, "60", 1, 1000, \
		"refreshes of a display in a second, as swap intervals count them") \
	X(MEMORY, "memory", BYTES, USED, "12G", 1ull << 26, 1ull << 44, \
		"memory of its processes") \
	X(TASKS, "tasks", COUNT, USED, "256", 32, 32768, \
		"threads of its processes, where there is a cgroup") \
	X(CPU_WEIGHT, "cpu_weight", COUNT, PLAIN, "100", 1, 10000, \
		"its share of the CPUs against other sessions, where there is a cgroup") \
	X(VIEWERS, "viewers", COUNT, USED, "32", 1, 256, \
		"viewers") \
	X(FRAME_RATE, "frame_rate", COUNT, PLAIN, "60", 1, 240, \
		"frames that a viewer is sent in a second") \
	X(CAPTURES, "captures", COUNT, USED, "16", 1, 1024, \
		"captures of forwarded OpenGL that are kept") \
	X(CAPTURE_SIZE, "capture_size", BYTES, PLAIN, "256M", 1ull << 18, 1ull << 40, \
		"one such capture") \
	X(RETAIN_INTERVAL, "retain_interval", MILLISECONDS, PLAIN, "1000", 100, 60000, \
		"between two pictures kept while nobody looks")
/* clang-format on */

#define LIMIT_ID(id, name, unit, kind, fallback, min, max, help) LIMIT_##id,

enum limit_id { LIMITS(LIMIT_ID) LIMITS_N };

#undef LIMIT_ID

struct limit {
	const char *name;
	enum limit_unit unit;
	enum limit_kind kind;
	const char *fallback;
	uint64_t min, max;
	const char *help; /* a few words */
};

/* By enum limit_id. */
extern const struct limit limits[LIMITS_N];

/* A limit's id, or -1. */
int limit_find(const char *name);
/* A number in the limit's range; of bytes also with K, M, G or T behind it. */
bool limit_parse(const struct limit *limit, const char *text, uint64_t *ret_value);
/* The default. */
uint64_t limit_fallback(enum limit_id id);

#define LIMIT_TEXT_MAX 32u

/* The value as limit_parse takes it, for people: "4G", "1000". Returns text. */
const char *limit_format(const struct limit *limit, uint64_t value, char text[LIMIT_TEXT_MAX]);
/* "bytes", "seconds", ...; empty for a count. */
const char *limit_unit_word(const struct limit *limit);

#endif
