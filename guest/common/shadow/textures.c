/* SPDX-License-Identifier: MIT */
/*
 * Images to and from the program's memory. A large one goes in pieces of whole rows, so that host
 * and guest work at the same time, and no message is larger than the channel takes.
 */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"
#include "gl_wire_q_t.h"

/* Bytes of one piece, and of an image that is not divided; of one that is read back. */
#define PIECE      (256u << 10)
#define READ_PIECE (128u << 10)
/* Pieces that are asked for before the first has come. */
#define PIECES_AHEAD 6

/* A piece's worth of rows, and how far they are apart in the program's memory; 0: it is not divided. */
static GLsizei divide(const struct gl_context *ctx, enum gl_binding binding,
	const struct gl_image *image, const void *pixels, uint64_t *ret_stride)
{
	const bool read = binding == GL_BOUND_PIXEL_PACK;
	const uint64_t row = gl_row_bytes(image), bytes = gl_image_bytes(image);
	const uint64_t piece = read ? READ_PIECE : PIECE;
	struct gl_image_layout layout;

	if (!pixels || image->width <= 0 || image->height <= 1 || image->type == GL_BITMAP || !row ||
		bytes > GL_PAYLOAD_MAX || bytes <= piece || gl_encoder_bound(&ctx->enc, binding) ||
		!gl_image_layout(image, read ? &ctx->enc.pack : &ctx->enc.unpack, &layout))
		return 0;
	*ret_stride = layout.row_stride;
	return row >= piece ? 1 : (GLsizei)(piece / row);
}

static GLsizei divide_upload(const struct gl_context *ctx, GLsizei width, GLsizei height,
	GLenum format, GLenum type, const void *pixels, uint64_t *ret_stride)
{
	const struct gl_image image = {
		.format = format, .type = type, .width = width, .height = height, .depth = 1
	};

	return divide(ctx, GL_BOUND_PIXEL_UNPACK, &image, pixels, ret_stride);
}

static GLsizei smaller(GLsizei a, GLsizei b)
{
	return a < b ? a : b;
}

void gl_shadow_TexSubImage2D(struct gl_context *ctx, GLenum target, GLint level, GLint xoffset,
	GLint yoffset, GLsizei width, GLsizei height, GLenum format, GLenum type, const void *pixels)
{
	uint64_t stride;
	const GLsizei rows = divide_upload(ctx, width, height, format, type, pixels, &stride);

	if (!rows) {
		gl_encode_TexSubImage2D(&ctx->enc, target, level, xoffset, yoffset, width, height,
			format, type, pixels);
		return;
	}
	for (GLsizei y = 0; y < height; y += rows)
		gl_encode_TexSubImage2D(&ctx->enc, target, level, xoffset, yoffset + y, width,
			smaller(height - y, rows), format, type,
			(const uint8_t *)pixels + (uint64_t)y * stride);
}

void gl_shadow_TextureSubImage2D(struct gl_context *ctx, GLuint texture, GLint level, GLint xoffset,
	GLint yoffset, GLsizei width, GLsizei height, GLenum format, GLenum type, const void *pixels)
{
	uint64_t stride;
	const GLsizei rows = divide_upload(ctx, width, height, format, type, pixels, &stride);

	if (!rows) {
		gl_encode_TextureSubImage2D(&ctx->enc, texture, level, xoffset, yoffset, width,
			height, format, type, pixels);
		return;
	}
	for (GLsizei y = 0; y < height; y += rows)
		gl_encode_TextureSubImage2D(&ctx->enc, texture, level, xoffset, yoffset + y, width,
			smaller(height - y, rows), format, type,
			(const uint8_t *)pixels + (uint64_t)y * stride);
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
	uint64_t stride;
	const bool divided = divisible(target, level, border) &&
			     divide_upload(ctx, width, height, format, type, pixels, &stride);

	ctx->state.attachments_age++;
	gl_encode_TexImage2D(&ctx->enc, target, level, internalformat, width, height, border,
		format, type, divided ? NULL : pixels);
	if (divided)
		gl_shadow_TexSubImage2D(
			ctx, target, level, 0, 0, width, height, format, type, pixels);
}

/* ---- read back */

struct reading {
	GLint x, y;
	struct gl_image image;
	GLsizei rows; /* of a piece */
};

/* The image of a piece that begins with row `y`. */
static struct gl_image piece_at(const struct reading *reading, GLsizei y)
{
	struct gl_image piece = reading->image;

	piece.height = smaller(reading->image.height - y, reading->rows);
	return piece;
}

static void ask_for_piece(struct gl_context *ctx, const struct reading *reading, GLsizei y)
{
	const struct gl_image piece = piece_at(reading, y);
	struct gl_wire_ReadPixels *wire = gl_encoder_put(&ctx->enc, GL_OP_ReadPixels, sizeof(*wire));

	*wire = (struct gl_wire_ReadPixels){
		.x = reading->x,
		.y = reading->y + y,
		.width = piece.width,
		.height = piece.height,
		.format = piece.format,
		.type = piece.type,
	};
}

/* The host has the next pieces to read while one is taken. */
static void read_pieces(
	struct gl_context *ctx, const struct reading *reading, uint8_t *pixels, uint64_t stride)
{
	const GLsizei height = reading->image.height;
	struct gl_reply reply;
	GLsizei asked = 0;

	gl_encoder_expect(&ctx->enc);
	for (GLsizei y = 0; y < height; y += reading->rows) {
		const struct gl_image piece = piece_at(reading, y);

		for (; asked < height && asked - y < PIECES_AHEAD * reading->rows;
			asked += smaller(height - asked, reading->rows))
			ask_for_piece(ctx, reading, asked);
		if (gl_encoder_call(&ctx->enc, GL_OP_ReadPixels, &reply))
			gl_reply_image(&reply, &ctx->enc, &piece, pixels + (uint64_t)y * stride,
				UINT64_MAX);
	}
	gl_encoder_answered(&ctx->enc);
}

void gl_shadow_ReadPixels(struct gl_context *ctx, GLint x, GLint y, GLsizei width, GLsizei height,
	GLenum format, GLenum type, void *pixels)
{
	struct reading reading = { .x = x,
		.y = y,
		.image = {
			.format = format, .type = type, .width = width, .height = height, .depth = 1 } };
	uint64_t stride;

	if (height < 0 || y <= INT32_MAX - height)
		reading.rows = divide(ctx, GL_BOUND_PIXEL_PACK, &reading.image, pixels, &stride);
	if (reading.rows)
		read_pieces(ctx, &reading, pixels, stride);
	else
		gl_encode_ReadPixels(&ctx->enc, x, y, width, height, format, type, pixels);
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
