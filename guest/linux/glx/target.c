/* SPDX-License-Identifier: MIT */
/*
 * What may be drawn to: windows as they are, GLXWindows, pbuffers, and pixmaps, whose pixels X
 * never sees.
 */
#include <stdlib.h>

#include "glx.h"

static struct target *targets;

int fault_of(enum drawable_fault fault)
{
	switch (fault) {
	case DRAWABLE_OK:
		return 0;
	case DRAWABLE_NO_WINDOW:
		return FAULT_OF(GLXBadDrawable);
	case DRAWABLE_NO_CONFIG:
		return FAULT_OF(GLXBadFBConfig);
	case DRAWABLE_NO_MEMORY:
	case DRAWABLE_LOST:
	default:
		return BadAlloc;
	}
}

/* ---- handles */

/* The GLXWindow of a window; NULL: it has none. */
static struct target *find_window(const struct xserver *server, XID window)
{
	for (struct target *t = targets; t; t = t->next) {
		if (t->kind == TARGET_WINDOW && t->native == window && t->server == server &&
			!drawable_gone(t->drawable))
			return t;
	}
	return NULL;
}

struct target *target_find(const struct xserver *server, XID id)
{
	for (struct target *t = targets; t; t = t->next) {
		if (t->id == id && t->server == server &&
			(t->kind != TARGET_PLAIN || !drawable_gone(t->drawable)))
			return t;
	}
	/* The window of a GLXWindow is the same as that. */
	return find_window(server, id);
}

void target_put(struct target *target)
{
	if (--target->references > 0)
		return;
	drawable_put(target->drawable);
	free(target);
}

static void forget(struct target *target)
{
	struct target **at = &targets;

	while (*at != target)
		at = &(*at)->next;
	*at = target->next;
	target_put(target);
}

void targets_purge(void)
{
	const bool contexts = glx_context_any();
	struct target *next;

	for (struct target *t = targets; t; t = next) {
		next = t->next;
		if (t->kind == TARGET_PLAIN && t->current == 0 &&
			(!contexts || drawable_gone(t->drawable)))
			forget(t);
	}
}

/* ---- making one */

static bool wants_srgb(const struct __GLXFBConfigRec *config, bool es)
{
	int capable = 0;

	/* OpenGL ES would convert always. */
	glx_config_attribute(config, GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB, &capable);
	return capable && !es;
}

static struct drawable *make_drawable(const struct target *target, struct connection *connection,
	uint32_t width, uint32_t height, enum drawable_fault *ret_fault)
{
	const bool window = target->kind == TARGET_PLAIN || target->kind == TARGET_WINDOW;
	const struct drawable_request request = {
		.config = target->config->host.id,
		.window = window,
		.double_buffered = target->config->double_buffered,
		.srgb = target->srgb,
		.server = window ? target->server : NULL,
		.id = (uint32_t)target->native,
		.width = width,
		.height = height,
	};

	return drawable_create(connection, &request, ret_fault);
}

static struct target *make(const struct target *wanted, struct connection *connection,
	uint32_t width, uint32_t height, enum drawable_fault *ret_fault)
{
	struct target *target = malloc(sizeof(*target));

	*ret_fault = DRAWABLE_NO_MEMORY;
	if (!target)
		return NULL;
	*target = *wanted;
	target->references = 1;
	target->interval = 1;
	target->drawable = make_drawable(target, connection, width, height, ret_fault);
	if (!target->drawable) {
		free(target);
		return NULL;
	}
	target->next = targets;
	targets = target;
	return target;
}

/* A window as it is takes on what the context that draws to it has. */
static bool suits(const struct target *target, const struct __GLXcontextRec *context)
{
	const struct __GLXFBConfigRec *have = target->config, *want = context->config;

	if (target->current > 0 || target->kind == TARGET_PBUFFER || target->kind == TARGET_PIXMAP)
		return true;
	if (target->srgb != wants_srgb(have, context->es))
		return false;
	return target->kind == TARGET_WINDOW || !want ||
	       (have->host.id == want->host.id && have->double_buffered == want->double_buffered);
}

static bool adapt(struct target *target, const struct __GLXcontextRec *context,
	enum drawable_fault *ret_fault)
{
	struct target changed = *target;

	if (suits(target, context))
		return true;
	if (target->kind == TARGET_PLAIN && context->config)
		changed.config = context->config;
	changed.srgb = wants_srgb(changed.config, context->es);
	changed.drawable = make_drawable(&changed, context->connection, 0, 0, ret_fault);
	if (!changed.drawable)
		return false;
	drawable_put(target->drawable);
	*target = changed;
	return true;
}

/* The best there is, for contexts that have no configuration. */
static const struct __GLXFBConfigRec *any_config(const struct screen *screen)
{
	for (int i = 0; i < screen->n_configs; i++) {
		if (screen->configs[i].visual)
			return &screen->configs[i];
	}
	return NULL;
}

struct target *target_for(struct xserver *server, XID id, const struct __GLXcontextRec *context,
	enum drawable_fault *ret_fault)
{
	struct target *target = target_find(server, id);
	struct target wanted = { .id = id, .native = id, .server = server, .kind = TARGET_PLAIN };

	*ret_fault = DRAWABLE_OK;
	if (target)
		return adapt(target, context, ret_fault) ? target : NULL;
	targets_purge();
	wanted.config = context->config ? context->config : any_config(context->screen);
	*ret_fault = server && wanted.config ? DRAWABLE_OK : DRAWABLE_NO_WINDOW;
	if (*ret_fault != DRAWABLE_OK)
		return NULL;
	wanted.srgb = wants_srgb(wanted.config, context->es);
	return make(&wanted, context->connection, 0, 0, ret_fault);
}

static XID create(Display *display, struct target *wanted, uint32_t width, uint32_t height, int minor)
{
	const struct __GLXFBConfigRec *config = wanted->config;
	struct connection *connection = NULL;
	enum drawable_fault fault = DRAWABLE_NO_CONFIG;
	struct target *target = NULL;
	XID id;

	xlib_sync(display);
	pthread_mutex_lock(&glx_lock);
	wanted->server = xserver_get(xlib_name(display));
	if (wanted->server && glx_config_valid(config)) {
		fault = DRAWABLE_NO_MEMORY;
		/* A window can have one GLXWindow only. */
		if (wanted->kind != TARGET_WINDOW || !find_window(wanted->server, wanted->native))
			connection = connection_get();
	}
	if (connection) {
		wanted->id = xserver_new_id(wanted->server);
		wanted->srgb = wants_srgb(config, false);
		target = make(wanted, connection, width, height, &fault);
	}
	id = target ? target->id : None;
	pthread_mutex_unlock(&glx_lock);
	connection_put(connection);
	if (id == None)
		xlib_error(display, fault_of(fault), minor, wanted->native);
	return id;
}

/* ---- windows */

GLXWindow glXCreateWindow(Display *display, GLXFBConfig config, Window window, const int *attributes)
{
	struct target wanted = { .native = window, .kind = TARGET_WINDOW, .config = config };

	(void)attributes;
	return create(display, &wanted, 0, 0, X_GLXCreateWindow);
}

/* Whether what is destroyed is still there: a GLXWindow goes with its window. */
static bool is_there(const struct target *target)
{
	uint32_t width, height;

	return target->kind != TARGET_WINDOW ||
	       xserver_geometry(target->server, (uint32_t)target->native, &width, &height);
}

static void destroy(Display *display, XID id, enum target_kind kind, int error, int minor)
{
	struct target *target;
	bool there = false;

	pthread_mutex_lock(&glx_lock);
	target = target_find(xserver_get(xlib_name(display)), id);
	if (target && target->kind == kind && target->id == id) {
		there = is_there(target);
		forget(target);
	}
	pthread_mutex_unlock(&glx_lock);
	if (!there)
		xlib_error(display, FAULT_OF(error), minor, id);
}

void glXDestroyWindow(Display *display, GLXWindow window)
{
	/* The program may have destroyed the window before. */
	xlib_sync(display);
	destroy(display, window, TARGET_WINDOW, GLXBadWindow, X_GLXDestroyWindow);
}

/* ---- pbuffers */

static uint32_t pixels(int wished)
{
	return wished > 0 ? (uint32_t)wished : 1;
}

/* Cut to what the host can, where the program allows that. */
static uint32_t cut(const struct target *wanted, uint32_t pixels_wished)
{
	uint32_t most = pixels_wished;

	pthread_mutex_lock(&glx_lock);
	if (glx_config_valid(wanted->config))
		most = wanted->config->screen->caps.surface_side;
	pthread_mutex_unlock(&glx_lock);
	return wanted->largest && pixels_wished > most ? most : pixels_wished;
}

GLXPbuffer glXCreatePbuffer(Display *display, GLXFBConfig config, const int *attributes)
{
	struct target wanted = { .kind = TARGET_PBUFFER, .config = config };
	int width = 0, height = 0;

	for (; attributes && attributes[0] != None; attributes += 2) {
		if (attributes[0] == GLX_PBUFFER_WIDTH)
			width = attributes[1];
		else if (attributes[0] == GLX_PBUFFER_HEIGHT)
			height = attributes[1];
		else if (attributes[0] == GLX_LARGEST_PBUFFER)
			wanted.largest = attributes[1] != False;
		else if (attributes[0] == GLX_PRESERVED_CONTENTS)
			wanted.preserved = attributes[1] != False;
	}
	return create(display, &wanted, cut(&wanted, pixels(width)), cut(&wanted, pixels(height)),
		X_GLXCreatePbuffer);
}

void glXDestroyPbuffer(Display *display, GLXPbuffer pbuffer)
{
	destroy(display, pbuffer, TARGET_PBUFFER, GLXBadPbuffer, X_GLXDestroyPbuffer);
}

/* ---- pixmaps */

GLXPixmap glXCreatePixmap(Display *display, GLXFBConfig config, Pixmap pixmap, const int *attributes)
{
	struct target wanted = { .native = pixmap, .kind = TARGET_PIXMAP, .config = config };
	struct xserver *server = xserver_get(xlib_name(display));
	uint32_t width, height;

	(void)attributes;
	xlib_sync(display);
	if (!server || !xserver_geometry(server, (uint32_t)pixmap, &width, &height)) {
		xlib_error(display, BadPixmap, X_GLXCreatePixmap, pixmap);
		return None;
	}
	return create(display, &wanted, width, height, X_GLXCreatePixmap);
}

void glXDestroyPixmap(Display *display, GLXPixmap pixmap)
{
	destroy(display, pixmap, TARGET_PIXMAP, GLXBadPixmap, X_GLXDestroyPixmap);
}

GLXPixmap glXCreateGLXPixmap(Display *display, XVisualInfo *visual, Pixmap pixmap)
{
	struct screen *screen;
	GLXFBConfig config;

	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, visual->screen);
	config = screen ? screen_visual_config(screen, visual->visualid) : NULL;
	pthread_mutex_unlock(&glx_lock);
	if (config)
		return glXCreatePixmap(display, config, pixmap, NULL);
	xlib_error(display, BadValue, X_GLXCreateGLXPixmap, visual->visualid);
	return None;
}

void glXDestroyGLXPixmap(Display *display, GLXPixmap pixmap)
{
	glXDestroyPixmap(display, pixmap);
}
