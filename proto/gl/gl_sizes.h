/* SPDX-License-Identifier: MIT */
/*
 * How many bytes the arrays and images of OpenGL's commands have: guest and host compute the same.
 *
 * Lengths are uint64_t. A negative scalar counts as 0; products saturate at GL_LENGTH_HUGE, and are
 * GL_LENGTH_UNKNOWN where one factor cannot be told (an enum that is not known). Nothing here
 * allocates or calls the system.
 */
#ifndef GL_SIZES_H
#define GL_SIZES_H

#include <stdbool.h>

#include "gl_types.h"

/* Bytes of one message's payload, bulk included. */
#define GL_PAYLOAD_MAX (UINT32_C(256) << 20)

/* Flags of a message. BULK: the payload was sent as a bulk transfer, the message bears its id (u32). */
#define GL_FLAG_BULK 1u
/* A command that could answer, but leaves its results in a buffer object: no reply is wanted. */
#define GL_FLAG_NO_REPLY 2u

/*
 * What stands in the place of a length: no array (NULL), an offset into a bound buffer, a length
 * that the guest could not tell. As uint32_t on the wire, as uint64_t in computations.
 */
#define GL_WIRE_NULL    UINT32_C(0xffffffff)
#define GL_WIRE_OFFSET  UINT32_C(0xfffffffe)
#define GL_WIRE_UNKNOWN UINT32_C(0xfffffffd)

#define GL_LENGTH_NULL    UINT64_MAX
#define GL_LENGTH_OFFSET  (UINT64_MAX - 1)
#define GL_LENGTH_UNKNOWN (UINT64_MAX - 2)
#define GL_LENGTH_HUGE    (UINT64_MAX - 3)

static inline uint64_t gl_natural(int64_t value)
{
	return value < 0 ? 0 : (uint64_t)value;
}

static inline uint64_t gl_mul(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return 0;
	if (a == GL_LENGTH_UNKNOWN || b == GL_LENGTH_UNKNOWN)
		return GL_LENGTH_UNKNOWN;
	return a >> 32 || b >> 32 ? GL_LENGTH_HUGE : a * b;
}

static inline uint64_t gl_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Bytes that an array takes in a message, padding included; 0 for what is no length. */
static inline uint64_t gl_part(uint64_t bytes)
{
	return bytes > GL_PAYLOAD_MAX ? 0 : (bytes + 7) & ~UINT64_C(7);
}

/* A length as the fixed fields bear it. */
static inline uint32_t gl_wire_length(uint64_t bytes)
{
	return bytes > GL_PAYLOAD_MAX && bytes < GL_LENGTH_OFFSET ? GL_WIRE_UNKNOWN : (uint32_t)bytes;
}

/* Elements that glClearBuffer* reads: 4 of colour, 1 of depth and of stencil. */
uint64_t gl_clear_count(GLenum buffer);

/* Bytes of one element of a vertex, index or pixel type (glDrawElements, glVertexPointer). */
uint64_t gl_type_bytes(GLenum type);

/* Bytes of `n` names of display lists (glCallLists). */
uint64_t gl_list_bytes(GLsizei n, GLenum type);

/* Elements that glMap1* and glMap2* read; strides are in elements (OpenGL 4.6 compat, 21.1). */
uint64_t gl_map1_count(GLenum target, GLint stride, GLint order);
uint64_t gl_map2_count(GLenum target, GLint ustride, GLint uorder, GLint vstride, GLint vorder);

/* Bytes of `n` indirect commands, of which the last is not followed by the rest of its stride. */
uint64_t gl_indirect_bytes(GLsizei n, GLsizei stride, GLsizei size);

/* Components of one pixel of `format`, 0 if it is not known. */
unsigned int gl_format_components(GLenum format);

/* Bytes of one pixel (not for GL_BITMAP). */
uint64_t gl_pixel_bytes(GLenum format, GLenum type);

/*
 * A block of pixels as a command names it; dimensions that it does not name are 1. Of one that has
 * layers the pixel store skips images, too.
 */
struct gl_image {
	GLenum format, type;
	GLsizei width, height, depth;
	bool layers;
};

/* Bytes of one row without padding, and of a whole image whose rows lie one after the other. */
uint64_t gl_row_bytes(const struct gl_image *image);
uint64_t gl_image_bytes(const struct gl_image *image);

/* Pixel store state of one direction, as glPixelStorei sets it. */
struct gl_pixel_store {
	GLint alignment, row_length, image_height, skip_pixels, skip_rows, skip_images;
};

/* Where an image's rows lie in the memory of a program, in bytes. */
struct gl_image_layout {
	uint64_t first, row_stride, image_stride, row_bytes;
	unsigned int first_bit; /* GL_BITMAP: bits of the first byte that are skipped */
};

/* False when the format or type is not known or the numbers are absurd. */
bool gl_image_layout(const struct gl_image *image, const struct gl_pixel_store *store,
	struct gl_image_layout *ret_layout);

#endif
