/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"

#define SMALL_MESSAGE 4096u
#define ATTRIBUTES    20u

enum {
	FLAG_DEBUG = 1,
	FLAG_FORWARD = 2,
};

struct exec_context *exec_context_find(struct gl_exec *exec, uint32_t id)
{
	struct exec_context *context;

	list_for_each(context, &exec->contexts, link)
		if (context->id == id && !context->dying)
			return context;
	return NULL;
}

static void group_release(struct gl_exec *exec, struct exec_group *group)
{
	if (--group->refs > 0)
		return;
	for (unsigned int i = 0; i < GL_CLASSES; i++)
		exec_names_finish(exec, &group->names[i]);
	for (unsigned int i = 0; i < EXEC_TARGETS; i++) {
		exec_memory_forget(exec, &group->defaults[i]);
		free(group->defaults[i].levels);
	}
	for (unsigned int i = 0; i < EXEC_ASSEMBLY; i++)
		exec_memory_forget(exec, &group->assembly[i]);
	exec_memory_forget(exec, &group->strings);
	exec_limbo_finish(exec, &group->limbo);
	exec_syncs_finish(exec, group);
	exec_lists_finish(exec, group);
	exec_give(exec, GL_EXEC_RESOURCE_BYTES, group->streams);
	free(group);
}

/* ---- making */

/* False: a version that cannot be asked for. */
static bool attributes_of(
	const struct gl_exec *exec, const struct glm_context_create *message, EGLint *attributes)
{
	const bool es = message->api == GLM_API_ES;
	const uint32_t version = message->major * 10u + message->minor;
	const uint32_t most = exec->config.compute ? 1000 : es ? 30 : 42;
	size_t n = 0;

	if (message->major > 9 || message->minor > 9 || version > most || (es && version < 20))
		return false;
	/* Below 3.1 everybody gets the newest that is compatible. */
	if (es || version > 30 || (message->flags & FLAG_FORWARD)) {
		attributes[n++] = EGL_CONTEXT_MAJOR_VERSION;
		attributes[n++] = message->major;
		attributes[n++] = EGL_CONTEXT_MINOR_VERSION;
		attributes[n++] = message->minor;
	}
	if (!es && version >= 32) {
		attributes[n++] = EGL_CONTEXT_OPENGL_PROFILE_MASK;
		attributes[n++] = message->profile == GLM_PROFILE_CORE
					  ? EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT
					  : EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT;
	}
	if (message->flags & FLAG_DEBUG) {
		attributes[n++] = EGL_CONTEXT_OPENGL_DEBUG;
		attributes[n++] = EGL_TRUE;
	}
	if (!es && (message->flags & FLAG_FORWARD) && version >= 30) {
		attributes[n++] = EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE;
		attributes[n++] = EGL_TRUE;
	}
	/* One strategy for all, as those that share must have the same. */
	if (exec->config.egl->robust) {
		attributes[n++] = EGL_CONTEXT_OPENGL_ROBUST_ACCESS;
		attributes[n++] = EGL_TRUE;
		attributes[n++] = EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY;
		attributes[n++] = EGL_LOSE_CONTEXT_ON_RESET;
	}
	attributes[n] = EGL_NONE;
	return true;
}

static uint32_t make(struct gl_exec *exec, const struct glm_context_create *message,
	struct exec_context *share, EGLContext *ret_context)
{
	EGLint attributes[ATTRIBUTES];
	EGLConfig config = EGL_NO_CONFIG_KHR;

	if ((message->api != GLM_API_GL && message->api != GLM_API_ES) ||
		message->profile > GLM_PROFILE_CORE || !attributes_of(exec, message, attributes))
		return GLM_STATUS_NO_VERSION;
	if (message->config) {
		config = exec_config(exec->display, message->config);
		if (config == EGL_NO_CONFIG_KHR)
			return GLM_STATUS_BAD_CONFIG;
	}
	if (exec->configless)
		config = EGL_NO_CONFIG_KHR;
	else if (config == EGL_NO_CONFIG_KHR)
		config = exec->config.egl->config;
	if (!eglBindAPI(message->api == GLM_API_ES ? EGL_OPENGL_ES_API : EGL_OPENGL_API))
		return GLM_STATUS_NO_VERSION;
	*ret_context = eglCreateContext(
		exec->display, config, share ? share->context : EGL_NO_CONTEXT, attributes);
	if (*ret_context != EGL_NO_CONTEXT)
		return GLM_STATUS_DONE;
	return eglGetError() == EGL_BAD_ALLOC ? GLM_STATUS_NO_MEMORY : GLM_STATUS_NO_VERSION;
}

static void context_free(struct exec_context *context)
{
	struct gl_exec *exec = context->exec;
	const uint64_t streams = exec_streams_end(context);

	if (context->context != EGL_NO_CONTEXT)
		eglDestroyContext(exec->display, context->context);
	for (unsigned int i = 0; i < GL_CLASSES; i++)
		exec_names_finish(exec, &context->own[i]);
	if (context->group)
		group_release(exec, context->group);
	exec_give(exec, GL_EXEC_RESOURCE_BYTES,
		streams + context->feedback_size * sizeof(*context->feedback) +
			context->select_size * sizeof(*context->select));
	exec_list_drop(context);
	exec_give(exec, GL_EXEC_OBJECTS, context->debug_ids);
	exec_give(exec, GL_EXEC_CONTEXTS, 1);
	/* The driver held them until now. */
	free(context->feedback);
	free(context->select);
	free(context);
}

static struct exec_context *context_new(struct gl_exec *exec, uint32_t id, struct exec_context *share)
{
	struct exec_context *context = calloc(1, sizeof(*context));

	if (!context)
		return NULL;
	context->group = share ? share->group : calloc(1, sizeof(*context->group));
	if (!context->group) {
		free(context);
		return NULL;
	}
	context->group->refs++;
	for (unsigned int i = 0; i < EXEC_ASSEMBLY; i++)
		context->group->assembly[i].cls = GL_CLASS_ARB_PROGRAM;
	context->group->strings.cls = GL_CLASS_SHADER;
	context->text.cls = GL_CLASS_PROGRAM;
	context->exec = exec;
	context->id = id;
	context->context = EGL_NO_CONTEXT;
	exec_names_init(context);
	return context;
}

/* Makes it current for as long as it takes to ask it. */
static bool introduce(struct exec_context *context, bool es)
{
	struct gl_exec *exec = context->exec;

	exec->reader_current = true;
	if (!eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context->context))
		return false;
	context->gl = exec->gl;
	context->has.es = es;
	exec_has_init(context);
	exec_es_complete(context);
	exec_context_tell(context);
	return true;
}

static uint32_t create(struct gl_exec *exec, const struct glm_context_create *message)
{
	struct exec_context *share = NULL, *context;
	uint32_t status;

	if (message->id == 0 || exec_context_find(exec, message->id))
		return GLM_STATUS_BAD_NAME;
	if (message->share) {
		share = exec_context_find(exec, message->share);
		if (!share)
			return GLM_STATUS_BAD_NAME;
	}
	if (!exec_take(exec, GL_EXEC_CONTEXTS, 1, 0))
		return GLM_STATUS_LIMIT;
	context = context_new(exec, message->id, share);
	if (!context) {
		exec_give(exec, GL_EXEC_CONTEXTS, 1);
		return GLM_STATUS_NO_MEMORY;
	}
	status = make(exec, message, share, &context->context);
	if (status == GLM_STATUS_DONE && !introduce(context, message->api == GLM_API_ES))
		status = GLM_STATUS_NO_MEMORY;
	if (status == GLM_STATUS_DONE)
		list_append(&exec->contexts, &context->link);
	else
		context_free(context);
	return status;
}

void exec_context_create(struct gl_exec *exec, const struct glm_context_create *message)
{
	struct glm_context_created *refused;
	const uint32_t status = create(exec, message);

	if (status == GLM_STATUS_DONE)
		return;
	refused = calloc(1, sizeof(*refused));
	if (!refused) {
		exec->status = -ENOMEM;
		return;
	}
	refused->id = message->id;
	refused->status = status;
	exec_send_message(exec, &glm_context_created_type, refused, SMALL_MESSAGE);
	free(refused);
}

/* ---- which is current */

static EGLSurface of(const struct exec_surface *surface)
{
	return surface ? surface->surface : EGL_NO_SURFACE;
}

bool exec_current_again(struct gl_exec *exec)
{
	if (!exec->reader_current)
		return exec->current != NULL;
	if (!exec->current)
		return false;
	if (!eglMakeCurrent(exec->display, of(exec->draw), of(exec->read), exec->current->context))
		return false;
	exec->reader_current = false;
	return true;
}

static void release(struct gl_exec *exec, struct exec_context *context, struct exec_surface *draw,
	struct exec_surface *read)
{
	if (context && context->dying && context != exec->current) {
		list_remove(&context->link);
		context_free(context);
	}
	if (draw)
		exec_surface_release(exec, draw);
	if (read && read != draw)
		exec_surface_release(exec, read);
}

static void replace(struct gl_exec *exec, struct exec_context *context, struct exec_surface *draw,
	struct exec_surface *read)
{
	struct exec_context *old = exec->current;
	struct exec_surface *old_draw = exec->draw, *old_read = exec->read;

	exec->current = context;
	exec->dec.context = context;
	exec->dec.gl = context ? &context->gl : &exec->gl;
	exec->draw = draw;
	exec->read = read;
	release(exec, old, old_draw, old_read);
}

static void none_current(struct gl_exec *exec)
{
	if (exec->current || exec->reader_current)
		eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	exec->reader_current = false;
	replace(exec, NULL, NULL, NULL);
}

/*
 * A context was current without a surface before, when it was made: with some drivers it keeps a
 * viewport of nothing then, and draws to no buffer.
 */
static void first_current(struct exec_context *context, const struct exec_surface *draw)
{
	static const GLenum back = GL_BACK;
	GLint buffer = GL_NONE;

	if (context->drawn_to || !draw)
		return;
	context->drawn_to = true;
	context->gl.Viewport(0, 0, (GLsizei)draw->width, (GLsizei)draw->height);
	context->gl.Scissor(0, 0, (GLsizei)draw->width, (GLsizei)draw->height);
	if (context->has.es && context->has.version >= 30) {
		context->gl.DrawBuffers(1, &back);
		context->gl.ReadBuffer(GL_BACK);
	} else if (!context->has.es) {
		context->gl.GetIntegerv(GL_DRAW_BUFFER, &buffer);
		/* A window has a back buffer as far as its program knows, though a pbuffer may have none. */
		if (draw->window || buffer == GL_NONE)
			exec_fronts_look(context);
	}
}

void exec_make_current(struct gl_exec *exec, const struct glm_make_current *message)
{
	struct exec_context *context = exec_context_find(exec, message->context);
	struct exec_surface *draw = exec_surface_find(exec, message->draw);
	struct exec_surface *read = exec_surface_find(exec, message->read);

	if (context && context == exec->current && draw == exec->draw && read == exec->read &&
		!exec->reader_current)
		return;
	exec_errors_tell(exec);
	if (!context || context->lost || (message->draw && !draw) || (message->read && !read)) {
		none_current(exec);
		return;
	}
	if (!eglMakeCurrent(exec->display, of(draw), of(read), context->context)) {
		none_current(exec);
		return;
	}
	exec->reader_current = false;
	/* The context that was current may have changed buffers that this one has, too. */
	context->arrays_known = false;
	replace(exec, context, draw, read);
	/* A surface that went with this may have made the reader current. */
	if (!exec_current_again(exec))
		return;
	if (context->ranges_stale)
		exec_ranges_look(context);
	first_current(context, draw);
}

void exec_context_destroy(struct gl_exec *exec, const struct glm_context_destroy *message)
{
	struct exec_context *context = exec_context_find(exec, message->id);

	if (!context)
		return;
	context->dying = true;
	release(exec, context, NULL, NULL);
}

void exec_contexts_finish(struct gl_exec *exec)
{
	struct exec_context *context, *next;

	eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	exec->current = NULL;
	list_for_each_safe(context, next, &exec->contexts, link) {
		list_remove(&context->link);
		context_free(context);
	}
	if (exec->reader != EGL_NO_CONTEXT)
		eglDestroyContext(exec->display, exec->reader);
}
