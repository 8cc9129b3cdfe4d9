/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of objects that were deleted, which something may hold all the same: a framebuffer or an
 * array that is not bound, another context. Their bytes stay taken until the driver, asked for all
 * that there is in the group, does not name them any more. That is asked when there is much of it.
 */
#include <stdlib.h>

#include "exec.h"
#include "exec_memory.h"

#define FEW_BYTES (UINT64_C(64) << 20)
#define FEW       1024u
/* Most bindings of one kind that are looked at. */
#define INDICES_MAX 1024
#define COLOURS_MAX 32

struct exec_left {
	uint64_t key; /* class and the driver's name */
	uint64_t bytes;
	bool held;
};

/* ---- what something holds */

struct look {
	struct exec_context *context;
	struct exec_map left; /* of struct exec_left, by its key */
	bool all;             /* not all could be asked: everything counts as held */
};

static uint64_t key_of(enum gl_class cls, GLuint host)
{
	return (uint64_t)cls << 32 | host;
}

static void mark(struct look *look, enum gl_class cls, GLint host)
{
	struct exec_left *left = host ? exec_map_find(&look->left, key_of(cls, (GLuint)host)) : NULL;

	if (left)
		left->held = true;
}

static GLint integer(const struct look *look, GLenum pname)
{
	GLint value = 0;

	look->context->gl.GetIntegerv(pname, &value);
	return value;
}

/* All bindings of one kind, of which the driver has so many. */
static void mark_indexed(struct look *look, enum gl_class cls, GLenum binding, GLenum count)
{
	const GLint n = integer(look, count);

	for (GLint i = 0; i < n && i < INDICES_MAX && look->context->gl.GetIntegeri_v; i++) {
		GLint name = 0;

		look->context->gl.GetIntegeri_v(binding, (GLuint)i, &name);
		mark(look, cls, name);
	}
}

static void mark_fixed(struct look *look)
{
	static const GLenum arrays[] = { GL_VERTEX_ARRAY_BUFFER_BINDING,
		GL_NORMAL_ARRAY_BUFFER_BINDING, GL_COLOR_ARRAY_BUFFER_BINDING,
		GL_INDEX_ARRAY_BUFFER_BINDING, GL_EDGE_FLAG_ARRAY_BUFFER_BINDING,
		GL_SECONDARY_COLOR_ARRAY_BUFFER_BINDING, GL_FOG_COORD_ARRAY_BUFFER_BINDING };
	const struct gl_functions *gl = &look->context->gl;
	const GLint active = integer(look, GL_CLIENT_ACTIVE_TEXTURE);

	for (size_t i = 0; i < ARRAY_SIZE(arrays); i++)
		mark(look, GL_CLASS_BUFFER, integer(look, arrays[i]));
	for (GLint i = 0; i < look->context->has.n_coords; i++) {
		gl->ClientActiveTexture(GL_TEXTURE0 + (GLenum)i);
		mark(look, GL_CLASS_BUFFER, integer(look, GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING));
	}
	gl->ClientActiveTexture((GLenum)active);
}

/* Of the vertex array object that is bound. */
static void mark_arrays(struct look *look)
{
	const struct exec_has *has = &look->context->has;

	mark(look, GL_CLASS_BUFFER, integer(look, GL_ELEMENT_ARRAY_BUFFER_BINDING));
	for (GLint i = 0; i < has->n_attributes; i++) {
		GLint name = 0;

		look->context->gl.GetVertexAttribiv(
			(GLuint)i, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, &name);
		mark(look, GL_CLASS_BUFFER, name);
	}
	if (has->version >= (has->es ? 31 : 43))
		mark_indexed(look, GL_CLASS_BUFFER, GL_VERTEX_BINDING_BUFFER,
			GL_MAX_VERTEX_ATTRIB_BINDINGS);
	if (has->fixed_arrays)
		mark_fixed(look);
}

/* The driver's name of each object of a class of the context's own; *at begins with 0. 0: no more. */
static GLuint next_of(const struct exec_context *context, enum gl_class cls, uint32_t *at)
{
	const struct exec_map *map = &context->own[cls].host;

	while (*at < map->n_slots) {
		const struct exec_map_slot *slot = &map->slots[(*at)++];

		if (slot->key != 0)
			return (GLuint)slot->key;
	}
	return 0;
}

static void mark_vertex_arrays(struct look *look)
{
	struct exec_context *context = look->context;
	uint32_t at = 0;
	GLint bound;
	GLuint name;

	mark_arrays(look);
	if (context->own[GL_CLASS_VERTEX_ARRAY].host.used == 0)
		return;
	bound = integer(look, GL_VERTEX_ARRAY_BINDING);
	context->gl.BindVertexArray(0);
	if (!context->has.core)
		mark_arrays(look);
	while ((name = next_of(context, GL_CLASS_VERTEX_ARRAY, &at)) != 0) {
		context->gl.BindVertexArray(name);
		mark_arrays(look);
	}
	context->gl.BindVertexArray((GLuint)bound);
}

static void mark_transform_feedbacks(struct look *look)
{
	struct exec_context *context = look->context;
	uint32_t at = 0;
	GLuint name;

	if (context->own[GL_CLASS_TRANSFORM_FEEDBACK].host.used == 0)
		return;
	if (!context->gl.GetTransformFeedbacki_v) {
		look->all = true;
		return;
	}
	while ((name = next_of(context, GL_CLASS_TRANSFORM_FEEDBACK, &at)) != 0) {
		for (GLuint i = 0; i < 4; i++) {
			GLint buffer = 0;

			context->gl.GetTransformFeedbacki_v(
				name, GL_TRANSFORM_FEEDBACK_BUFFER_BINDING, i, &buffer);
			mark(look, GL_CLASS_BUFFER, buffer);
		}
	}
}

static void mark_buffers(struct look *look)
{
	const struct exec_has *has = &look->context->has;

	for (size_t i = 0; exec_buffer_targets[i].target; i++)
		mark(look, GL_CLASS_BUFFER, integer(look, exec_buffer_targets[i].binding));
	if (has->uniform_blocks)
		mark_indexed(look, GL_CLASS_BUFFER, GL_UNIFORM_BUFFER_BINDING,
			GL_MAX_UNIFORM_BUFFER_BINDINGS);
	if (has->version >= 30)
		mark_indexed(look, GL_CLASS_BUFFER, GL_TRANSFORM_FEEDBACK_BUFFER_BINDING,
			GL_MAX_TRANSFORM_FEEDBACK_SEPARATE_ATTRIBS);
	if (has->version >= (has->es ? 31 : 42))
		mark_indexed(look, GL_CLASS_BUFFER, GL_ATOMIC_COUNTER_BUFFER_BINDING,
			GL_MAX_ATOMIC_COUNTER_BUFFER_BINDINGS);
	if (has->version >= (has->es ? 31 : 43))
		mark_indexed(look, GL_CLASS_BUFFER, GL_SHADER_STORAGE_BUFFER_BINDING,
			GL_MAX_SHADER_STORAGE_BUFFER_BINDINGS);
	mark_vertex_arrays(look);
	mark_transform_feedbacks(look);
}

static void mark_textures(struct look *look)
{
	const struct exec_context *context = look->context;
	const GLint active = integer(look, GL_ACTIVE_TEXTURE);
	GLint n = integer(look, GL_MAX_COMBINED_TEXTURE_IMAGE_UNITS);

	if (n < context->has.n_coords)
		n = context->has.n_coords;
	for (GLint i = 0; i < n && i < INDICES_MAX; i++) {
		context->gl.ActiveTexture(GL_TEXTURE0 + (GLenum)i);
		for (unsigned int k = 0; exec_texture_targets[k].target; k++)
			mark(look, GL_CLASS_TEXTURE, integer(look, exec_texture_targets[k].binding));
	}
	context->gl.ActiveTexture((GLenum)active);
	if (context->has.version >= (context->has.es ? 31 : 42))
		mark_indexed(look, GL_CLASS_TEXTURE, GL_IMAGE_BINDING_NAME, GL_MAX_IMAGE_UNITS);
}

/* One attachment of the framebuffer that is bound to `target`. */
static void mark_attached(struct look *look, GLenum target, GLenum point)
{
	GLint type = 0, name = 0;

	look->context->gl.GetFramebufferAttachmentParameteriv(
		target, point, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &type);
	if (type != GL_TEXTURE && type != GL_RENDERBUFFER)
		return;
	look->context->gl.GetFramebufferAttachmentParameteriv(
		target, point, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME, &name);
	mark(look, type == GL_TEXTURE ? GL_CLASS_TEXTURE : GL_CLASS_RENDERBUFFER, name);
}

static void mark_framebuffers(struct look *look)
{
	struct exec_context *context = look->context;
	const bool one = context->has.es && context->has.version < 30;
	const GLenum target = one ? GL_FRAMEBUFFER : GL_READ_FRAMEBUFFER;
	const GLint n = one ? 1 : integer(look, GL_MAX_COLOR_ATTACHMENTS);
	GLint bound;
	uint32_t at = 0;
	GLuint name;

	mark(look, GL_CLASS_RENDERBUFFER, integer(look, GL_RENDERBUFFER_BINDING));
	if (context->own[GL_CLASS_FRAMEBUFFER].host.used == 0)
		return;
	bound = integer(look, one ? GL_FRAMEBUFFER_BINDING : GL_READ_FRAMEBUFFER_BINDING);
	while ((name = next_of(context, GL_CLASS_FRAMEBUFFER, &at)) != 0) {
		context->gl.BindFramebuffer(target, name);
		for (GLint i = 0; i < n && i < COLOURS_MAX; i++)
			mark_attached(look, target, GL_COLOR_ATTACHMENT0 + (GLenum)i);
		mark_attached(look, target, GL_DEPTH_ATTACHMENT);
		mark_attached(look, target, GL_STENCIL_ATTACHMENT);
	}
	context->gl.BindFramebuffer(target, (GLuint)bound);
}

/* Textures whose images are a buffer. */
static void mark_of_textures(struct look *look)
{
	const struct exec_map *textures = &look->context->group->names[GL_CLASS_TEXTURE].host;

	if (!look->context->gl.GetTextureLevelParameteriv) {
		look->all = true;
		return;
	}
	for (uint32_t i = 0; i < textures->n_slots; i++) {
		GLint buffer = 0;

		if (textures->slots[i].key == 0)
			continue;
		look->context->gl.GetTextureLevelParameteriv((GLuint)textures->slots[i].key, 0,
			GL_TEXTURE_BUFFER_DATA_STORE_BINDING, &buffer);
		mark(look, GL_CLASS_BUFFER, buffer);
	}
}

/* All that one context holds, which is current. */
static void mark_context(struct look *look)
{
	GLint asked = -1;

	exec_errors_settle(look->context);
	/* Inside of glBegin nothing is said, and what asking changes would go into a display list. */
	look->context->gl.GetIntegerv(GL_ARRAY_BUFFER_BINDING, &asked);
	if (asked == -1 || (look->context->has.fixed_arrays && integer(look, GL_LIST_INDEX))) {
		look->all = true;
		return;
	}
	mark_buffers(look);
	mark_textures(look);
	mark_framebuffers(look);
	if (look->context->group->texture_buffers)
		mark_of_textures(look);
	exec_errors_drop(look->context);
}

static void mark_group(struct look *look, struct gl_exec *exec, const struct exec_group *group)
{
	struct exec_context *context;

	list_for_each(context, &exec->contexts, link) {
		if (context->group != group || context->lost)
			continue;
		look->context = context;
		if (context != exec->current) {
			exec->reader_current = true;
			if (!eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
				    context->context)) {
				look->all = true;
				continue;
			}
		} else if (!exec_current_again(exec)) {
			look->all = true;
			continue;
		}
		mark_context(look);
	}
	exec_current_again(exec);
}

/* ---- those that are left */

static bool is_of(const struct exec_left *left, enum gl_class cls)
{
	return left->key >> 32 == cls;
}

/* A texture that was deleted cannot be asked which buffer it is of. */
static void hold_of_textures(struct exec_limbo *limbo)
{
	bool textures = false;

	for (uint32_t i = 0; i < limbo->n; i++)
		textures |= limbo->left[i].held && is_of(&limbo->left[i], GL_CLASS_TEXTURE);
	for (uint32_t i = 0; i < limbo->n && textures; i++)
		limbo->left[i].held |= is_of(&limbo->left[i], GL_CLASS_BUFFER);
}

/* A name may have been used again, and left again: what holds one of them holds both. */
static void hold_doubles(struct look *look, struct exec_limbo *limbo)
{
	for (uint32_t i = 0; i < limbo->n; i++) {
		const struct exec_left *one = exec_map_find(&look->left, limbo->left[i].key);

		limbo->left[i].held |= look->all || !one || one->held;
	}
}

static void let_go(struct gl_exec *exec, struct exec_limbo *limbo)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < limbo->n; i++) {
		if (limbo->left[i].held) {
			limbo->left[n++] = limbo->left[i];
			continue;
		}
		exec_give(exec, GL_EXEC_RESOURCE_BYTES, limbo->left[i].bytes);
		limbo->bytes -= limbo->left[i].bytes;
	}
	limbo->n = n;
	limbo->more = 2 * n;
	limbo->more_bytes = 2 * limbo->bytes;
}

bool exec_limbo_look(struct exec_context *context)
{
	struct exec_limbo *limbo = &context->group->limbo;
	struct look look = { .context = context };
	const uint64_t bytes = limbo->bytes;

	if (limbo->n == 0)
		return false;
	for (uint32_t i = 0; i < limbo->n; i++) {
		limbo->left[i].held = false;
		/* One that is not in the map counts as held. */
		exec_map_put(&look.left, limbo->left[i].key, &limbo->left[i]);
	}
	mark_group(&look, context->exec, context->group);
	hold_doubles(&look, limbo);
	if (context->group->texture_buffers)
		hold_of_textures(limbo);
	exec_map_finish(&look.left);
	let_go(context->exec, limbo);
	return limbo->bytes < bytes;
}

/* Whether something may hold an object that was deleted in this context. */
static bool may_be_held(const struct exec_context *context, enum gl_class cls)
{
	const struct exec_names *own = context->own;

	if (context->group->refs > 1)
		return true;
	if (cls == GL_CLASS_BUFFER)
		return own[GL_CLASS_VERTEX_ARRAY].host.used ||
		       own[GL_CLASS_TRANSFORM_FEEDBACK].host.used || context->group->texture_buffers;
	return own[GL_CLASS_FRAMEBUFFER].host.used;
}

void exec_limbo_keep(struct exec_context *context, struct exec_object *object)
{
	struct exec_limbo *limbo = &context->group->limbo;

	if ((object->cls != GL_CLASS_BUFFER && object->cls != GL_CLASS_TEXTURE &&
		    object->cls != GL_CLASS_RENDERBUFFER) ||
		object->bytes == 0 || !may_be_held(context, object->cls))
		return;
	if (limbo->n == limbo->room) {
		const uint32_t room = limbo->room ? 2 * limbo->room : FEW;
		struct exec_left *left = realloc(limbo->left, room * sizeof(*left));

		if (!left)
			return;
		limbo->left = left;
		limbo->room = room;
	}
	limbo->left[limbo->n++] = (struct exec_left){ .key = key_of(object->cls, object->host),
		.bytes = object->bytes };
	limbo->bytes += object->bytes;
	object->bytes = 0;
}

void exec_limbo_settle(struct exec_context *context)
{
	const struct exec_limbo *limbo = &context->group->limbo;

	if (limbo->n > FEW + limbo->more || limbo->bytes > FEW_BYTES + limbo->more_bytes)
		exec_limbo_look(context);
}

void exec_limbo_finish(struct gl_exec *exec, struct exec_limbo *limbo)
{
	exec_give(exec, GL_EXEC_RESOURCE_BYTES, limbo->bytes);
	free(limbo->left);
}
