/* SPDX-License-Identifier: MIT */
#include "gl_sizes.h"

#include "gl_enums.h"

/* Rows and images in a program's memory end below this many bytes from their pointer. */
#define LAYOUT_MAX (UINT64_C(1) << 40)
/* OpenGL ES 2 has a number of its own for GL_HALF_FLOAT. */
#define HALF_FLOAT_OES 0x8D61

uint64_t gl_clear_count(GLenum buffer)
{
	switch (buffer) {
	case GL_COLOR:
		return 4;
	case GL_DEPTH:
	case GL_STENCIL:
		return 1;
	default:
		return GL_LENGTH_UNKNOWN;
	}
}

uint64_t gl_type_bytes(GLenum type)
{
	switch (type) {
	case GL_BYTE:
	case GL_UNSIGNED_BYTE:
		return 1;
	case GL_SHORT:
	case GL_UNSIGNED_SHORT:
	case GL_HALF_FLOAT:
	case HALF_FLOAT_OES:
		return 2;
	case GL_INT:
	case GL_UNSIGNED_INT:
	case GL_FLOAT:
	case GL_FIXED:
		return 4;
	case GL_DOUBLE:
		return 8;
	default:
		return GL_LENGTH_UNKNOWN;
	}
}

uint64_t gl_list_bytes(GLsizei n, GLenum type)
{
	switch (type) {
	case GL_2_BYTES:
		return gl_mul(gl_natural(n), 2);
	case GL_3_BYTES:
		return gl_mul(gl_natural(n), 3);
	case GL_4_BYTES:
		return gl_mul(gl_natural(n), 4);
	case GL_HALF_FLOAT:
	case GL_FIXED:
	case GL_DOUBLE:
		return GL_LENGTH_UNKNOWN;
	default:
		return gl_mul(gl_natural(n), gl_type_bytes(type));
	}
}

static uint64_t map_components(GLenum target)
{
	switch (target) {
	case GL_MAP1_INDEX:
	case GL_MAP2_INDEX:
	case GL_MAP1_TEXTURE_COORD_1:
	case GL_MAP2_TEXTURE_COORD_1:
		return 1;
	case GL_MAP1_TEXTURE_COORD_2:
	case GL_MAP2_TEXTURE_COORD_2:
		return 2;
	case GL_MAP1_NORMAL:
	case GL_MAP2_NORMAL:
	case GL_MAP1_TEXTURE_COORD_3:
	case GL_MAP2_TEXTURE_COORD_3:
	case GL_MAP1_VERTEX_3:
	case GL_MAP2_VERTEX_3:
		return 3;
	case GL_MAP1_COLOR_4:
	case GL_MAP2_COLOR_4:
	case GL_MAP1_TEXTURE_COORD_4:
	case GL_MAP2_TEXTURE_COORD_4:
	case GL_MAP1_VERTEX_4:
	case GL_MAP2_VERTEX_4:
		return 4;
	default:
		return 0;
	}
}

/* A command with such numbers fails before it reads a point. */
static bool map_fails(uint64_t components, GLint stride, GLint order)
{
	return order < 1 || stride < 0 || (uint64_t)stride < components;
}

uint64_t gl_map1_count(GLenum target, GLint stride, GLint order)
{
	const uint64_t components = map_components(target);

	if (components == 0)
		return GL_LENGTH_UNKNOWN;
	if (map_fails(components, stride, order))
		return 0;
	return gl_mul((uint64_t)stride, (uint64_t)order - 1) + components;
}

uint64_t gl_map2_count(GLenum target, GLint ustride, GLint uorder, GLint vstride, GLint vorder)
{
	const uint64_t components = map_components(target);

	if (components == 0)
		return GL_LENGTH_UNKNOWN;
	if (map_fails(components, ustride, uorder) || map_fails(components, vstride, vorder))
		return 0;
	return gl_mul((uint64_t)ustride, (uint64_t)uorder - 1) +
	       gl_mul((uint64_t)vstride, (uint64_t)vorder - 1) + components;
}

uint64_t gl_indirect_bytes(GLsizei n, GLsizei stride, GLsizei size)
{
	const uint64_t step = stride > 0 ? (uint64_t)stride : gl_natural(size);

	if (n <= 0 || stride < 0)
		return 0;
	return gl_mul(step, (uint64_t)n - 1) + gl_natural(size);
}

unsigned int gl_format_components(GLenum format)
{
	switch (format) {
	case GL_COLOR_INDEX:
	case GL_STENCIL_INDEX:
	case GL_DEPTH_COMPONENT:
	case GL_RED:
	case GL_GREEN:
	case GL_BLUE:
	case GL_ALPHA:
	case GL_LUMINANCE:
	case GL_INTENSITY:
	case GL_RED_INTEGER:
	case GL_GREEN_INTEGER:
	case GL_BLUE_INTEGER:
	case GL_ALPHA_INTEGER:
	case GL_LUMINANCE_INTEGER_EXT:
		return 1;
	case GL_RG:
	case GL_RG_INTEGER:
	case GL_LUMINANCE_ALPHA:
	case GL_LUMINANCE_ALPHA_INTEGER_EXT:
	case GL_DEPTH_STENCIL:
	case GL_422_EXT:
	case GL_422_REV_EXT:
	case GL_422_AVERAGE_EXT:
	case GL_422_REV_AVERAGE_EXT:
		return 2;
	case GL_RGB:
	case GL_BGR:
	case GL_RGB_INTEGER:
	case GL_BGR_INTEGER:
		return 3;
	case GL_RGBA:
	case GL_BGRA:
	case GL_RGBA_INTEGER:
	case GL_BGRA_INTEGER:
	case GL_ABGR_EXT:
	case GL_CMYK_EXT:
		return 4;
	case GL_CMYKA_EXT:
		return 5;
	default:
		return 0;
	}
}

/* Bytes of a type that holds a whole pixel, or 0. */
static uint64_t packed_bytes(GLenum type)
{
	switch (type) {
	case GL_UNSIGNED_BYTE_3_3_2:
	case GL_UNSIGNED_BYTE_2_3_3_REV:
		return 1;
	case GL_UNSIGNED_SHORT_5_6_5:
	case GL_UNSIGNED_SHORT_5_6_5_REV:
	case GL_UNSIGNED_SHORT_4_4_4_4:
	case GL_UNSIGNED_SHORT_4_4_4_4_REV:
	case GL_UNSIGNED_SHORT_5_5_5_1:
	case GL_UNSIGNED_SHORT_1_5_5_5_REV:
		return 2;
	case GL_UNSIGNED_INT_8_8_8_8:
	case GL_UNSIGNED_INT_8_8_8_8_REV:
	case GL_UNSIGNED_INT_10_10_10_2:
	case GL_UNSIGNED_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_24_8:
	case GL_UNSIGNED_INT_10F_11F_11F_REV:
	case GL_UNSIGNED_INT_5_9_9_9_REV:
		return 4;
	case GL_FLOAT_32_UNSIGNED_INT_24_8_REV:
		return 8;
	default:
		return 0;
	}
}

uint64_t gl_pixel_bytes(GLenum format, GLenum type)
{
	const uint64_t packed = packed_bytes(type);
	const unsigned int components = gl_format_components(format);

	if (components == 0 || type == GL_DOUBLE || type == GL_FIXED)
		return GL_LENGTH_UNKNOWN;
	return packed ? packed : gl_mul(components, gl_type_bytes(type));
}

uint64_t gl_row_bytes(const struct gl_image *image)
{
	if (image->type == GL_BITMAP)
		return gl_format_components(image->format) == 1 ? (gl_natural(image->width) + 7) / 8
								: GL_LENGTH_UNKNOWN;
	return gl_mul(gl_natural(image->width), gl_pixel_bytes(image->format, image->type));
}

uint64_t gl_image_bytes(const struct gl_image *image)
{
	return gl_mul(
		gl_mul(gl_row_bytes(image), gl_natural(image->height)), gl_natural(image->depth));
}

bool gl_image_layout(const struct gl_image *image, const struct gl_pixel_store *store,
	struct gl_image_layout *ret_layout)
{
	struct gl_image row = *image;
	struct gl_image_layout out = { .row_bytes = gl_row_bytes(image) };
	const uint64_t rows =
		gl_natural(store->image_height > 0 ? store->image_height : image->height);
	const uint64_t align = store->alignment > 0 ? (uint64_t)store->alignment : 1;
	uint64_t skip;

	if (store->row_length > 0)
		row.width = store->row_length;
	out.row_stride = gl_row_bytes(&row);
	row.width = store->skip_pixels > 0 ? store->skip_pixels : 0;
	skip = image->type == GL_BITMAP ? (uint64_t)row.width / 8 : gl_row_bytes(&row);
	out.first_bit = image->type == GL_BITMAP ? (unsigned int)row.width % 8 : 0;
	if (out.row_bytes >= LAYOUT_MAX || out.row_stride >= LAYOUT_MAX || skip >= LAYOUT_MAX)
		return false;
	out.row_stride = (out.row_stride + align - 1) / align * align;
	out.image_stride = gl_mul(out.row_stride, rows);
	out.first = image->layers ? gl_mul(out.image_stride, gl_natural(store->skip_images)) : 0;
	if (out.image_stride >= LAYOUT_MAX || out.first >= LAYOUT_MAX)
		return false;
	out.first += gl_mul(out.row_stride, gl_natural(store->skip_rows)) + skip;
	if (out.first >= LAYOUT_MAX)
		return false;
	*ret_layout = out;
	return true;
}
