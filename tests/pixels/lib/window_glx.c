/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <GL/glx.h>
#include <X11/Xlib.h>

#include "scene.h"
#include "window.h"

static Display *x_display;
static Window x_window;
static GLXContext glx_context;

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

static void glx_present(void)
{
	glXSwapBuffers(x_display, x_window);
}

static void glx_close(void)
{
	glXMakeCurrent(x_display, None, NULL);
	glXDestroyContext(x_display, glx_context);
	XCloseDisplay(x_display);
}

const struct window window_glx = { glx_open, glx_present, glx_close };
