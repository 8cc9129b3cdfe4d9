/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of EGL that a scene needs, from Oriel's vendor library alone: a machine that builds
 * 32-bit programs need not have libEGL.so.1 for them.
 */
#include <dlfcn.h>
#include <glvnd/libeglabi.h>
#include <string.h>

#include "scene.h"

typedef EGLBoolean (*main_function)(uint32_t version, const __EGLapiExports *exports,
	__EGLvendorInfo *vendor, __EGLapiImports *imports);

static __EGLapiImports vendor;

/* The vendor's function of that name, as the pointer that `function` points to. */
static void find(const char *name, void *function)
{
	void *address = vendor.getProcAddress(name);

	if (!address)
		die(name);
	memcpy(function, &address, sizeof(address));
}

EGLDisplay eglGetPlatformDisplay(EGLenum platform, void *native, const EGLAttrib *attributes)
{
	void *library = dlopen("libEGL_oriel.so.0", RTLD_NOW);
	void *address = library ? dlsym(library, "__egl_Main") : NULL;
	main_function start;

	if (!address)
		die(dlerror());
	memcpy(&start, &address, sizeof(address));
	if (!start(EGL_VENDOR_ABI_VERSION, NULL, NULL, &vendor))
		die("the vendor library does not start");
	return vendor.getPlatformDisplay(platform, native, attributes);
}

#define FORWARD(type, name, parameters, arguments) \
	type name parameters                       \
	{                                          \
		type(*function) parameters;        \
                                                   \
		find(#name, &function);            \
		return function arguments;         \
	}

FORWARD(EGLBoolean, eglInitialize, (EGLDisplay display, EGLint *major, EGLint *minor),
	(display, major, minor))
FORWARD(EGLBoolean, eglTerminate, (EGLDisplay display), (display))
FORWARD(EGLBoolean, eglBindAPI, (EGLenum api), (api))
FORWARD(EGLBoolean, eglChooseConfig,
	(EGLDisplay display, const EGLint *wanted, EGLConfig *configs, EGLint size, EGLint *count),
	(display, wanted, configs, size, count))
FORWARD(EGLContext, eglCreateContext,
	(EGLDisplay display, EGLConfig config, EGLContext share, const EGLint *attributes),
	(display, config, share, attributes))
FORWARD(EGLSurface, eglCreatePbufferSurface,
	(EGLDisplay display, EGLConfig config, const EGLint *attributes),
	(display, config, attributes))
FORWARD(EGLBoolean, eglMakeCurrent,
	(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context),
	(display, draw, read, context))
FORWARD(EGLBoolean, eglSwapBuffers, (EGLDisplay display, EGLSurface surface), (display, surface))
