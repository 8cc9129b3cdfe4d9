/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process that executes a capture tells the one that prints: structures over a pipe. The
 * former is sandboxed, may be taken over by what it executes, and is not believed.
 */
#ifndef REPLAY_REPORT_H
#define REPLAY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#define REPORT_COMMANDS_MAX 16u
#define REPORT_REASON_MAX   256u

enum report_kind {
	REPORT_FRAME = 1,
	REPORT_END,    /* the last one */
	REPORT_FAILED, /* the last one: it could not be executed, or not to its end */
};

struct report_frame {
	uint64_t number, time_ns;
	uint64_t sum, recorded;
	uint32_t surface, width, height;
	uint8_t has_picture;  /* 0: the present was not carried out */
	uint8_t has_recorded; /* the capture has a checksum */
	uint8_t has_pixels; /* width * height * 4 bytes follow: B, G, R and an unused byte, top row first */
};

struct report_command {
	uint16_t opcode;
	uint32_t n;
};

struct report_end {
	uint64_t messages;
	uint64_t replies; /* the host's messages that were compared with the capture's */
	uint64_t differ;  /* those that are not the same; by commands, as far as there is room: */
	uint32_t n_commands;
	struct report_command commands[REPORT_COMMANDS_MAX];
};

struct report {
	uint32_t kind; /* enum report_kind */

	union {
		struct report_frame frame;
		struct report_end end;
		char reason[REPORT_REASON_MAX];
	};
};

/* All bytes of a pipe's end. 0; -EPIPE when it ended before; or negative errno. */
int report_write(int fd, const void *bytes, uint64_t size);
int report_read(int fd, void *bytes, uint64_t size);

#endif
