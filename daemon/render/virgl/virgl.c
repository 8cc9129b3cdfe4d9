/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/virgl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <epoxy/gl.h>
#define VIRGL_RENDERER_UNSTABLE_APIS
#include <virglrenderer.h>

#include "log.h"
#include "util.h"
#include "virgl/caps.h"
#include "virgl/reset.h"

static struct {
	struct egl *egl;
	EGLContext first; /* that all clients' share with */
	bool compute;
	struct virgl_capset capsets[2][2]; /* by set, and whether memory is shared */
	uint32_t last_context;
	uint32_t last_fence, passed_fence;
	struct reset reset;
	void (*lost)(void *data, const char *reason);
	void *lost_data;
	struct log_limit limit;
} virgl;

/* `reason` may be NULL: nothing happened. */
static void note_lost(const char *reason)
{
	void (*lost)(void *data, const char *reason) = virgl.lost;

	if (!reason || !lost)
		return;
	virgl.lost = NULL;
	lost(virgl.lost_data, reason);
}

/* Some context of ours is current: all of them share, and are lost together. */
static void ask_reset(void)
{
	note_lost(reset_ask(&virgl.reset, virgl.egl->robust, clock_ns()));
}

static void on_fence(void *cookie, uint32_t fence)
{
	(void)cookie;
	virgl.passed_fence = fence;
}

static virgl_renderer_gl_context on_create_context(
	void *cookie, int scanout, struct virgl_renderer_gl_ctx_param *param)
{
	EGLContext context = egl_create_context(virgl.egl, param->major_ver, param->minor_ver,
		param->shared ? virgl.first : EGL_NO_CONTEXT);

	(void)cookie;
	(void)scanout;
	if (context == EGL_NO_CONTEXT)
		note_lost(reset_of_egl());
	/* It tries versions with contexts of their own, and keeps the last of those to share with. */
	if (!param->shared)
		virgl.first = context;
	return context;
}

static void on_destroy_context(void *cookie, virgl_renderer_gl_context context)
{
	(void)cookie;
	eglDestroyContext(virgl.egl->display, context);
}

static int on_make_current(void *cookie, int scanout, virgl_renderer_gl_context context)
{
	(void)cookie;
	(void)scanout;
	if (eglMakeCurrent(virgl.egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
		return 0;
	note_lost(reset_of_egl());
	return -1;
}

static void *on_egl_display(void *cookie)
{
	(void)cookie;
	return virgl.egl->display;
}

static struct virgl_renderer_callbacks callbacks = {
	.version = 4,
	.write_fence = on_fence,
	.create_gl_context = on_create_context,
	.destroy_gl_context = on_destroy_context,
	.make_current = on_make_current,
	.get_egl_display = on_egl_display,
};

/* virglrenderer complains of what guests do: for a developer, and not without limit. */
static void __attribute__((format(printf, 1, 0))) on_debug(const char *format, va_list args)
{
	char text[512];
	int n = vsnprintf(text, sizeof(text), format, args);

	while (n > 0 && n < (int)sizeof(text) && text[n - 1] == '\n')
		text[--n] = '\0';
	log_limited(&virgl.limit, LOG_LEVEL_DEBUG, "virglrenderer: %s", text);
}

static bool fill_capset(uint32_t set, bool shared)
{
	struct virgl_capset *capset = &virgl.capsets[set - 1][shared];
	uint32_t version = 0, size = 0;

	virgl_renderer_get_cap_set(set, &version, &size);
	if (size == 0 || size > VIRGL_CAPSET_MAX)
		return false;
	capset->size = size;
	virgl_renderer_fill_caps(set, version, capset->data);
	virgl_caps_mask(capset->data, size, virgl.compute, shared);
	return true;
}

bool virgl_start(struct egl *egl, bool compute, char *reason)
{
	int r;

	virgl.egl = egl;
	virgl.compute = compute;
	virgl.first = EGL_NO_CONTEXT;
	virgl.last_context = VIRGL_CONTEXT_HOST;
	virgl_set_debug_callback(on_debug);
	r = virgl_renderer_init(&virgl, 0, &callbacks);
	if (r != 0) {
		snprintf(reason, IPC_TEXT_MAX + 1, "virglrenderer does not start (%d)", r);
		return false;
	}
	if (!fill_capset(1, false) || !fill_capset(1, true) || !fill_capset(2, false) ||
		!fill_capset(2, true)) {
		snprintf(reason, IPC_TEXT_MAX + 1, "virglrenderer tells no capabilities");
		return false;
	}
	if (virgl_renderer_context_create(VIRGL_CONTEXT_HOST, 5, "oriel") != 0) {
		snprintf(reason, IPC_TEXT_MAX + 1, "virglrenderer makes no context");
		return false;
	}
	return true;
}

void virgl_on_lost(void (*lost)(void *data, const char *reason), void *data)
{
	virgl.lost = lost;
	virgl.lost_data = data;
}

void virgl_stop(void)
{
	virgl_renderer_cleanup(&virgl);
}

const struct virgl_capset *virgl_capset(uint32_t set, bool shared)
{
	return &virgl.capsets[set - 1][shared];
}

bool virgl_compute(void)
{
	return virgl.compute;
}

bool virgl_software(void)
{
	return virgl.egl->software;
}

uint32_t virgl_context_create(const char *name)
{
	/* A number in use already would be taken for success. */
	uint32_t context = virgl.last_context + 1;

	if (context >= INT32_MAX ||
		virgl_renderer_context_create(context, (uint32_t)strlen(name), name) != 0)
		return 0;
	/* The new GL context is current now, though virglrenderer still takes the former one for it. */
	virgl_renderer_force_ctx_0();
	virgl.last_context = context;
	return context;
}

void virgl_context_destroy(uint32_t context)
{
	if (context == 0)
		return;
	virgl_renderer_context_destroy(context);
	/* Its GL contexts were made current to be destroyed. */
	virgl_renderer_force_ctx_0();
}

int virgl_submit(uint32_t context, uint32_t *dwords, uint32_t n)
{
	int r = virgl_renderer_submit_cmd(dwords, (int)context, (int)n);

	ask_reset();
	return r == 0 ? 0 : -EIO;
}

void virgl_enter(uint32_t context)
{
	uint32_t nop = 0; /* VIRGL_CCMD_NOP, of no dwords */

	/* A context that a bad command has spoiled is not entered any more; nor must another be. */
	if (virgl_renderer_submit_cmd(&nop, (int)context, 1) != 0)
		virgl_renderer_force_ctx_0();
}

uint32_t virgl_fence_create(uint32_t context)
{
	virgl_enter(context);
	virgl.last_fence = virgl.last_fence == UINT32_MAX ? 1 : virgl.last_fence + 1;
	if (virgl_renderer_create_fence((int)virgl.last_fence, 0) != 0)
		virgl.passed_fence = virgl.last_fence;
	return virgl.last_fence;
}

void virgl_finish(uint32_t context)
{
	virgl_enter(context);
	glFinish();
}

bool virgl_fence_wait(uint32_t fence, uint64_t ns)
{
	GLsync sync;

	if (virgl_fence_passed(fence))
		return true;
	sync = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	glClientWaitSync(sync, GL_SYNC_FLUSH_COMMANDS_BIT, ns);
	glDeleteSync(sync);
	return virgl_fence_passed(fence);
}

bool virgl_fence_passed(uint32_t fence)
{
	virgl_renderer_poll();
	ask_reset(); /* behind a hang no fence passes */
	return (int32_t)(virgl.passed_fence - fence) >= 0;
}
