/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that go into a display list. A driver finds out what is wrong with them when the list is
 * called, but copies what they point to before.
 */
#include "exec.h"
#include "gl_sizes.h"
#include "gl_wire_h_m.h"
#include "gl_wire_n_p.h"

static bool is_order(struct exec_context *context, GLint order)
{
	GLint most = 0;

	context->gl.GetIntegerv(GL_MAX_EVAL_ORDER, &most);
	return order > 0 && order <= most;
}

static bool map_fits(struct exec_context *context, GLenum target, GLint stride, GLint order)
{
	return is_order(context, order) && gl_map1_count(target, stride, order) > 0;
}

static bool surface_fits(struct exec_context *context, GLenum target, GLint ustride, GLint uorder,
	GLint vstride, GLint vorder)
{
	return is_order(context, uorder) && is_order(context, vorder) &&
	       gl_map2_count(target, ustride, uorder, vstride, vorder) > 0;
}

/* Mesa has room for so many values, and does not count them. */
static bool pixel_map_fits(struct exec_context *context, GLsizei size)
{
	GLint most = 0;

	context->gl.GetIntegerv(GL_MAX_PIXEL_MAP_TABLE, &most);
	return size <= most;
}

bool exec_compile_fits(struct exec_context *context, uint16_t opcode, const void *wire)
{
/* clang-format off */
#define MAP(command) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = wire; \
		return map_fits(context, w->target, w->stride, w->order); \
	}
#define SURFACE(command) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = wire; \
		return surface_fits( \
			context, w->target, w->ustride, w->uorder, w->vstride, w->vorder); \
	}
	/* clang-format on */
	switch (opcode) {
		MAP(Map1d)
		MAP(Map1f)
		SURFACE(Map2d)
		SURFACE(Map2f)
	case GL_OP_PixelMapfv:
	case GL_OP_PixelMapuiv:
	case GL_OP_PixelMapusv:
		/* Their fixed fields begin alike. */
		return pixel_map_fits(context, ((const struct gl_wire_PixelMapfv *)wire)->mapsize);
	case GL_OP_UniformSubroutinesuiv:
		/* Mesa copies more than there is. */
		return false;
	default:
		return true;
	}
}
