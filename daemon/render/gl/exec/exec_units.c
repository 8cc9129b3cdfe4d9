/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Units of textures, of which there are more than there are texture matrices and sets of
 * coordinates, and attributes: Mesa does not look at each place whether there is one of a number.
 */
#include "exec.h"
#include "gl_wire_a_c.h"
#include "gl_wire_g.h"
#include "gl_wire_h_m.h"
#include "gl_wire_u.h"
#include "gl_wire_v_z.h"

/* Units for which there is a matrix. */
#define MATRICES 32u
/* Attributes of GL_NV_half_float. */
#define HALF_ATTRIBUTES 16u

static GLint integer(const struct exec_context *context, GLenum pname)
{
	GLint value = 0;

	context->gl.GetIntegerv(pname, &value);
	return value;
}

/* The active unit has no matrix. */
static bool is_high(struct exec_context *context)
{
	if (context->high_unit)
		context->high_unit =
			(GLuint)integer(context, GL_ACTIVE_TEXTURE) - GL_TEXTURE0 >= MATRICES;
	return context->high_unit;
}

/* A unit without a matrix is not active while the texture's matrix is what commands are for, nor by a list. */
static bool may_be_active(struct exec_context *context, GLuint unit)
{
	if (unit < MATRICES || !context->has.fixed_arrays)
		return true;
	if (context->compiling || integer(context, GL_MATRIX_MODE) == GL_TEXTURE)
		return false;
	context->high_unit = true;
	return true;
}

static bool is_set(const struct exec_context *context, GLenum unit)
{
	return unit - GL_TEXTURE0 < (GLuint)context->has.n_coords;
}

static bool is_coords(GLenum pname)
{
	return pname == GL_TEXTURE_COORD_ARRAY || pname == GL_TEXTURE_COORD_ARRAY_SIZE ||
	       pname == GL_TEXTURE_COORD_ARRAY_TYPE || pname == GL_TEXTURE_COORD_ARRAY_STRIDE ||
	       pname == GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING;
}

/* Their fixed fields begin alike. */
static bool is_attributes(const struct gl_wire_VertexAttribs1hvNV *wire)
{
	return wire->index < HALF_ATTRIBUTES && gl_natural(wire->n) <= HALF_ATTRIBUTES - wire->index;
}

bool exec_units_fit(struct exec_context *context, uint16_t opcode, const void *wire)
{
	const struct gl_wire_GetVertexArrayIntegeri_vEXT *get = wire;

	switch (opcode) {
	case GL_OP_ActiveTexture:
		return may_be_active(context,
			((const struct gl_wire_ActiveTexture *)wire)->texture - GL_TEXTURE0);
	case GL_OP_MatrixMode:
	case GL_OP_MatrixFrustumEXT:
	case GL_OP_MatrixLoadIdentityEXT:
	case GL_OP_MatrixLoadTransposedEXT:
	case GL_OP_MatrixLoadTransposefEXT:
	case GL_OP_MatrixLoaddEXT:
	case GL_OP_MatrixLoadfEXT:
	case GL_OP_MatrixMultTransposedEXT:
	case GL_OP_MatrixMultTransposefEXT:
	case GL_OP_MatrixMultdEXT:
	case GL_OP_MatrixMultfEXT:
	case GL_OP_MatrixOrthoEXT:
	case GL_OP_MatrixPopEXT:
	case GL_OP_MatrixPushEXT:
	case GL_OP_MatrixRotatedEXT:
	case GL_OP_MatrixRotatefEXT:
	case GL_OP_MatrixScaledEXT:
	case GL_OP_MatrixScalefEXT:
	case GL_OP_MatrixTranslatedEXT:
	case GL_OP_MatrixTranslatefEXT:
		/* Their fixed fields begin alike. */
		return ((const struct gl_wire_MatrixMode *)wire)->mode != GL_TEXTURE ||
		       !is_high(context);
	case GL_OP_CallList:
	case GL_OP_CallLists:
	case GL_OP_PopAttrib:
	case GL_OP_PushAttrib:
		/* They may set the one, or the other, or keep it for later. */
		return context->begun || !is_high(context);
	case GL_OP_MultiTexCoordPointerEXT:
		return is_set(
			context, ((const struct gl_wire_MultiTexCoordPointerEXT *)wire)->texunit);
	case GL_OP_VertexArrayMultiTexCoordOffsetEXT:
		return is_set(context,
			((const struct gl_wire_VertexArrayMultiTexCoordOffsetEXT *)wire)->texunit);
	case GL_OP_VertexAttribs1hvNV:
	case GL_OP_VertexAttribs2hvNV:
	case GL_OP_VertexAttribs3hvNV:
	case GL_OP_VertexAttribs4hvNV:
		return is_attributes(wire);
	case GL_OP_UniformSubroutinesuiv:
		/* Mesa takes the first one without a look at their number. */
		return ((const struct gl_wire_UniformSubroutinesuiv *)wire)->count > 0;
	case GL_OP_GetVertexArrayIntegeri_vEXT:
		return !is_coords(get->pname) || get->index < (GLuint)context->has.n_coords;
	default:
		return true;
	}
}
