/* SPDX-License-Identifier: MIT */
/*
 * GLX 1.4 from inside. Nothing of it is asked of the X server, which needs no GLX: configurations
 * are the host's, visuals those that the server has, windows any that a program makes.
 *
 * One lock guards everything but what a thread has for itself. It is not held while a frame waits,
 * nor while a program's error handler runs.
 */
#ifndef GUEST_GLX_H
#define GUEST_GLX_H

#define GLX_GLXEXT_PROTOTYPES
#include <GL/glx.h>
#include <pthread.h>
#include <stdbool.h>
#include <X11/Xmd.h>

/* Needs the one above. */
#include <GL/glxproto.h>

#include "face/drawable.h"
#include "face/xlib.h"
#include "link/connection.h"

struct screen;

struct __GLXFBConfigRec {
	struct glm_config host; /* first, as face/choice.h wants it */
	struct screen *screen;
	int id;
	bool double_buffered;
	uint8_t depth;   /* of the visual */
	VisualID visual; /* of windows that are drawn to with it; 0: there are none */
	bool own_visual; /* which stands for no other configuration */
};

/* A screen of an X server. Stays for good: so do the handles of its configurations. */
struct screen {
	struct screen *next;
	struct xserver *server;
	int number;
	struct __GLXFBConfigRec *configs;
	int n_configs;
	char *renderer; /* GL_RENDERER and GL_VENDOR, once they have been asked for */
	char *vendor;
	struct glm_caps caps;
};

struct __GLXcontextRec {
	struct __GLXcontextRec *next; /* of all that have a handle */
	unsigned references;          /* of the handle, and of the thread that has it current */
	bool current;
	XID id;
	struct screen *screen;
	const struct __GLXFBConfigRec *config; /* or NULL: any */
	bool es;
	int render_type, notification;
	struct connection *connection;
	struct gl_context *gl;
};

enum target_kind {
	TARGET_PLAIN, /* a window of X that was made current as it is */
	TARGET_WINDOW,
	TARGET_PBUFFER,
	TARGET_PIXMAP,
};

/* What may be drawn to, by its XID. */
struct target {
	struct target *next; /* of all that have a handle */
	unsigned references; /* of the handle, and of the threads that have it current */
	unsigned current;    /* times that a thread has it, as draw or read */
	XID id;
	XID native; /* of the window or pixmap; 0 for pbuffers */
	enum target_kind kind;
	struct xserver *server;
	const struct __GLXFBConfigRec *config;
	struct drawable *drawable;
	bool srgb;
	uint32_t interval;
	unsigned long events;
	bool largest, preserved;
};

/* What a thread has for itself. */
struct glx_thread {
	struct __GLXcontextRec *context;
	struct target *draw, *read;
	Display *display;
};

extern pthread_mutex_t glx_lock;

/* ---- xlib.c */

/* Faults below this are errors of X; above it those of GLX, from GLXBadContext on. 0: none. */
#define FAULT_GLX       256
#define FAULT_OF(error) (FAULT_GLX + (error))

struct xlib_codes {
	int opcode, event, error;
};

/* The numbers of GLX on that server; made up where it has none. One round trip. */
void xlib_codes(Display *display, struct xlib_codes *ret_codes);
/* Hands an error to the program's handler, as if the X server had sent it. Without the lock. */
void xlib_error(Display *display, int fault, int minor, XID resource);
int xlib_default_screen(Display *display);
/* One visual of a screen, to be freed by XFree; NULL: there is none of that id. */
XVisualInfo *xlib_visual(Display *display, int screen, VisualID id);
/* By XFree; NULL is fine. */
void xlib_free(void *memory);

struct xlib_font;
/* A font by its id. NULL: there is none. */
struct xlib_font *xlib_font_open(Display *display, int screen, Font font);
void xlib_font_close(struct xlib_font *font);

struct xlib_glyph {
	int width, height; /* pixels */
	int left, bottom;  /* from the origin to the lower left corner */
	int advance;
	const uint8_t *bits; /* rows from the bottom, padded to bytes, the left pixel in the highest bit */
};

/* Draws a character. The bits are valid until the next call. False: no memory. */
bool xlib_font_glyph(struct xlib_font *font, unsigned character, struct xlib_glyph *ret_glyph);

/* ---- screen.c */
/* With the lock held. NULL: there is no such screen, or no host. */
struct screen *screen_get(Display *display, int number);
/* The configuration that a visual stands for; NULL: none. */
struct __GLXFBConfigRec *screen_visual_config(const struct screen *screen, VisualID visual);
/* From now on its visual stands for that configuration, if it has none of its own. */
void screen_choose_visual(const struct __GLXFBConfigRec *config);
/* With the lock held: whether it is one of ours. */
bool glx_config_valid(const struct __GLXFBConfigRec *config);
/* Whether windows are drawn with it: they have 8 bits of each colour, whatever their visual. */
bool glx_config_for_windows(const struct __GLXFBConfigRec *config);

/* ---- choose.c */
/* False: there is no such attribute. */
bool glx_config_attribute(const struct __GLXFBConfigRec *config, int name, int *ret_value);

/* ---- context.c */
/* With the lock held. */
bool glx_context_valid(const struct __GLXcontextRec *context);
void glx_context_put(struct __GLXcontextRec *context);
bool glx_context_any(void);

/* ---- target.c; with the lock held */
/* That of a handle, or of a window that is drawn to as it is; NULL: there is none. */
struct target *target_find(const struct xserver *server, XID id);
void target_put(struct target *target);
/* That of the XID; made for a plain window that has none. NULL with *ret_fault. */
struct target *target_for(struct xserver *server, XID id, const struct __GLXcontextRec *context,
	enum drawable_fault *ret_fault);
/* Plain windows whose time has come. */
void targets_purge(void);
int fault_of(enum drawable_fault fault);

/* ---- current.c */
struct glx_thread *glx_thread(void);

/* ---- proc.c */
__GLXextFuncPtr glx_function(const char *name);

#endif
