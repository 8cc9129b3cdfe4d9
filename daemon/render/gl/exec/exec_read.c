/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads frames out of surfaces, with a context of our own, so that nothing of the program's state
 * matters and nothing of it changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"

#define PACK_INVERT_MESA 0x8758 /* GL_MESA_pack_invert: the top row first */
#define READER_MAJOR     3
#define READER_MINOR     2

static bool reader_inverts(const struct gl_exec *exec)
{
	GLint n = 0;

	exec->gl.GetIntegerv(GL_NUM_EXTENSIONS, &n);
	for (GLint i = 0; i < n; i++)
		if (!strcmp((const char *)exec->more.GetStringi(GL_EXTENSIONS, (GLuint)i),
			    "GL_MESA_pack_invert"))
			return true;
	return false;
}

static int reader_make(struct gl_exec *exec, const struct exec_surface *surface)
{
	struct egl egl = *exec->config.egl;

	if (!exec->configless) {
		egl.config = exec_config(exec->display, surface->config);
		exec->reader_config = surface->config;
	}
	if (!eglBindAPI(EGL_OPENGL_API))
		return -EIO;
	exec->reader = egl_create_context(&egl, READER_MAJOR, READER_MINOR, EGL_NO_CONTEXT);
	if (exec->reader == EGL_NO_CONTEXT ||
		!eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE, exec->reader))
		return -EIO;
	exec->inverts = reader_inverts(exec);
	exec->gl.PixelStorei(GL_PACK_ALIGNMENT, 4);
	if (exec->inverts)
		exec->gl.PixelStorei(PACK_INVERT_MESA, 1);
	return 0;
}

static void retained_gone(struct gl_exec *exec, struct exec_surface *surface)
{
	surface->retained_framebuffer = surface->retained_texture = 0;
	exec_give(exec, GL_EXEC_RESOURCE_BYTES, surface->retained_bytes);
	surface->retained_bytes = 0;
}

static void reader_end(struct gl_exec *exec)
{
	struct exec_surface *surface;

	eglDestroyContext(exec->display, exec->reader);
	exec->reader = EGL_NO_CONTEXT;
	/* What was retained went with it. */
	list_for_each(surface, &exec->surfaces, link)
		retained_gone(exec, surface);
}

/* The reader is current, with the surface as its default framebuffer. */
static int reader_begin(struct gl_exec *exec, const struct exec_surface *surface)
{
	int status = 0;

	exec->reader_current = true;
	if (exec->reader != EGL_NO_CONTEXT && !exec->configless &&
		exec->reader_config != surface->config)
		reader_end(exec);
	if (exec->reader == EGL_NO_CONTEXT)
		status = reader_make(exec, surface);
	if (status < 0)
		return status;
	if (!eglMakeCurrent(exec->display, surface->surface, surface->surface, exec->reader))
		return -EIO;
	return 0;
}

static void flip(uint8_t *pixels, uint32_t stride, size_t row_bytes, uint32_t rows)
{
	for (uint32_t i = 0; i < rows / 2; i++) {
		uint8_t *a = pixels + (size_t)i * stride;
		uint8_t *b = pixels + (size_t)(rows - 1 - i) * stride;

		for (size_t x = 0; x < row_bytes; x++) {
			const uint8_t byte = a[x];

			a[x] = b[x];
			b[x] = byte;
		}
	}
}

/* The part of it that lies in the picture. False: none. */
static bool clip(const struct exec_surface *surface, const struct ipc_rect *rect, struct ipc_rect *ret)
{
	*ret = *rect;
	if (rect->x >= surface->width || rect->y >= surface->height)
		return false;
	if (ret->width > surface->width - ret->x)
		ret->width = surface->width - ret->x;
	if (ret->height > surface->height - ret->y)
		ret->height = surface->height - ret->y;
	return ret->width > 0 && ret->height > 0;
}

static void read_rect(struct gl_exec *exec, const struct exec_surface *surface,
	const struct ipc_rect *wanted, uint8_t *pixels, uint32_t stride)
{
	struct ipc_rect rect;
	uint8_t *at;

	if (!clip(surface, wanted, &rect))
		return;
	at = pixels + (size_t)rect.y * stride + (size_t)rect.x * 4;
	exec->gl.ReadPixels((GLint)rect.x, (GLint)(surface->height - rect.y - rect.height),
		(GLsizei)rect.width, (GLsizei)rect.height, GL_BGRA, GL_UNSIGNED_BYTE, at);
	if (!exec->inverts)
		flip(at, stride, (size_t)rect.width * 4, rect.height);
}

int gl_exec_read(struct gl_exec *exec, uint32_t id, bool retained, const struct rects *rects,
	uint8_t *pixels, uint32_t stride)
{
	const struct exec_surface *surface = exec_surface_find(exec, id);
	int status;

	if (!surface || stride < surface->width * 4 || stride % 4 != 0)
		return -EINVAL;
	if (retained &&
		(surface->retained_framebuffer == 0 || surface->retained_width != surface->width ||
			surface->retained_height != surface->height))
		return -ENOENT;
	status = reader_begin(exec, surface);
	if (status < 0)
		return status;
	exec->gl.BindFramebuffer(GL_READ_FRAMEBUFFER, retained ? surface->retained_framebuffer : 0);
	exec->gl.PixelStorei(GL_PACK_ROW_LENGTH, (GLint)(stride / 4));
	for (uint32_t i = 0; i < rects->n; i++)
		read_rect(exec, surface, &rects->rects[i], pixels, stride);
	return exec->gl.GetError() == GL_NO_ERROR ? 0 : -EIO;
}

/* ---- a copy that stays */

static int retained_make(struct gl_exec *exec, struct exec_surface *surface)
{
	const uint64_t bytes =
		exec_image_bytes(GL_RGBA8, (GLsizei)surface->width, (GLsizei)surface->height, 1);

	if (!exec_take(exec, GL_EXEC_RESOURCE_BYTES, bytes, 0))
		return -ENOMEM;
	surface->retained_bytes = bytes;
	exec->gl.GenTextures(1, &surface->retained_texture);
	exec->gl.GenFramebuffers(1, &surface->retained_framebuffer);
	exec->gl.BindTexture(GL_TEXTURE_2D, surface->retained_texture);
	exec->gl.TexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, (GLsizei)surface->width,
		(GLsizei)surface->height, 0, GL_BGRA, GL_UNSIGNED_BYTE, NULL);
	exec->gl.BindTexture(GL_TEXTURE_2D, 0);
	exec->gl.BindFramebuffer(GL_DRAW_FRAMEBUFFER, surface->retained_framebuffer);
	exec->gl.FramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
		surface->retained_texture, 0);
	surface->retained_width = surface->width;
	surface->retained_height = surface->height;
	return exec->gl.GetError() == GL_NO_ERROR ? 0 : -ENOMEM;
}

static void retained_end(struct gl_exec *exec, struct exec_surface *surface)
{
	exec->gl.DeleteFramebuffers(1, &surface->retained_framebuffer);
	exec->gl.DeleteTextures(1, &surface->retained_texture);
	retained_gone(exec, surface);
}

void exec_retained_drop(struct gl_exec *exec, struct exec_surface *surface)
{
	if (surface->retained_framebuffer && exec->reader != EGL_NO_CONTEXT) {
		exec->reader_current = true;
		if (eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE, exec->reader))
			retained_end(exec, surface);
	}
	retained_gone(exec, surface);
}

int gl_exec_retain(struct gl_exec *exec, uint32_t id, const struct ipc_rect *wanted)
{
	struct exec_surface *surface = exec_surface_find(exec, id);
	struct ipc_rect rect;
	GLint y0, y1;
	int status;

	if (!surface)
		return -EINVAL;
	if (!clip(surface, wanted, &rect))
		return 0;
	status = reader_begin(exec, surface);
	if (status < 0)
		return status;
	if (surface->retained_framebuffer && (surface->retained_width != surface->width ||
						     surface->retained_height != surface->height))
		retained_end(exec, surface);
	if (!surface->retained_framebuffer)
		status = retained_make(exec, surface);
	if (status < 0) {
		retained_end(exec, surface);
		return status;
	}
	y0 = (GLint)(surface->height - rect.y - rect.height);
	y1 = (GLint)(surface->height - rect.y);
	exec->gl.BindFramebuffer(GL_READ_FRAMEBUFFER, 0);
	exec->gl.BindFramebuffer(GL_DRAW_FRAMEBUFFER, surface->retained_framebuffer);
	exec->gl.BlitFramebuffer((GLint)rect.x, y0, (GLint)(rect.x + rect.width), y1, (GLint)rect.x,
		y0, (GLint)(rect.x + rect.width), y1, GL_COLOR_BUFFER_BIT, GL_NEAREST);
	return exec->gl.GetError() == GL_NO_ERROR ? 0 : -EIO;
}
