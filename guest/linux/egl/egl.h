/* SPDX-License-Identifier: MIT */
/*
 * EGL from inside. The functions of EGL are named egl_* here, as libEGL.so.1 calls them through the
 * table in vendor.c; all of them are as the EGL 1.5 specification says.
 *
 * One lock guards everything but what a thread has for itself. It is not held while a frame waits.
 */
#ifndef GUEST_EGL_H
#define GUEST_EGL_H

#define EGL_NO_X11
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <pthread.h>

#include "face/drawable.h"
#include "face/xlib.h"
#include "link/connection.h"

struct config {
	struct glm_config host; /* first, as face/choice.h wants it */
	EGLint id;
	EGLint visual;  /* of X, or 0 */
	EGLint surface; /* EGL_SURFACE_TYPE */
	EGLint renderable;
};

struct display {
	struct display *next;
	EGLenum platform;
	void *native;
	struct xserver *server; /* or NULL: no windows */
	int screen;
	bool initialized;
	struct connection *connection; /* a reference, while initialized */
	struct config *configs;        /* made once */
	EGLint n_configs;
	struct context *contexts; /* those with a handle */
	struct surface *surfaces;
	struct sync *syncs;
};

struct context {
	struct context *next; /* display's contexts */
	struct display *display;
	unsigned references; /* of the handle, and of the thread that has it current */
	bool current;
	const struct config *config; /* or NULL: any */
	EGLenum api;
	EGLint version, notification;
	struct connection *connection;
	struct gl_context *gl;
	uint64_t group; /* the same of all that share objects */
	EGLint render_buffer;
};

struct surface {
	struct surface *next; /* display's surfaces */
	struct display *display;
	unsigned references;
	unsigned current; /* times that a thread has it, as draw or read */
	pthread_t thread; /* that one */
	const struct config *config;
	struct drawable *drawable;
	bool window, pixmap; /* neither: a pbuffer */
	uint32_t native;     /* the id of the window or pixmap */
	EGLint colorspace, interval;
	EGLint texture_format, texture_target, mipmap_level, resolve;
	bool mipmap_texture, largest;
};

/* What a thread has for itself. */
struct thread {
	EGLint error;
	EGLenum api;
	struct context *context;
	struct surface *draw, *read;
};

extern pthread_mutex_t egl_lock;

/* ---- thread.c */
struct thread *egl_thread(void);
/* Notes what eglGetError says, and returns EGL_FALSE, or EGL_TRUE for EGL_SUCCESS. */
EGLBoolean egl_result(EGLint error);
EGLint egl_error_of_fault(enum drawable_fault fault);

/* ---- display.c */
/* EGL_SUCCESS, or why it cannot be used. With the lock held. */
EGLint display_check(EGLDisplay handle, struct display **ret_display);

/* ---- config.c */
EGLint configs_make(struct display *display);
const struct config *config_find(const struct display *display, EGLConfig handle);
/* False: there is no such attribute. */
bool config_attribute(const struct config *config, EGLint name, EGLint *ret_value);

/* ---- context.c */
struct context *context_find(const struct display *display, EGLContext handle);
void context_put(struct context *context);
/* Takes away its handle. */
void context_forget(struct context *context);

/* ---- surface.c */
struct surface *surface_find(const struct display *display, EGLSurface handle);
void surface_put(struct surface *surface);
void surface_forget(struct surface *surface);

/* What the program has asked of its X server has been done. */
void egl_await_native(EGLDisplay dpy);

/* ---- pixmap.c, with the lock held */
/* Where the surface is a pixmap's, the pixmap has what was drawn. NULL is fine. */
void pixmap_settle(struct surface *surface);

/* ---- sync.c */
void sync_forget(struct sync *sync);
void syncs_forget(struct display *display);

/* ---- what libEGL calls */
EGLDisplay egl_get_platform_display(EGLenum platform, void *native, const EGLAttrib *attributes);
EGLBoolean egl_initialize(EGLDisplay dpy, EGLint *major, EGLint *minor);
EGLBoolean egl_terminate(EGLDisplay dpy);
const char *egl_query_string(EGLDisplay dpy, EGLint name);
EGLint egl_get_error(void);
EGLBoolean egl_release_thread(void);
EGLBoolean egl_bind_api(EGLenum api);
EGLenum egl_query_api(void);
const char *egl_vendor_string(int name);
EGLBoolean egl_query_devices(EGLint max, EGLDeviceEXT *devices, EGLint *n_devices);
const char *egl_query_device_string(EGLDeviceEXT device, EGLint name);
EGLBoolean egl_query_device_attrib(EGLDeviceEXT device, EGLint name, EGLAttrib *value);
EGLBoolean egl_query_display_attrib(EGLDisplay dpy, EGLint name, EGLAttrib *value);

EGLBoolean egl_get_configs(EGLDisplay dpy, EGLConfig *configs, EGLint size, EGLint *n);
EGLBoolean egl_choose_config(
	EGLDisplay dpy, const EGLint *attributes, EGLConfig *configs, EGLint size, EGLint *n);
EGLBoolean egl_get_config_attrib(EGLDisplay dpy, EGLConfig config, EGLint name, EGLint *value);

EGLContext egl_create_context(
	EGLDisplay dpy, EGLConfig config, EGLContext share, const EGLint *attributes);
EGLBoolean egl_destroy_context(EGLDisplay dpy, EGLContext context);
EGLBoolean egl_query_context(EGLDisplay dpy, EGLContext context, EGLint name, EGLint *value);

EGLBoolean egl_make_current(EGLDisplay dpy, EGLSurface draw, EGLSurface read, EGLContext context);
EGLContext egl_get_current_context(void);
EGLSurface egl_get_current_surface(EGLint which);
EGLDisplay egl_get_current_display(void);
/* What the thread has current is so no longer. With the lock held. */
void egl_release_current(void);
EGLBoolean egl_wait_client(void);
EGLBoolean egl_wait_gl(void);
EGLBoolean egl_wait_native(EGLint engine);

EGLSurface egl_create_window_surface(
	EGLDisplay dpy, EGLConfig config, EGLNativeWindowType window, const EGLint *attributes);
EGLSurface egl_create_platform_window_surface(
	EGLDisplay dpy, EGLConfig config, void *window, const EGLAttrib *attributes);
EGLSurface egl_create_platform_window_surface_ext(
	EGLDisplay dpy, EGLConfig config, void *window, const EGLint *attributes);
EGLSurface egl_create_pbuffer_surface(EGLDisplay dpy, EGLConfig config, const EGLint *attributes);
EGLSurface egl_create_pixmap_surface(
	EGLDisplay dpy, EGLConfig config, EGLNativePixmapType pixmap, const EGLint *attributes);
EGLSurface egl_create_platform_pixmap_surface(
	EGLDisplay dpy, EGLConfig config, void *pixmap, const EGLAttrib *attributes);
EGLSurface egl_create_platform_pixmap_surface_ext(
	EGLDisplay dpy, EGLConfig config, void *pixmap, const EGLint *attributes);
EGLSurface egl_create_pbuffer_from_client_buffer(EGLDisplay dpy, EGLenum type,
	EGLClientBuffer buffer, EGLConfig config, const EGLint *attributes);
EGLBoolean egl_destroy_surface(EGLDisplay dpy, EGLSurface surface);
EGLBoolean egl_query_surface(EGLDisplay dpy, EGLSurface surface, EGLint name, EGLint *value);
EGLBoolean egl_surface_attrib(EGLDisplay dpy, EGLSurface surface, EGLint name, EGLint value);
EGLBoolean egl_swap_buffers(EGLDisplay dpy, EGLSurface surface);
EGLBoolean egl_swap_buffers_with_damage(
	EGLDisplay dpy, EGLSurface surface, const EGLint *rects, EGLint n);
EGLBoolean egl_swap_interval(EGLDisplay dpy, EGLint interval);
EGLBoolean egl_copy_buffers(EGLDisplay dpy, EGLSurface surface, EGLNativePixmapType target);
EGLBoolean egl_bind_tex_image(EGLDisplay dpy, EGLSurface surface, EGLint buffer);
EGLBoolean egl_release_tex_image(EGLDisplay dpy, EGLSurface surface, EGLint buffer);

EGLSync egl_create_sync(EGLDisplay dpy, EGLenum type, const EGLAttrib *attributes);
EGLSync egl_create_sync_khr(EGLDisplay dpy, EGLenum type, const EGLint *attributes);
EGLBoolean egl_destroy_sync(EGLDisplay dpy, EGLSync sync);
EGLint egl_client_wait_sync(EGLDisplay dpy, EGLSync sync, EGLint flags, EGLTime timeout);
EGLBoolean egl_wait_sync(EGLDisplay dpy, EGLSync sync, EGLint flags);
EGLint egl_wait_sync_khr(EGLDisplay dpy, EGLSync sync, EGLint flags);
EGLBoolean egl_get_sync_attrib(EGLDisplay dpy, EGLSync sync, EGLint name, EGLAttrib *value);
EGLBoolean egl_get_sync_attrib_khr(EGLDisplay dpy, EGLSync sync, EGLint name, EGLint *value);
EGLImage egl_create_image(EGLDisplay dpy, EGLContext context, EGLenum target,
	EGLClientBuffer buffer, const EGLAttrib *attributes);
EGLBoolean egl_destroy_image(EGLDisplay dpy, EGLImage image);

#endif
