/* SPDX-License-Identifier: MIT */
/* Fences, by the sync objects of OpenGL. One may be waited for in any thread, with or without a context. */
#include <stdlib.h>
#include <string.h>

#include "egl.h"

struct sync {
	struct sync *next; /* display's syncs */
	struct display *display;
	unsigned references;
	struct context *maker; /* whose share group the object belongs to; a reference */
	void *object;          /* GLsync */
};

/* Of OpenGL 3.2. */
#define GL_SYNC_GPU_COMMANDS_COMPLETE 0x9117u
#define GL_SYNC_FLUSH_COMMANDS_BIT    1u
#define GL_TIMEOUT_EXPIRED            0x911bu
#define GL_WAIT_FAILED                0x911du
#define GL_TIMEOUT_IGNORED            UINT64_MAX

struct functions {
	void *(*fence)(unsigned condition, unsigned flags);
	void (*destroy)(void *sync);
	unsigned (*client_wait)(void *sync, unsigned flags, uint64_t timeout);
	void (*wait)(void *sync, unsigned flags, uint64_t timeout);
};

static gl_function find(const char *name)
{
	return gl_proc_address(name);
}

static const struct functions *functions(void)
{
	static struct functions found;
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	if (!found.wait) {
		found.fence = (void *(*)(unsigned, unsigned))find("glFenceSync");
		found.destroy = (void (*)(void *))find("glDeleteSync");
		found.client_wait =
			(unsigned (*)(void *, unsigned, uint64_t))find("glClientWaitSync");
		found.wait = (void (*)(void *, unsigned, uint64_t))find("glWaitSync");
	}
	pthread_mutex_unlock(&lock);
	return &found;
}

static struct sync *find_sync(const struct display *display, EGLSync handle)
{
	for (struct sync *s = display->syncs; s; s = s->next) {
		if (s == handle)
			return s;
	}
	return NULL;
}

/* A context of the maker's share group in this thread: its own, or one made for the purpose. */
struct visit {
	struct gl_context *made;
	bool fits;
};

static bool in_group(const struct sync *sync)
{
	const struct context *context = egl_thread()->context;

	return context && context->group == sync->maker->group && gl_current() == context->gl;
}

static struct visit visit(const struct sync *sync)
{
	const bool es = sync->maker->api == EGL_OPENGL_ES_API;
	const struct gl_context_request request = {
		.share = sync->maker->gl,
		.api = es ? GLM_API_ES : GLM_API_GL,
		.major = es ? 2 : 1,
	};
	struct visit visit = { .fits = in_group(sync) };
	uint32_t status;

	if (visit.fits || gl_current())
		return visit;
	visit.made = gl_context_create(connection_link(sync->maker->connection), &request, &status);
	if (visit.made)
		gl_make_current(visit.made, NULL, NULL);
	visit.fits = visit.made != NULL;
	return visit;
}

static void leave(const struct visit *visit)
{
	if (!visit->made)
		return;
	gl_make_current(NULL, NULL, NULL);
	gl_context_destroy(visit->made);
}

static void sync_put(struct sync *sync)
{
	if (--sync->references > 0)
		return;
	if (in_group(sync))
		functions()->destroy(sync->object);
	context_put(sync->maker);
	free(sync);
}

void sync_forget(struct sync *sync)
{
	struct sync **at = &sync->display->syncs;

	while (*at != sync)
		at = &(*at)->next;
	*at = sync->next;
	sync_put(sync);
}

void syncs_forget(struct display *display)
{
	while (display->syncs)
		sync_forget(display->syncs);
}

/* ---- making and ending one */

static EGLint make(struct display *display, EGLenum type, bool attributes, struct sync **ret_sync)
{
	struct context *context = egl_thread()->context;
	struct sync *sync;

	if (type != EGL_SYNC_FENCE)
		return EGL_BAD_ATTRIBUTE;
	if (attributes)
		return EGL_BAD_ATTRIBUTE;
	if (!context || context->display != display)
		return EGL_BAD_MATCH;
	sync = calloc(1, sizeof(*sync));
	if (!sync)
		return EGL_BAD_ALLOC;
	sync->object = functions()->fence(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	if (!sync->object) {
		free(sync);
		return EGL_BAD_ALLOC;
	}
	sync->references = 1;
	sync->display = display;
	sync->maker = context;
	context->references++;
	sync->next = display->syncs;
	display->syncs = sync;
	*ret_sync = sync;
	return EGL_SUCCESS;
}

static EGLSync create(EGLDisplay dpy, EGLenum type, bool attributes)
{
	struct sync *sync = NULL;
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS)
		error = make(display, type, attributes, &sync);
	pthread_mutex_unlock(&egl_lock);
	egl_result(error);
	return sync;
}

EGLSync egl_create_sync(EGLDisplay dpy, EGLenum type, const EGLAttrib *attributes)
{
	return create(dpy, type, attributes && attributes[0] != EGL_NONE);
}

EGLSync egl_create_sync_khr(EGLDisplay dpy, EGLenum type, const EGLint *attributes)
{
	return create(dpy, type, attributes && attributes[0] != EGL_NONE);
}

EGLBoolean egl_destroy_sync(EGLDisplay dpy, EGLSync handle)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !find_sync(display, handle))
		error = EGL_BAD_PARAMETER;
	if (error == EGL_SUCCESS)
		sync_forget(handle);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

/* ---- waiting */

/* A reference to the sync, so that it can be waited for without the lock. */
static EGLint take(EGLDisplay dpy, EGLSync handle, struct sync **ret_sync)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS) {
		*ret_sync = find_sync(display, handle);
		error = *ret_sync ? EGL_SUCCESS : EGL_BAD_PARAMETER;
	}
	if (error == EGL_SUCCESS)
		(*ret_sync)->references++;
	pthread_mutex_unlock(&egl_lock);
	return error;
}

static void give_back(struct sync *sync)
{
	pthread_mutex_lock(&egl_lock);
	sync_put(sync);
	pthread_mutex_unlock(&egl_lock);
}

static EGLint wait_for(const struct sync *sync, EGLint flags, EGLTime timeout)
{
	const unsigned gl_flags =
		flags & EGL_SYNC_FLUSH_COMMANDS_BIT ? GL_SYNC_FLUSH_COMMANDS_BIT : 0;
	const struct visit here = visit(sync);
	unsigned result = GL_WAIT_FAILED;

	if (here.fits)
		result = functions()->client_wait(sync->object, gl_flags, timeout);
	leave(&here);
	/* What was lost will not come about any more. */
	if (result == GL_WAIT_FAILED && gl_context_status(sync->maker->gl))
		return EGL_CONDITION_SATISFIED;
	if (result == GL_WAIT_FAILED)
		return EGL_FALSE;
	return result == GL_TIMEOUT_EXPIRED ? EGL_TIMEOUT_EXPIRED : EGL_CONDITION_SATISFIED;
}

EGLint egl_client_wait_sync(EGLDisplay dpy, EGLSync handle, EGLint flags, EGLTime timeout)
{
	struct sync *sync;
	EGLint error = take(dpy, handle, &sync), result;

	if (!egl_result(error))
		return EGL_FALSE;
	result = wait_for(sync, flags, timeout);
	give_back(sync);
	egl_result(result == EGL_FALSE ? EGL_BAD_ALLOC : EGL_SUCCESS);
	return result;
}

EGLBoolean egl_wait_sync(EGLDisplay dpy, EGLSync handle, EGLint flags)
{
	struct sync *sync;
	EGLint error = take(dpy, handle, &sync);

	if (error != EGL_SUCCESS)
		return egl_result(error);
	if (!egl_thread()->context)
		error = EGL_BAD_MATCH;
	else if (flags != 0)
		error = EGL_BAD_PARAMETER;
	else if (in_group(sync))
		functions()->wait(sync->object, 0, GL_TIMEOUT_IGNORED);
	else
		/* Another group's commands: they are waited for here, as nothing can be told to the host. */
		error = wait_for(sync, 0, EGL_FOREVER) == EGL_FALSE ? EGL_BAD_ALLOC : EGL_SUCCESS;
	give_back(sync);
	return egl_result(error);
}

EGLint egl_wait_sync_khr(EGLDisplay dpy, EGLSync sync, EGLint flags)
{
	return (EGLint)egl_wait_sync(dpy, sync, flags);
}

/* ---- attributes */

EGLBoolean egl_get_sync_attrib(EGLDisplay dpy, EGLSync handle, EGLint name, EGLAttrib *value)
{
	struct sync *sync;
	EGLint error = value ? take(dpy, handle, &sync) : EGL_BAD_PARAMETER;

	if (error != EGL_SUCCESS)
		return egl_result(error);
	switch (name) {
	case EGL_SYNC_TYPE:
		*value = EGL_SYNC_FENCE;
		break;
	case EGL_SYNC_CONDITION:
		*value = EGL_SYNC_PRIOR_COMMANDS_COMPLETE;
		break;
	case EGL_SYNC_STATUS:
		*value = wait_for(sync, 0, 0) == EGL_CONDITION_SATISFIED ? EGL_SIGNALED
									 : EGL_UNSIGNALED;
		break;
	default:
		error = EGL_BAD_ATTRIBUTE;
	}
	give_back(sync);
	return egl_result(error);
}

EGLBoolean egl_get_sync_attrib_khr(EGLDisplay dpy, EGLSync sync, EGLint name, EGLint *value)
{
	EGLAttrib wide;

	if (!egl_get_sync_attrib(dpy, sync, name, value ? &wide : NULL))
		return EGL_FALSE;
	*value = (EGLint)wide;
	return EGL_TRUE;
}

/* ---- images: there is nothing here that one could be made of */

EGLImage egl_create_image(EGLDisplay dpy, EGLContext context, EGLenum target,
	EGLClientBuffer buffer, const EGLAttrib *attributes)
{
	struct display *display;
	EGLint error;

	(void)context;
	(void)target;
	(void)buffer;
	(void)attributes;
	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	pthread_mutex_unlock(&egl_lock);
	egl_result(error == EGL_SUCCESS ? EGL_BAD_PARAMETER : error);
	return EGL_NO_IMAGE;
}

EGLBoolean egl_destroy_image(EGLDisplay dpy, EGLImage image)
{
	egl_create_image(dpy, EGL_NO_CONTEXT, 0, image, NULL);
	return EGL_FALSE;
}
