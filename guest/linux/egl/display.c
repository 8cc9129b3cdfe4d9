/* SPDX-License-Identifier: MIT */
/* Displays: an X server or none, and the connection to the host once one is initialized. */
#include <stdlib.h>
#include <string.h>

#include "egl.h"

static struct display *displays; /* a display stays for good: its handle does */
/* The one device there is: its address is the handle. */
static const char device;

#define DISPLAY_EXTENSIONS                                                                   \
	"EGL_EXT_create_context_robustness EGL_EXT_pixel_format_float "                      \
	"EGL_KHR_context_flush_control EGL_KHR_create_context "                              \
	"EGL_KHR_create_context_no_error EGL_KHR_fence_sync EGL_KHR_get_all_proc_addresses " \
	"EGL_KHR_gl_colorspace EGL_KHR_no_config_context EGL_KHR_surfaceless_context "       \
	"EGL_KHR_swap_buffers_with_damage EGL_KHR_wait_sync EGL_EXT_swap_buffers_with_damage"
#define CLIENT_EXTENSIONS                                                           \
	"EGL_EXT_client_extensions EGL_EXT_device_base EGL_EXT_device_enumeration " \
	"EGL_EXT_device_query EGL_EXT_platform_base EGL_KHR_client_get_all_proc_addresses"
#define PLATFORM_EXTENSIONS \
	"EGL_EXT_platform_device EGL_EXT_platform_x11 EGL_KHR_platform_x11 EGL_MESA_platform_surfaceless"

static struct display *find(EGLDisplay handle)
{
	for (struct display *d = displays; d; d = d->next) {
		if (d == handle)
			return d;
	}
	return NULL;
}

EGLint display_check(EGLDisplay handle, struct display **ret_display)
{
	struct display *display = find(handle);

	if (!display)
		return EGL_BAD_DISPLAY;
	*ret_display = display;
	return display->initialized ? EGL_SUCCESS : EGL_NOT_INITIALIZED;
}

/* ---- getting one */

static struct xserver *server_of(void *native)
{
	const char *name = native ? xlib_name(native) : NULL;

	return native && !name ? NULL : xserver_get(name);
}

/* The default: where the program's windows can be, else without. */
static EGLenum default_platform(void)
{
	const char *wish = getenv("EGL_PLATFORM");

	if (wish && strcmp(wish, "surfaceless") == 0)
		return EGL_PLATFORM_SURFACELESS_MESA;
	return getenv("DISPLAY") && xserver_get(NULL) ? EGL_PLATFORM_X11_KHR
						      : EGL_PLATFORM_SURFACELESS_MESA;
}

static EGLint read_attributes(EGLenum platform, const EGLAttrib *attributes, int *ret_screen)
{
	*ret_screen = -1;
	for (; attributes && attributes[0] != EGL_NONE; attributes += 2) {
		if (platform != EGL_PLATFORM_X11_KHR || attributes[0] != EGL_PLATFORM_X11_SCREEN_KHR)
			return EGL_BAD_ATTRIBUTE;
		*ret_screen = (int)attributes[1];
	}
	return EGL_SUCCESS;
}

static struct display *make(EGLenum platform, void *native, int screen)
{
	struct display *display = calloc(1, sizeof(*display));

	if (!display)
		return NULL;
	display->platform = platform;
	display->native = native;
	display->screen = screen;
	display->next = displays;
	displays = display;
	return display;
}

static struct display *get(EGLenum platform, void *native, int screen)
{
	struct xserver *server = NULL;
	struct display *d;

	if (platform == EGL_PLATFORM_X11_KHR) {
		server = server_of(native);
		if (!server)
			return NULL;
		if (screen < 0)
			screen = xserver_default_screen(server);
	}
	for (d = displays; d; d = d->next) {
		if (d->platform == platform && d->native == native && d->screen == screen)
			break;
	}
	if (!d)
		d = make(platform, native, screen);
	if (d)
		d->server = server;
	return d;
}

EGLDisplay egl_get_platform_display(EGLenum platform, void *native, const EGLAttrib *attributes)
{
	struct display *display;
	EGLint error;
	int screen;

	if (platform == EGL_NONE)
		platform = default_platform();
	if (platform != EGL_PLATFORM_X11_KHR && platform != EGL_PLATFORM_SURFACELESS_MESA &&
		platform != EGL_PLATFORM_DEVICE_EXT) {
		egl_result(EGL_BAD_PARAMETER);
		return EGL_NO_DISPLAY;
	}
	if (platform == EGL_PLATFORM_DEVICE_EXT && native != (const void *)&device) {
		egl_result(EGL_BAD_DEVICE_EXT);
		return EGL_NO_DISPLAY;
	}
	error = read_attributes(platform, attributes, &screen);
	if (!egl_result(error))
		return EGL_NO_DISPLAY;
	pthread_mutex_lock(&egl_lock);
	display = get(platform, native, screen);
	pthread_mutex_unlock(&egl_lock);
	return display;
}

/* ---- beginning and end */

static EGLint initialize(struct display *display)
{
	EGLint error;

	if (display->initialized)
		return EGL_SUCCESS;
	display->connection = connection_get();
	if (!display->connection)
		return EGL_NOT_INITIALIZED;
	error = configs_make(display);
	if (error != EGL_SUCCESS) {
		connection_put(display->connection);
		display->connection = NULL;
		return error;
	}
	display->initialized = true;
	return EGL_SUCCESS;
}

EGLBoolean egl_initialize(EGLDisplay dpy, EGLint *major, EGLint *minor)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_NOT_INITIALIZED)
		error = initialize(display);
	pthread_mutex_unlock(&egl_lock);
	if (error == EGL_SUCCESS && major)
		*major = 1;
	if (error == EGL_SUCCESS && minor)
		*minor = 5;
	return egl_result(error);
}

EGLBoolean egl_terminate(EGLDisplay dpy)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS) {
		while (display->contexts)
			context_forget(display->contexts);
		while (display->surfaces)
			surface_forget(display->surfaces);
		syncs_forget(display);
		display->initialized = false;
		connection_put(display->connection);
		display->connection = NULL;
	}
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error == EGL_NOT_INITIALIZED ? EGL_SUCCESS : error);
}

/* ---- strings */

static const char *apis(const struct display *display)
{
	return gl_link_caps(connection_link(display->connection))->es ? "OpenGL OpenGL_ES" : "OpenGL";
}

const char *egl_query_string(EGLDisplay dpy, EGLint name)
{
	struct display *display;
	const char *text = NULL;
	EGLint error;

	if (dpy == EGL_NO_DISPLAY && (name == EGL_EXTENSIONS || name == EGL_VERSION)) {
		egl_result(EGL_SUCCESS);
		return name == EGL_VERSION ? "1.5" : CLIENT_EXTENSIONS;
	}
	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS) {
		switch (name) {
		case EGL_VENDOR:
			text = "Oriel";
			break;
		case EGL_VERSION:
			text = "1.5 Oriel";
			break;
		case EGL_CLIENT_APIS:
			text = apis(display);
			break;
		case EGL_EXTENSIONS:
			text = DISPLAY_EXTENSIONS;
			break;
		default:
			error = EGL_BAD_PARAMETER;
		}
	}
	pthread_mutex_unlock(&egl_lock);
	egl_result(error);
	return text;
}

const char *egl_vendor_string(int name)
{
	return name == 0 ? PLATFORM_EXTENSIONS : NULL;
}

/* ---- the device */

EGLBoolean egl_query_devices(EGLint max, EGLDeviceEXT *devices, EGLint *n_devices)
{
	if (!n_devices || (devices && max <= 0))
		return egl_result(EGL_BAD_PARAMETER);
	if (devices)
		memcpy(devices, &(const void *){ &device }, sizeof(*devices));
	*n_devices = 1;
	return egl_result(EGL_SUCCESS);
}

const char *egl_query_device_string(EGLDeviceEXT which, EGLint name)
{
	if (which != (const void *)&device) {
		egl_result(EGL_BAD_DEVICE_EXT);
		return NULL;
	}
	egl_result(name == EGL_EXTENSIONS ? EGL_SUCCESS : EGL_BAD_PARAMETER);
	return name == EGL_EXTENSIONS ? "" : NULL;
}

EGLBoolean egl_query_device_attrib(EGLDeviceEXT which, EGLint name, EGLAttrib *value)
{
	(void)name;
	(void)value;
	return egl_result(which == (const void *)&device ? EGL_BAD_ATTRIBUTE : EGL_BAD_DEVICE_EXT);
}

EGLBoolean egl_query_display_attrib(EGLDisplay dpy, EGLint name, EGLAttrib *value)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	pthread_mutex_unlock(&egl_lock);
	if (error == EGL_SUCCESS && name != EGL_DEVICE_EXT)
		error = EGL_BAD_ATTRIBUTE;
	if (error == EGL_SUCCESS)
		*value = (EGLAttrib)&device;
	return egl_result(error);
}
