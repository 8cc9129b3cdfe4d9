/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EGL without windows: displays of the three kinds that need none, and robust contexts on them. A
 * display and its contexts belong to the thread that opened it.
 */
#ifndef ORIEL_EGL_H
#define ORIEL_EGL_H

#include <stdbool.h>
#include <stddef.h>

#include <epoxy/egl.h>

#include "ipc_messages.h"

#define EGL_DEVICES_MAX 16u

/* A device of EGL_EXT_device_enumeration. */
struct egl_device {
	EGLDeviceEXT device;
	bool software;               /* EGL_MESA_device_software */
	char node[IPC_TEXT_MAX + 1]; /* its render node or device file, else empty */
};

struct egl {
	EGLDisplay display;
	EGLConfig config; /* EGL_NO_CONFIG_KHR where that works */
	bool robust;      /* contexts lose themselves on a reset */
	void *gbm;        /* struct gbm_device, or NULL */
	char renderer[IPC_TEXT_MAX + 1], version[IPC_TEXT_MAX + 1]; /* GL_RENDERER, GL_VERSION */
	bool software;                                              /* by its renderer string */
	bool nvidia;     /* NVIDIA's own driver, by its vendor string */
	int max_texture; /* GL_MAX_TEXTURE_SIZE */
};

/* The devices EGL knows of; 0 when it cannot tell. */
size_t egl_devices(struct egl_device *devices, size_t max);

/*
 * Each opens a display, makes a first context and asks who renders. False with a reason for people
 * in `reason`, which has room for IPC_TEXT_MAX + 1 bytes.
 */
bool egl_open_device(struct egl *egl, EGLDeviceEXT device, char *reason);
bool egl_open_render_node(struct egl *egl, const char *path, char *reason);
bool egl_open_surfaceless(struct egl *egl, char *reason);
void egl_close(struct egl *egl);

/*
 * Makes a context of each kind that guests may ask for and draws a little with it: what drivers
 * load for that must be loaded before files can be opened no more. What cannot be had is no error.
 */
void egl_warm_up(const struct egl *egl);

/* A context of OpenGL major.minor that shares with `shared` (or EGL_NO_CONTEXT). EGL_NO_CONTEXT when it cannot be made. */
EGLContext egl_create_context(const struct egl *egl, int major, int minor, EGLContext shared);

#endif
