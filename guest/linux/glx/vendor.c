/* SPDX-License-Identifier: MIT */
/*
 * What glvnd's libGLX loads (glvnd/libglxabi.h), where a program has that and not ours: the
 * functions of GLX and OpenGL by name, and stubs for those of GLX that it does not know itself. A
 * stub finds the vendor by what it is called for, and notes whose the handles are that it makes.
 */
#include "glx.h"

#include <glvnd/libglxabi.h>
#include <string.h>

static const __GLXapiExports *glvnd;

enum stub {
	STUB_glXChooseFBConfigSGIX,
	STUB_glXCreateContextWithConfigSGIX,
	STUB_glXCreateGLXPbufferSGIX,
	STUB_glXCreateGLXPixmapWithConfigSGIX,
	STUB_glXDestroyGLXPbufferSGIX,
	STUB_glXGetContextIDEXT,
	STUB_glXGetCurrentDisplayEXT,
	STUB_glXGetCurrentReadDrawableSGI,
	STUB_glXGetFBConfigAttribSGIX,
	STUB_glXGetFBConfigFromVisualSGIX,
	STUB_glXGetSelectedEventSGIX,
	STUB_glXGetSwapIntervalMESA,
	STUB_glXGetVisualFromFBConfigSGIX,
	STUB_glXQueryContextInfoEXT,
	STUB_glXQueryCurrentRendererIntegerMESA,
	STUB_glXQueryCurrentRendererStringMESA,
	STUB_glXQueryGLXPbufferSGIX,
	STUB_glXQueryRendererIntegerMESA,
	STUB_glXQueryRendererStringMESA,
	STUB_glXSelectEventSGIX,
	STUB_glXSwapIntervalEXT,
	STUB_glXSwapIntervalMESA,
	STUB_glXSwapIntervalSGI,
	STUBS,
};

static int stub_indices[STUBS];

/* The vendor's function as `f`; NULL: there is no such vendor, or it has none. */
#define FUNCTION(name, vendor)                                                                \
	__GLXvendorInfo *const whose = (vendor);                                              \
	const __typeof__(&(name)) f = whose ? (__typeof__(&(name)))glvnd->fetchDispatchEntry( \
						      whose, stub_indices[STUB_##name])       \
					    : NULL

/* ---- by the thread's context */

static int swap_interval_mesa(unsigned interval)
{
	FUNCTION(glXSwapIntervalMESA, glvnd->getCurrentDynDispatch());
	return f ? f(interval) : GLX_BAD_CONTEXT;
}

static int swap_interval_sgi(int interval)
{
	FUNCTION(glXSwapIntervalSGI, glvnd->getCurrentDynDispatch());
	return f ? f(interval) : GLX_BAD_CONTEXT;
}

static int get_swap_interval(void)
{
	FUNCTION(glXGetSwapIntervalMESA, glvnd->getCurrentDynDispatch());
	return f ? f() : 0;
}

static Bool query_current_renderer_integer(int name, unsigned *value)
{
	FUNCTION(glXQueryCurrentRendererIntegerMESA, glvnd->getCurrentDynDispatch());
	return f ? f(name, value) : False;
}

static const char *query_current_renderer_string(int name)
{
	FUNCTION(glXQueryCurrentRendererStringMESA, glvnd->getCurrentDynDispatch());
	return f ? f(name) : NULL;
}

static Display *get_current_display(void)
{
	FUNCTION(glXGetCurrentDisplayEXT, glvnd->getCurrentDynDispatch());
	return f ? f() : NULL;
}

static GLXDrawable get_current_read_drawable(void)
{
	FUNCTION(glXGetCurrentReadDrawableSGI, glvnd->getCurrentDynDispatch());
	return f ? f() : None;
}

/* ---- by a context */

static GLXContextID get_context_id(const GLXContext context)
{
	FUNCTION(glXGetContextIDEXT, glvnd->vendorFromContext(context));
	return f ? f(context) : None;
}

static int query_context_info(Display *display, GLXContext context, int name, int *value)
{
	FUNCTION(glXQueryContextInfoEXT, glvnd->vendorFromContext(context));
	return f ? f(display, context, name, value) : GLX_NO_EXTENSION;
}

/* ---- by a screen */

static Bool query_renderer_integer(
	Display *display, int screen, int renderer, int name, unsigned *value)
{
	FUNCTION(glXQueryRendererIntegerMESA, glvnd->getDynDispatch(display, screen));
	return f ? f(display, screen, renderer, name, value) : False;
}

static const char *query_renderer_string(Display *display, int screen, int renderer, int name)
{
	FUNCTION(glXQueryRendererStringMESA, glvnd->getDynDispatch(display, screen));
	return f ? f(display, screen, renderer, name) : NULL;
}

static GLXFBConfigSGIX *choose_config(Display *display, int screen, int *attributes, int *n)
{
	FUNCTION(glXChooseFBConfigSGIX, glvnd->getDynDispatch(display, screen));
	GLXFBConfigSGIX *configs = f ? f(display, screen, attributes, n) : NULL;

	for (int i = 0; configs && i < *n; i++)
		glvnd->addVendorFBConfigMapping(display, configs[i], whose);
	return configs;
}

static GLXFBConfigSGIX config_from_visual(Display *display, XVisualInfo *visual)
{
	FUNCTION(glXGetFBConfigFromVisualSGIX, glvnd->getDynDispatch(display, visual->screen));
	const GLXFBConfigSGIX config = f ? f(display, visual) : NULL;

	if (config)
		glvnd->addVendorFBConfigMapping(display, config, whose);
	return config;
}

/* ---- by a configuration */

static int get_config_attribute(Display *display, GLXFBConfigSGIX config, int name, int *value)
{
	FUNCTION(glXGetFBConfigAttribSGIX, glvnd->vendorFromFBConfig(display, config));
	return f ? f(display, config, name, value) : GLX_NO_EXTENSION;
}

static XVisualInfo *visual_from_config(Display *display, GLXFBConfigSGIX config)
{
	FUNCTION(glXGetVisualFromFBConfigSGIX, glvnd->vendorFromFBConfig(display, config));
	return f ? f(display, config) : NULL;
}

static GLXContext create_context(
	Display *display, GLXFBConfigSGIX config, int type, GLXContext share, Bool direct)
{
	FUNCTION(glXCreateContextWithConfigSGIX, glvnd->vendorFromFBConfig(display, config));
	const GLXContext context = f ? f(display, config, type, share, direct) : NULL;

	if (context)
		glvnd->addVendorContextMapping(display, context, whose);
	return context;
}

static GLXPbufferSGIX create_pbuffer(
	Display *display, GLXFBConfigSGIX config, unsigned width, unsigned height, int *attributes)
{
	FUNCTION(glXCreateGLXPbufferSGIX, glvnd->vendorFromFBConfig(display, config));
	const GLXPbufferSGIX pbuffer = f ? f(display, config, width, height, attributes) : None;

	if (pbuffer)
		glvnd->addVendorDrawableMapping(display, pbuffer, whose);
	return pbuffer;
}

static GLXPixmap create_pixmap(Display *display, GLXFBConfigSGIX config, Pixmap pixmap)
{
	FUNCTION(glXCreateGLXPixmapWithConfigSGIX, glvnd->vendorFromFBConfig(display, config));
	const GLXPixmap made = f ? f(display, config, pixmap) : None;

	if (made)
		glvnd->addVendorDrawableMapping(display, made, whose);
	return made;
}

/* ---- by a drawable */

static void destroy_pbuffer(Display *display, GLXPbufferSGIX pbuffer)
{
	FUNCTION(glXDestroyGLXPbufferSGIX, glvnd->vendorFromDrawable(display, pbuffer));

	if (!f)
		return;
	f(display, pbuffer);
	glvnd->removeVendorDrawableMapping(display, pbuffer);
}

static void query_pbuffer(Display *display, GLXPbufferSGIX pbuffer, int name, unsigned *value)
{
	FUNCTION(glXQueryGLXPbufferSGIX, glvnd->vendorFromDrawable(display, pbuffer));

	if (f)
		f(display, pbuffer, name, value);
}

static void select_event(Display *display, GLXDrawable drawable, unsigned long mask)
{
	FUNCTION(glXSelectEventSGIX, glvnd->vendorFromDrawable(display, drawable));

	if (f)
		f(display, drawable, mask);
}

static void get_selected_event(Display *display, GLXDrawable drawable, unsigned long *mask)
{
	FUNCTION(glXGetSelectedEventSGIX, glvnd->vendorFromDrawable(display, drawable));

	if (f)
		f(display, drawable, mask);
}

static void swap_interval_ext(Display *display, GLXDrawable drawable, int interval)
{
	FUNCTION(glXSwapIntervalEXT, glvnd->vendorFromDrawable(display, drawable));

	if (f)
		f(display, drawable, interval);
}

#define STUB(name, function) [STUB_##name] = { #name, (__GLXextFuncPtr)function }

static const struct {
	const char *name;
	__GLXextFuncPtr address;
} stubs[STUBS] = {
	STUB(glXChooseFBConfigSGIX, choose_config),
	STUB(glXCreateContextWithConfigSGIX, create_context),
	STUB(glXCreateGLXPbufferSGIX, create_pbuffer),
	STUB(glXCreateGLXPixmapWithConfigSGIX, create_pixmap),
	STUB(glXDestroyGLXPbufferSGIX, destroy_pbuffer),
	STUB(glXGetContextIDEXT, get_context_id),
	STUB(glXGetCurrentDisplayEXT, get_current_display),
	STUB(glXGetCurrentReadDrawableSGI, get_current_read_drawable),
	STUB(glXGetFBConfigAttribSGIX, get_config_attribute),
	STUB(glXGetFBConfigFromVisualSGIX, config_from_visual),
	STUB(glXGetSelectedEventSGIX, get_selected_event),
	STUB(glXGetSwapIntervalMESA, get_swap_interval),
	STUB(glXGetVisualFromFBConfigSGIX, visual_from_config),
	STUB(glXQueryContextInfoEXT, query_context_info),
	STUB(glXQueryCurrentRendererIntegerMESA, query_current_renderer_integer),
	STUB(glXQueryCurrentRendererStringMESA, query_current_renderer_string),
	STUB(glXQueryGLXPbufferSGIX, query_pbuffer),
	STUB(glXQueryRendererIntegerMESA, query_renderer_integer),
	STUB(glXQueryRendererStringMESA, query_renderer_string),
	STUB(glXSelectEventSGIX, select_event),
	STUB(glXSwapIntervalEXT, swap_interval_ext),
	STUB(glXSwapIntervalMESA, swap_interval_mesa),
	STUB(glXSwapIntervalSGI, swap_interval_sgi),
};

/* ---- for libGLX */

static int find_stub(const GLubyte *name)
{
	for (int i = 0; i < STUBS; i++) {
		if (strcmp(stubs[i].name, (const char *)name) == 0)
			return i;
	}
	return -1;
}

static void *pointer_to(__GLXextFuncPtr function)
{
	void *address;

	memcpy(&address, &function, sizeof(address));
	return address;
}

static void *get_proc_address(const GLubyte *name)
{
	/* It would go past what libGLX knows of the thread's context. */
	if (strcmp((const char *)name, "glXMakeCurrentReadSGI") == 0)
		return NULL;
	return pointer_to(glXGetProcAddress(name));
}

static void *get_dispatch_address(const GLubyte *name)
{
	const int stub = find_stub(name);

	return stub < 0 ? NULL : pointer_to(stubs[stub].address);
}

static void set_dispatch_index(const GLubyte *name, int index)
{
	const int stub = find_stub(name);

	if (stub >= 0)
		stub_indices[stub] = index;
}

/* All are: where there is no host a program is to have no OpenGL, and not another's in silence. */
static Bool is_screen_supported(Display *display, int screen)
{
	(void)display;
	(void)screen;
	return True;
}

__attribute__((visibility("default"))) Bool __glx_Main(uint32_t version,
	const __GLXapiExports *exports, __GLXvendorInfo *vendor, __GLXapiImports *imports)
{
	(void)vendor;
	if (GLX_VENDOR_ABI_GET_MAJOR_VERSION(version) != GLX_VENDOR_ABI_MAJOR_VERSION)
		return False;
	glvnd = exports;
	imports->isScreenSupported = is_screen_supported;
	imports->getProcAddress = get_proc_address;
	imports->getDispatchAddress = get_dispatch_address;
	imports->setDispatchIndex = set_dispatch_index;
	return True;
}
