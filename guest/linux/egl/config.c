/* SPDX-License-Identifier: MIT */
/* Configurations: the host's, as EGL describes them, and the choice among them. */
#include <stdlib.h>

#include "egl.h"
#include "face/choice.h"

#define VISUALS_MAX  256
#define PBUFFER_SIDE 16384

/* ---- making them */

/* The visual for windows: what is drawn is not shown there, so that one serves all. */
static EGLint find_visual(const struct display *display)
{
	struct xvisual visuals[VISUALS_MAX];
	size_t n = display->server
			   ? xserver_visuals(display->server, display->screen, visuals, VISUALS_MAX)
			   : 0;

	for (size_t i = 0; i < n; i++) {
		if (visuals[i].depth == 24)
			return (EGLint)visuals[i].id;
	}
	return n > 0 ? (EGLint)visuals[0].id : 0;
}

static EGLint renderable_by(const struct glm_caps *caps)
{
	EGLint bits = 0;

	if (caps->gl || caps->gl_core)
		bits |= EGL_OPENGL_BIT;
	if (caps->es >= 20)
		bits |= EGL_OPENGL_ES2_BIT;
	if (caps->es >= 30)
		bits |= EGL_OPENGL_ES3_BIT;
	return bits;
}

EGLint configs_make(struct display *display)
{
	const struct glm_caps *caps = gl_link_caps(connection_link(display->connection));
	const EGLint visual = find_visual(display), renderable = renderable_by(caps);

	if (display->configs)
		return EGL_SUCCESS;
	display->configs = calloc(caps->n_configs + 1u, sizeof(*display->configs));
	if (!display->configs)
		return EGL_BAD_ALLOC;
	for (uint16_t i = 0; i < caps->n_configs; i++) {
		display->configs[i] = (struct config){
			.host = caps->configs[i],
			.id = i + 1,
			.visual = visual,
			.surface = display->server ? EGL_WINDOW_BIT | EGL_PIXMAP_BIT | EGL_PBUFFER_BIT
						   : EGL_PBUFFER_BIT,
			.renderable = renderable,
		};
	}
	display->n_configs = caps->n_configs;
	return EGL_SUCCESS;
}

const struct config *config_find(const struct display *display, EGLConfig handle)
{
	for (EGLint i = 0; i < display->n_configs; i++) {
		if (handle == &display->configs[i])
			return handle;
	}
	return NULL;
}

/* ---- attributes */

static int own(const void *data, int name)
{
	const struct config *config = data;

	switch (name) {
	case EGL_CONFIG_ID:
		return config->id;
	case EGL_CONFORMANT:
	case EGL_RENDERABLE_TYPE:
		return config->renderable;
	case EGL_SURFACE_TYPE:
		return config->surface;
	case EGL_NATIVE_VISUAL_ID:
		return config->visual;
	case EGL_NATIVE_VISUAL_TYPE:
		/* TrueColor, as X numbers the classes. */
		return config->visual ? 4 : EGL_NONE;
	case EGL_COLOR_COMPONENT_TYPE_EXT:
		return config->host.floats ? EGL_COLOR_COMPONENT_TYPE_FLOAT_EXT
					   : EGL_COLOR_COMPONENT_TYPE_FIXED_EXT;
	default:
		return 0;
	}
}

/* Table 3.4 of the specification has the rules, and what holds without a wish. */
static const struct choice_attribute attributes[] = {
	{ EGL_BUFFER_SIZE, CHOICE_AT_LEAST, 0, CHOICE_COLOURS, 0 },
	{ EGL_RED_SIZE, CHOICE_AT_LEAST, 0, CHOICE_RED, 0 },
	{ EGL_GREEN_SIZE, CHOICE_AT_LEAST, 0, CHOICE_GREEN, 0 },
	{ EGL_BLUE_SIZE, CHOICE_AT_LEAST, 0, CHOICE_BLUE, 0 },
	{ EGL_LUMINANCE_SIZE, CHOICE_AT_LEAST, 0, CHOICE_CONSTANT, 0 },
	{ EGL_ALPHA_SIZE, CHOICE_AT_LEAST, 0, CHOICE_ALPHA, 0 },
	{ EGL_ALPHA_MASK_SIZE, CHOICE_AT_LEAST, 0, CHOICE_CONSTANT, 0 },
	{ EGL_BIND_TO_TEXTURE_RGB, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, EGL_FALSE },
	{ EGL_BIND_TO_TEXTURE_RGBA, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, EGL_FALSE },
	{ EGL_COLOR_BUFFER_TYPE, CHOICE_EXACT, EGL_RGB_BUFFER, CHOICE_CONSTANT, EGL_RGB_BUFFER },
	{ EGL_COLOR_COMPONENT_TYPE_EXT, CHOICE_EXACT, EGL_COLOR_COMPONENT_TYPE_FIXED_EXT,
		CHOICE_OWN, 0 },
	{ EGL_CONFIG_CAVEAT, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, EGL_NONE },
	{ EGL_CONFIG_ID, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_OWN, 0 },
	{ EGL_CONFORMANT, CHOICE_MASK, 0, CHOICE_OWN, 0 },
	{ EGL_DEPTH_SIZE, CHOICE_AT_LEAST, 0, CHOICE_DEPTH, 0 },
	{ EGL_LEVEL, CHOICE_EXACT, 0, CHOICE_CONSTANT, 0 },
	{ EGL_MATCH_NATIVE_PIXMAP, CHOICE_IGNORED, EGL_NONE, CHOICE_NONE, 0 },
	{ EGL_MAX_PBUFFER_WIDTH, CHOICE_IGNORED, 0, CHOICE_CONSTANT, PBUFFER_SIDE },
	{ EGL_MAX_PBUFFER_HEIGHT, CHOICE_IGNORED, 0, CHOICE_CONSTANT, PBUFFER_SIDE },
	{ EGL_MAX_PBUFFER_PIXELS, CHOICE_IGNORED, 0, CHOICE_CONSTANT, PBUFFER_SIDE *PBUFFER_SIDE },
	{ EGL_MAX_SWAP_INTERVAL, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, 1000 },
	{ EGL_MIN_SWAP_INTERVAL, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, 0 },
	{ EGL_NATIVE_RENDERABLE, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, EGL_FALSE },
	{ EGL_NATIVE_VISUAL_ID, CHOICE_IGNORED, 0, CHOICE_OWN, 0 },
	{ EGL_NATIVE_VISUAL_TYPE, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_OWN, 0 },
	{ EGL_RENDERABLE_TYPE, CHOICE_MASK, EGL_OPENGL_ES_BIT, CHOICE_OWN, 0 },
	{ EGL_SAMPLE_BUFFERS, CHOICE_AT_LEAST, 0, CHOICE_SAMPLE_BUFFERS, 0 },
	{ EGL_SAMPLES, CHOICE_AT_LEAST, 0, CHOICE_SAMPLES, 0 },
	{ EGL_STENCIL_SIZE, CHOICE_AT_LEAST, 0, CHOICE_STENCIL, 0 },
	{ EGL_SURFACE_TYPE, CHOICE_MASK, EGL_WINDOW_BIT, CHOICE_OWN, 0 },
	{ EGL_TRANSPARENT_TYPE, CHOICE_EXACT, EGL_NONE, CHOICE_CONSTANT, EGL_NONE },
	{ EGL_TRANSPARENT_RED_VALUE, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, 0 },
	{ EGL_TRANSPARENT_GREEN_VALUE, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, 0 },
	{ EGL_TRANSPARENT_BLUE_VALUE, CHOICE_EXACT, EGL_DONT_CARE, CHOICE_CONSTANT, 0 },
};

/* The order of 3.4.1.2. */
static const struct choice_key keys[] = {
	{ EGL_COLOR_COMPONENT_TYPE_EXT, CHOICE_SMALLER_FIRST }, /* fixed point before floats */
	{ 0, CHOICE_MORE_COLOUR },
	{ EGL_BUFFER_SIZE, CHOICE_SMALLER_FIRST },
	{ EGL_SAMPLE_BUFFERS, CHOICE_SMALLER_FIRST },
	{ EGL_SAMPLES, CHOICE_SMALLER_FIRST },
	{ EGL_DEPTH_SIZE, CHOICE_SMALLER_FIRST },
	{ EGL_STENCIL_SIZE, CHOICE_SMALLER_FIRST },
	{ EGL_CONFIG_ID, CHOICE_SMALLER_FIRST },
};

static const struct choice_face face = {
	.attributes = attributes,
	.n_attributes = sizeof(attributes) / sizeof(attributes[0]),
	.keys = keys,
	.n_keys = sizeof(keys) / sizeof(keys[0]),
	.id = EGL_CONFIG_ID,
	.end = EGL_NONE,
	.strict = true,
	.own = own,
};

_Static_assert(sizeof(attributes) / sizeof(attributes[0]) <= CHOICE_ROWS_MAX, "rows of a wish");

bool config_attribute(const struct config *config, EGLint name, EGLint *ret_value)
{
	return choice_value(&face, config, name, ret_value);
}

EGLBoolean egl_get_config_attrib(EGLDisplay dpy, EGLConfig handle, EGLint name, EGLint *value)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !config_find(display, handle))
		error = EGL_BAD_CONFIG;
	else if (error == EGL_SUCCESS && !value)
		error = EGL_BAD_PARAMETER;
	else if (error == EGL_SUCCESS && !config_attribute(handle, name, value))
		error = EGL_BAD_ATTRIBUTE;
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

EGLBoolean egl_get_configs(EGLDisplay dpy, EGLConfig *configs, EGLint size, EGLint *n)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !n)
		error = EGL_BAD_PARAMETER;
	if (error == EGL_SUCCESS) {
		*n = display->n_configs;
		if (configs) {
			*n = size < *n ? (size < 0 ? 0 : size) : *n;
			for (EGLint i = 0; i < *n; i++)
				configs[i] = &display->configs[i];
		}
	}
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

/* ---- the choice */

/* No configuration matches a pixmap: there are none to draw to. */
static bool possible(struct choice_wish *wish)
{
	return *choice_wished(wish, EGL_MATCH_NATIVE_PIXMAP) == EGL_NONE ||
	       *choice_wished(wish, EGL_CONFIG_ID) != EGL_DONT_CARE;
}

EGLBoolean egl_choose_config(
	EGLDisplay dpy, const EGLint *list, EGLConfig *configs, EGLint size, EGLint *n)
{
	int places[GLM_CONFIGS_MAX];
	struct choice_wish wish;
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !n)
		error = EGL_BAD_PARAMETER;
	if (error == EGL_SUCCESS && !choice_wish_read(&wish, &face, list))
		error = EGL_BAD_ATTRIBUTE;
	if (error == EGL_SUCCESS) {
		*n = possible(&wish) ? choice_make(&wish, display->configs,
					       sizeof(*display->configs), display->n_configs, places)
				     : 0;
		if (configs && size < *n)
			*n = size < 0 ? 0 : size;
		for (EGLint i = 0; configs && i < *n; i++)
			configs[i] = &display->configs[places[i]];
	}
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}
