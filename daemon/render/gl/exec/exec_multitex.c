/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * glMultiTexSubImage*EXT. Mesa looks at nothing that these say; so they are what they stand for,
 * the commands for the active unit.
 */
#include "exec.h"
#include "gl_decode.h"
#include "gl_wire_a_c.h"
#include "gl_wire_h_m.h"

/* Makes a unit the active one for a command. False: it may not be. */
static bool begin(struct gl_decoder *dec, GLenum unit, GLint *ret_active)
{
	struct exec_context *context = dec->context;
	const struct gl_wire_ActiveTexture wire = { .texture = unit };
	GLint units = 0;

	if (!gl_decoder_ready(dec))
		return false;
	dec->gl->GetIntegerv(GL_MAX_COMBINED_TEXTURE_IMAGE_UNITS, &units);
	dec->gl->GetIntegerv(GL_ACTIVE_TEXTURE, ret_active);
	if (unit - GL_TEXTURE0 >= (GLuint)units ||
		!exec_units_fit(context, GL_OP_ActiveTexture, &wire)) {
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
		return false;
	}
	/* In a list it is another that was active. */
	if (context->compiling)
		dec->gl->PushAttrib(GL_TEXTURE_BIT);
	dec->gl->ActiveTexture(unit);
	return true;
}

static void end(struct gl_decoder *dec, GLint active)
{
	const struct exec_context *context = dec->context;

	if (context->compiling)
		dec->gl->PopAttrib();
	else
		dec->gl->ActiveTexture((GLenum)active);
}

void gl_manual_MultiTexSubImage1DEXT(struct gl_decoder *dec, const void *payload)
{
	const struct gl_wire_MultiTexSubImage1DEXT *wire = payload;
	const struct gl_image image = { .format = wire->format,
		.type = wire->type,
		.width = wire->width,
		.height = 1,
		.depth = 1 };
	const void *pixels = gl_decoder_image_or_null(
		dec, GL_BOUND_PIXEL_UNPACK, wire->pixels_bytes, wire->pixels_offset, &image);
	GLint active;

	gl_decoder_place(dec, wire->xoffset);
	if (!begin(dec, wire->texunit, &active))
		return;
	dec->gl->TexSubImage1D(wire->target, wire->level, wire->xoffset, wire->width, wire->format,
		wire->type, pixels);
	end(dec, active);
}

void gl_manual_MultiTexSubImage2DEXT(struct gl_decoder *dec, const void *payload)
{
	const struct gl_wire_MultiTexSubImage2DEXT *wire = payload;
	const struct gl_image image = { .format = wire->format,
		.type = wire->type,
		.width = wire->width,
		.height = wire->height,
		.depth = 1 };
	const void *pixels = gl_decoder_image_or_null(
		dec, GL_BOUND_PIXEL_UNPACK, wire->pixels_bytes, wire->pixels_offset, &image);
	GLint active;

	gl_decoder_place(dec, wire->xoffset);
	gl_decoder_place(dec, wire->yoffset);
	if (!begin(dec, wire->texunit, &active))
		return;
	dec->gl->TexSubImage2D(wire->target, wire->level, wire->xoffset, wire->yoffset, wire->width,
		wire->height, wire->format, wire->type, pixels);
	end(dec, active);
}

void gl_manual_MultiTexSubImage3DEXT(struct gl_decoder *dec, const void *payload)
{
	const struct gl_wire_MultiTexSubImage3DEXT *wire = payload;
	const struct gl_image image = { .format = wire->format,
		.type = wire->type,
		.width = wire->width,
		.height = wire->height,
		.depth = wire->depth,
		.layers = true };
	const void *pixels = gl_decoder_image_or_null(
		dec, GL_BOUND_PIXEL_UNPACK, wire->pixels_bytes, wire->pixels_offset, &image);
	GLint active;

	gl_decoder_place(dec, wire->xoffset);
	gl_decoder_place(dec, wire->yoffset);
	gl_decoder_place(dec, wire->zoffset);
	if (!begin(dec, wire->texunit, &active))
		return;
	dec->gl->TexSubImage3D(wire->target, wire->level, wire->xoffset, wire->yoffset, wire->zoffset,
		wire->width, wire->height, wire->depth, wire->format, wire->type, pixels);
	end(dec, active);
}
