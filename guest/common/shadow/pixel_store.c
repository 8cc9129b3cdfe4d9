/* SPDX-License-Identifier: MIT */
/* Pixel store: the guest lays images out by it, the host reads pixel buffers by it. */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"

/* The number that a pname sets, and the least that it may be; NULL: it is none that the guest uses. */
static GLint *number(struct gl_encoder *enc, GLenum pname)
{
	switch (pname) {
	case GL_UNPACK_ROW_LENGTH:
		return &enc->unpack.row_length;
	case GL_UNPACK_SKIP_ROWS:
		return &enc->unpack.skip_rows;
	case GL_UNPACK_SKIP_PIXELS:
		return &enc->unpack.skip_pixels;
	case GL_UNPACK_IMAGE_HEIGHT:
		return &enc->unpack.image_height;
	case GL_UNPACK_SKIP_IMAGES:
		return &enc->unpack.skip_images;
	case GL_UNPACK_ALIGNMENT:
		return &enc->unpack.alignment;
	case GL_PACK_ROW_LENGTH:
		return &enc->pack.row_length;
	case GL_PACK_SKIP_ROWS:
		return &enc->pack.skip_rows;
	case GL_PACK_SKIP_PIXELS:
		return &enc->pack.skip_pixels;
	case GL_PACK_IMAGE_HEIGHT:
		return &enc->pack.image_height;
	case GL_PACK_SKIP_IMAGES:
		return &enc->pack.skip_images;
	case GL_PACK_ALIGNMENT:
		return &enc->pack.alignment;
	default:
		return NULL;
	}
}

static bool valid(GLenum pname, GLint param)
{
	if (pname == GL_UNPACK_ALIGNMENT || pname == GL_PACK_ALIGNMENT)
		return param == 1 || param == 2 || param == 4 || param == 8;
	return param >= 0;
}

void gl_shadow_PixelStorei(struct gl_context *ctx, GLenum pname, GLint param)
{
	GLint *at = number(&ctx->enc, pname);

	if (at && !valid(pname, param)) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (at)
		*at = param;
	else if (pname == GL_UNPACK_LSB_FIRST)
		ctx->enc.unpack_lsb_first = param;
	else if (pname == GL_PACK_LSB_FIRST)
		ctx->enc.pack_lsb_first = param;
	gl_encode_PixelStorei(&ctx->enc, pname, param);
}

void gl_shadow_PixelStoref(struct gl_context *ctx, GLenum pname, GLfloat param)
{
	const float least = -2147483648.0f, most = 2147483520.0f;
	const float held = param < least ? least : param > most ? most : param;

	gl_shadow_PixelStorei(ctx, pname, (GLint)(held < 0 ? held - 0.5f : held + 0.5f));
}
