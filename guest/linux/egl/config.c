/* SPDX-License-Identifier: MIT */
/* Configurations: the host's, as EGL describes them, and the choice among them. */
#include <stdlib.h>
#include <string.h>

#include "egl.h"

#define VISUALS_MAX 256

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
			.surface = display->server ? EGL_WINDOW_BIT | EGL_PBUFFER_BIT
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

static EGLint buffer_size(const struct glm_config *host)
{
	return host->red + host->green + host->blue + host->alpha;
}

/* Those that are the same for every configuration. */
static const struct {
	EGLint name, value;
} constants[] = {
	{ EGL_LUMINANCE_SIZE, 0 },
	{ EGL_ALPHA_MASK_SIZE, 0 },
	{ EGL_BIND_TO_TEXTURE_RGB, EGL_FALSE },
	{ EGL_BIND_TO_TEXTURE_RGBA, EGL_FALSE },
	{ EGL_COLOR_BUFFER_TYPE, EGL_RGB_BUFFER },
	{ EGL_CONFIG_CAVEAT, EGL_NONE },
	{ EGL_LEVEL, 0 },
	{ EGL_MAX_PBUFFER_WIDTH, 16384 },
	{ EGL_MAX_PBUFFER_HEIGHT, 16384 },
	{ EGL_MAX_PBUFFER_PIXELS, 16384 * 16384 },
	{ EGL_MAX_SWAP_INTERVAL, 1000 },
	{ EGL_MIN_SWAP_INTERVAL, 0 },
	{ EGL_NATIVE_RENDERABLE, EGL_FALSE },
	{ EGL_TRANSPARENT_TYPE, EGL_NONE },
	{ EGL_TRANSPARENT_RED_VALUE, 0 },
	{ EGL_TRANSPARENT_GREEN_VALUE, 0 },
	{ EGL_TRANSPARENT_BLUE_VALUE, 0 },
};

bool config_attribute(const struct config *config, EGLint name, EGLint *ret_value)
{
	const struct glm_config *host = &config->host;

	const struct {
		EGLint name, value;
	} own[] = {
		{ EGL_BUFFER_SIZE, buffer_size(host) },
		{ EGL_RED_SIZE, host->red },
		{ EGL_GREEN_SIZE, host->green },
		{ EGL_BLUE_SIZE, host->blue },
		{ EGL_ALPHA_SIZE, host->alpha },
		{ EGL_DEPTH_SIZE, host->depth },
		{ EGL_STENCIL_SIZE, host->stencil },
		{ EGL_SAMPLES, host->samples },
		{ EGL_SAMPLE_BUFFERS, host->samples > 0 },
		{ EGL_CONFIG_ID, config->id },
		{ EGL_CONFORMANT, config->renderable },
		{ EGL_RENDERABLE_TYPE, config->renderable },
		{ EGL_SURFACE_TYPE, config->surface },
		{ EGL_NATIVE_VISUAL_ID, config->visual },
		/* TrueColor, as X numbers the classes. */
		{ EGL_NATIVE_VISUAL_TYPE, config->visual ? 4 : EGL_NONE },
		{ EGL_COLOR_COMPONENT_TYPE_EXT, host->floats ? EGL_COLOR_COMPONENT_TYPE_FLOAT_EXT
							     : EGL_COLOR_COMPONENT_TYPE_FIXED_EXT },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (own[i].name == name) {
			*ret_value = own[i].value;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		if (constants[i].name == name) {
			*ret_value = constants[i].value;
			return true;
		}
	}
	return false;
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

enum criterion { AT_LEAST, EXACT, MASK, IGNORED };

/* Table 3.4 of the specification: how each attribute is asked for, and what holds when it is not. */
static const struct {
	EGLint name, fallback;
	enum criterion criterion;
} criteria[] = {
	{ EGL_BUFFER_SIZE, 0, AT_LEAST },
	{ EGL_RED_SIZE, 0, AT_LEAST },
	{ EGL_GREEN_SIZE, 0, AT_LEAST },
	{ EGL_BLUE_SIZE, 0, AT_LEAST },
	{ EGL_LUMINANCE_SIZE, 0, AT_LEAST },
	{ EGL_ALPHA_SIZE, 0, AT_LEAST },
	{ EGL_ALPHA_MASK_SIZE, 0, AT_LEAST },
	{ EGL_BIND_TO_TEXTURE_RGB, EGL_DONT_CARE, EXACT },
	{ EGL_BIND_TO_TEXTURE_RGBA, EGL_DONT_CARE, EXACT },
	{ EGL_COLOR_BUFFER_TYPE, EGL_RGB_BUFFER, EXACT },
	{ EGL_COLOR_COMPONENT_TYPE_EXT, EGL_COLOR_COMPONENT_TYPE_FIXED_EXT, EXACT },
	{ EGL_CONFIG_CAVEAT, EGL_DONT_CARE, EXACT },
	{ EGL_CONFIG_ID, EGL_DONT_CARE, EXACT },
	{ EGL_CONFORMANT, 0, MASK },
	{ EGL_DEPTH_SIZE, 0, AT_LEAST },
	{ EGL_LEVEL, 0, EXACT },
	{ EGL_MATCH_NATIVE_PIXMAP, EGL_NONE, IGNORED },
	{ EGL_MAX_PBUFFER_WIDTH, 0, IGNORED },
	{ EGL_MAX_PBUFFER_HEIGHT, 0, IGNORED },
	{ EGL_MAX_PBUFFER_PIXELS, 0, IGNORED },
	{ EGL_MAX_SWAP_INTERVAL, EGL_DONT_CARE, EXACT },
	{ EGL_MIN_SWAP_INTERVAL, EGL_DONT_CARE, EXACT },
	{ EGL_NATIVE_RENDERABLE, EGL_DONT_CARE, EXACT },
	{ EGL_NATIVE_VISUAL_ID, 0, IGNORED },
	{ EGL_NATIVE_VISUAL_TYPE, EGL_DONT_CARE, EXACT },
	{ EGL_RENDERABLE_TYPE, EGL_OPENGL_ES_BIT, MASK },
	{ EGL_SAMPLE_BUFFERS, 0, AT_LEAST },
	{ EGL_SAMPLES, 0, AT_LEAST },
	{ EGL_STENCIL_SIZE, 0, AT_LEAST },
	{ EGL_SURFACE_TYPE, EGL_WINDOW_BIT, MASK },
	{ EGL_TRANSPARENT_TYPE, EGL_NONE, EXACT },
	{ EGL_TRANSPARENT_RED_VALUE, EGL_DONT_CARE, EXACT },
	{ EGL_TRANSPARENT_GREEN_VALUE, EGL_DONT_CARE, EXACT },
	{ EGL_TRANSPARENT_BLUE_VALUE, EGL_DONT_CARE, EXACT },
};

#define CRITERIA (sizeof(criteria) / sizeof(criteria[0]))

struct wish {
	EGLint values[CRITERIA];
};

static EGLint read_wish(const EGLint *attributes, struct wish *ret_wish)
{
	for (size_t i = 0; i < CRITERIA; i++)
		ret_wish->values[i] = criteria[i].fallback;
	for (; attributes && attributes[0] != EGL_NONE; attributes += 2) {
		size_t i = 0;
		while (i < CRITERIA && criteria[i].name != attributes[0])
			i++;
		if (i == CRITERIA)
			return EGL_BAD_ATTRIBUTE;
		if (attributes[1] < 0 && attributes[1] != EGL_DONT_CARE &&
			criteria[i].criterion == AT_LEAST)
			return EGL_BAD_ATTRIBUTE;
		ret_wish->values[i] = attributes[1];
	}
	return EGL_SUCCESS;
}

static EGLint wished(const struct wish *wish, EGLint name)
{
	for (size_t i = 0; i < CRITERIA; i++) {
		if (criteria[i].name == name)
			return wish->values[i];
	}
	return EGL_DONT_CARE;
}

static bool fits(const struct config *config, const struct wish *wish)
{
	/* With an id nothing else counts. */
	if (wished(wish, EGL_CONFIG_ID) != EGL_DONT_CARE)
		return config->id == wished(wish, EGL_CONFIG_ID);
	for (size_t i = 0; i < CRITERIA; i++) {
		const EGLint want = wish->values[i];
		EGLint have;
		if (want == EGL_DONT_CARE || criteria[i].criterion == IGNORED ||
			!config_attribute(config, criteria[i].name, &have))
			continue;
		if (criteria[i].criterion == AT_LEAST && have < want)
			return false;
		if (criteria[i].criterion == EXACT && have != want)
			return false;
		if (criteria[i].criterion == MASK && (have & want) != want)
			return false;
	}
	return wished(wish, EGL_MATCH_NATIVE_PIXMAP) == EGL_NONE;
}

/* Bits of those colours that were asked for. */
static EGLint colour_bits(const struct config *config, const struct wish *wish)
{
	static const EGLint names[] = { EGL_RED_SIZE, EGL_GREEN_SIZE, EGL_BLUE_SIZE, EGL_ALPHA_SIZE };
	EGLint bits = 0, have;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (wished(wish, names[i]) > 0 && config_attribute(config, names[i], &have))
			bits += have;
	}
	return bits;
}

/* Whether `a` comes before `b`, as 3.4.1.2 has it. */
static bool before(const struct config *a, const struct config *b, const struct wish *wish)
{
	static const EGLint smaller[] = { EGL_BUFFER_SIZE, EGL_SAMPLE_BUFFERS, EGL_SAMPLES,
		EGL_DEPTH_SIZE, EGL_STENCIL_SIZE, EGL_CONFIG_ID };
	const EGLint bits_a = colour_bits(a, wish), bits_b = colour_bits(b, wish);

	if (a->host.floats != b->host.floats)
		return a->host.floats < b->host.floats;
	if (bits_a != bits_b)
		return bits_a > bits_b;
	for (size_t i = 0; i < sizeof(smaller) / sizeof(smaller[0]); i++) {
		EGLint value_a = 0, value_b = 0;
		config_attribute(a, smaller[i], &value_a);
		config_attribute(b, smaller[i], &value_b);
		if (value_a != value_b)
			return value_a < value_b;
	}
	return false;
}

static EGLint choose(
	const struct display *display, const struct wish *wish, const struct config **chosen)
{
	EGLint n = 0;

	for (EGLint i = 0; i < display->n_configs; i++) {
		const struct config *config = &display->configs[i];
		EGLint at = n;
		if (!fits(config, wish))
			continue;
		for (; at > 0 && before(config, chosen[at - 1], wish); at--)
			chosen[at] = chosen[at - 1];
		chosen[at] = config;
		n++;
	}
	return n;
}

EGLBoolean egl_choose_config(
	EGLDisplay dpy, const EGLint *attributes, EGLConfig *configs, EGLint size, EGLint *n)
{
	const struct config *chosen[GLM_CONFIGS_MAX];
	struct display *display;
	struct wish wish;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !n)
		error = EGL_BAD_PARAMETER;
	if (error == EGL_SUCCESS)
		error = read_wish(attributes, &wish);
	if (error == EGL_SUCCESS) {
		*n = choose(display, &wish, chosen);
		if (configs && size < *n)
			*n = size < 0 ? 0 : size;
		if (configs)
			memcpy(configs, chosen, (size_t)*n * sizeof(*configs));
	}
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}
