/* SPDX-License-Identifier: MIT */
/*
 * What libEGL.so.1 loads (libglvnd, glvnd/libeglabi.h): the functions of EGL by name, those of
 * OpenGL by theirs, and stubs for the extensions that it does not know itself.
 */
#include <glvnd/libeglabi.h>
#include <string.h>

#include "egl.h"

typedef void (*function)(void);

#define F(name, function_name)                \
	{                                     \
		name, (function)function_name \
	}

static const struct {
	const char *name;
	function address;
} functions[] = {
	F("eglBindAPI", egl_bind_api),
	F("eglBindTexImage", egl_bind_tex_image),
	F("eglChooseConfig", egl_choose_config),
	F("eglClientWaitSync", egl_client_wait_sync),
	F("eglClientWaitSyncKHR", egl_client_wait_sync),
	F("eglCopyBuffers", egl_copy_buffers),
	F("eglCreateContext", egl_create_context),
	F("eglCreateImage", egl_create_image),
	F("eglCreatePbufferFromClientBuffer", egl_create_pbuffer_from_client_buffer),
	F("eglCreatePbufferSurface", egl_create_pbuffer_surface),
	F("eglCreatePixmapSurface", egl_create_pixmap_surface),
	F("eglCreatePlatformPixmapSurface", egl_create_platform_pixmap_surface),
	F("eglCreatePlatformPixmapSurfaceEXT", egl_create_platform_pixmap_surface_ext),
	F("eglCreatePlatformWindowSurface", egl_create_platform_window_surface),
	F("eglCreatePlatformWindowSurfaceEXT", egl_create_platform_window_surface_ext),
	F("eglCreateSync", egl_create_sync),
	F("eglCreateSyncKHR", egl_create_sync_khr),
	F("eglCreateWindowSurface", egl_create_window_surface),
	F("eglDestroyContext", egl_destroy_context),
	F("eglDestroyImage", egl_destroy_image),
	F("eglDestroySurface", egl_destroy_surface),
	F("eglDestroySync", egl_destroy_sync),
	F("eglDestroySyncKHR", egl_destroy_sync),
	F("eglGetConfigAttrib", egl_get_config_attrib),
	F("eglGetConfigs", egl_get_configs),
	F("eglGetCurrentContext", egl_get_current_context),
	F("eglGetCurrentDisplay", egl_get_current_display),
	F("eglGetCurrentSurface", egl_get_current_surface),
	F("eglGetError", egl_get_error),
	F("eglGetSyncAttrib", egl_get_sync_attrib),
	F("eglGetSyncAttribKHR", egl_get_sync_attrib_khr),
	F("eglInitialize", egl_initialize),
	F("eglMakeCurrent", egl_make_current),
	F("eglQueryAPI", egl_query_api),
	F("eglQueryContext", egl_query_context),
	F("eglQueryDeviceAttribEXT", egl_query_device_attrib),
	F("eglQueryDeviceStringEXT", egl_query_device_string),
	F("eglQueryDevicesEXT", egl_query_devices),
	F("eglQueryDisplayAttribEXT", egl_query_display_attrib),
	F("eglQueryString", egl_query_string),
	F("eglQuerySurface", egl_query_surface),
	F("eglReleaseTexImage", egl_release_tex_image),
	F("eglReleaseThread", egl_release_thread),
	F("eglSurfaceAttrib", egl_surface_attrib),
	F("eglSwapBuffers", egl_swap_buffers),
	F("eglSwapBuffersWithDamageEXT", egl_swap_buffers_with_damage),
	F("eglSwapBuffersWithDamageKHR", egl_swap_buffers_with_damage),
	F("eglSwapInterval", egl_swap_interval),
	F("eglTerminate", egl_terminate),
	F("eglWaitClient", egl_wait_client),
	F("eglWaitGL", egl_wait_gl),
	F("eglWaitNative", egl_wait_native),
	F("eglWaitSync", egl_wait_sync),
	F("eglWaitSyncKHR", egl_wait_sync_khr),
};

static const __EGLapiExports *glvnd;

static function find_function(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) == 0)
			return functions[i].address;
	}
	return gl_proc_address(name);
}

static void *get_proc_address(const char *name)
{
	const function found = find_function(name);
	void *address;

	memcpy(&address, &found, sizeof(address));
	return address;
}

/* ---- stubs: what a program gets for a display's extension; they find the vendor by the display */

enum stub {
	STUB_CREATE_SYNC,
	STUB_DESTROY_SYNC,
	STUB_CLIENT_WAIT_SYNC,
	STUB_GET_SYNC_ATTRIB,
	STUB_WAIT_SYNC,
	STUB_SWAP_WITH_DAMAGE_EXT,
	STUB_SWAP_WITH_DAMAGE_KHR,
	STUB_QUERY_DISPLAY_ATTRIB,
	STUB_QUERY_DEVICE_ATTRIB,
	STUB_QUERY_DEVICE_STRING,
	STUBS,
};

static int stub_indices[STUBS];

/* The function behind a stub for that vendor, or NULL with the error that there is none. */
static function dispatch_to(__EGLvendorInfo *vendor, enum stub stub, EGLint error)
{
	if (!vendor) {
		glvnd->setEGLError(error);
		return NULL;
	}
	glvnd->setLastVendor(vendor);
	return glvnd->fetchDispatchEntry(vendor, stub_indices[stub]);
}

static function dispatch(EGLDisplay dpy, enum stub stub)
{
	glvnd->threadInit();
	return dispatch_to(glvnd->getVendorFromDisplay(dpy), stub, EGL_BAD_DISPLAY);
}

static function dispatch_device(EGLDeviceEXT device, enum stub stub)
{
	glvnd->threadInit();
	return dispatch_to(glvnd->getVendorFromDevice(device), stub, EGL_BAD_DEVICE_EXT);
}

static EGLSyncKHR stub_create_sync(EGLDisplay dpy, EGLenum type, const EGLint *attributes)
{
	const PFNEGLCREATESYNCKHRPROC f = (PFNEGLCREATESYNCKHRPROC)dispatch(dpy, STUB_CREATE_SYNC);

	return f ? f(dpy, type, attributes) : EGL_NO_SYNC_KHR;
}

static EGLBoolean stub_destroy_sync(EGLDisplay dpy, EGLSyncKHR sync)
{
	const PFNEGLDESTROYSYNCKHRPROC f = (PFNEGLDESTROYSYNCKHRPROC)dispatch(dpy, STUB_DESTROY_SYNC);

	return f ? f(dpy, sync) : EGL_FALSE;
}

static EGLint stub_client_wait_sync(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags, EGLTimeKHR timeout)
{
	const PFNEGLCLIENTWAITSYNCKHRPROC f =
		(PFNEGLCLIENTWAITSYNCKHRPROC)dispatch(dpy, STUB_CLIENT_WAIT_SYNC);

	return f ? f(dpy, sync, flags, timeout) : EGL_FALSE;
}

static EGLBoolean stub_get_sync_attrib(EGLDisplay dpy, EGLSyncKHR sync, EGLint name, EGLint *value)
{
	const PFNEGLGETSYNCATTRIBKHRPROC f =
		(PFNEGLGETSYNCATTRIBKHRPROC)dispatch(dpy, STUB_GET_SYNC_ATTRIB);

	return f ? f(dpy, sync, name, value) : EGL_FALSE;
}

static EGLint stub_wait_sync(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags)
{
	const PFNEGLWAITSYNCKHRPROC f = (PFNEGLWAITSYNCKHRPROC)dispatch(dpy, STUB_WAIT_SYNC);

	return f ? f(dpy, sync, flags) : EGL_FALSE;
}

static EGLBoolean stub_swap_ext(EGLDisplay dpy, EGLSurface surface, const EGLint *rects, EGLint n)
{
	const PFNEGLSWAPBUFFERSWITHDAMAGEEXTPROC f =
		(PFNEGLSWAPBUFFERSWITHDAMAGEEXTPROC)dispatch(dpy, STUB_SWAP_WITH_DAMAGE_EXT);

	return f ? f(dpy, surface, rects, n) : EGL_FALSE;
}

static EGLBoolean stub_swap_khr(EGLDisplay dpy, EGLSurface surface, const EGLint *rects, EGLint n)
{
	const PFNEGLSWAPBUFFERSWITHDAMAGEKHRPROC f =
		(PFNEGLSWAPBUFFERSWITHDAMAGEKHRPROC)dispatch(dpy, STUB_SWAP_WITH_DAMAGE_KHR);

	return f ? f(dpy, surface, rects, n) : EGL_FALSE;
}

static EGLBoolean stub_query_display_attrib(EGLDisplay dpy, EGLint name, EGLAttrib *value)
{
	const PFNEGLQUERYDISPLAYATTRIBEXTPROC f =
		(PFNEGLQUERYDISPLAYATTRIBEXTPROC)dispatch(dpy, STUB_QUERY_DISPLAY_ATTRIB);

	return f ? f(dpy, name, value) : EGL_FALSE;
}

static EGLBoolean stub_query_device_attrib(EGLDeviceEXT device, EGLint name, EGLAttrib *value)
{
	const PFNEGLQUERYDEVICEATTRIBEXTPROC f =
		(PFNEGLQUERYDEVICEATTRIBEXTPROC)dispatch_device(device, STUB_QUERY_DEVICE_ATTRIB);

	return f ? f(device, name, value) : EGL_FALSE;
}

static const char *stub_query_device_string(EGLDeviceEXT device, EGLint name)
{
	const PFNEGLQUERYDEVICESTRINGEXTPROC f =
		(PFNEGLQUERYDEVICESTRINGEXTPROC)dispatch_device(device, STUB_QUERY_DEVICE_STRING);

	return f ? f(device, name) : NULL;
}

static const struct {
	const char *name;
	function address;
} stubs[STUBS] = {
	[STUB_CREATE_SYNC] = F("eglCreateSyncKHR", stub_create_sync),
	[STUB_DESTROY_SYNC] = F("eglDestroySyncKHR", stub_destroy_sync),
	[STUB_CLIENT_WAIT_SYNC] = F("eglClientWaitSyncKHR", stub_client_wait_sync),
	[STUB_GET_SYNC_ATTRIB] = F("eglGetSyncAttribKHR", stub_get_sync_attrib),
	[STUB_WAIT_SYNC] = F("eglWaitSyncKHR", stub_wait_sync),
	[STUB_SWAP_WITH_DAMAGE_EXT] = F("eglSwapBuffersWithDamageEXT", stub_swap_ext),
	[STUB_SWAP_WITH_DAMAGE_KHR] = F("eglSwapBuffersWithDamageKHR", stub_swap_khr),
	[STUB_QUERY_DISPLAY_ATTRIB] = F("eglQueryDisplayAttribEXT", stub_query_display_attrib),
	[STUB_QUERY_DEVICE_ATTRIB] = F("eglQueryDeviceAttribEXT", stub_query_device_attrib),
	[STUB_QUERY_DEVICE_STRING] = F("eglQueryDeviceStringEXT", stub_query_device_string),
};

static int find_stub(const char *name)
{
	for (int i = 0; i < STUBS; i++) {
		if (strcmp(stubs[i].name, name) == 0)
			return i;
	}
	return -1;
}

static void *get_dispatch_address(const char *name)
{
	const int stub = find_stub(name);
	void *address = NULL;

	if (stub >= 0)
		memcpy(&address, &stubs[stub].address, sizeof(address));
	return address;
}

static void set_dispatch_index(const char *name, int index)
{
	const int stub = find_stub(name);

	if (stub >= 0)
		stub_indices[stub] = index;
}

static EGLBoolean supports_api(EGLenum api)
{
	return api == EGL_OPENGL_API || api == EGL_OPENGL_ES_API;
}

__attribute__((visibility("default"))) EGLBoolean __egl_Main(uint32_t version,
	const __EGLapiExports *exports, __EGLvendorInfo *vendor, __EGLapiImports *imports)
{
	(void)vendor;
	if (EGL_VENDOR_ABI_GET_MAJOR_VERSION(version) != EGL_VENDOR_ABI_MAJOR_VERSION)
		return EGL_FALSE;
	glvnd = exports;
	imports->getPlatformDisplay = egl_get_platform_display;
	imports->getSupportsAPI = supports_api;
	imports->getVendorString = egl_vendor_string;
	imports->getProcAddress = get_proc_address;
	imports->getDispatchAddress = get_dispatch_address;
	imports->setDispatchIndex = set_dispatch_index;
	return EGL_TRUE;
}
