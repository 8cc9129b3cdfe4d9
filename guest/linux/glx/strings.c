/* SPDX-License-Identifier: MIT */
/* What GLX says of itself, and of the host's renderer. */
#include <stdlib.h>
#include <string.h>

#include "glx.h"

#define EXTENSIONS                                                                          \
	"GLX_ARB_context_flush_control GLX_ARB_create_context "                             \
	"GLX_ARB_create_context_profile "                                                   \
	"GLX_ARB_create_context_robustness GLX_ARB_fbconfig_float "                         \
	"GLX_ARB_framebuffer_sRGB GLX_ARB_get_proc_address GLX_ARB_multisample "            \
	"GLX_EXT_create_context_es2_profile GLX_EXT_create_context_es_profile "             \
	"GLX_EXT_framebuffer_sRGB GLX_EXT_no_config_context GLX_EXT_swap_control "          \
	"GLX_EXT_visual_info GLX_EXT_visual_rating GLX_MESA_query_renderer "                \
	"GLX_MESA_swap_control GLX_OML_swap_method GLX_SGIS_multisample GLX_SGIX_fbconfig " \
	"GLX_SGIX_pbuffer GLX_SGI_make_current_read GLX_SGI_swap_control"
#define VERSION "1.4 Oriel"

static struct screen *find_screen(Display *display, int number)
{
	struct screen *screen;

	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, number);
	pthread_mutex_unlock(&glx_lock);
	return screen;
}

Bool glXQueryExtension(Display *display, int *error_base, int *event_base)
{
	struct xlib_codes codes;

	if (!display || !find_screen(display, xlib_default_screen(display)))
		return False;
	xlib_codes(display, &codes);
	if (error_base)
		*error_base = codes.error;
	if (event_base)
		*event_base = codes.event;
	return True;
}

Bool glXQueryVersion(Display *display, int *major, int *minor)
{
	if (!display || !find_screen(display, xlib_default_screen(display)))
		return False;
	if (major)
		*major = 1;
	if (minor)
		*minor = 4;
	return True;
}

const char *glXQueryExtensionsString(Display *display, int number)
{
	return display && find_screen(display, number) ? EXTENSIONS : NULL;
}

static const char *string(int name)
{
	switch (name) {
	case GLX_VENDOR:
		return "Oriel";
	case GLX_VERSION:
		return VERSION;
	case GLX_EXTENSIONS:
		return EXTENSIONS;
	default:
		return NULL;
	}
}

const char *glXQueryServerString(Display *display, int number, int name)
{
	return display && find_screen(display, number) ? string(name) : NULL;
}

const char *glXGetClientString(Display *display, int name)
{
	(void)display;
	return string(name);
}

/* ---- GLX_MESA_query_renderer */

/* Makes a context for as long as it takes to hear what it says of itself. */
static bool introduce(struct screen *screen)
{
	const struct gl_context_request request = { .api = GLM_API_GL, .major = 1 };
	struct connection *connection = screen->renderer ? NULL : connection_get();
	struct gl_context *context = NULL;
	uint32_t status;

	if (connection)
		context = gl_context_create(connection_link(connection), &request, &status);
	if (context) {
		screen->renderer = strdup(gl_context_caps(context)->renderer);
		screen->vendor = strdup(gl_context_caps(context)->vendor);
		gl_context_destroy(context);
	}
	connection_put(connection);
	return screen->renderer && screen->vendor;
}

static bool in_software(const char *renderer)
{
	return strstr(renderer, "llvmpipe") || strstr(renderer, "softpipe") ||
	       strstr(renderer, "SwiftShader");
}

static void set_version(uint32_t version, unsigned *value)
{
	value[0] = version / 10;
	value[1] = version % 10;
}

static Bool integer(const struct screen *screen, int name, unsigned *value)
{
	switch (name) {
	case GLX_RENDERER_VENDOR_ID_MESA:
	case GLX_RENDERER_DEVICE_ID_MESA:
		/* It is no device of this machine. */
		*value = 0xffffffff;
		return True;
	case GLX_RENDERER_VERSION_MESA:
		value[0] = value[1] = value[2] = 0;
		return True;
	case GLX_RENDERER_ACCELERATED_MESA:
		*value = !in_software(screen->renderer);
		return True;
	case GLX_RENDERER_VIDEO_MEMORY_MESA:
		*value = 0;
		return True;
	case GLX_RENDERER_UNIFIED_MEMORY_ARCHITECTURE_MESA:
		*value = False;
		return True;
	case GLX_RENDERER_PREFERRED_PROFILE_MESA:
		*value = GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB;
		return True;
	case GLX_RENDERER_OPENGL_CORE_PROFILE_VERSION_MESA:
		set_version(screen->caps.gl_core, value);
		return True;
	case GLX_RENDERER_OPENGL_COMPATIBILITY_PROFILE_VERSION_MESA:
		set_version(screen->caps.gl, value);
		return True;
	case GLX_RENDERER_OPENGL_ES_PROFILE_VERSION_MESA:
		set_version(0, value);
		return True;
	case GLX_RENDERER_OPENGL_ES2_PROFILE_VERSION_MESA:
		set_version(screen->caps.es, value);
		return True;
	default:
		return False;
	}
}

/* The screen, knowing its renderer; NULL: there is none. */
static struct screen *introduced(Display *display, int number, int renderer)
{
	struct screen *screen;

	pthread_mutex_lock(&glx_lock);
	screen = display && renderer == 0 ? screen_get(display, number) : NULL;
	if (screen && !introduce(screen))
		screen = NULL;
	pthread_mutex_unlock(&glx_lock);
	return screen;
}

Bool glXQueryRendererIntegerMESA(Display *display, int number, int renderer, int name, unsigned *value)
{
	const struct screen *screen = introduced(display, number, renderer);

	return screen && integer(screen, name, value);
}

const char *glXQueryRendererStringMESA(Display *display, int number, int renderer, int name)
{
	const struct screen *screen = introduced(display, number, renderer);

	if (!screen)
		return NULL;
	if (name == GLX_RENDERER_VENDOR_ID_MESA)
		return screen->vendor;
	return name == GLX_RENDERER_DEVICE_ID_MESA ? screen->renderer : NULL;
}

Bool glXQueryCurrentRendererIntegerMESA(int name, unsigned *value)
{
	const struct glx_thread *thread = glx_thread();

	return thread->context && glXQueryRendererIntegerMESA(thread->display,
					  thread->context->screen->number, 0, name, value);
}

const char *glXQueryCurrentRendererStringMESA(int name)
{
	const struct glx_thread *thread = glx_thread();

	return thread->context ? glXQueryRendererStringMESA(
					 thread->display, thread->context->screen->number, 0, name)
			       : NULL;
}
