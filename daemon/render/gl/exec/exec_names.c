/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the guest's choice, and the driver's names for them. */
#include <stdlib.h>
#include <string.h>

#include "exec.h"
#include "exec_host.h"

/* A name that a driver never gives. */
#define NEVER UINT32_C(0xfffffffe)
/* So many names are looked through for double ones without more ado. */
#define FEW_NAMES 16

static bool is_shared(enum gl_class cls)
{
	switch (cls) {
	case GL_CLASS_FRAMEBUFFER:
	case GL_CLASS_VERTEX_ARRAY:
	case GL_CLASS_QUERY:
	case GL_CLASS_TRANSFORM_FEEDBACK:
	case GL_CLASS_PROGRAM_PIPELINE:
		return false;
	case GL_CLASS_NONE:
	case GL_CLASS_BUFFER:
	case GL_CLASS_PROGRAM:
	case GL_CLASS_ARB_PROGRAM:
	case GL_CLASS_RENDERBUFFER:
	case GL_CLASS_SAMPLER:
	case GL_CLASS_SHADER:
	case GL_CLASS_TEXTURE:
	case GL_CLASS_ATTACHMENT:
	case GL_CLASSES:
		break;
	}
	return true;
}

void exec_names_init(struct exec_context *context)
{
	for (unsigned int i = 0; i < GL_CLASSES; i++)
		context->names[i] = is_shared(i) ? &context->group->names[i] : &context->own[i];
	/* Shaders and programs have one space of names. */
	context->names[GL_CLASS_SHADER] = context->names[GL_CLASS_PROGRAM];
}

static enum gl_exec_take counted_as(enum gl_class cls)
{
	return cls == GL_CLASS_TEXTURE || cls == GL_CLASS_BUFFER || cls == GL_CLASS_RENDERBUFFER
		       ? GL_EXEC_RESOURCES
		       : GL_EXEC_OBJECTS;
}

struct exec_object *exec_object(struct exec_context *context, enum gl_class cls, GLuint guest)
{
	return exec_map_find(&context->names[cls]->guest, guest);
}

struct exec_object *exec_object_of_host(struct exec_context *context, enum gl_class cls, GLuint host)
{
	return exec_map_find(&context->names[cls]->host, host);
}

/* ---- ending */

static void forget(struct gl_exec *exec, struct exec_names *names, struct exec_object *object)
{
	exec_map_remove(&names->guest, object->guest);
	if (exec_map_find(&names->host, object->host) == object)
		exec_map_remove(&names->host, object->host);
	exec_memory_forget(exec, object);
	exec_give(exec, counted_as(object->cls), 1);
	free(object->levels);
	free(object);
}

void exec_names_finish(struct gl_exec *exec, struct exec_names *names)
{
	for (uint32_t i = 0; i < names->guest.n_slots; i++) {
		struct exec_object *object = names->guest.slots[i].value;

		if (names->guest.slots[i].key == 0)
			continue;
		exec_memory_forget(exec, object);
		exec_give(exec, counted_as(object->cls), 1);
		free(object->levels);
		free(object);
	}
	exec_map_finish(&names->guest);
	exec_map_finish(&names->host);
}

/* Whether the driver still has a shader or program that was deleted while in use. */
static bool still_there(const struct exec_context *context, const struct exec_object *object)
{
	if (object->cls == GL_CLASS_SHADER)
		return context->gl.IsShader && context->gl.IsShader(object->host);
	return context->gl.IsProgram && context->gl.IsProgram(object->host);
}

void exec_host_names_freed(void *data, enum gl_class cls, GLsizei n, const GLuint *guest)
{
	struct exec_context *context = data;
	struct exec_names *names = context->names[cls];

	for (GLsizei i = 0; i < n; i++) {
		struct exec_object *object = exec_map_find(&names->guest, guest[i]);

		if (!object)
			continue;
		object->dying = cls == GL_CLASS_SHADER || cls == GL_CLASS_PROGRAM;
		if (object->dying && still_there(context, object))
			continue;
		exec_limbo_keep(context, object);
		forget(context->exec, names, object);
	}
	exec_limbo_settle(context);
	context->arrays_known = false;
}

/* ---- making */

static bool map(struct exec_context *context, enum gl_class cls, GLuint guest, GLuint host)
{
	struct exec_names *names = context->names[cls];
	struct exec_object *object = exec_map_find(&names->host, host);

	/* A program that was in use when it was deleted, and then went: the driver uses its name again. */
	if (object)
		forget(context->exec, names, object);
	object = calloc(1, sizeof(*object));
	if (!object)
		return false;
	object->guest = guest;
	object->host = host;
	object->cls = (uint8_t)cls;
	if (exec_map_put(&names->guest, guest, object)) {
		if (exec_map_put(&names->host, host, object))
			return true;
		exec_map_remove(&names->guest, guest);
	}
	free(object);
	return false;
}

/* Whether one of them stands there twice. */
static bool doubled(GLsizei n, const GLuint *guest)
{
	struct exec_map seen = { 0 };
	bool found = false;

	if (n <= FEW_NAMES) {
		for (GLsizei i = 1; i < n; i++)
			for (GLsizei j = 0; j < i; j++)
				found |= guest[i] == guest[j];
		return found;
	}
	for (GLsizei i = 0; i < n && !found; i++)
		found = exec_map_find(&seen, guest[i]) || !exec_map_put(&seen, guest[i], &seen);
	exec_map_finish(&seen);
	return found;
}

bool exec_host_names_free(void *data, enum gl_class cls, GLsizei n, const GLuint *guest)
{
	struct exec_context *context = data;
	const struct exec_names *names = context->names[cls];

	for (GLsizei i = 0; i < n; i++) {
		struct exec_object *object = exec_map_find(&names->guest, guest[i]);

		if (guest[i] == 0 || guest[i] == NEVER)
			return false;
		if (object && object->dying && !still_there(context, object))
			forget(context->exec, context->names[cls], object);
		else if (object)
			return false;
	}
	exec_names_settle(context);
	context->reserved_what = counted_as(cls);
	if (!exec_take(context->exec, context->reserved_what, (uint64_t)n, 0)) {
		gl_decoder_fail(&context->exec->dec, GL_OUT_OF_MEMORY);
		return false;
	}
	context->reserved = (uint64_t)n;
	/* Only now: it takes memory for each of them. */
	return !doubled(n, guest);
}

void exec_host_names_made(
	void *data, enum gl_class cls, GLsizei n, const GLuint *guest, const GLuint *host)
{
	struct exec_context *context = data;

	for (GLsizei i = 0; i < n && context->reserved; i++)
		if (host[i] != 0 && map(context, cls, guest[i], host[i]))
			context->reserved--;
}

void exec_names_settle(struct exec_context *context)
{
	exec_give(context->exec, context->reserved_what, context->reserved);
	context->reserved = 0;
}

/* ---- looking up */

/* Whether this context makes objects of names that were not generated. */
static bool makes(const struct exec_context *context, enum gl_class cls)
{
	switch (cls) {
	case GL_CLASS_ARB_PROGRAM:
		return true;
	case GL_CLASS_BUFFER:
	case GL_CLASS_TEXTURE:
	case GL_CLASS_RENDERBUFFER:
	case GL_CLASS_FRAMEBUFFER:
		return !context->has.core;
	case GL_CLASS_QUERY:
		return !context->has.core && !context->has.es;
	case GL_CLASS_NONE:
	case GL_CLASS_PROGRAM:
	case GL_CLASS_PROGRAM_PIPELINE:
	case GL_CLASS_SAMPLER:
	case GL_CLASS_SHADER:
	case GL_CLASS_TRANSFORM_FEEDBACK:
	case GL_CLASS_VERTEX_ARRAY:
	case GL_CLASS_ATTACHMENT:
	case GL_CLASSES:
		break;
	}
	return false;
}

/* A fresh name of the driver's, or 0. */
static GLuint generate(const struct exec_context *context, enum gl_class cls)
{
	void (*function)(GLsizei n, GLuint * names) = NULL;
	GLuint name = 0;

	if (cls == GL_CLASS_ARB_PROGRAM)
		function = context->gl.GenProgramsARB;
	else if (cls == GL_CLASS_BUFFER)
		function = context->gl.GenBuffers;
	else if (cls == GL_CLASS_TEXTURE)
		function = context->gl.GenTextures;
	else if (cls == GL_CLASS_RENDERBUFFER)
		function = context->gl.GenRenderbuffers;
	else if (cls == GL_CLASS_FRAMEBUFFER)
		function = context->gl.GenFramebuffers;
	else if (cls == GL_CLASS_QUERY)
		function = context->gl.GenQueries;
	if (function)
		function(1, &name);
	return name;
}

/* The driver's name for one that the guest has not had generated. */
static GLuint make(struct exec_context *context, enum gl_class cls, GLuint guest)
{
	GLuint host;

	if (guest == NEVER || !exec_take(context->exec, counted_as(cls), 1, 0)) {
		gl_decoder_fail(&context->exec->dec, GL_OUT_OF_MEMORY);
		return NEVER;
	}
	host = generate(context, cls);
	if (host != 0 && map(context, cls, guest, host))
		return host;
	exec_give(context->exec, counted_as(cls), 1);
	return NEVER;
}

GLuint exec_host_name(void *data, enum gl_class cls, GLuint guest, enum gl_use use)
{
	struct exec_context *context = data;
	struct exec_object *object;

	if (guest == 0)
		return 0;
	object = exec_map_find(&context->names[cls]->guest, guest);
	if (!object)
		return use == GL_USE_BIND && makes(context, cls) ? make(context, cls, guest) : NEVER;
	if (object->dying && !still_there(context, object)) {
		forget(context->exec, context->names[cls], object);
		return NEVER;
	}
	return object->host;
}

/* What an enum of glObjectLabel or glLabelObjectEXT, or a target of glCopyImageSubData stands for. */
static enum gl_class class_of(GLenum kind)
{
	switch (kind) {
	case GL_BUFFER:
	case GL_BUFFER_OBJECT_EXT:
		return GL_CLASS_BUFFER;
	case GL_SHADER:
	case GL_SHADER_OBJECT_EXT:
		return GL_CLASS_SHADER;
	case GL_PROGRAM:
	case GL_PROGRAM_OBJECT_EXT:
		return GL_CLASS_PROGRAM;
	case GL_VERTEX_ARRAY:
	case GL_VERTEX_ARRAY_OBJECT_EXT:
		return GL_CLASS_VERTEX_ARRAY;
	case GL_QUERY:
	case GL_QUERY_OBJECT_EXT:
		return GL_CLASS_QUERY;
	case GL_PROGRAM_PIPELINE:
	case GL_PROGRAM_PIPELINE_OBJECT_EXT:
		return GL_CLASS_PROGRAM_PIPELINE;
	case GL_TRANSFORM_FEEDBACK:
		return GL_CLASS_TRANSFORM_FEEDBACK;
	case GL_SAMPLER:
		return GL_CLASS_SAMPLER;
	case GL_RENDERBUFFER:
		return GL_CLASS_RENDERBUFFER;
	case GL_FRAMEBUFFER:
		return GL_CLASS_FRAMEBUFFER;
	default:
		return GL_CLASS_TEXTURE;
	}
}

GLuint exec_host_name_by(void *data, GLenum kind, GLuint guest)
{
	/* Numbers of display lists are the driver's own. */
	if (kind == GL_DISPLAY_LIST)
		return guest;
	return exec_host_name(data, class_of(kind), guest, GL_USE_NAME);
}

/* ---- fences */

GLsync exec_host_sync(void *data, uint64_t guest)
{
	const struct exec_context *context = data;

	return exec_map_find(&context->group->syncs, guest);
}

void exec_host_sync_made(void *data, uint64_t guest, GLsync sync)
{
	struct exec_context *context = data;
	struct exec_map *syncs = &context->group->syncs;

	if (!sync)
		return;
	if (guest != 0 && !exec_map_find(syncs, guest) &&
		exec_take(context->exec, GL_EXEC_OBJECTS, 1, 0)) {
		if (exec_map_put(syncs, guest, sync))
			return;
		exec_give(context->exec, GL_EXEC_OBJECTS, 1);
	}
	context->gl.DeleteSync(sync);
	exec_error(context, GL_OUT_OF_MEMORY);
}

void exec_host_sync_freed(void *data, uint64_t guest)
{
	struct exec_context *context = data;

	if (!exec_map_find(&context->group->syncs, guest)) {
		if (guest != 0)
			exec_error(context, GL_INVALID_VALUE);
		return;
	}
	exec_map_remove(&context->group->syncs, guest);
	exec_give(context->exec, GL_EXEC_OBJECTS, 1);
}

void exec_syncs_finish(struct gl_exec *exec, struct exec_group *group)
{
	exec_give(exec, GL_EXEC_OBJECTS, group->syncs.used);
	exec_map_finish(&group->syncs);
}
