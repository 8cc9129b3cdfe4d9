/* SPDX-License-Identifier: MIT */
/* What is current in a thread, and whose it may be. */
#include "egl.h"

/* What a call of eglMakeCurrent is about. */
struct binding {
	struct context *context;
	struct surface *draw, *read;
};

static EGLint find_binding(const struct display *display, EGLSurface draw, EGLSurface read,
	EGLContext context, struct binding *ret_binding)
{
	*ret_binding = (struct binding){ 0 };
	if (context != EGL_NO_CONTEXT) {
		ret_binding->context = context_find(display, context);
		if (!ret_binding->context)
			return EGL_BAD_CONTEXT;
	}
	if (draw != EGL_NO_SURFACE) {
		ret_binding->draw = surface_find(display, draw);
		if (!ret_binding->draw)
			return EGL_BAD_SURFACE;
	}
	if (read != EGL_NO_SURFACE) {
		ret_binding->read = surface_find(display, read);
		if (!ret_binding->read)
			return EGL_BAD_SURFACE;
	}
	if (!ret_binding->context && (ret_binding->draw || ret_binding->read))
		return EGL_BAD_MATCH;
	return !ret_binding->draw == !ret_binding->read ? EGL_SUCCESS : EGL_BAD_MATCH;
}

static EGLint check_surface(const struct context *context, const struct surface *surface)
{
	if (!surface)
		return EGL_SUCCESS;
	if (surface->current > 0 && !pthread_equal(surface->thread, pthread_self()))
		return EGL_BAD_ACCESS;
	return !context->config || context->config == surface->config ? EGL_SUCCESS : EGL_BAD_MATCH;
}

static EGLint check_binding(const struct thread *thread, const struct binding *binding)
{
	EGLint error;

	if (!binding->context)
		return EGL_SUCCESS;
	if (binding->context->current && binding->context != thread->context)
		return EGL_BAD_ACCESS;
	error = check_surface(binding->context, binding->draw);
	if (error == EGL_SUCCESS)
		error = check_surface(binding->context, binding->read);
	if (error == EGL_SUCCESS && gl_context_status(binding->context->gl))
		error = EGL_CONTEXT_LOST;
	return error;
}

/* The host's framebuffer of a surface; NULL where there is none. */
static EGLint surface_gl(
	const struct context *context, const struct surface *surface, struct gl_surface **ret_gl)
{
	enum drawable_fault fault = DRAWABLE_OK;

	*ret_gl = surface ? drawable_surface(surface->drawable, context->connection, &fault) : NULL;
	return egl_error_of_fault(fault);
}

static void hold(struct surface *surface)
{
	if (!surface)
		return;
	surface->references++;
	surface->current++;
	surface->thread = pthread_self();
}

static void let_go(struct surface *surface)
{
	if (!surface)
		return;
	surface->current--;
	surface_put(surface);
}

static EGLint render_buffer(const struct surface *draw)
{
	return !draw ? EGL_NONE : draw->pixmap ? EGL_SINGLE_BUFFER : EGL_BACK_BUFFER;
}

/* Notes what the thread has current from now on. */
static void bind(struct thread *thread, const struct binding *binding)
{
	const struct thread before = *thread;

	if (binding->context) {
		binding->context->references++;
		binding->context->render_buffer = render_buffer(binding->draw);
	}
	hold(binding->draw);
	hold(binding->read);
	thread->context = binding->context;
	thread->draw = binding->draw;
	thread->read = binding->read;
	if (before.draw != binding->draw)
		pixmap_settle(before.draw);
	let_go(before.draw);
	let_go(before.read);
	if (before.context) {
		before.context->current = false;
		before.context->render_buffer = EGL_NONE;
		context_put(before.context);
	}
	if (binding->context) {
		binding->context->current = true;
		binding->context->render_buffer = render_buffer(binding->draw);
	}
}

static EGLint make_current(struct thread *thread, const struct binding *binding)
{
	struct gl_surface *draw, *read;
	EGLint error;

	if (!binding->context) {
		egl_release_current();
		return EGL_SUCCESS;
	}
	error = surface_gl(binding->context, binding->draw, &draw);
	if (error == EGL_SUCCESS)
		error = surface_gl(binding->context, binding->read, &read);
	if (error != EGL_SUCCESS)
		return error;
	gl_make_current(binding->context->gl, draw, read);
	bind(thread, binding);
	return EGL_SUCCESS;
}

void egl_release_current(void)
{
	struct thread *thread = egl_thread();

	if (!thread->context)
		return;
	/* Another face of the library may have made its own current since. */
	if (gl_current() == thread->context->gl)
		gl_make_current(NULL, NULL, NULL);
	bind(thread, &(struct binding){ 0 });
}

EGLBoolean egl_make_current(EGLDisplay dpy, EGLSurface draw, EGLSurface read, EGLContext context)
{
	const bool nothing =
		context == EGL_NO_CONTEXT && draw == EGL_NO_SURFACE && read == EGL_NO_SURFACE;
	struct thread *thread = egl_thread();
	struct display *display;
	struct binding binding;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_NOT_INITIALIZED && nothing)
		error = EGL_SUCCESS;
	if (error == EGL_SUCCESS)
		error = find_binding(display, draw, read, context, &binding);
	if (error == EGL_SUCCESS)
		error = check_binding(thread, &binding);
	if (error == EGL_SUCCESS)
		error = make_current(thread, &binding);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

EGLContext egl_get_current_context(void)
{
	egl_result(EGL_SUCCESS);
	return egl_thread()->context;
}

EGLSurface egl_get_current_surface(EGLint which)
{
	const struct thread *thread = egl_thread();

	egl_result(which == EGL_DRAW || which == EGL_READ ? EGL_SUCCESS : EGL_BAD_PARAMETER);
	if (which == EGL_DRAW)
		return thread->draw;
	return which == EGL_READ ? thread->read : EGL_NO_SURFACE;
}

EGLDisplay egl_get_current_display(void)
{
	const struct thread *thread = egl_thread();

	egl_result(EGL_SUCCESS);
	return thread->context ? thread->context->display : EGL_NO_DISPLAY;
}

/* ---- waiting */

EGLBoolean egl_wait_client(void)
{
	const struct thread *thread = egl_thread();

	if (!thread->context)
		return egl_result(EGL_SUCCESS);
	gl_flush_current(true);
	pthread_mutex_lock(&egl_lock);
	pixmap_settle(thread->draw);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(gl_context_status(thread->context->gl) ? EGL_CONTEXT_LOST : EGL_SUCCESS);
}

EGLBoolean egl_wait_gl(void)
{
	return egl_wait_client();
}

EGLBoolean egl_wait_native(EGLint engine)
{
	/* Nothing that X draws can be seen by OpenGL. */
	return egl_result(engine == EGL_CORE_NATIVE_ENGINE ? EGL_SUCCESS : EGL_BAD_PARAMETER);
}
