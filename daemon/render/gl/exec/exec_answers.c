/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much a query writes, where only the driver knows. */
#include <stdio.h>
#include <string.h>

#include "exec.h"
#include "exec_host.h"
#include "gl_wire_g.h"

/* A size's enum follows its map's at this distance. */
#define PIXEL_MAP_SIZE (GL_PIXEL_MAP_I_TO_I_SIZE - GL_PIXEL_MAP_I_TO_I)
#define NAME_ROOM      1024

static uint64_t integer(const struct exec_context *context, GLenum pname)
{
	GLint value = 0;

	context->gl.GetIntegerv(pname, &value);
	return gl_natural(value);
}

/* ---- uniforms */

static uint64_t components(GLenum type)
{
	switch (type) {
	case GL_FLOAT_VEC2:
	case GL_INT_VEC2:
	case GL_UNSIGNED_INT_VEC2:
	case GL_BOOL_VEC2:
	case GL_DOUBLE_VEC2:
	case GL_INT64_VEC2_ARB:
	case GL_UNSIGNED_INT64_VEC2_ARB:
		return 2;
	case GL_FLOAT_VEC3:
	case GL_INT_VEC3:
	case GL_UNSIGNED_INT_VEC3:
	case GL_BOOL_VEC3:
	case GL_DOUBLE_VEC3:
	case GL_INT64_VEC3_ARB:
	case GL_UNSIGNED_INT64_VEC3_ARB:
		return 3;
	case GL_FLOAT_VEC4:
	case GL_INT_VEC4:
	case GL_UNSIGNED_INT_VEC4:
	case GL_BOOL_VEC4:
	case GL_DOUBLE_VEC4:
	case GL_INT64_VEC4_ARB:
	case GL_UNSIGNED_INT64_VEC4_ARB:
	case GL_FLOAT_MAT2:
	case GL_DOUBLE_MAT2:
		return 4;
	case GL_FLOAT_MAT2x3:
	case GL_FLOAT_MAT3x2:
	case GL_DOUBLE_MAT2x3:
	case GL_DOUBLE_MAT3x2:
		return 6;
	case GL_FLOAT_MAT2x4:
	case GL_FLOAT_MAT4x2:
	case GL_DOUBLE_MAT2x4:
	case GL_DOUBLE_MAT4x2:
		return 8;
	case GL_FLOAT_MAT3:
	case GL_DOUBLE_MAT3:
		return 9;
	case GL_FLOAT_MAT3x4:
	case GL_FLOAT_MAT4x3:
	case GL_DOUBLE_MAT3x4:
	case GL_DOUBLE_MAT4x3:
		return 12;
	case GL_FLOAT_MAT4:
	case GL_DOUBLE_MAT4:
		return 16;
	default:
		return 1;
	}
}

/* The array element `at` of the uniform `name` (of `length`), which may end with "[0]". */
static GLint location_of(
	struct exec_context *context, GLuint program, GLchar *name, GLsizei length, GLint at)
{
	const GLsizei base = length > 3 && !strcmp(name + length - 3, "[0]") ? length - 3 : length;

	if (at > 0)
		snprintf(name + base, (size_t)(NAME_ROOM - base), "[%d]", at);
	return context->gl.GetUniformLocation(program, name);
}

/* Components of the uniform at a location, 0 if there is none. */
static uint64_t uniform(struct exec_context *context, GLuint guest, GLint location)
{
	const struct exec_object *object = exec_object(context, GL_CLASS_PROGRAM, guest);
	GLchar name[NAME_ROOM + 16];
	GLint n = 0, linked = 0;

	if (!object || object->cls != GL_CLASS_PROGRAM || location < 0)
		return 0;
	context->gl.GetProgramiv(object->host, GL_LINK_STATUS, &linked);
	if (!linked)
		return 0;
	context->gl.GetProgramiv(object->host, GL_ACTIVE_UNIFORMS, &n);
	for (GLint i = 0; i < n; i++) {
		GLsizei length = 0;
		GLint size = 0, first;
		GLenum type = 0;

		context->gl.GetActiveUniform(
			object->host, (GLuint)i, NAME_ROOM, &length, &size, &type, name);
		first = location_of(context, object->host, name, length, 0);
		if (first == location)
			return components(type);
		/* Elements mostly follow one another, but an explicit location may be anywhere. */
		if (first >= 0 && location > first && location - first < size &&
			location_of(context, object->host, name, length, location - first) == location)
			return components(type);
	}
	return 0;
}

/* ---- evaluators, pixel maps, formats, texts */

static uint64_t map_components(GLenum target)
{
	switch (target) {
	case GL_MAP1_COLOR_4:
	case GL_MAP2_COLOR_4:
	case GL_MAP1_TEXTURE_COORD_4:
	case GL_MAP2_TEXTURE_COORD_4:
	case GL_MAP1_VERTEX_4:
	case GL_MAP2_VERTEX_4:
		return 4;
	case GL_MAP1_NORMAL:
	case GL_MAP2_NORMAL:
	case GL_MAP1_TEXTURE_COORD_3:
	case GL_MAP2_TEXTURE_COORD_3:
	case GL_MAP1_VERTEX_3:
	case GL_MAP2_VERTEX_3:
		return 3;
	case GL_MAP1_TEXTURE_COORD_2:
	case GL_MAP2_TEXTURE_COORD_2:
		return 2;
	case GL_MAP1_INDEX:
	case GL_MAP2_INDEX:
	case GL_MAP1_TEXTURE_COORD_1:
	case GL_MAP2_TEXTURE_COORD_1:
		return 1;
	default:
		return GL_LENGTH_UNKNOWN;
	}
}

static uint64_t evaluator(struct exec_context *context, GLenum target, GLenum query)
{
	const bool two = target >= GL_MAP2_COLOR_4 && target <= GL_MAP2_VERTEX_4;
	GLint order[2] = { 0, 1 };

	/* A driver may know more maps than we do. */
	if (map_components(target) == GL_LENGTH_UNKNOWN)
		return GL_LENGTH_UNKNOWN;
	if (query == GL_ORDER)
		return two ? 2 : 1;
	if (query == GL_DOMAIN)
		return two ? 4 : 2;
	if (query != GL_COEFF)
		return 0;
	context->gl.GetMapiv(target, GL_ORDER, order);
	return gl_mul(gl_mul(gl_natural(order[0]), two ? gl_natural(order[1]) : 1),
		map_components(target));
}

static uint64_t pixel_map(struct exec_context *context, GLenum map)
{
	if (map < GL_PIXEL_MAP_I_TO_I || map > GL_PIXEL_MAP_A_TO_A)
		return 0;
	return integer(context, map + PIXEL_MAP_SIZE);
}

static uint64_t format_values(struct exec_context *context, GLenum target, GLenum format, GLenum pname)
{
	GLint n = 1;

	if (pname == GL_SAMPLES)
		context->gl.GetInternalformativ(target, format, GL_NUM_SAMPLE_COUNTS, 1, &n);
	return gl_natural(n);
}

static uint64_t program_text(struct exec_context *context, const void *wire, bool named)
{
	GLint length = 0;

	if (named) {
		const struct gl_wire_GetNamedProgramStringEXT *w = wire;

		context->gl.GetNamedProgramivEXT(
			exec_host_name(context, GL_CLASS_ARB_PROGRAM, w->program, GL_USE_NAME),
			w->target, GL_PROGRAM_LENGTH_ARB, &length);
	} else {
		const struct gl_wire_GetProgramStringARB *w = wire;

		context->gl.GetProgramivARB(w->target, GL_PROGRAM_LENGTH_ARB, &length);
	}
	return gl_natural(length);
}

/* ---- textures */

/* A value of one image of a texture, by whatever command names it. */
static GLint level_value(struct exec_context *context, uint16_t opcode, const void *wire, GLenum pname)
{
	const struct gl_functions *gl = &context->gl;
	GLint value = 0;

/* clang-format off */
#define TEXTURE(w) exec_host_name(context, GL_CLASS_TEXTURE, (w)->texture, GL_USE_NAME)
#define BOUND(command, at) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = wire; \
		gl->GetTexLevelParameteriv(w->target, w->at, pname, &value); \
		break; \
	}
#define NAMED(command, at) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = wire; \
		gl->GetTextureLevelParameteriv(TEXTURE(w), w->at, pname, &value); \
		break; \
	}
#define NAMED_EXT(command, at) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = wire; \
		gl->GetTextureLevelParameterivEXT(TEXTURE(w), w->target, w->at, pname, &value); \
		break; \
	}
#define UNIT(command, at) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = wire; \
		gl->GetMultiTexLevelParameterivEXT(w->texunit, w->target, w->at, pname, &value); \
		break; \
	}
	/* clang-format on */
	switch (opcode) {
		BOUND(GetTexImage, level)
		BOUND(GetnTexImage, level)
		BOUND(GetCompressedTexImage, level)
		BOUND(GetnCompressedTexImage, lod)
		NAMED(GetTextureImage, level)
		NAMED(GetCompressedTextureImage, level)
		NAMED(GetCompressedTextureSubImage, level)
		NAMED_EXT(GetTextureImageEXT, level)
		NAMED_EXT(GetCompressedTextureImageEXT, lod)
		UNIT(GetMultiTexImageEXT, level)
		UNIT(GetCompressedMultiTexImageEXT, lod)
	default:
		break;
	}
	return value;
}

/*
 * Faces that a command of GL 4.5 reads at once. GL_TEXTURE_TARGET cannot be asked for in each
 * profile of each driver; but what is no cube cannot be bound as one.
 */
static GLint faces(struct exec_context *context, GLuint guest)
{
	const struct gl_functions *gl = &context->gl;
	const GLuint texture = exec_host_name(context, GL_CLASS_TEXTURE, guest, GL_USE_NAME);
	GLint bound = 0;
	bool cube;

	/* Binding would make a cube of a name that is no texture yet. */
	if (context->begun || !gl->IsTexture(texture))
		return 1;
	gl->GetIntegerv(GL_TEXTURE_BINDING_CUBE_MAP, &bound);
	exec_errors_drop(context);
	gl->BindTexture(GL_TEXTURE_CUBE_MAP, texture);
	cube = gl->GetError() == GL_NO_ERROR;
	/* One that was deleted in another context cannot be bound again: its name would make another. */
	if (!exec_object_of_host(context, GL_CLASS_TEXTURE, (GLuint)bound))
		bound = 0;
	gl->BindTexture(GL_TEXTURE_CUBE_MAP, (GLuint)bound);
	return cube ? 6 : 1;
}

/*
 * Images that a command reads at once. Those of GL_EXT_direct_state_access take a cube for a
 * target, and with some drivers read all of a cube where one face is asked for.
 */
static GLint images(struct exec_context *context, uint16_t opcode, const void *wire)
{
	GLenum target = GL_NONE;

	switch (opcode) {
	case GL_OP_GetTextureImage:
		return faces(context, ((const struct gl_wire_GetTextureImage *)wire)->texture);
	case GL_OP_GetCompressedTextureImage:
		return faces(
			context, ((const struct gl_wire_GetCompressedTextureImage *)wire)->texture);
	case GL_OP_GetTextureImageEXT:
		target = ((const struct gl_wire_GetTextureImageEXT *)wire)->target;
		break;
	case GL_OP_GetMultiTexImageEXT:
		target = ((const struct gl_wire_GetMultiTexImageEXT *)wire)->target;
		break;
	case GL_OP_GetCompressedTextureImageEXT:
		target = ((const struct gl_wire_GetCompressedTextureImageEXT *)wire)->target;
		break;
	case GL_OP_GetCompressedMultiTexImageEXT:
		target = ((const struct gl_wire_GetCompressedMultiTexImageEXT *)wire)->target;
		break;
	default:
		return 1;
	}
	if (target >= GL_TEXTURE_CUBE_MAP_POSITIVE_X && target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z)
		context->exec->dec.times = EXEC_FACES;
	return target == GL_TEXTURE_CUBE_MAP ? (GLint)EXEC_FACES : 1;
}

static uint64_t compressed(struct exec_context *context, uint16_t opcode, const void *wire)
{
	const GLint bytes = level_value(context, opcode, wire, GL_TEXTURE_COMPRESSED_IMAGE_SIZE);

	/* Mesa does not look whether there is a texture. */
	if (bytes == 0 && (opcode == GL_OP_GetCompressedTextureImageEXT ||
				  opcode == GL_OP_GetCompressedMultiTexImageEXT))
		gl_decoder_fail(&context->exec->dec, GL_INVALID_OPERATION);
	return gl_mul(gl_natural(bytes), gl_natural(images(context, opcode, wire)));
}

static uint64_t blocks(GLint pixels, GLint block)
{
	const uint64_t size = block > 0 ? (uint64_t)block : 1;

	return (gl_natural(pixels) + size - 1) / size;
}

static uint64_t compressed_part(
	struct exec_context *context, const struct gl_wire_GetCompressedTextureSubImage *w)
{
	const uint16_t opcode = GL_OP_GetCompressedTextureSubImage;
	GLint block[3] = { 1, 1, 0 };
	const GLenum format = (GLenum)level_value(context, opcode, w, GL_TEXTURE_INTERNAL_FORMAT);

	context->gl.GetInternalformativ(
		GL_TEXTURE_2D, format, GL_TEXTURE_COMPRESSED_BLOCK_WIDTH, 1, &block[0]);
	context->gl.GetInternalformativ(
		GL_TEXTURE_2D, format, GL_TEXTURE_COMPRESSED_BLOCK_HEIGHT, 1, &block[1]);
	context->gl.GetInternalformativ(
		GL_TEXTURE_2D, format, GL_TEXTURE_COMPRESSED_BLOCK_SIZE, 1, &block[2]);
	return gl_mul(gl_mul(gl_mul(blocks(w->width, block[0]), blocks(w->height, block[1])),
			      gl_natural(w->depth)),
		gl_natural(block[2]));
}

bool exec_dims(void *data, uint16_t opcode, const void *wire, GLsizei ret_dims[3])
{
	struct exec_context *context = data;

	switch (opcode) {
	case GL_OP_GetTexImage:
	case GL_OP_GetnTexImage:
	case GL_OP_GetTextureImage:
	case GL_OP_GetTextureImageEXT:
	case GL_OP_GetMultiTexImageEXT:
		break;
	default:
		return false;
	}
	ret_dims[0] = level_value(context, opcode, wire, GL_TEXTURE_WIDTH);
	ret_dims[1] = level_value(context, opcode, wire, GL_TEXTURE_HEIGHT);
	ret_dims[2] =
		level_value(context, opcode, wire, GL_TEXTURE_DEPTH) * images(context, opcode, wire);
	return true;
}

/* ---- by pname */

static uint64_t by_pname(struct exec_context *context, uint16_t opcode, const void *wire)
{
	GLint n = 0;

	if (opcode == GL_OP_GetActiveUniformBlockiv) {
		const struct gl_wire_GetActiveUniformBlockiv *w = wire;

		context->gl.GetActiveUniformBlockiv(
			exec_host_name(context, GL_CLASS_PROGRAM, w->program, GL_USE_NAME),
			w->uniformBlockIndex, GL_UNIFORM_BLOCK_ACTIVE_UNIFORMS, &n);
	} else if (opcode == GL_OP_GetActiveAtomicCounterBufferiv) {
		const struct gl_wire_GetActiveAtomicCounterBufferiv *w = wire;

		context->gl.GetActiveAtomicCounterBufferiv(
			exec_host_name(context, GL_CLASS_PROGRAM, w->program, GL_USE_NAME),
			w->bufferIndex, GL_ATOMIC_COUNTER_BUFFER_ACTIVE_ATOMIC_COUNTERS, &n);
	} else if (opcode == GL_OP_GetActiveSubroutineUniformiv) {
		const struct gl_wire_GetActiveSubroutineUniformiv *w = wire;

		context->gl.GetActiveSubroutineUniformiv(
			exec_host_name(context, GL_CLASS_PROGRAM, w->program, GL_USE_NAME),
			w->shadertype, w->index, GL_NUM_COMPATIBLE_SUBROUTINES, &n);
	} else if (opcode == GL_OP_GetIntegerv || opcode == GL_OP_GetInteger64v ||
		   opcode == GL_OP_GetFloatv || opcode == GL_OP_GetDoublev ||
		   opcode == GL_OP_GetBooleanv) {
		/* Their fixed fields begin alike. */
		if (((const struct gl_wire_GetIntegerv *)wire)->pname == GL_COMPRESSED_TEXTURE_FORMATS)
			return integer(context, GL_NUM_COMPRESSED_TEXTURE_FORMATS);
	}
	return gl_natural(n);
}

uint64_t exec_count(void *data, uint16_t opcode, const void *wire)
{
	struct exec_context *context = data;

/* clang-format off */
#define UNIFORM(command) \
	case GL_OP_##command: \
		return uniform(context, ((const struct gl_wire_##command *)wire)->program, \
			((const struct gl_wire_##command *)wire)->location);
#define EVALUATOR(command) \
	case GL_OP_##command: \
		return evaluator(context, ((const struct gl_wire_##command *)wire)->target, \
			((const struct gl_wire_##command *)wire)->query);
#define PIXEL_MAP(command) \
	case GL_OP_##command: \
		return pixel_map(context, ((const struct gl_wire_##command *)wire)->map);
#define FORMAT(command) \
	case GL_OP_##command: \
		return format_values(context, ((const struct gl_wire_##command *)wire)->target, \
			((const struct gl_wire_##command *)wire)->internalformat, \
			((const struct gl_wire_##command *)wire)->pname);
	/* clang-format on */
	switch (opcode) {
		UNIFORM(GetUniformfv)
		UNIFORM(GetUniformiv)
		UNIFORM(GetUniformuiv)
		UNIFORM(GetUniformdv)
		UNIFORM(GetUniformi64vARB)
		UNIFORM(GetUniformui64vARB)
		UNIFORM(GetnUniformfv)
		UNIFORM(GetnUniformiv)
		UNIFORM(GetnUniformuiv)
		UNIFORM(GetnUniformdv)
		UNIFORM(GetnUniformi64vARB)
		UNIFORM(GetnUniformui64vARB)
		EVALUATOR(GetMapdv)
		EVALUATOR(GetMapfv)
		EVALUATOR(GetMapiv)
		EVALUATOR(GetnMapdv)
		EVALUATOR(GetnMapfv)
		EVALUATOR(GetnMapiv)
		PIXEL_MAP(GetPixelMapfv)
		PIXEL_MAP(GetPixelMapuiv)
		PIXEL_MAP(GetPixelMapusv)
		PIXEL_MAP(GetnPixelMapfv)
		PIXEL_MAP(GetnPixelMapuiv)
		PIXEL_MAP(GetnPixelMapusv)
		FORMAT(GetInternalformativ)
		FORMAT(GetInternalformati64v)
	case GL_OP_GetProgramStringARB:
		return program_text(context, wire, false);
	case GL_OP_GetNamedProgramStringEXT:
		return program_text(context, wire, true);
	case GL_OP_GetCompressedTextureSubImage:
		return compressed_part(context, wire);
	case GL_OP_GetCompressedTexImage:
	case GL_OP_GetnCompressedTexImage:
	case GL_OP_GetCompressedTextureImage:
	case GL_OP_GetCompressedTextureImageEXT:
	case GL_OP_GetCompressedMultiTexImageEXT:
		return compressed(context, opcode, wire);
	default:
		return by_pname(context, opcode, wire);
	}
}
