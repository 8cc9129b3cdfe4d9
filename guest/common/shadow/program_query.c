/* SPDX-License-Identifier: MIT */
/* What programs ask of programs and shaders: from their descriptions, else from the host. */
#include <stdlib.h>
#include <string.h>

#include "gl_encode.h"
#include "gl_shadow.h"
#include "program.h"

void gl_shadow_UseProgram(struct gl_context *ctx, GLuint program)
{
	if (!program || gl_program_linked(ctx, program))
		gl_known_set(ctx, GL_CURRENT_PROGRAM, (GLint)program);
	else
		gl_known_drop(ctx, GL_CURRENT_PROGRAM);
	gl_encode_UseProgram(&ctx->enc, program);
}

/* ---- locations */

static struct gl_asked *asked_find(const struct gl_program *program, GLenum kind, const char *name)
{
	struct gl_asked *asked = program->asked;

	while (asked && (asked->kind != kind || strcmp(asked->name, name) != 0))
		asked = asked->next;
	return asked;
}

static void asked_add(struct gl_program *program, GLenum kind, const char *name, GLint location)
{
	const size_t bytes = strlen(name) + 1;
	struct gl_asked *asked = malloc(sizeof(*asked) + bytes);

	if (!asked)
		return;
	asked->kind = kind;
	asked->location = location;
	memcpy(asked->name, name, bytes);
	asked->next = program->asked;
	program->asked = asked;
}

/* Whether a name may stand for a part of something that is listed under another one. */
static bool may_be_part(const struct gl_program *program, const char *name)
{
	return program->truncated || strchr(name, '[') || strchr(name, '.');
}

/* The name under which an array is listed: with [0]. False: it is too long for that. */
static bool first_element(const char *name, char *ret_name, size_t room)
{
	const size_t length = strlen(name);

	if (length + 4 > room)
		return false;
	memcpy(ret_name, name, length);
	memcpy(ret_name + length, "[0]", 4);
	return true;
}

/* True: *ret_location is the answer. */
static bool location(
	const struct gl_program *program, GLenum kind, const char *name, GLint *ret_location)
{
	const struct gl_resource *resource = gl_resource_find(program, kind, name);
	const struct gl_asked *asked;
	char element[256];

	if (!resource && first_element(name, element, sizeof(element)))
		resource = gl_resource_find(program, kind, element);
	if (resource) {
		*ret_location = resource->location;
		return true;
	}
	asked = asked_find(program, kind, name);
	if (asked)
		*ret_location = asked->location;
	else if (may_be_part(program, name))
		return false;
	else
		*ret_location = -1;
	return true;
}

GLint gl_shadow_GetUniformLocation(struct gl_context *ctx, GLuint program, const GLchar *name)
{
	struct gl_program *description = gl_program_described(ctx, program);
	GLint at;

	if (!description || !description->good)
		return gl_encode_GetUniformLocation(&ctx->enc, program, name);
	if (location(description, GL_UNIFORM, name, &at))
		return at;
	at = gl_encode_GetUniformLocation(&ctx->enc, program, name);
	asked_add(description, GL_UNIFORM, name, at);
	return at;
}

GLint gl_shadow_GetAttribLocation(struct gl_context *ctx, GLuint program, const GLchar *name)
{
	struct gl_program *description = gl_program_described(ctx, program);
	GLint at;

	if (!description || !description->good)
		return gl_encode_GetAttribLocation(&ctx->enc, program, name);
	if (location(description, GL_PROGRAM_INPUT, name, &at))
		return at;
	at = gl_encode_GetAttribLocation(&ctx->enc, program, name);
	asked_add(description, GL_PROGRAM_INPUT, name, at);
	return at;
}

GLuint gl_shadow_GetUniformBlockIndex(
	struct gl_context *ctx, GLuint program, const GLchar *uniformBlockName)
{
	const struct gl_program *description = gl_program_described(ctx, program);
	const struct gl_resource *block = NULL;

	if (description && description->good)
		block = gl_resource_find(description, GL_UNIFORM_BLOCK, uniformBlockName);
	return block ? block->index
		     : gl_encode_GetUniformBlockIndex(&ctx->enc, program, uniformBlockName);
}

/* ---- what is active */

/* One resource as glGetActiveUniform gives it. False: the host has to. */
static bool active(const struct gl_program *program, GLenum kind, GLuint index, GLsizei bufSize,
	GLsizei *length, GLint *size, GLenum *type, GLchar *name)
{
	const struct gl_resource *resource = program && program->good && bufSize >= 0
						     ? gl_resource_at(program, kind, index)
						     : NULL;
	GLsizei n;

	if (!resource)
		return false;
	n = (GLsizei)gl_min((uint64_t)bufSize, resource->name_bytes);
	if (n && name) {
		memcpy(name, resource->name, (size_t)n - 1);
		name[n - 1] = 0;
	}
	if (length)
		*length = n ? n - 1 : 0;
	if (size)
		*size = resource->elements;
	if (type)
		*type = resource->type;
	return true;
}

void gl_shadow_GetActiveUniform(struct gl_context *ctx, GLuint program, GLuint index,
	GLsizei bufSize, GLsizei *length, GLint *size, GLenum *type, GLchar *name)
{
	if (!active(gl_program_described(ctx, program), GL_UNIFORM, index, bufSize, length, size,
		    type, name))
		gl_encode_GetActiveUniform(
			&ctx->enc, program, index, bufSize, length, size, type, name);
}

void gl_shadow_GetActiveAttrib(struct gl_context *ctx, GLuint program, GLuint index,
	GLsizei bufSize, GLsizei *length, GLint *size, GLenum *type, GLchar *name)
{
	if (!active(gl_program_described(ctx, program), GL_PROGRAM_INPUT, index, bufSize, length,
		    size, type, name))
		gl_encode_GetActiveAttrib(
			&ctx->enc, program, index, bufSize, length, size, type, name);
}

static GLint count(const struct gl_program *program, GLenum kind, bool longest)
{
	GLint n = 0, bytes = 0;

	for (unsigned int i = 0; i < program->n_resources; i++) {
		if (program->resources[i].kind != kind)
			continue;
		n++;
		if ((GLint)program->resources[i].name_bytes > bytes)
			bytes = (GLint)program->resources[i].name_bytes;
	}
	return longest ? bytes : n;
}

/* True: *ret_value is the answer. */
static bool parameter(const struct gl_program *program, GLenum pname, GLint *ret_value)
{
	const bool listed = program->good && !program->truncated;

	switch (pname) {
	case GL_LINK_STATUS:
		*ret_value = program->good;
		return true;
	case GL_INFO_LOG_LENGTH:
		*ret_value = program->log_bytes ? (GLint)program->log_bytes + 1 : 0;
		return !program->log_cut;
	case GL_ACTIVE_UNIFORMS:
		*ret_value = count(program, GL_UNIFORM, false);
		return listed;
	case GL_ACTIVE_UNIFORM_MAX_LENGTH:
		*ret_value = count(program, GL_UNIFORM, true);
		return listed;
	case GL_ACTIVE_ATTRIBUTES:
		*ret_value = count(program, GL_PROGRAM_INPUT, false);
		return listed;
	case GL_ACTIVE_ATTRIBUTE_MAX_LENGTH:
		*ret_value = count(program, GL_PROGRAM_INPUT, true);
		return listed;
	default:
		return false;
	}
}

void gl_shadow_GetProgramiv(struct gl_context *ctx, GLuint program, GLenum pname, GLint *params)
{
	const struct gl_program *description = gl_program_described(ctx, program);

	if (!description || !parameter(description, pname, params))
		gl_encode_GetProgramiv(&ctx->enc, program, pname, params);
}

void gl_shadow_GetShaderiv(struct gl_context *ctx, GLuint shader, GLenum pname, GLint *params)
{
	const struct gl_program *description = NULL;

	if (pname == GL_COMPILE_STATUS || pname == GL_INFO_LOG_LENGTH)
		description = gl_shader_described(ctx, shader);
	if (!description || description->log_cut)
		gl_encode_GetShaderiv(&ctx->enc, shader, pname, params);
	else if (pname == GL_COMPILE_STATUS)
		*params = description->good;
	else
		*params = description->log_bytes ? (GLint)description->log_bytes + 1 : 0;
}

/* True: the log has been given. */
static bool give_log(
	const struct gl_program *program, GLsizei bufSize, GLsizei *length, GLchar *infoLog)
{
	GLsizei n;

	if (!program || program->log_cut || bufSize < 0)
		return false;
	n = (GLsizei)gl_min((uint64_t)bufSize, (uint64_t)program->log_bytes + 1);
	if (n && infoLog) {
		memcpy(infoLog, program->log, (size_t)n - 1);
		infoLog[n - 1] = 0;
	}
	if (length)
		*length = n ? n - 1 : 0;
	return true;
}

void gl_shadow_GetProgramInfoLog(
	struct gl_context *ctx, GLuint program, GLsizei bufSize, GLsizei *length, GLchar *infoLog)
{
	if (!give_log(gl_program_described(ctx, program), bufSize, length, infoLog))
		gl_encode_GetProgramInfoLog(&ctx->enc, program, bufSize, length, infoLog);
}

void gl_shadow_GetShaderInfoLog(
	struct gl_context *ctx, GLuint shader, GLsizei bufSize, GLsizei *length, GLchar *infoLog)
{
	if (!give_log(gl_shader_described(ctx, shader), bufSize, length, infoLog))
		gl_encode_GetShaderInfoLog(&ctx->enc, shader, bufSize, length, infoLog);
}

GLuint gl_shadow_CreateShader(struct gl_context *ctx, GLenum type)
{
	GLuint name;

	switch (type) {
	case GL_VERTEX_SHADER:
	case GL_FRAGMENT_SHADER:
	case GL_GEOMETRY_SHADER:
	case GL_TESS_CONTROL_SHADER:
	case GL_TESS_EVALUATION_SHADER:
	case GL_COMPUTE_SHADER:
		break;
	default:
		gl_error(ctx, GL_INVALID_ENUM);
		return 0;
	}
	name = gl_name_make(ctx, GL_CLASS_SHADER);
	gl_encode_CreateShader(&ctx->enc, type, name);
	gl_made(ctx);
	return name;
}

/* Where there is no shader the driver looks at no text. */
void gl_shadow_ShaderSource(struct gl_context *ctx, GLuint shader, GLsizei count,
	const GLchar *const *string, const GLint *length)
{
	if (!gl_name_may_be(ctx, GL_CLASS_SHADER, shader))
		gl_error(ctx, gl_name_may_be(ctx, GL_CLASS_PROGRAM, shader) &&
					      gl_encode_IsProgram(&ctx->enc, shader)
				      ? GL_INVALID_OPERATION
				      : GL_INVALID_VALUE);
	else if (count > 0 && !string)
		gl_error(ctx, GL_INVALID_VALUE);
	else
		gl_encode_ShaderSource(&ctx->enc, shader, count, string, length);
}
