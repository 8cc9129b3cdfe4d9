/* SPDX-License-Identifier: MIT */
/* X pixmaps: what was drawn on the host is read back and put into them where the program can tell. */
#include <stdlib.h>

#include "egl.h"

#define GL_UNSIGNED_BYTE 0x1401u
#define GL_RGBA          0x1908u

typedef void read_pixels_function(
	int x, int y, int width, int height, unsigned format, unsigned type, void *pixels);

/* A context of ours that can read such a surface. */
static struct gl_context *make_reader(const struct surface *surface)
{
	struct gl_link *link = connection_link(surface->display->connection);
	const bool es = !gl_link_caps(link)->gl;
	const struct gl_context_request request = {
		.config = surface->config->host.id,
		.api = es ? GLM_API_ES : GLM_API_GL,
		.major = es ? 2 : 1,
	};
	uint32_t status;

	return gl_context_create(link, &request, &status);
}

/* width * height pixels of red, green, blue and alpha, the bottom row first. */
static bool read_back(struct surface *surface, uint32_t width, uint32_t height, uint8_t *pixels)
{
	read_pixels_function *read_pixels = (read_pixels_function *)gl_proc_address("glReadPixels");
	struct gl_surface *draw = gl_current_draw(), *read = gl_current_read(), *gl;
	struct gl_context *current = gl_current(), *reader;
	enum drawable_fault fault;

	gl = drawable_surface(surface->drawable, surface->display->connection, &fault);
	reader = gl ? make_reader(surface) : NULL;
	if (!reader)
		return false;
	gl_make_current(reader, gl, gl);
	read_pixels(0, 0, (int)width, (int)height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_make_current(current, draw, read);
	gl_context_destroy(reader);
	return true;
}

/* As X wants it: the top row first, blue before red. */
static void turn(uint8_t *to, const uint8_t *from, uint32_t width, uint32_t height)
{
	for (uint32_t y = 0; y < height; y++) {
		const uint8_t *row = from + (size_t)(height - 1 - y) * width * 4;

		for (uint32_t x = 0; x < width; x++, to += 4, row += 4) {
			to[0] = row[2];
			to[1] = row[1];
			to[2] = row[0];
			to[3] = row[3];
		}
	}
}

/* Puts what was drawn to a surface into a pixmap. */
static EGLint put(struct surface *surface, uint32_t pixmap)
{
	EGLint error = EGL_BAD_ALLOC;
	uint8_t *read, *turned;
	uint32_t width, height;

	drawable_size(surface->drawable, &width, &height);
	read = calloc((size_t)width * height, 4);
	turned = calloc((size_t)width * height, 4);
	if (read && turned && read_back(surface, width, height, read)) {
		turn(turned, read, width, height);
		error = xserver_put(surface->display->server, pixmap, width, height, turned)
				? EGL_SUCCESS
				: EGL_BAD_NATIVE_PIXMAP;
	}
	free(read);
	free(turned);
	return error;
}

void pixmap_settle(struct surface *surface)
{
	if (surface && surface->pixmap)
		put(surface, surface->native);
}

EGLBoolean egl_copy_buffers(EGLDisplay dpy, EGLSurface handle, EGLNativePixmapType target)
{
	const uint32_t pixmap = (uint32_t)(uintptr_t)target;
	struct display *display;
	uint32_t width, height;
	EGLint error;

	egl_await_native(dpy);
	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !surface_find(display, handle))
		error = EGL_BAD_SURFACE;
	if (error == EGL_SUCCESS &&
		(!display->server || !xserver_geometry(display->server, pixmap, &width, &height)))
		error = EGL_BAD_NATIVE_PIXMAP;
	if (error == EGL_SUCCESS)
		error = put(handle, pixmap);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}
