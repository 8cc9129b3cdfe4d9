/* SPDX-License-Identifier: MIT */
/*
 * Textures to and from the program's memory. A large upload goes in pieces of whole rows, so that
 * the host works while the guest sends more, and no message is larger than the channel takes.
 */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"

/* Bytes of one piece, and of an image that is not divided. */
#define PIECE (256u << 10)

/* Rows of one piece; 0: the image is sent as it is. */
static GLsizei rows_at_once(const struct gl_context *ctx, GLsizei width, GLsizei height,
	GLenum format, GLenum type, const void *pixels)
{
	const struct gl_image image = {
		.format = format, .type = type, .width = width, .height = height, .depth = 1
	};
	const uint64_t row = gl_row_bytes(&image), bytes = gl_image_bytes(&image);

	if (!pixels || width <= 0 || height <= 1 || type == GL_BITMAP || !row ||
		bytes > GL_PAYLOAD_MAX || bytes <= PIECE ||
		gl_encoder_bound(&ctx->enc, GL_BOUND_PIXEL_UNPACK))
		return 0;
	return row >= PIECE ? 1 : (GLsizei)(PIECE / row);
}

/* Where a row of a two-dimensional image begins in the program's memory; NULL: it cannot be told. */
static const void *row_at(const struct gl_context *ctx, GLsizei width, GLsizei height,
	GLenum format, GLenum type, const void *pixels, GLsizei row)
{
	const struct gl_image image = {
		.format = format, .type = type, .width = width, .height = height, .depth = 1
	};
	struct gl_image_layout layout;

	if (!gl_image_layout(&image, &ctx->enc.unpack, &layout))
		return NULL;
	return (const uint8_t *)pixels + (uint64_t)row * layout.row_stride;
}

void gl_shadow_TexSubImage2D(struct gl_context *ctx, GLenum target, GLint level, GLint xoffset,
	GLint yoffset, GLsizei width, GLsizei height, GLenum format, GLenum type, const void *pixels)
{
	const GLsizei rows = rows_at_once(ctx, width, height, format, type, pixels);

	if (!rows || !row_at(ctx, width, height, format, type, pixels, 0)) {
		gl_encode_TexSubImage2D(&ctx->enc, target, level, xoffset, yoffset, width, height,
			format, type, pixels);
		return;
	}
	for (GLsizei y = 0; y < height; y += rows)
		gl_encode_TexSubImage2D(&ctx->enc, target, level, xoffset, yoffset + y, width,
			height - y < rows ? height - y : rows, format, type,
			row_at(ctx, width, height, format, type, pixels, y));
}

void gl_shadow_TextureSubImage2D(struct gl_context *ctx, GLuint texture, GLint level, GLint xoffset,
	GLint yoffset, GLsizei width, GLsizei height, GLenum format, GLenum type, const void *pixels)
{
	const GLsizei rows = rows_at_once(ctx, width, height, format, type, pixels);

	if (!rows || !row_at(ctx, width, height, format, type, pixels, 0)) {
		gl_encode_TextureSubImage2D(&ctx->enc, texture, level, xoffset, yoffset, width,
			height, format, type, pixels);
		return;
	}
	for (GLsizei y = 0; y < height; y += rows)
		gl_encode_TextureSubImage2D(&ctx->enc, texture, level, xoffset, yoffset + y, width,
			height - y < rows ? height - y : rows, format, type,
			row_at(ctx, width, height, format, type, pixels, y));
}

/* Whether an image can be made without data and filled afterwards: not where levels follow by themselves. */
static bool divisible(GLenum target, GLint level, GLint border)
{
	return border == 0 && level >= 0 &&
	       (target == GL_TEXTURE_2D || target == GL_TEXTURE_RECTANGLE ||
		       (target >= GL_TEXTURE_CUBE_MAP_POSITIVE_X &&
			       target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z));
}

void gl_shadow_TexImage2D(struct gl_context *ctx, GLenum target, GLint level, GLint internalformat,
	GLsizei width, GLsizei height, GLint border, GLenum format, GLenum type, const void *pixels)
{
	const bool divided = divisible(target, level, border) &&
			     rows_at_once(ctx, width, height, format, type, pixels) &&
			     row_at(ctx, width, height, format, type, pixels, 0);

	ctx->state.attachments_age++;
	gl_encode_TexImage2D(&ctx->enc, target, level, internalformat, width, height, border,
		format, type, divided ? NULL : pixels);
	if (divided)
		gl_shadow_TexSubImage2D(
			ctx, target, level, 0, 0, width, height, format, type, pixels);
}

/* The host packs rows without padding: whether the program's layout has room, it cannot tell. */
void gl_shadow_GetTextureSubImage(struct gl_context *ctx, GLuint texture, GLint level,
	GLint xoffset, GLint yoffset, GLint zoffset, GLsizei width, GLsizei height, GLsizei depth,
	GLenum format, GLenum type, GLsizei bufSize, void *pixels)
{
	const struct gl_image image = { .format = format,
		.type = type,
		.width = width,
		.height = height,
		.depth = depth,
		.layers = true };
	struct gl_image_layout layout;

	if (!gl_encoder_bound(&ctx->enc, GL_BOUND_PIXEL_PACK) &&
		gl_image_layout(&image, &ctx->enc.pack, &layout) &&
		gl_image_bytes(&image) <= gl_natural(bufSize) &&
		gl_image_extent(&image, &layout) > gl_natural(bufSize)) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	gl_encode_GetTextureSubImage(&ctx->enc, texture, level, xoffset, yoffset, zoffset, width,
		height, depth, format, type, bufSize, pixels);
}
