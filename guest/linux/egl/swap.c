/* SPDX-License-Identifier: MIT */
/* Frames: swapping, its interval, and what has no meaning here. */
#include "egl.h"

/* What a swap needs, held until it is done: the frame is waited for without the lock. */
static EGLint prepare(EGLDisplay dpy, EGLSurface handle, struct surface **ret_surface)
{
	const struct thread *thread = egl_thread();
	struct display *display;
	EGLint error = display_check(dpy, &display);

	if (error != EGL_SUCCESS)
		return error;
	if (!surface_find(display, handle) || !thread->context || thread->draw != handle)
		return EGL_BAD_SURFACE;
	if (gl_context_status(thread->context->gl))
		return EGL_CONTEXT_LOST;
	*ret_surface = handle;
	(*ret_surface)->references++;
	return EGL_SUCCESS;
}

EGLBoolean egl_swap_buffers(EGLDisplay dpy, EGLSurface handle)
{
	struct surface *surface;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = prepare(dpy, handle, &surface);
	pthread_mutex_unlock(&egl_lock);
	if (error != EGL_SUCCESS)
		return egl_result(error);
	if (!surface->window)
		gl_flush_current(false);
	else if (drawable_present(surface->drawable, (uint32_t)surface->interval))
		error = EGL_CONTEXT_LOST;
	pthread_mutex_lock(&egl_lock);
	surface_put(surface);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

EGLBoolean egl_swap_buffers_with_damage(
	EGLDisplay dpy, EGLSurface surface, const EGLint *rects, EGLint n)
{
	/* The rectangles are a hint. */
	if (n < 0 || (n > 0 && !rects))
		return egl_result(EGL_BAD_PARAMETER);
	return egl_swap_buffers(dpy, surface);
}

EGLBoolean egl_swap_interval(EGLDisplay dpy, EGLint interval)
{
	const struct thread *thread = egl_thread();
	struct display *display;
	EGLint error, most = 0;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !thread->context)
		error = EGL_BAD_CONTEXT;
	if (error == EGL_SUCCESS && !thread->draw)
		error = EGL_BAD_SURFACE;
	if (error == EGL_SUCCESS) {
		config_attribute(thread->draw->config, EGL_MAX_SWAP_INTERVAL, &most);
		interval = interval < 0 ? 0 : interval;
		thread->draw->interval = interval > most ? most : interval;
	}
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

/* Checks display and surface, then says what is wrong with the rest. */
static EGLBoolean refuse(EGLDisplay dpy, EGLSurface surface, EGLint error_of_good)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS)
		error = surface_find(display, surface) ? error_of_good : EGL_BAD_SURFACE;
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

EGLBoolean egl_bind_tex_image(EGLDisplay dpy, EGLSurface surface, EGLint buffer)
{
	return refuse(dpy, surface, buffer == EGL_BACK_BUFFER ? EGL_BAD_MATCH : EGL_BAD_PARAMETER);
}

EGLBoolean egl_release_tex_image(EGLDisplay dpy, EGLSurface surface, EGLint buffer)
{
	return refuse(dpy, surface, buffer == EGL_BACK_BUFFER ? EGL_BAD_MATCH : EGL_BAD_PARAMETER);
}
