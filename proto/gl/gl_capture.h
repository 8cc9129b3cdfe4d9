/* SPDX-License-Identifier: MIT */
/* Files that hold a channel of forwarded OpenGL (capture.md). */
#ifndef GL_CAPTURE_H
#define GL_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#define GL_CAPTURE_MAGIC      "\x89ORIELGL\r\n\x1a\n"
#define GL_CAPTURE_MAGIC_SIZE 12u
#define GL_CAPTURE_VERSION    1u
#define GL_CAPTURE_START      16u /* where the first record lies */

enum gl_capture_kind {
	GL_CAPTURE_HEAD = 1,
	GL_CAPTURE_GUEST = 2, /* a message from the guest */
	GL_CAPTURE_HOST = 3,  /* one from the host */
	GL_CAPTURE_FRAME = 4,
	GL_CAPTURE_END = 5,
};

enum {
	GL_CAPTURE_COMPUTE = 1, /* flags of capture_head */
	GL_CAPTURE_CHECKSUMS = 2,
};

/* Before what a record holds. */
struct gl_capture_record {
	uint64_t time_ns;
	uint32_t size; /* bytes that follow, a multiple of 8 */
	uint8_t kind;
	uint8_t reserved[3];
};

/* The checksum of a picture, row by row: begin with this. */
#define GL_CAPTURE_SUM UINT64_C(0xcbf29ce484222325)

/* A row of pixels B, G, R and an unused byte goes in. */
static inline uint64_t gl_capture_sum(uint64_t sum, const void *row, uint32_t width)
{
	const uint8_t *at = row;

	for (uint32_t x = 0; x < width; x++, at += 4) {
		sum ^= (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
		sum *= UINT64_C(0x100000001b3);
	}
	return sum;
}

#endif
