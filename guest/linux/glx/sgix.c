/* SPDX-License-Identifier: MIT */
/* The same by the names of the extensions it came from. */
#include "glx.h"

int glXGetFBConfigAttribSGIX(Display *display, GLXFBConfigSGIX config, int name, int *value)
{
	return glXGetFBConfigAttrib(display, config, name, value);
}

GLXFBConfigSGIX *glXChooseFBConfigSGIX(Display *display, int screen, int *attributes, int *n)
{
	return glXChooseFBConfig(display, screen, attributes, n);
}

GLXPixmap glXCreateGLXPixmapWithConfigSGIX(Display *display, GLXFBConfigSGIX config, Pixmap pixmap)
{
	return glXCreatePixmap(display, config, pixmap, NULL);
}

GLXContext glXCreateContextWithConfigSGIX(
	Display *display, GLXFBConfigSGIX config, int render_type, GLXContext share, Bool direct)
{
	return glXCreateNewContext(display, config, render_type, share, direct);
}

XVisualInfo *glXGetVisualFromFBConfigSGIX(Display *display, GLXFBConfigSGIX config)
{
	return glXGetVisualFromFBConfig(display, config);
}

GLXFBConfigSGIX glXGetFBConfigFromVisualSGIX(Display *display, XVisualInfo *visual)
{
	GLXFBConfig config = NULL;
	struct screen *screen;

	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, visual->screen);
	if (screen)
		config = screen_visual_config(screen, visual->visualid);
	pthread_mutex_unlock(&glx_lock);
	return config;
}

GLXPbufferSGIX glXCreateGLXPbufferSGIX(
	Display *display, GLXFBConfigSGIX config, unsigned width, unsigned height, int *attributes)
{
	int list[] = { GLX_PBUFFER_WIDTH, (int)width, GLX_PBUFFER_HEIGHT, (int)height,
		GLX_LARGEST_PBUFFER, False, None };

	for (; attributes && attributes[0] != None; attributes += 2) {
		if (attributes[0] == GLX_LARGEST_PBUFFER_SGIX)
			list[5] = attributes[1];
	}
	return glXCreatePbuffer(display, config, list);
}

void glXDestroyGLXPbufferSGIX(Display *display, GLXPbufferSGIX pbuffer)
{
	glXDestroyPbuffer(display, pbuffer);
}

void glXQueryGLXPbufferSGIX(Display *display, GLXPbufferSGIX pbuffer, int name, unsigned *value)
{
	glXQueryDrawable(display, pbuffer, name, value);
}

void glXSelectEventSGIX(Display *display, GLXDrawable drawable, unsigned long mask)
{
	glXSelectEvent(display, drawable, mask);
}

void glXGetSelectedEventSGIX(Display *display, GLXDrawable drawable, unsigned long *mask)
{
	glXGetSelectedEvent(display, drawable, mask);
}

Display *glXGetCurrentDisplayEXT(void)
{
	return glXGetCurrentDisplay();
}
