/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "window.h"

#include "scene.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/glx.h>
#include <stdlib.h>
#include <X11/Xlib.h>

static Display *x_display;
static Window x_window;
static GLXContext glx_context;
static EGLDisplay egl_display;
static EGLSurface egl_surface;

typedef GLXContext (*create_function)(
	Display *display, GLXFBConfig config, GLXContext share, Bool direct, const int *attributes);

static GLXFBConfig glx_config(void)
{
	int wanted[] = { GLX_RENDER_TYPE, GLX_RGBA_BIT, GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT,
		GLX_DOUBLEBUFFER, True, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8,
		GLX_DEPTH_SIZE, 24, GLX_STENCIL_SIZE, 8, GLX_SAMPLES, scene.samples, None };
	int count = 0;
	GLXFBConfig *found = glXChooseFBConfig(x_display, DefaultScreen(x_display), wanted, &count);
	GLXFBConfig config;

	if (!found || count < 1)
		die("no such configuration of GLX");
	config = found[0];
	XFree(found);
	return config;
}

static void glx_window(XVisualInfo *visual)
{
	Window root = RootWindow(x_display, visual->screen);
	XSetWindowAttributes attributes = {
		.colormap = XCreateColormap(x_display, root, visual->visual, AllocNone),
	};

	x_window = XCreateWindow(x_display, root, 0, 0, (unsigned)scene_width,
		(unsigned)scene_height, 0, visual->depth, InputOutput, visual->visual,
		CWColormap | CWBorderPixel, &attributes);
	XMapWindow(x_display, x_window);
	XSync(x_display, False);
}

static void glx_open(void)
{
	int attributes[] = { GLX_CONTEXT_MAJOR_VERSION_ARB, scene.major ? scene.major : 1,
		GLX_CONTEXT_MINOR_VERSION_ARB, scene.minor, GLX_CONTEXT_PROFILE_MASK_ARB,
		scene.core ? GLX_CONTEXT_CORE_PROFILE_BIT_ARB
			   : GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB,
		None };
	create_function create =
		(create_function)glXGetProcAddressARB((const GLubyte *)"glXCreateContextAttribsARB");
	GLXFBConfig config;
	XVisualInfo *visual;

	x_display = XOpenDisplay(NULL);
	if (!x_display)
		die("no X server");
	config = glx_config();
	visual = glXGetVisualFromFBConfig(x_display, config);
	if (!create || !visual)
		die("no visual, or nothing that makes contexts");
	glx_window(visual);
	XFree(visual);
	glx_context = create(x_display, config, NULL, True, attributes);
	if (!glx_context || !glXMakeCurrent(x_display, x_window, glx_context))
		die("no context of GLX");
}

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

void window_open(bool glx)
{
	if (glx)
		glx_open();
	else
		egl_open();
}

void window_present(void)
{
	if (x_display)
		glXSwapBuffers(x_display, x_window);
	else
		eglSwapBuffers(egl_display, egl_surface);
}

void window_close(void)
{
	if (x_display) {
		glXMakeCurrent(x_display, None, NULL);
		glXDestroyContext(x_display, glx_context);
		XCloseDisplay(x_display);
	} else {
		eglTerminate(egl_display);
	}
}
