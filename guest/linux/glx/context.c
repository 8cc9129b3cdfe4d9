/* SPDX-License-Identifier: MIT */
/* Contexts: what is asked for, checked as GLX 1.4 and GLX_ARB_create_context say. */
#include <stdlib.h>

#include "glx.h"

/* Flags of glm_context_create. */
#define FLAG_DEBUG              1u
#define FLAG_FORWARD_COMPATIBLE 2u
#define FLAG_ROBUST             4u

static struct __GLXcontextRec *contexts;

struct wish {
	int major, minor, profile, render_type;
	int screen; /* -1: not said */
	int notification;
	uint32_t flags;
	bool no_error, no_flush;
};

static const struct wish plain_wish = {
	.major = 1,
	.profile = GLX_CONTEXT_CORE_PROFILE_BIT_ARB,
	.render_type = GLX_RGBA_TYPE,
	.screen = -1,
	.notification = GLX_NO_RESET_NOTIFICATION_ARB,
};

/* ---- attributes; each returns 0 or a fault */

static int read_flags(int bits, struct wish *wish)
{
	const int known = GLX_CONTEXT_DEBUG_BIT_ARB | GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB |
			  GLX_CONTEXT_ROBUST_ACCESS_BIT_ARB;

	wish->flags = (bits & GLX_CONTEXT_DEBUG_BIT_ARB ? FLAG_DEBUG : 0) |
		      (bits & GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB ? FLAG_FORWARD_COMPATIBLE : 0) |
		      (bits & GLX_CONTEXT_ROBUST_ACCESS_BIT_ARB ? FLAG_ROBUST : 0);
	return bits & ~known ? BadValue : 0;
}

static int read_attribute(int name, int value, struct wish *wish)
{
	switch (name) {
	case GLX_CONTEXT_MAJOR_VERSION_ARB:
		wish->major = value;
		return 0;
	case GLX_CONTEXT_MINOR_VERSION_ARB:
		wish->minor = value;
		return 0;
	case GLX_CONTEXT_FLAGS_ARB:
		return read_flags(value, wish);
	case GLX_CONTEXT_PROFILE_MASK_ARB:
		wish->profile = value;
		return 0;
	case GLX_RENDER_TYPE:
		wish->render_type = value;
		return 0;
	case GLX_CONTEXT_RESET_NOTIFICATION_STRATEGY_ARB:
		wish->notification = value;
		return value == GLX_NO_RESET_NOTIFICATION_ARB || value == GLX_LOSE_CONTEXT_ON_RESET_ARB
			       ? 0
			       : BadMatch;
	case GLX_CONTEXT_OPENGL_NO_ERROR_ARB:
		/* Errors may then be what they like: they stay as they are. */
		wish->no_error = value != False;
		return 0;
	case GLX_CONTEXT_RELEASE_BEHAVIOR_ARB:
		wish->no_flush = value == GLX_CONTEXT_RELEASE_BEHAVIOR_NONE_ARB;
		return value == GLX_CONTEXT_RELEASE_BEHAVIOR_NONE_ARB ||
				       value == GLX_CONTEXT_RELEASE_BEHAVIOR_FLUSH_ARB
			       ? 0
			       : BadValue;
	case GLX_SCREEN:
		wish->screen = value;
		return 0;
	default:
		return BadValue;
	}
}

static bool is_es(const struct wish *wish)
{
	return wish->profile == GLX_CONTEXT_ES2_PROFILE_BIT_EXT;
}

static bool has_profiles(const struct wish *wish)
{
	return wish->major > 3 || (wish->major == 3 && wish->minor >= 2);
}

/* Versions that there are; a later one is for the host to know. */
static bool version_exists(const struct wish *wish)
{
	static const int last_gl[] = { 5, 1, 3 };
	static const int last_es[] = { 1, 0, 2 };
	const int major = wish->major, minor = wish->minor;

	if (major < 1 || minor < 0 || major > 255 || minor > 255)
		return false;
	if (is_es(wish))
		return major > 3 || minor <= last_es[major - 1];
	return major > 3 || minor <= last_gl[major - 1];
}

static int check_wish(const struct wish *wish)
{
	if (!is_es(wish) && wish->profile != GLX_CONTEXT_CORE_PROFILE_BIT_ARB &&
		wish->profile != GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB)
		return FAULT_OF(GLXBadProfileARB);
	if (!version_exists(wish))
		return is_es(wish) ? FAULT_OF(GLXBadProfileARB) : BadMatch;
	if ((wish->flags & FLAG_FORWARD_COMPATIBLE) && wish->major < 3)
		return BadMatch;
	if (wish->no_error && (wish->flags & (FLAG_DEBUG | FLAG_ROBUST)))
		return BadMatch;
	if (is_es(wish) && wish->major < 2)
		return FAULT_OF(GLXBadFBConfig);
	return 0;
}

static int read_wish(const int *attributes, struct wish *ret_wish)
{
	*ret_wish = plain_wish;
	for (; attributes && attributes[0] != None; attributes += 2) {
		const int fault = read_attribute(attributes[0], attributes[1], ret_wish);
		if (fault)
			return fault;
	}
	return check_wish(ret_wish);
}

static int check_render_type(const struct __GLXFBConfigRec *config, int type)
{
	const bool floats = config && config->host.floats;

	if (type == GLX_RGBA_FLOAT_TYPE_ARB)
		return floats || !config ? 0 : BadMatch;
	if (type == GLX_COLOR_INDEX_TYPE)
		return BadMatch;
	if (!config && type == (int)GLX_DONT_CARE)
		return 0;
	return type == GLX_RGBA_TYPE ? 0 : BadValue;
}

/* What contexts that share have in common. */
static int check_share(
	const struct __GLXcontextRec *share, const struct screen *screen, const struct wish *wish)
{
	if (!share)
		return 0;
	if (!glx_context_valid(share) || gl_context_status(share->gl))
		return FAULT_OF(GLXBadContext);
	return share->es == is_es(wish) && share->screen->server == screen->server &&
			       share->notification == wish->notification
		       ? 0
		       : BadMatch;
}

/* ---- making one */

static int make_gl(struct __GLXcontextRec *context, const struct __GLXcontextRec *share,
	const struct wish *wish)
{
	const bool core = wish->profile == GLX_CONTEXT_CORE_PROFILE_BIT_ARB;
	struct gl_context_request request = {
		.share = share ? share->gl : NULL,
		.config = context->config ? context->config->host.id : 0,
		.flags = wish->flags,
		.api = context->es ? GLM_API_ES : GLM_API_GL,
		.profile = !context->es && has_profiles(wish) && core ? GLM_PROFILE_CORE
								      : GLM_PROFILE_ANY,
		.major = (uint8_t)wish->major,
		.minor = (uint8_t)wish->minor,
		.no_error = wish->no_error,
		.no_flush = wish->no_flush,
	};
	uint32_t status = GLM_STATUS_NO_MEMORY;

	if (wish->notification == GLX_LOSE_CONTEXT_ON_RESET_ARB)
		request.flags |= FLAG_ROBUST;
	context->gl = gl_context_create(connection_link(context->connection), &request, &status);
	if (context->gl)
		return 0;
	return status == GLM_STATUS_NO_VERSION || status == GLM_STATUS_BAD_CONFIG
		       ? FAULT_OF(GLXBadFBConfig)
		       : BadAlloc;
}

static int make(struct screen *screen, const struct __GLXFBConfigRec *config,
	const struct __GLXcontextRec *share, const struct wish *wish,
	struct __GLXcontextRec **ret_context)
{
	struct __GLXcontextRec *context = calloc(1, sizeof(*context));
	int fault = BadAlloc;

	if (!context)
		return fault;
	context->references = 1;
	context->screen = screen;
	context->config = config;
	context->es = is_es(wish);
	context->render_type = config ? wish->render_type : (int)GLX_DONT_CARE;
	context->notification = wish->notification;
	context->connection = share ? connection_ref(share->connection) : connection_get();
	if (context->connection)
		fault = make_gl(context, share, wish);
	if (fault) {
		glx_context_put(context);
		return fault;
	}
	context->id = xserver_new_id(screen->server);
	context->next = contexts;
	contexts = context;
	*ret_context = context;
	return 0;
}

/* With `config` or, without one, the screen that the wish names. */
static GLXContext create(Display *display, struct __GLXFBConfigRec *config, GLXContext share,
	const struct wish *wish, int minor)
{
	struct __GLXcontextRec *context = NULL;
	struct screen *screen = NULL;
	int fault = 0;

	pthread_mutex_lock(&glx_lock);
	if (config && glx_config_valid(config))
		screen = config->screen;
	else if (!config && wish->screen >= 0)
		screen = screen_get(display, wish->screen);
	if (!screen)
		fault = config ? FAULT_OF(GLXBadFBConfig) : BadValue;
	if (!fault)
		fault = check_render_type(config, wish->render_type);
	if (!fault)
		fault = check_share(share, screen, wish);
	if (!fault)
		fault = make(screen, config, share, wish, &context);
	pthread_mutex_unlock(&glx_lock);
	if (fault)
		xlib_error(display, fault, minor, 0);
	return context;
}

GLXContext glXCreateContext(Display *display, XVisualInfo *visual, GLXContext share, Bool direct)
{
	struct __GLXFBConfigRec *config;
	struct screen *screen;

	(void)direct;
	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, visual->screen);
	config = screen ? screen_visual_config(screen, visual->visualid) : NULL;
	pthread_mutex_unlock(&glx_lock);
	if (config)
		return create(display, config, share, &plain_wish, X_GLXCreateContext);
	xlib_error(display, BadValue, X_GLXCreateContext, visual->visualid);
	return NULL;
}

GLXContext glXCreateNewContext(
	Display *display, GLXFBConfig config, int render_type, GLXContext share, Bool direct)
{
	struct wish wish = plain_wish;

	(void)direct;
	wish.render_type = render_type;
	if (!config) {
		xlib_error(display, FAULT_OF(GLXBadFBConfig), X_GLXCreateNewContext, 0);
		return NULL;
	}
	return create(display, config, share, &wish, X_GLXCreateNewContext);
}

GLXContext glXCreateContextAttribsARB(
	Display *display, GLXFBConfig config, GLXContext share, Bool direct, const int *attributes)
{
	struct wish wish;
	const int fault = read_wish(attributes, &wish);

	(void)direct;
	if (!fault)
		return create(display, config, share, &wish, X_GLXCreateContextAttribsARB);
	xlib_error(display, fault, X_GLXCreateContextAttribsARB, 0);
	return NULL;
}

/* ---- handles */

bool glx_context_valid(const struct __GLXcontextRec *context)
{
	for (const struct __GLXcontextRec *c = contexts; c; c = c->next) {
		if (c == context)
			return true;
	}
	return false;
}

bool glx_context_any(void)
{
	return contexts != NULL;
}

void glx_context_put(struct __GLXcontextRec *context)
{
	if (--context->references > 0)
		return;
	if (context->gl)
		gl_context_destroy(context->gl);
	connection_put(context->connection);
	free(context);
}

static void forget(struct __GLXcontextRec *context)
{
	struct __GLXcontextRec **at = &contexts;

	while (*at != context)
		at = &(*at)->next;
	*at = context->next;
	glx_context_put(context);
	targets_purge();
}

void glXDestroyContext(Display *display, GLXContext context)
{
	bool valid;

	if (!context)
		return;
	pthread_mutex_lock(&glx_lock);
	valid = glx_context_valid(context);
	if (valid)
		forget(context);
	/* One that is current goes later, however often it is destroyed. */
	valid = valid || context == glx_thread()->context;
	pthread_mutex_unlock(&glx_lock);
	if (!valid)
		xlib_error(display, FAULT_OF(GLXBadContext), X_GLXDestroyContext, 0);
}

/* ---- asking */

static bool check(Display *display, const struct __GLXcontextRec *context, int minor)
{
	bool valid;

	pthread_mutex_lock(&glx_lock);
	/* One that is current has no handle any more once it has been destroyed. */
	valid = glx_context_valid(context) || (context && context == glx_thread()->context);
	pthread_mutex_unlock(&glx_lock);
	if (!valid)
		xlib_error(display, FAULT_OF(GLXBadContext), minor, 0);
	return valid;
}

Bool glXIsDirect(Display *display, GLXContext context)
{
	return check(display, context, X_GLXIsDirect);
}

int glXQueryContext(Display *display, GLXContext context, int name, int *value)
{
	if (!check(display, context, X_GLXQueryContext))
		return GLX_BAD_CONTEXT;
	switch (name) {
	case GLX_FBCONFIG_ID:
		*value = context->config ? context->config->id : 0;
		return Success;
	case GLX_RENDER_TYPE:
		*value = context->render_type;
		return Success;
	case GLX_SCREEN:
		*value = context->screen->number;
		return Success;
	default:
		return GLX_BAD_ATTRIBUTE;
	}
}

int glXQueryContextInfoEXT(Display *display, GLXContext context, int name, int *value)
{
	if (name != GLX_SHARE_CONTEXT_EXT && name != GLX_VISUAL_ID_EXT)
		return glXQueryContext(display, context, name, value);
	if (!check(display, context, X_GLXQueryContext))
		return GLX_BAD_CONTEXT;
	*value = name == GLX_VISUAL_ID_EXT && context->config ? (int)context->config->visual : 0;
	return Success;
}

GLXContextID glXGetContextIDEXT(const GLXContext context)
{
	return context ? context->id : None;
}

void glXCopyContext(Display *display, GLXContext source, GLXContext destination, unsigned long mask)
{
	(void)mask;
	/* Both would have to be in one address space with the X server. */
	if (check(display, source, X_GLXCopyContext) && check(display, destination, X_GLXCopyContext))
		xlib_error(display, BadMatch, X_GLXCopyContext, source->id);
}
