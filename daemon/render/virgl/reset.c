/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/reset.h"

#include <epoxy/egl.h>
#include <epoxy/gl.h>

#ifndef GL_PURGED_CONTEXT_RESET_NV
#define GL_PURGED_CONTEXT_RESET_NV 0x92BB /* GL_NV_robustness_video_memory_purge */
#endif

static const char *describe(GLenum status)
{
	switch (status) {
	case GL_NO_ERROR:
		return NULL;
	case GL_GUILTY_CONTEXT_RESET:
		return "the GPU was reset (guilty: a guest of this session caused it)";
	case GL_INNOCENT_CONTEXT_RESET:
		return "the GPU was reset (innocent: others caused it)";
	case GL_PURGED_CONTEXT_RESET_NV:
		return "the GPU was reset (its memory is lost)";
	default:
		return "the GPU was reset (unknown cause)";
	}
}

const char *reset_ask(struct reset *reset, bool robust, uint64_t now_ns)
{
	if (!robust || now_ns - reset->asked_ns < RESET_ASK_NS)
		return NULL;
	reset->asked_ns = now_ns;
	if (!reset->known) {
		reset->known = true;
		reset->tells =
			epoxy_gl_version() >= 45 || epoxy_has_gl_extension("GL_KHR_robustness");
	}
	return reset->tells ? describe(glGetGraphicsResetStatus()) : NULL;
}

const char *reset_of_egl(void)
{
	return eglGetError() == EGL_CONTEXT_LOST ? "the GPU was lost (EGL_CONTEXT_LOST)" : NULL;
}
