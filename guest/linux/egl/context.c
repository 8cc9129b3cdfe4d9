/* SPDX-License-Identifier: MIT */
/* Contexts: what is asked for, checked as the specification and EGL_KHR_create_context say. */
#include <stdlib.h>

#include "egl.h"

/* Flags of glm_context_create. */
#define FLAG_DEBUG              1u
#define FLAG_FORWARD_COMPATIBLE 2u
#define FLAG_ROBUST             4u

struct wish {
	EGLint major, minor, profile;
	EGLint notification; /* 0: not said */
	uint32_t flags;
	bool no_error, no_flush;
};

static EGLint read_flags(EGLenum api, EGLint bits, struct wish *wish)
{
	const EGLint known = EGL_CONTEXT_OPENGL_DEBUG_BIT_KHR |
			     EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE_BIT_KHR |
			     EGL_CONTEXT_OPENGL_ROBUST_ACCESS_BIT_KHR;

	if (bits & ~known)
		return EGL_BAD_ATTRIBUTE;
	if (api == EGL_OPENGL_ES_API && (bits & EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE_BIT_KHR))
		return EGL_BAD_ATTRIBUTE;
	if (bits & EGL_CONTEXT_OPENGL_DEBUG_BIT_KHR)
		wish->flags |= FLAG_DEBUG;
	if (bits & EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE_BIT_KHR)
		wish->flags |= FLAG_FORWARD_COMPATIBLE;
	if (bits & EGL_CONTEXT_OPENGL_ROBUST_ACCESS_BIT_KHR)
		wish->flags |= FLAG_ROBUST;
	return EGL_SUCCESS;
}

static EGLint set_flag(EGLint value, uint32_t flag, uint32_t *flags)
{
	if (value != EGL_TRUE && value != EGL_FALSE)
		return EGL_BAD_ATTRIBUTE;
	*flags = value ? *flags | flag : *flags & ~flag;
	return EGL_SUCCESS;
}

static EGLint read_attribute(EGLenum api, EGLint name, EGLint value, struct wish *wish)
{
	switch (name) {
	case EGL_CONTEXT_MAJOR_VERSION:
		wish->major = value;
		return value < 1 ? EGL_BAD_MATCH : EGL_SUCCESS;
	case EGL_CONTEXT_MINOR_VERSION:
		wish->minor = value;
		return value < 0 ? EGL_BAD_MATCH : EGL_SUCCESS;
	case EGL_CONTEXT_FLAGS_KHR:
		return read_flags(api, value, wish);
	case EGL_CONTEXT_OPENGL_PROFILE_MASK:
		wish->profile = value;
		return api == EGL_OPENGL_API ? EGL_SUCCESS : EGL_BAD_ATTRIBUTE;
	case EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY:
	case EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT:
		wish->notification = value;
		return value == EGL_NO_RESET_NOTIFICATION || value == EGL_LOSE_CONTEXT_ON_RESET
			       ? EGL_SUCCESS
			       : EGL_BAD_ATTRIBUTE;
	case EGL_CONTEXT_OPENGL_DEBUG:
		return set_flag(value, FLAG_DEBUG, &wish->flags);
	case EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE:
		return api == EGL_OPENGL_API ? set_flag(value, FLAG_FORWARD_COMPATIBLE, &wish->flags)
					     : EGL_BAD_ATTRIBUTE;
	case EGL_CONTEXT_OPENGL_ROBUST_ACCESS:
	case EGL_CONTEXT_OPENGL_ROBUST_ACCESS_EXT:
		return set_flag(value, FLAG_ROBUST, &wish->flags);
	case EGL_CONTEXT_OPENGL_NO_ERROR_KHR:
		/* Errors may then be what they like: they stay as they are. */
		wish->no_error = value == EGL_TRUE;
		return value == EGL_TRUE || value == EGL_FALSE ? EGL_SUCCESS : EGL_BAD_ATTRIBUTE;
	case EGL_CONTEXT_RELEASE_BEHAVIOR_KHR:
		wish->no_flush = value == EGL_CONTEXT_RELEASE_BEHAVIOR_NONE_KHR;
		return wish->no_flush || value == EGL_CONTEXT_RELEASE_BEHAVIOR_FLUSH_KHR
			       ? EGL_SUCCESS
			       : EGL_BAD_ATTRIBUTE;
	default:
		return EGL_BAD_ATTRIBUTE;
	}
}

/* Versions that there are; a later one is for the host to know. */
static bool version_exists(EGLenum api, EGLint major, EGLint minor)
{
	static const EGLint last_gl[] = { 5, 1, 3 };
	static const EGLint last_es[] = { 1, 0 };

	if (api == EGL_OPENGL_API)
		return major > 3 || minor <= last_gl[major - 1];
	return major > 2 || minor <= last_es[major - 1];
}

static EGLint check_wish(EGLenum api, const struct wish *wish)
{
	const bool profiles = api == EGL_OPENGL_API &&
			      (wish->major > 3 || (wish->major == 3 && wish->minor >= 2));

	if (!version_exists(api, wish->major, wish->minor))
		return EGL_BAD_MATCH;
	if (api == EGL_OPENGL_ES_API && wish->major < 2)
		return EGL_BAD_MATCH;
	if (profiles && wish->profile != EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT &&
		wish->profile != EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT)
		return EGL_BAD_MATCH;
	if ((wish->flags & FLAG_FORWARD_COMPATIBLE) && wish->major < 3)
		return EGL_BAD_MATCH;
	if (wish->no_error && (wish->flags & (FLAG_DEBUG | FLAG_ROBUST)))
		return EGL_BAD_MATCH;
	return EGL_SUCCESS;
}

static EGLint read_wish(EGLenum api, const EGLint *attributes, struct wish *ret_wish)
{
	*ret_wish = (struct wish){
		.major = 1,
		.profile = EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
	};
	for (; attributes && attributes[0] != EGL_NONE; attributes += 2) {
		const EGLint error = read_attribute(api, attributes[0], attributes[1], ret_wish);
		if (error != EGL_SUCCESS)
			return error;
	}
	return check_wish(api, ret_wish);
}

/* What contexts that share have in common. */
static EGLint check_share(const struct context *share, EGLenum api, const struct wish *wish)
{
	if (!share)
		return EGL_SUCCESS;
	if (share->api != api)
		return EGL_BAD_MATCH;
	if (gl_context_status(share->gl))
		return EGL_CONTEXT_LOST;
	return wish->notification == 0 || (share->notification == EGL_LOSE_CONTEXT_ON_RESET) ==
						  (wish->notification == EGL_LOSE_CONTEXT_ON_RESET)
		       ? EGL_SUCCESS
		       : EGL_BAD_MATCH;
}

static EGLint make_gl(struct context *context, const struct context *share, const struct wish *wish)
{
	const bool es = context->api == EGL_OPENGL_ES_API;
	const bool profiles = wish->major > 3 || (wish->major == 3 && wish->minor >= 2);
	const bool core = wish->profile == EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT;
	struct gl_context_request request = {
		.share = share ? share->gl : NULL,
		.config = context->config ? context->config->host.id : 0,
		.flags = wish->flags,
		.api = es ? GLM_API_ES : GLM_API_GL,
		.profile = !es && profiles && core ? GLM_PROFILE_CORE : GLM_PROFILE_ANY,
		.major = (uint8_t)(wish->major > 255 ? 255 : wish->major),
		.minor = (uint8_t)(wish->minor > 255 ? 255 : wish->minor),
		.no_error = wish->no_error,
		.no_flush = wish->no_flush,
	};
	uint32_t status = GLM_STATUS_NO_MEMORY;

	if (wish->notification == EGL_LOSE_CONTEXT_ON_RESET)
		request.flags |= FLAG_ROBUST;
	context->gl = gl_context_create(connection_link(context->connection), &request, &status);
	if (context->gl)
		return EGL_SUCCESS;
	switch (status) {
	case GLM_STATUS_NO_VERSION:
		return EGL_BAD_MATCH;
	case GLM_STATUS_BAD_CONFIG:
		return EGL_BAD_CONFIG;
	default:
		return EGL_BAD_ALLOC;
	}
}

/* A connection for a new context: that of those it shares with, else one that is alive. */
static struct connection *connection_for(struct display *display, const struct context *share)
{
	struct connection *connection;

	if (share)
		return connection_ref(share->connection);
	connection = connection_get();
	if (connection && connection != display->connection) {
		connection_put(display->connection);
		display->connection = connection_ref(connection);
	}
	return connection;
}

static EGLint make_context(struct display *display, const struct config *config,
	const struct context *share, const struct wish *wish, struct context **ret_context)
{
	static uint64_t groups;
	struct context *context = calloc(1, sizeof(*context));
	EGLint error = EGL_BAD_ALLOC;

	if (!context)
		return error;
	context->references = 1;
	context->display = display;
	context->config = config;
	context->api = egl_thread()->api;
	context->version = wish->major;
	context->notification = wish->notification;
	context->group = share ? share->group : ++groups;
	context->connection = connection_for(display, share);
	if (context->connection)
		error = make_gl(context, share, wish);
	if (error != EGL_SUCCESS) {
		context_put(context);
		return error;
	}
	context->next = display->contexts;
	display->contexts = context;
	*ret_context = context;
	return EGL_SUCCESS;
}

EGLContext egl_create_context(
	EGLDisplay dpy, EGLConfig config, EGLContext share, const EGLint *attributes)
{
	const EGLenum api = egl_thread()->api;
	struct context *context = NULL, *other = NULL;
	struct display *display;
	struct wish wish;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && config != EGL_NO_CONFIG_KHR && !config_find(display, config))
		error = EGL_BAD_CONFIG;
	if (error == EGL_SUCCESS && share != EGL_NO_CONTEXT) {
		other = context_find(display, share);
		error = other ? EGL_SUCCESS : EGL_BAD_CONTEXT;
	}
	if (error == EGL_SUCCESS)
		error = read_wish(api, attributes, &wish);
	if (error == EGL_SUCCESS)
		error = check_share(other, api, &wish);
	if (error == EGL_SUCCESS)
		error = make_context(display, config, other, &wish, &context);
	pthread_mutex_unlock(&egl_lock);
	egl_result(error);
	return context;
}

/* ---- handles */

struct context *context_find(const struct display *display, EGLContext handle)
{
	for (struct context *c = display->contexts; c; c = c->next) {
		if (c == handle)
			return c;
	}
	return NULL;
}

void context_put(struct context *context)
{
	if (--context->references > 0)
		return;
	if (context->gl)
		gl_context_destroy(context->gl);
	connection_put(context->connection);
	free(context);
}

void context_forget(struct context *context)
{
	struct context **at = &context->display->contexts;

	while (*at != context)
		at = &(*at)->next;
	*at = context->next;
	context_put(context);
}

EGLBoolean egl_destroy_context(EGLDisplay dpy, EGLContext handle)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !context_find(display, handle))
		error = EGL_BAD_CONTEXT;
	if (error == EGL_SUCCESS)
		context_forget(handle);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

static EGLint query(const struct context *context, EGLint name, EGLint *value)
{
	switch (name) {
	case EGL_CONFIG_ID:
		*value = context->config ? context->config->id : 0;
		return EGL_SUCCESS;
	case EGL_CONTEXT_CLIENT_TYPE:
		*value = (EGLint)context->api;
		return EGL_SUCCESS;
	case EGL_CONTEXT_CLIENT_VERSION:
		*value = context->version;
		return EGL_SUCCESS;
	case EGL_RENDER_BUFFER:
		*value = context->render_buffer;
		return EGL_SUCCESS;
	default:
		return EGL_BAD_ATTRIBUTE;
	}
}

EGLBoolean egl_query_context(EGLDisplay dpy, EGLContext handle, EGLint name, EGLint *value)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !context_find(display, handle))
		error = EGL_BAD_CONTEXT;
	if (error == EGL_SUCCESS)
		error = value ? query(handle, name, value) : EGL_BAD_PARAMETER;
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}
