/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where bitmaps are drawn. Mesa gathers those that lie close together, and takes for close what is
 * so far from the first one that the difference is no number of 32 bits.
 */
#include "exec.h"
#include "gl_wire_a_c.h"

static bool is_place(float position)
{
	return position <= GL_RASTER_MAX && position >= -GL_RASTER_MAX;
}

void exec_raster_before(struct exec_context *context, const struct gl_wire_Bitmap *wire)
{
	GLfloat position[4] = { 0 };

	if (!context->has.fixed_arrays)
		return;
	/* A list has it as a texture, which is drawn by itself. */
	if (context->compiling) {
		exec_list_holds(context, exec_image_bytes(GL_R8, wire->width, wire->height, 1));
		return;
	}
	context->gl.GetFloatv(GL_CURRENT_RASTER_POSITION, position);
	if (!is_place(position[0]) || !is_place(position[1]))
		context->gl.WindowPos2i(0, 0);
}
