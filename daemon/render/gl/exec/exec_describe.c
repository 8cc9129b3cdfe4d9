/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program is asked for after its link, in one message. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"

#define NAME_MAX_BYTES   4096u
#define RECORD_HEAD      28u
#define DESCRIPTION_ROOM (GLM_LOG_MAX + GLM_RESOURCES_MAX + 256u)

struct description {
	struct exec_context *context;
	GLuint program;
	bool truncated;
	uint32_t size;
	GLchar name[NAME_MAX_BYTES];
	uint8_t bytes[GLM_RESOURCES_MAX];
	GLchar log[GLM_LOG_MAX];
};

struct record {
	uint32_t kind, index;
	int32_t location;
	uint32_t type;
	int32_t elements, block;
	uint32_t name_bytes;
};

_Static_assert(sizeof(struct record) == RECORD_HEAD, "as stream.md says");

static void add(struct description *d, const struct record *record)
{
	const uint32_t padded = (record->name_bytes + 3) & ~3u;

	if (d->size + RECORD_HEAD + padded > sizeof(d->bytes)) {
		d->truncated = true;
		return;
	}
	memcpy(d->bytes + d->size, record, RECORD_HEAD);
	memset(d->bytes + d->size + RECORD_HEAD, 0, padded);
	memcpy(d->bytes + d->size + RECORD_HEAD, d->name, record->name_bytes);
	d->size += RECORD_HEAD + padded;
}

static GLuint count_of(const struct description *d, GLenum pname)
{
	GLint n = 0;

	d->context->gl.GetProgramiv(d->program, pname, &n);
	return n < 0 ? 0 : (GLuint)n;
}

static void attributes(struct description *d)
{
	const struct gl_functions *gl = &d->context->gl;
	const GLuint n = count_of(d, GL_ACTIVE_ATTRIBUTES);

	for (GLuint i = 0; i < n && !d->truncated; i++) {
		struct record record = { .kind = GL_PROGRAM_INPUT, .index = i, .block = -1 };
		GLsizei length = 0;
		GLenum type = 0;

		gl->GetActiveAttrib(
			d->program, i, sizeof(d->name), &length, &record.elements, &type, d->name);
		record.type = type;
		record.name_bytes = (uint32_t)length + 1;
		record.location = gl->GetAttribLocation(d->program, d->name);
		add(d, &record);
	}
}

static void uniforms(struct description *d)
{
	const struct gl_functions *gl = &d->context->gl;
	const GLuint n = count_of(d, GL_ACTIVE_UNIFORMS);

	for (GLuint i = 0; i < n && !d->truncated; i++) {
		struct record record = { .kind = GL_UNIFORM, .index = i, .block = -1 };
		GLsizei length = 0;
		GLenum type = 0;

		gl->GetActiveUniform(
			d->program, i, sizeof(d->name), &length, &record.elements, &type, d->name);
		record.type = type;
		record.name_bytes = (uint32_t)length + 1;
		record.location = gl->GetUniformLocation(d->program, d->name);
		if (d->context->has.uniform_blocks)
			gl->GetActiveUniformsiv(
				d->program, 1, &i, GL_UNIFORM_BLOCK_INDEX, &record.block);
		add(d, &record);
	}
}

static void blocks(struct description *d)
{
	const struct gl_functions *gl = &d->context->gl;
	const GLuint n = d->context->has.uniform_blocks ? count_of(d, GL_ACTIVE_UNIFORM_BLOCKS) : 0;

	for (GLuint i = 0; i < n && !d->truncated; i++) {
		struct record record = {
			.kind = GL_UNIFORM_BLOCK, .index = i, .location = -1, .block = -1
		};
		GLsizei length = 0;
		GLint bytes = 0;

		gl->GetActiveUniformBlockName(d->program, i, sizeof(d->name), &length, d->name);
		gl->GetActiveUniformBlockiv(d->program, i, GL_UNIFORM_BLOCK_DATA_SIZE, &bytes);
		gl->GetActiveUniformBlockiv(
			d->program, i, GL_UNIFORM_BLOCK_BINDING, &record.elements);
		record.type = (uint32_t)bytes;
		record.name_bytes = (uint32_t)length + 1;
		add(d, &record);
	}
}

static void describe(struct description *d, struct glm_program_description *reply)
{
	const struct gl_functions *gl = &d->context->gl;
	GLsizei length = 0;
	GLint linked = 0;

	gl->GetProgramiv(d->program, GL_LINK_STATUS, &linked);
	gl->GetProgramInfoLog(d->program, sizeof(d->log), &length, d->log);
	reply->known = 1;
	reply->linked = linked != 0;
	reply->log = (struct wire_blob){ .data = d->log, .size = (uint32_t)length };
	if (linked) {
		attributes(d);
		uniforms(d);
		blocks(d);
	}
	reply->truncated = d->truncated;
	reply->resources = (struct wire_blob){ .data = d->bytes, .size = d->size };
}

/* The object of that name and class, in a context that can be asked. */
static struct exec_object *find(struct gl_exec *exec, enum gl_class cls, GLuint guest)
{
	struct exec_object *object;

	if (!exec->current || exec->current->lost || !exec_current_again(exec))
		return NULL;
	object = exec_object(exec->current, cls, guest);
	return object && object->cls == cls ? object : NULL;
}

void exec_program_describe(struct gl_exec *exec, const struct glm_program_describe *message)
{
	const struct exec_object *object = find(exec, GL_CLASS_PROGRAM, message->program);
	struct glm_program_description reply = { .program = message->program };
	struct description *d = malloc(sizeof(*d));

	if (!d) {
		exec->status = -ENOMEM;
		return;
	}
	d->context = exec->current;
	d->size = 0;
	d->truncated = false;
	if (object) {
		d->program = object->host;
		describe(d, &reply);
	}
	exec_errors_tell(exec);
	exec_send_message(exec, &glm_program_description_type, &reply, DESCRIPTION_ROOM);
	free(d);
}

void exec_shader_describe(struct gl_exec *exec, const struct glm_shader_describe *message)
{
	const struct exec_object *object = find(exec, GL_CLASS_SHADER, message->shader);
	struct glm_shader_description reply = { .shader = message->shader };
	GLchar *log = malloc(GLM_LOG_MAX);
	GLint compiled = 0;
	GLsizei length = 0;

	if (!log) {
		exec->status = -ENOMEM;
		return;
	}
	if (object) {
		const struct gl_functions *gl = &exec->current->gl;

		gl->GetShaderiv(object->host, GL_COMPILE_STATUS, &compiled);
		gl->GetShaderInfoLog(object->host, GLM_LOG_MAX, &length, log);
		reply.known = 1;
		reply.compiled = compiled != 0;
		reply.log = (struct wire_blob){ .data = log, .size = (uint32_t)length };
	}
	exec_errors_tell(exec);
	exec_send_message(exec, &glm_shader_description_type, &reply, GLM_LOG_MAX + 256);
	free(log);
}
