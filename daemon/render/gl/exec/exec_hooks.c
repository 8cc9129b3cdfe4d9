/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec.h"
#include "gl_wire_a_c.h"
#include "gl_wire_d_f.h"
#include "gl_wire_g.h"
#include "gl_wire_q_t.h"

/* Numbers of display lists that one command may ask for. */
#define LISTS_MAX 65536

/* Whether a command makes a compute shader, and compute shaders are off. */
static bool is_compute(const struct exec_context *context, uint16_t opcode, const void *wire)
{
	if (context->exec->config.compute)
		return false;
	if (opcode == GL_OP_CreateShader)
		return ((const struct gl_wire_CreateShader *)wire)->type == GL_COMPUTE_SHADER;
	if (opcode == GL_OP_CreateShaderProgramv)
		return ((const struct gl_wire_CreateShaderProgramv *)wire)->type == GL_COMPUTE_SHADER;
	if (opcode == GL_OP_CreateShaderProgramEXT)
		return ((const struct gl_wire_CreateShaderProgramEXT *)wire)->type ==
		       GL_COMPUTE_SHADER;
	return false;
}

/*
 * GL_AMD_pinned_memory makes a buffer of the memory that its data lie in: that of a message, which
 * goes with it. There is no such target here.
 */
static bool is_pinned(uint16_t opcode, const void *wire)
{
	/* What is common to them: the target comes first. */
	const struct gl_wire_BindBuffer *first = wire;

	return (opcode == GL_OP_BindBuffer || opcode == GL_OP_BufferData ||
		       opcode == GL_OP_BufferStorage) &&
	       first->target == GL_EXTERNAL_VIRTUAL_MEMORY_BUFFER_AMD;
}

static GLenum lists_before(struct exec_context *context, const struct gl_wire_GenLists *wire)
{
	if (wire->range <= 0)
		return GL_NO_ERROR;
	if (wire->range > LISTS_MAX ||
		!exec_take(context->exec, GL_EXEC_OBJECTS, (uint64_t)wire->range, 0))
		return GL_OUT_OF_MEMORY;
	context->group->lists += (uint64_t)wire->range;
	return GL_NO_ERROR;
}

static void lists_after(struct exec_context *context, const struct gl_wire_DeleteLists *wire)
{
	const uint64_t gone = gl_min(gl_natural(wire->range), context->group->lists);

	exec_give(context->exec, GL_EXEC_OBJECTS, gone);
	context->group->lists -= gone;
}

/*
 * Whether that glBegin did begin something. If so this query fails as what cannot stand there, and
 * so does the command that it is asked for.
 */
static void look_inside(struct exec_context *context)
{
	GLint mode = -1;

	context->gl.GetIntegerv(GL_RENDER_MODE, &mode);
	context->begun = context->misplaced = mode == -1;
}

GLenum exec_before(
	struct exec_context *context, const struct gl_row *row, uint16_t opcode, const void *wire)
{
	if (context->begun && !(row->flags & GL_ROW_INSIDE))
		look_inside(context);
	if (!(row->flags & GL_ROW_KEEPS))
		context->arrays_known = exec_arrays_stay(context, opcode, wire);
	switch (opcode) {
	case GL_OP_Begin:
		/* Between it and glEnd nothing can be asked. */
		exec_arrays_look(context);
		context->begun = true;
		break;
	case GL_OP_CallList:
	case GL_OP_CallLists:
		/* A list may enable arrays, by glEnable. */
		context->arrays_known = false;
		break;
	case GL_OP_CreateShader:
	case GL_OP_CreateShaderProgramv:
	case GL_OP_CreateShaderProgramEXT:
		if (is_compute(context, opcode, wire))
			return GL_INVALID_ENUM;
		break;
	case GL_OP_GenLists:
		return lists_before(context, wire);
	case GL_OP_PixelStoref:
	case GL_OP_PixelStorei:
	case GL_OP_PushClientAttrib:
	case GL_OP_PopClientAttrib:
	case GL_OP_ClientAttribDefaultEXT:
	case GL_OP_PushClientAttribDefaultEXT:
	case GL_OP_GetIntegerv:
	case GL_OP_GetInteger64v:
	case GL_OP_GetFloatv:
	case GL_OP_GetDoublev:
	case GL_OP_GetBooleanv:
		exec_store_restore(context);
		break;
	default:
		if (is_pinned(opcode, wire))
			return GL_INVALID_ENUM;
		if (!(row->flags & GL_ROW_KEEPS))
			return exec_memory_before(context, opcode, wire);
		break;
	}
	return GL_NO_ERROR;
}

void exec_after(struct exec_context *context, uint16_t opcode, const void *wire, bool done)
{
	if (context->reserved)
		exec_names_settle(context);
	if (context->charge.object)
		exec_memory_after(context, done);
	if (opcode == GL_OP_End)
		context->begun = false;
	else if (opcode == GL_OP_DeleteLists && done)
		lists_after(context, wire);
}
