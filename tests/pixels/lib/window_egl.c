/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <EGL/egl.h>
#include <EGL/eglext.h>

#include "scene.h"
#include "window.h"

static EGLDisplay egl_display;
static EGLSurface egl_surface;

static EGLConfig egl_config(void)
{
	EGLint wanted[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
		EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 8,
		EGL_DEPTH_SIZE, 24, EGL_STENCIL_SIZE, 8, EGL_SAMPLES, scene.samples, EGL_NONE };
	EGLConfig config;
	EGLint count = 0;

	if (!eglChooseConfig(egl_display, wanted, &config, 1, &count) || count < 1)
		die("no such configuration of EGL");
	return config;
}

static void egl_open(void)
{
	EGLint size[] = { EGL_WIDTH, scene_width, EGL_HEIGHT, scene_height, EGL_NONE };
	EGLint attributes[] = { EGL_CONTEXT_MAJOR_VERSION, scene.major ? scene.major : 1,
		EGL_CONTEXT_MINOR_VERSION, scene.minor, EGL_CONTEXT_OPENGL_PROFILE_MASK,
		scene.core ? EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT
			   : EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT,
		EGL_NONE };
	EGLConfig config;
	EGLContext context;

	egl_display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	if (!eglInitialize(egl_display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API))
		die("no EGL without a window");
	config = egl_config();
	context = eglCreateContext(egl_display, config, EGL_NO_CONTEXT, attributes);
	egl_surface = eglCreatePbufferSurface(egl_display, config, size);
	if (!eglMakeCurrent(egl_display, egl_surface, egl_surface, context))
		die("no context of EGL");
}

static void egl_present(void)
{
	eglSwapBuffers(egl_display, egl_surface);
}

static void egl_close(void)
{
	eglTerminate(egl_display);
}

const struct window window_egl = { egl_open, egl_present, egl_close };
