/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec.h"
#include "gl_wire_a_c.h"
#include "gl_wire_d_f.h"
#include "gl_wire_g.h"
#include "gl_wire_n_p.h"
#include "gl_wire_q_t.h"

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

/* If glBegin did begin something this query fails, as whatever cannot stand there. */
bool exec_inside(struct exec_context *context)
{
	GLint size = -1;

	if (!context->begun)
		return false;
	context->gl.GetIntegerv(GL_MAX_TEXTURE_SIZE, &size);
	context->begun = size == -1;
	return context->begun;
}

/* What is locked may be read there and then, without a look at how much there is. */
bool exec_is_hint(uint16_t opcode)
{
	return opcode == GL_OP_LockArraysEXT || opcode == GL_OP_UnlockArraysEXT;
}

static GLenum store_before(struct exec_context *context, uint16_t opcode, const void *wire)
{
	const struct gl_wire_PixelStorei *i = wire;
	const struct gl_wire_PixelStoref *f = wire;
	const GLenum pname = opcode == GL_OP_PixelStoref ? f->pname : i->pname;
	const float value = opcode == GL_OP_PixelStoref ? f->param : (float)i->param;

	exec_store_restore(context);
	return exec_store_knows(context, pname, value) ? GL_NO_ERROR : GL_INVALID_ENUM;
}

/* The driver may note each of them for as long as the context is there. */
static GLenum ids_before(struct exec_context *context, const struct gl_wire_DebugMessageControl *wire)
{
	const uint64_t n = gl_natural(wire->count);

	if (!exec_take(context->exec, GL_EXEC_OBJECTS, n, 0))
		return GL_OUT_OF_MEMORY;
	context->debug_ids += n;
	return GL_NO_ERROR;
}

static GLenum range_before(struct exec_context *context, const struct gl_wire_BindBufferRange *wire)
{
	return exec_range_fits(context, gl_natural(wire->offset), wire->buffer) ? GL_NO_ERROR
										: GL_INVALID_VALUE;
}

GLenum exec_before(
	struct exec_context *context, const struct gl_row *row, uint16_t opcode, const void *wire)
{
	if (!(row->flags & GL_ROW_KEEPS)) {
		context->elements_known = false;
		context->arrays_known = exec_arrays_stay(context, opcode, wire);
	}
	if (context->compiling && !exec_compile_fits(context, opcode, wire))
		return GL_INVALID_VALUE;
	if (!exec_units_fit(context, opcode, wire))
		return GL_INVALID_OPERATION;
	switch (opcode) {
	case GL_OP_Begin:
		/* Between it and glEnd nothing can be asked. */
		exec_arrays_look(context);
		exec_elements_look(context);
		exec_list_keep_apart(context, ((const struct gl_wire_Begin *)wire)->mode);
		context->begun = context->begin_last = true;
		break;
	case GL_OP_CallList:
	case GL_OP_CallLists:
		/* A list may enable arrays, by glEnable. */
		context->arrays_known = false;
		return exec_lists_before(context, opcode, wire);
	case GL_OP_Bitmap:
		exec_raster_before(context, wire);
		break;
	case GL_OP_CreateShader:
	case GL_OP_CreateShaderProgramv:
	case GL_OP_CreateShaderProgramEXT:
		if (is_compute(context, opcode, wire))
			return GL_INVALID_ENUM;
		return exec_memory_before(context, opcode, wire);
	case GL_OP_BindBufferRange:
		return range_before(context, wire);
	case GL_OP_DebugMessageControl:
		return ids_before(context, wire);
	case GL_OP_TexBuffer:
	case GL_OP_TexBufferRange:
	case GL_OP_TextureBuffer:
	case GL_OP_TextureBufferRange:
	case GL_OP_TextureBufferEXT:
	case GL_OP_TextureBufferRangeEXT:
	case GL_OP_MultiTexBufferEXT:
		context->group->texture_buffers = true;
		break;
	case GL_OP_ReadPixels:
	case GL_OP_ReadnPixels:
	case GL_OP_CopyPixels:
		return exec_depth_before(context, opcode, wire) ? GL_NO_ERROR : GL_INVALID_OPERATION;
	case GL_OP_GenLists:
	case GL_OP_NewList:
		return exec_lists_before(context, opcode, wire);
	case GL_OP_PixelStoref:
	case GL_OP_PixelStorei:
		return store_before(context, opcode, wire);
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

static void look_whether_compiling(struct exec_context *context)
{
	GLint list = 1;

	context->gl.GetIntegerv(GL_LIST_INDEX, &list);
	context->compiling = list != 0;
}

/* What the commands say about where the next ones stand. */
static void follow(struct exec_context *context, uint16_t opcode)
{
	switch (opcode) {
	case GL_OP_End:
		context->begun = context->begin_last = false;
		break;
	case GL_OP_NewList:
	case GL_OP_EndList:
		context->group->open_lists |= opcode == GL_OP_EndList && context->begin_last;
		if (context->has.fixed_arrays)
			look_whether_compiling(context);
		break;
	case GL_OP_CallList:
	case GL_OP_CallLists:
		context->begun |= context->group->open_lists;
		break;
	default:
		break;
	}
}

void exec_after(struct exec_context *context, uint16_t opcode, const void *wire, bool done)
{
	if (context->reserved)
		exec_names_settle(context);
	if (context->charge.object)
		exec_memory_after(context, done);
	if (context->colours)
		exec_depth_after(context);
	if (opcode == GL_OP_BindBuffersRange)
		exec_ranges_look(context);
	follow(context, opcode);
	exec_lists_after(context, opcode, wire, done);
}
