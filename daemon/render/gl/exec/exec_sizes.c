/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec.h"

/* Bytes that any image takes besides its pixels. */
#define IMAGE_LEAST 1024u
/* A driver's rows are multiples of so many bytes, and so many at least. */
#define ROW_BYTES 64u
#define ROWS      4u

/* Bytes of one pixel in the driver's memory, or more; formats that are not known have 8. */
static uint64_t pixel_bytes(GLenum format)
{
	switch (format) {
	case GL_RGBA32F:
	case GL_RGBA32I:
	case GL_RGBA32UI:
	case GL_RGB32F:
	case GL_RGB32I:
	case GL_RGB32UI:
	case GL_ALPHA32F_ARB:
	case GL_INTENSITY32F_ARB:
	case GL_LUMINANCE32F_ARB:
	case GL_LUMINANCE_ALPHA32F_ARB:
		return 16;
	case 1:
	case GL_R8:
	case GL_R8I:
	case GL_R8UI:
	case GL_R8_SNORM:
	case GL_ALPHA8:
	case GL_LUMINANCE8:
	case GL_INTENSITY8:
	case GL_STENCIL_INDEX8:
	case GL_COMPRESSED_RGBA_S3TC_DXT1_EXT:
	case GL_COMPRESSED_RGB_S3TC_DXT1_EXT:
	case GL_COMPRESSED_RGBA_S3TC_DXT3_EXT:
	case GL_COMPRESSED_RGBA_S3TC_DXT5_EXT:
	case GL_COMPRESSED_RED_RGTC1:
	case GL_COMPRESSED_RG_RGTC2:
	case GL_COMPRESSED_RGBA_BPTC_UNORM:
		return 1;
	case 3:
	case 4:
	case GL_RGB:
	case GL_RGBA:
	case GL_BGRA:
	case GL_RGB8:
	case GL_RGBA8:
	case GL_SRGB8:
	case GL_SRGB8_ALPHA8:
	case GL_RGB10_A2:
	case GL_R11F_G11F_B10F:
	case GL_RGB9_E5:
	case GL_RG8:
	case GL_R16:
	case GL_R16F:
	case GL_R32F:
	case GL_RG16:
	case GL_RG16F:
	case GL_RGB565:
	case GL_RGBA4:
	case GL_RGB5_A1:
	case GL_RED:
	case GL_RG:
	case GL_ALPHA:
	case GL_LUMINANCE:
	case GL_LUMINANCE_ALPHA:
	case GL_DEPTH_COMPONENT:
	case GL_DEPTH_COMPONENT16:
	case GL_DEPTH_COMPONENT24:
	case GL_DEPTH_COMPONENT32:
	case GL_DEPTH24_STENCIL8:
	case GL_DEPTH_STENCIL:
		return 4;
	default:
		return 8;
	}
}

static uint64_t aligned(uint64_t n, uint64_t to)
{
	return n >= GL_LENGTH_HUGE - to ? n : (n + to - 1) / to * to;
}

/*
 * With all its mipmaps, as glGenerateMipmap may follow. Of an image with depth they are counted as
 * deep as it is, as its layers are no fewer on any level.
 */
uint64_t exec_image_bytes(GLenum format, GLsizei width, GLsizei height, GLsizei depth)
{
	const uint64_t layers = gl_natural(depth);
	uint64_t columns = gl_natural(width), rows = gl_natural(height), bytes = 0, level;

	do {
		level = gl_mul(aligned(gl_mul(columns, pixel_bytes(format)), ROW_BYTES),
			aligned(rows, ROWS));
		if (layers && level > GL_LENGTH_HUGE / 4 / layers)
			return GL_LENGTH_HUGE;
		bytes += level * layers;
		columns /= 2;
		rows /= 2;
	} while (columns || rows);
	/* Those of a column of pixels behind each other. */
	if (width == 1 && height == 1)
		bytes *= 2;
	return bytes + IMAGE_LEAST;
}
