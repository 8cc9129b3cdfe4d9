/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of GLX's extensions, as a program finds them by their names: each is called once, for
 * handles that others of them made. Prints whose OpenGL it is, and "done" if all is as it should be.
 */
#include <GL/glx.h>
#include <stdio.h>
#include <stdlib.h>
#include <X11/Xlib.h>
#include <X11/Xmd.h>

/* Needs the one above. */
#include <GL/glxproto.h>

#define SIDE 32u

#define FUNCTIONS(X)                                                                     \
	X(PFNGLXCHOOSEFBCONFIGSGIXPROC, glXChooseFBConfigSGIX)                           \
	X(PFNGLXCREATECONTEXTATTRIBSARBPROC, glXCreateContextAttribsARB)                 \
	X(PFNGLXCREATECONTEXTWITHCONFIGSGIXPROC, glXCreateContextWithConfigSGIX)         \
	X(PFNGLXCREATEGLXPBUFFERSGIXPROC, glXCreateGLXPbufferSGIX)                       \
	X(PFNGLXDESTROYGLXPBUFFERSGIXPROC, glXDestroyGLXPbufferSGIX)                     \
	X(PFNGLXGETCONTEXTIDEXTPROC, glXGetContextIDEXT)                                 \
	X(PFNGLXGETCURRENTDISPLAYEXTPROC, glXGetCurrentDisplayEXT)                       \
	X(PFNGLXGETCURRENTREADDRAWABLESGIPROC, glXGetCurrentReadDrawableSGI)             \
	X(PFNGLXGETFBCONFIGATTRIBSGIXPROC, glXGetFBConfigAttribSGIX)                     \
	X(PFNGLXGETFBCONFIGFROMVISUALSGIXPROC, glXGetFBConfigFromVisualSGIX)             \
	X(PFNGLXGETSELECTEDEVENTSGIXPROC, glXGetSelectedEventSGIX)                       \
	X(PFNGLXGETSWAPINTERVALMESAPROC, glXGetSwapIntervalMESA)                         \
	X(PFNGLXGETVISUALFROMFBCONFIGSGIXPROC, glXGetVisualFromFBConfigSGIX)             \
	X(PFNGLXQUERYCONTEXTINFOEXTPROC, glXQueryContextInfoEXT)                         \
	X(PFNGLXQUERYCURRENTRENDERERINTEGERMESAPROC, glXQueryCurrentRendererIntegerMESA) \
	X(PFNGLXQUERYCURRENTRENDERERSTRINGMESAPROC, glXQueryCurrentRendererStringMESA)   \
	X(PFNGLXQUERYGLXPBUFFERSGIXPROC, glXQueryGLXPbufferSGIX)                         \
	X(PFNGLXQUERYRENDERERINTEGERMESAPROC, glXQueryRendererIntegerMESA)               \
	X(PFNGLXQUERYRENDERERSTRINGMESAPROC, glXQueryRendererStringMESA)                 \
	X(PFNGLXSELECTEVENTSGIXPROC, glXSelectEventSGIX)                                 \
	X(PFNGLXSWAPINTERVALEXTPROC, glXSwapIntervalEXT)                                 \
	X(PFNGLXSWAPINTERVALMESAPROC, glXSwapIntervalMESA)                               \
	X(PFNGLXSWAPINTERVALSGIPROC, glXSwapIntervalSGI)

static struct {
#define MEMBER(type, name) type name;
	FUNCTIONS(MEMBER)
#undef MEMBER
} glx;

static Display *display;
static GLXFBConfig config;
static GLXContext context;

#define CHECK(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			exit(1);                                                        \
		}                                                                       \
	} while (0)

static void configurations(void)
{
	int wanted[] = { GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT | GLX_PBUFFER_BIT, GLX_DEPTH_SIZE, 24,
		None };
	int count = 0, depth = 0, id = 0, same = 0;
	GLXFBConfig *found = glx.glXChooseFBConfigSGIX(display, 0, wanted, &count);
	XVisualInfo *visual;

	CHECK(found && count > 0);
	config = found[0];
	XFree(found);
	CHECK(glx.glXGetFBConfigAttribSGIX(display, config, GLX_DEPTH_SIZE, &depth) == Success);
	CHECK(depth >= 24);
	visual = glx.glXGetVisualFromFBConfigSGIX(display, config);
	CHECK(visual);
	config = glx.glXGetFBConfigFromVisualSGIX(display, visual);
	XFree(visual);
	CHECK(config);
	CHECK(glXGetFBConfigAttrib(display, config, GLX_FBCONFIG_ID, &id) == Success);
	CHECK(glx.glXGetFBConfigAttribSGIX(display, config, GLX_FBCONFIG_ID, &same) == Success);
	CHECK(id == same);
}

static void contexts(void)
{
	int attributes[] = { GLX_CONTEXT_MAJOR_VERSION_ARB, 3, GLX_CONTEXT_MINOR_VERSION_ARB, 2,
		None };
	GLXContext other;
	int screen = -1;

	context = glx.glXCreateContextWithConfigSGIX(display, config, GLX_RGBA_TYPE, NULL, True);
	CHECK(context);
	CHECK(glx.glXGetContextIDEXT(context) != None);
	CHECK(glx.glXQueryContextInfoEXT(display, context, GLX_SCREEN_EXT, &screen) == Success);
	CHECK(screen == 0);
	other = glx.glXCreateContextAttribsARB(display, config, context, True, attributes);
	CHECK(other);
	glXDestroyContext(display, other);
}

static void renderer(void)
{
	unsigned version[3] = { 0 };

	CHECK(glx.glXQueryRendererIntegerMESA(
		display, 0, 0, GLX_RENDERER_OPENGL_CORE_PROFILE_VERSION_MESA, version));
	CHECK(version[0] >= 3);
	CHECK(glx.glXQueryCurrentRendererIntegerMESA(
		GLX_RENDERER_OPENGL_CORE_PROFILE_VERSION_MESA, version));
	CHECK(glx.glXQueryRendererStringMESA(display, 0, 0, GLX_RENDERER_VENDOR_ID_MESA));
	CHECK(glx.glXQueryCurrentRendererStringMESA(GLX_RENDERER_DEVICE_ID_MESA));
}

static void swap_intervals(GLXDrawable window)
{
	CHECK(glx.glXSwapIntervalMESA(1) == 0);
	CHECK(glx.glXGetSwapIntervalMESA() == 1);
	CHECK(glx.glXSwapIntervalSGI(2) == 0);
	CHECK(glx.glXGetSwapIntervalMESA() == 2);
	glx.glXSwapIntervalEXT(display, window, 0);
	CHECK(glx.glXGetSwapIntervalMESA() == 0);
}

static void draw_red(void)
{
	unsigned char pixel[4] = { 0 };

	glClearColor(1, 0, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(1, 1, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	CHECK(pixel[0] == 255 && pixel[1] == 0);
}

static void pbuffers(void)
{
	GLXDrawable pbuffer = glx.glXCreateGLXPbufferSGIX(display, config, SIDE, SIDE, NULL);
	unsigned long mask = 0;
	unsigned width = 0;

	CHECK(pbuffer != None);
	glx.glXQueryGLXPbufferSGIX(display, pbuffer, GLX_WIDTH_SGIX, &width);
	CHECK(width == SIDE);
	glx.glXSelectEventSGIX(display, pbuffer, GLX_BUFFER_CLOBBER_MASK_SGIX);
	glx.glXGetSelectedEventSGIX(display, pbuffer, &mask);
	CHECK(mask == GLX_BUFFER_CLOBBER_MASK_SGIX);
	CHECK(glXMakeContextCurrent(display, pbuffer, pbuffer, context));
	CHECK(glx.glXGetCurrentReadDrawableSGI() == pbuffer);
	CHECK(glx.glXGetCurrentDisplayEXT() == display);
	draw_red();
	CHECK(glXMakeContextCurrent(display, None, None, NULL));
	glx.glXDestroyGLXPbufferSGIX(display, pbuffer);
}

static int heard; /* the code of the last error of X */

static int hear(Display *from, XErrorEvent *event)
{
	(void)from;
	heard = event->error_code;
	return 0;
}

/* A GLXWindow goes with its window, and cannot be destroyed once more. */
static void window_goes(Window id)
{
	const GLXWindow window = glXCreateWindow(display, config, id, NULL);
	int errors = 0, events;

	CHECK(window != None && glXQueryExtension(display, &errors, &events));
	XSetErrorHandler(hear);
	XDestroyWindow(display, id);
	glXDestroyWindow(display, window);
	XSync(display, False);
	XSetErrorHandler(NULL);
	CHECK(heard == errors + GLXBadWindow);
}

static void windows(void)
{
	XVisualInfo *visual = glXGetVisualFromFBConfig(display, config);
	XSetWindowAttributes attributes = { 0 };
	GLXWindow window;
	Window id;

	CHECK(visual);
	attributes.colormap =
		XCreateColormap(display, DefaultRootWindow(display), visual->visual, AllocNone);
	id = XCreateWindow(display, DefaultRootWindow(display), 0, 0, SIDE, SIDE, 0, visual->depth,
		InputOutput, visual->visual, CWColormap | CWBorderPixel, &attributes);
	XFree(visual);
	window = glXCreateWindow(display, config, id, NULL);
	CHECK(window != None && glXMakeCurrent(display, window, context));
	printf("vendor %s\n", (const char *)glGetString(GL_VENDOR));
	renderer();
	swap_intervals(window);
	draw_red();
	glXSwapBuffers(display, window);
	CHECK(glXMakeCurrent(display, None, NULL));
	glXDestroyWindow(display, window);
	window_goes(id);
}

int main(void)
{
	display = XOpenDisplay(NULL);
	CHECK(display);
#define FIND(type, name)                                            \
	glx.name = (type)glXGetProcAddress((const GLubyte *)#name); \
	CHECK(glx.name);
	FUNCTIONS(FIND)
#undef FIND
	configurations();
	contexts();
	pbuffers();
	windows();
	glXDestroyContext(display, context);
	XCloseDisplay(display);
	puts("done");
	return 0;
}
