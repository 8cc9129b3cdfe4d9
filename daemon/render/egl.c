/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "egl.h"

#include <errno.h>
#include <fcntl.h>
#include <gbm.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <epoxy/gl.h>

#ifndef EGL_DRM_RENDER_NODE_FILE_EXT
#define EGL_DRM_RENDER_NODE_FILE_EXT \
	0x3377 /* EGL_EXT_device_drm_render_node: younger than epoxy 1.5.10 */
#endif

static bool fail(char *reason, const char *what)
{
	EGLint error = eglGetError();

	if (error == EGL_SUCCESS)
		snprintf(reason, IPC_TEXT_MAX + 1, "%s", what);
	else
		snprintf(reason, IPC_TEXT_MAX + 1, "%s (EGL error 0x%x)", what, (unsigned)error);
	return false;
}

static bool has_client_extension(const char *name)
{
	return epoxy_has_egl_extension(EGL_NO_DISPLAY, name);
}

static void device_describe(struct egl_device *entry, EGLDeviceEXT device)
{
	const char *extensions = eglQueryDeviceStringEXT(device, EGL_EXTENSIONS);
	const char *node = NULL;

	*entry = (struct egl_device){ .device = device };
	if (!extensions)
		return;
	entry->software = strstr(extensions, "EGL_MESA_device_software") != NULL;
	if (strstr(extensions, "EGL_EXT_device_drm_render_node"))
		node = eglQueryDeviceStringEXT(device, EGL_DRM_RENDER_NODE_FILE_EXT);
	if (!node && strstr(extensions, "EGL_EXT_device_drm"))
		node = eglQueryDeviceStringEXT(device, EGL_DRM_DEVICE_FILE_EXT);
	snprintf(entry->node, sizeof(entry->node), "%s", node ? node : "");
}

size_t egl_devices(struct egl_device *devices, size_t max)
{
	EGLDeviceEXT found[EGL_DEVICES_MAX];
	EGLint n = 0;

	if (!has_client_extension("EGL_EXT_device_enumeration") &&
		!has_client_extension("EGL_EXT_device_base"))
		return 0;
	if (!eglQueryDevicesEXT((EGLint)(max < EGL_DEVICES_MAX ? max : EGL_DEVICES_MAX), found, &n))
		return 0;
	for (EGLint i = 0; i < n; i++)
		device_describe(&devices[i], found[i]);
	return (size_t)n;
}

EGLContext egl_create_context(const struct egl *egl, int major, int minor, EGLContext shared)
{
	EGLint attributes[16];
	size_t n = 0;

	attributes[n++] = EGL_CONTEXT_MAJOR_VERSION_KHR;
	attributes[n++] = major;
	attributes[n++] = EGL_CONTEXT_MINOR_VERSION_KHR;
	attributes[n++] = minor;
	if (egl->robust) {
		attributes[n++] = EGL_CONTEXT_OPENGL_ROBUST_ACCESS;
		attributes[n++] = EGL_TRUE;
		attributes[n++] = EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY;
		attributes[n++] = EGL_LOSE_CONTEXT_ON_RESET;
	}
	attributes[n] = EGL_NONE;
	return eglCreateContext(egl->display, egl->config, shared, attributes);
}

static void draw_a_little(const struct egl *egl, EGLConfig config, EGLContext context)
{
	static const EGLint size[] = { EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE };
	EGLSurface surface = eglCreatePbufferSurface(egl->display, config, size);
	uint32_t pixel;

	if (surface == EGL_NO_SURFACE)
		return;
	if (eglMakeCurrent(egl->display, surface, surface, context)) {
		glClear(GL_COLOR_BUFFER_BIT);
		glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, &pixel);
		glFinish();
		eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
	eglDestroySurface(egl->display, surface);
}

static void warm_up(const struct egl *egl, EGLenum api, EGLint bit, const EGLint *attributes)
{
	const EGLint wanted[] = { EGL_RENDERABLE_TYPE, bit, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,
		EGL_DEPTH_SIZE, 24, EGL_NONE };
	EGLConfig config;
	EGLContext context;
	EGLint n = 0;

	if (!eglBindAPI(api) || !eglChooseConfig(egl->display, wanted, &config, 1, &n) || n < 1)
		return;
	context = eglCreateContext(egl->display, config, EGL_NO_CONTEXT, attributes);
	if (context == EGL_NO_CONTEXT)
		return;
	draw_a_little(egl, config, context);
	eglDestroyContext(egl->display, context);
}

void egl_warm_up(const struct egl *egl)
{
	static const EGLint compatible[] = { EGL_NONE };
	static const EGLint core[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 2,
		EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE };
	static const EGLint es[] = { EGL_CONTEXT_MAJOR_VERSION, 2, EGL_NONE };

	warm_up(egl, EGL_OPENGL_ES_API, EGL_OPENGL_ES2_BIT, es);
	warm_up(egl, EGL_OPENGL_API, EGL_OPENGL_BIT, core);
	warm_up(egl, EGL_OPENGL_API, EGL_OPENGL_BIT, compatible);
	eglGetError(); /* what could not be had is nobody's concern */
}

/* The first display of two contexts that can be had: robust if possible. */
static EGLContext first_context(struct egl *egl)
{
	EGLContext context;

	egl->robust = epoxy_egl_version(egl->display) >= 15;
	context = egl_create_context(egl, 3, 2, EGL_NO_CONTEXT);
	if (context == EGL_NO_CONTEXT && egl->robust) {
		egl->robust = false;
		context = egl_create_context(egl, 3, 2, EGL_NO_CONTEXT);
	}
	return context;
}

static bool is_software(const char *renderer)
{
	static const char *const names[] = { "llvmpipe", "softpipe", "swrast", "SWR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strstr(renderer, names[i]))
			return true;
	}
	return false;
}

static void ask_renderer(struct egl *egl)
{
	const char *renderer = (const char *)glGetString(GL_RENDERER);
	const char *version = (const char *)glGetString(GL_VERSION);
	const char *vendor = (const char *)glGetString(GL_VENDOR);

	snprintf(egl->renderer, sizeof(egl->renderer), "%s", renderer ? renderer : "unknown");
	snprintf(egl->version, sizeof(egl->version), "%s", version ? version : "unknown");
	egl->software = is_software(egl->renderer);
	egl->nvidia = vendor && strstr(vendor, "NVIDIA");
	glGetIntegerv(GL_MAX_TEXTURE_SIZE, &egl->max_texture);
}

static bool choose_config(struct egl *egl)
{
	static const EGLint attributes[] = { EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE,
		EGL_PBUFFER_BIT, EGL_NONE };
	EGLint n = 0;

	egl->config = EGL_NO_CONFIG_KHR;
	if (epoxy_has_egl_extension(egl->display, "EGL_KHR_no_config_context") ||
		epoxy_has_egl_extension(egl->display, "EGL_MESA_configless_context"))
		return true;
	return eglChooseConfig(egl->display, attributes, &egl->config, 1, &n) && n == 1;
}

static bool try_display(struct egl *egl, char *reason)
{
	EGLContext context;

	if (!eglInitialize(egl->display, NULL, NULL))
		return fail(reason, "it does not initialize");
	if (!epoxy_has_egl_extension(egl->display, "EGL_KHR_surfaceless_context"))
		return fail(reason, "it needs surfaces: no EGL_KHR_surfaceless_context");
	if (!eglBindAPI(EGL_OPENGL_API) || !choose_config(egl))
		return fail(reason, "it has no OpenGL");
	context = first_context(egl);
	if (context == EGL_NO_CONTEXT)
		return fail(reason, "it makes no OpenGL 3.2 context");
	if (!eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
		eglDestroyContext(egl->display, context);
		return fail(reason, "its context cannot be made current");
	}
	ask_renderer(egl);
	eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroyContext(egl->display, context);
	return true;
}

static bool open_display(struct egl *egl, EGLenum platform, void *native, char *reason)
{
	egl->display = eglGetPlatformDisplayEXT(platform, native, NULL);
	if (egl->display == EGL_NO_DISPLAY)
		return fail(reason, "EGL gives no display for it");
	if (try_display(egl, reason))
		return true;
	eglTerminate(egl->display);
	return false;
}

bool egl_open_device(struct egl *egl, EGLDeviceEXT device, char *reason)
{
	*egl = (struct egl){ .display = EGL_NO_DISPLAY };
	if (!has_client_extension("EGL_EXT_platform_device"))
		return fail(reason, "EGL has no EGL_EXT_platform_device");
	return open_display(egl, EGL_PLATFORM_DEVICE_EXT, device, reason);
}

bool egl_open_render_node(struct egl *egl, const char *path, char *reason)
{
	int fd;

	*egl = (struct egl){ .display = EGL_NO_DISPLAY };
	if (!has_client_extension("EGL_KHR_platform_gbm") &&
		!has_client_extension("EGL_MESA_platform_gbm"))
		return fail(reason, "EGL has no EGL_KHR_platform_gbm");
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		snprintf(reason, IPC_TEXT_MAX + 1, "cannot open %s: %s", path, strerror(errno));
		return false;
	}
	egl->gbm = gbm_create_device(fd);
	if (egl->gbm && open_display(egl, EGL_PLATFORM_GBM_KHR, egl->gbm, reason))
		return true; /* the gbm device keeps the descriptor */
	if (egl->gbm)
		gbm_device_destroy(egl->gbm);
	else
		fail(reason, "gbm does not know it");
	close(fd);
	return false;
}

bool egl_open_surfaceless(struct egl *egl, char *reason)
{
	*egl = (struct egl){ .display = EGL_NO_DISPLAY };
	if (!has_client_extension("EGL_MESA_platform_surfaceless"))
		return fail(reason, "EGL has no EGL_MESA_platform_surfaceless");
	return open_display(egl, EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, reason);
}

void egl_close(struct egl *egl)
{
	if (egl->display != EGL_NO_DISPLAY)
		eglTerminate(egl->display);
	if (egl->gbm) {
		int fd = gbm_device_get_fd(egl->gbm);
		gbm_device_destroy(egl->gbm);
		close(fd);
	}
	*egl = (struct egl){ .display = EGL_NO_DISPLAY };
}
