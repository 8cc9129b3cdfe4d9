/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Default framebuffers: pbuffers, and their frames. */
#include <errno.h>
#include <stdlib.h>

#include "exec.h"

#define SMALL_MESSAGE 64u
/* Nanoseconds that a frame may take on the GPU before the next-but-one is presented all the same. */
#define FRAME_WAIT_MAX UINT64_C(1000000000)

struct exec_surface *exec_surface_find(struct gl_exec *exec, uint32_t id)
{
	struct exec_surface *surface;

	list_for_each(surface, &exec->surfaces, link)
		if (surface->id == id && !surface->dying)
			return surface;
	return NULL;
}

/* ---- making and ending */

/* Bytes of a pixel of all buffers, counted generously. */
static uint64_t pixel_bytes(const struct gl_exec *exec, EGLConfig config)
{
	EGLint colour = 0, depth = 0, stencil = 0, samples = 0;
	uint64_t bytes;

	eglGetConfigAttrib(exec->display, config, EGL_BUFFER_SIZE, &colour);
	eglGetConfigAttrib(exec->display, config, EGL_DEPTH_SIZE, &depth);
	eglGetConfigAttrib(exec->display, config, EGL_STENCIL_SIZE, &stencil);
	eglGetConfigAttrib(exec->display, config, EGL_SAMPLES, &samples);
	bytes = (gl_natural(colour) + gl_natural(depth) + gl_natural(stencil) + 7) / 8;
	return bytes * (1 + gl_natural(samples));
}

static EGLSurface make(const struct gl_exec *exec, const struct exec_surface *surface)
{
	const bool srgb = surface->srgb && exec->srgb;
	const EGLint attributes[] = { EGL_WIDTH, (EGLint)surface->width, EGL_HEIGHT,
		(EGLint)surface->height, srgb ? EGL_GL_COLORSPACE_KHR : EGL_NONE,
		EGL_GL_COLORSPACE_SRGB_KHR, EGL_NONE };

	return eglCreatePbufferSurface(
		exec->display, exec_config(exec->display, surface->config), attributes);
}

/* Takes the memory, makes the pbuffer. enum glm_status_code. */
static uint32_t furnish(struct gl_exec *exec, struct exec_surface *surface)
{
	const EGLConfig config = exec_config(exec->display, surface->config);
	const uint32_t side = (uint32_t)exec->config.egl->max_texture;
	uint64_t bytes;

	if (config == EGL_NO_CONFIG_KHR)
		return GLM_STATUS_BAD_CONFIG;
	if (surface->width == 0 || surface->height == 0 || surface->width > side ||
		surface->height > side)
		return GLM_STATUS_LIMIT;
	bytes = gl_mul((uint64_t)surface->width * surface->height, pixel_bytes(exec, config));
	if (bytes > exec->config.resource_size ||
		!exec_take(exec, GL_EXEC_RESOURCE_BYTES, bytes, bytes))
		return GLM_STATUS_LIMIT;
	surface->bytes = bytes;
	surface->surface = make(exec, surface);
	return surface->surface == EGL_NO_SURFACE ? GLM_STATUS_NO_MEMORY : GLM_STATUS_DONE;
}

static void drop_fences(struct gl_exec *exec, struct exec_surface *surface)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(surface->fences); i++) {
		if (surface->fences[i])
			exec->fence.destroy(exec->display, surface->fences[i]);
		surface->fences[i] = NULL;
	}
}

static void surface_free(struct gl_exec *exec, struct exec_surface *surface)
{
	drop_fences(exec, surface);
	if (surface->surface != EGL_NO_SURFACE)
		eglDestroySurface(exec->display, surface->surface);
	exec_retained_drop(exec, surface);
	exec_give(exec, GL_EXEC_RESOURCE_BYTES, surface->bytes);
	exec_give(exec, GL_EXEC_RESOURCES, 1);
	free(surface);
}

static uint32_t create(struct gl_exec *exec, const struct glm_surface_create *message)
{
	struct exec_surface *surface;
	uint32_t status;

	if (message->id == 0 || exec_surface_find(exec, message->id))
		return GLM_STATUS_BAD_NAME;
	if (!exec_take(exec, GL_EXEC_RESOURCES, 1, 0))
		return GLM_STATUS_LIMIT;
	surface = calloc(1, sizeof(*surface));
	if (!surface) {
		exec_give(exec, GL_EXEC_RESOURCES, 1);
		return GLM_STATUS_NO_MEMORY;
	}
	surface->id = message->id;
	surface->config = message->config;
	surface->width = message->width;
	surface->height = message->height;
	surface->window = message->kind == GLM_SURFACE_WINDOW;
	surface->srgb = message->srgb != 0;
	surface->surface = EGL_NO_SURFACE;
	status = furnish(exec, surface);
	if (status == GLM_STATUS_DONE)
		list_append(&exec->surfaces, &surface->link);
	else
		surface_free(exec, surface);
	return status;
}

void exec_surface_create(struct gl_exec *exec, const struct glm_surface_create *message)
{
	const struct glm_surface_created created = { .id = message->id,
		.status = create(exec, message) };

	exec_send_message(exec, &glm_surface_created_type, &created, SMALL_MESSAGE);
}

void exec_surface_release(struct gl_exec *exec, struct exec_surface *surface)
{
	if (!surface->dying || surface == exec->draw || surface == exec->read)
		return;
	list_remove(&surface->link);
	surface_free(exec, surface);
}

void exec_surface_destroy(struct gl_exec *exec, const struct glm_surface_destroy *message)
{
	struct exec_surface *surface = exec_surface_find(exec, message->id);

	if (!surface)
		return;
	surface->dying = true;
	if (surface->window)
		exec->config.ops->surface_gone(exec->config.data, surface->id);
	exec_surface_release(exec, surface);
}

void exec_surface_resize(struct gl_exec *exec, const struct glm_surface_resize *message)
{
	struct exec_surface *surface = exec_surface_find(exec, message->id);
	struct exec_surface was;

	if (!surface || (message->width == surface->width && message->height == surface->height))
		return;
	was = *surface;
	surface->width = message->width;
	surface->height = message->height;
	surface->bytes = 0;
	if (furnish(exec, surface) != GLM_STATUS_DONE) {
		/* It stays as it is: the program draws into the old size. */
		exec_give(exec, GL_EXEC_RESOURCE_BYTES, surface->bytes);
		*surface = was;
		if (exec->current)
			exec_error(exec->current, GL_OUT_OF_MEMORY);
		return;
	}
	drop_fences(exec, surface);
	if (surface == exec->draw || surface == exec->read) {
		exec->reader_current = true;
		exec_current_again(exec);
	}
	eglDestroySurface(exec->display, was.surface);
	exec_give(exec, GL_EXEC_RESOURCE_BYTES, was.bytes);
}

void exec_surfaces_finish(struct gl_exec *exec)
{
	struct exec_surface *surface, *next;

	exec->draw = exec->read = NULL;
	list_for_each_safe(surface, next, &exec->surfaces, link) {
		if (surface->window && !surface->dying)
			exec->config.ops->surface_gone(exec->config.data, surface->id);
		list_remove(&surface->link);
		surface_free(exec, surface);
	}
}

/* ---- frames */

/* At most two frames are under way on the GPU. */
static void bound_frames(struct gl_exec *exec, struct exec_surface *surface)
{
	if (!exec->fences) {
		exec->gl.Finish();
		return;
	}
	if (surface->fences[0]) {
		exec->fence.wait(exec->display, surface->fences[0], 0, FRAME_WAIT_MAX);
		exec->fence.destroy(exec->display, surface->fences[0]);
	}
	surface->fences[0] = surface->fences[1];
	surface->fences[1] = exec->fence.create(exec->display, EGL_SYNC_FENCE_KHR, NULL);
}

void exec_present(struct gl_exec *exec, const struct glm_present *message)
{
	struct exec_surface *surface = exec_surface_find(exec, message->surface);

	if (exec->current && !exec->current->lost && exec_current_again(exec)) {
		if (!exec_inside(exec->current)) {
			exec_errors_tell(exec);
			exec->gl.Flush();
			if (surface)
				bound_frames(exec, surface);
		}
		exec_look_for_loss(exec);
	}
	if (surface && surface->window)
		exec->config.ops->present(exec->config.data, surface->id, surface->width,
			surface->height, message->interval);
	else
		exec_send_message(exec, &glm_presented_type,
			&(struct glm_presented){ .surface = message->surface, .frames = 1 },
			SMALL_MESSAGE);
}
