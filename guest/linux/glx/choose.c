/* SPDX-License-Identifier: MIT */
/* The choice among configurations, as tables 3.4 and 3.5 of the GLX specification have it. */
#include <stdlib.h>

#include "glx.h"

enum criterion { AT_LEAST, EXACT, MASK, IGNORED };

static const struct {
	int name, fallback;
	enum criterion criterion;
} criteria[] = {
	{ GLX_FBCONFIG_ID, (int)GLX_DONT_CARE, EXACT },
	{ GLX_BUFFER_SIZE, 0, AT_LEAST },
	{ GLX_LEVEL, 0, EXACT },
	{ GLX_DOUBLEBUFFER, (int)GLX_DONT_CARE, EXACT },
	{ GLX_STEREO, False, EXACT },
	{ GLX_AUX_BUFFERS, 0, AT_LEAST },
	{ GLX_RED_SIZE, 0, AT_LEAST },
	{ GLX_GREEN_SIZE, 0, AT_LEAST },
	{ GLX_BLUE_SIZE, 0, AT_LEAST },
	{ GLX_ALPHA_SIZE, 0, AT_LEAST },
	{ GLX_DEPTH_SIZE, 0, AT_LEAST },
	{ GLX_STENCIL_SIZE, 0, AT_LEAST },
	{ GLX_ACCUM_RED_SIZE, 0, AT_LEAST },
	{ GLX_ACCUM_GREEN_SIZE, 0, AT_LEAST },
	{ GLX_ACCUM_BLUE_SIZE, 0, AT_LEAST },
	{ GLX_ACCUM_ALPHA_SIZE, 0, AT_LEAST },
	{ GLX_SAMPLE_BUFFERS, 0, AT_LEAST },
	{ GLX_SAMPLES, 0, AT_LEAST },
	{ GLX_RENDER_TYPE, GLX_RGBA_BIT, MASK },
	{ GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT, MASK },
	{ GLX_X_RENDERABLE, (int)GLX_DONT_CARE, EXACT },
	{ GLX_X_VISUAL_TYPE, (int)GLX_DONT_CARE, EXACT },
	{ GLX_CONFIG_CAVEAT, (int)GLX_DONT_CARE, EXACT },
	{ GLX_TRANSPARENT_TYPE, GLX_NONE, EXACT },
	{ GLX_TRANSPARENT_INDEX_VALUE, (int)GLX_DONT_CARE, IGNORED },
	{ GLX_TRANSPARENT_RED_VALUE, (int)GLX_DONT_CARE, IGNORED },
	{ GLX_TRANSPARENT_GREEN_VALUE, (int)GLX_DONT_CARE, IGNORED },
	{ GLX_TRANSPARENT_BLUE_VALUE, (int)GLX_DONT_CARE, IGNORED },
	{ GLX_TRANSPARENT_ALPHA_VALUE, (int)GLX_DONT_CARE, IGNORED },
	{ GLX_MAX_PBUFFER_WIDTH, 0, IGNORED },
	{ GLX_MAX_PBUFFER_HEIGHT, 0, IGNORED },
	{ GLX_MAX_PBUFFER_PIXELS, 0, IGNORED },
	{ GLX_VISUAL_ID, (int)GLX_DONT_CARE, IGNORED },
	{ GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB, (int)GLX_DONT_CARE, EXACT },
};

#define CRITERIA (sizeof(criteria) / sizeof(criteria[0]))

struct wish {
	int values[CRITERIA];
};

static int *wished(struct wish *wish, int name)
{
	for (size_t i = 0; i < CRITERIA; i++) {
		if (criteria[i].name == name)
			return &wish->values[i];
	}
	return NULL;
}

static void wish_init(struct wish *wish)
{
	for (size_t i = 0; i < CRITERIA; i++)
		wish->values[i] = criteria[i].fallback;
}

/* False: an attribute that there is not. */
static bool read_wish(const int *attributes, struct wish *ret_wish)
{
	wish_init(ret_wish);
	for (; attributes && attributes[0] != None; attributes += 2) {
		int *value = wished(ret_wish, attributes[0]);
		if (!value)
			return false;
		*value = attributes[1];
	}
	return true;
}

/* The list of glXChooseVisual: booleans stand alone, and are off when they do not. */
static bool read_visual_wish(const int *attributes, struct wish *ret_wish)
{
	bool rgba = false;

	wish_init(ret_wish);
	*wished(ret_wish, GLX_DOUBLEBUFFER) = False;
	while (*attributes != None) {
		const int name = *attributes++;
		int *value = wished(ret_wish, name);
		if (name == GLX_RGBA || name == GLX_USE_GL) {
			rgba = rgba || name == GLX_RGBA;
			continue;
		}
		if (!value)
			return false;
		if (name == GLX_DOUBLEBUFFER || name == GLX_STEREO)
			*value = True;
		else
			*value = *attributes++;
	}
	return rgba;
}

static bool fits(const struct __GLXFBConfigRec *config, struct wish *wish)
{
	const int id = *wished(wish, GLX_FBCONFIG_ID);

	/* With an id nothing else counts. */
	if (id != (int)GLX_DONT_CARE)
		return config->id == id;
	for (size_t i = 0; i < CRITERIA; i++) {
		const int want = wish->values[i];
		int have;
		if (want == (int)GLX_DONT_CARE || criteria[i].criterion == IGNORED ||
			!glx_config_attribute(config, criteria[i].name, &have))
			continue;
		if (criteria[i].criterion == AT_LEAST && have < want)
			return false;
		if (criteria[i].criterion == EXACT && have != want)
			return false;
		if (criteria[i].criterion == MASK && (have & want) != want)
			return false;
	}
	return true;
}

static int sum(const struct __GLXFBConfigRec *config, struct wish *wish, const int *names, size_t n)
{
	int bits = 0, have;

	for (size_t i = 0; i < n; i++) {
		if (*wished(wish, names[i]) > 0 && glx_config_attribute(config, names[i], &have))
			bits += have;
	}
	return bits;
}

static int attribute(const struct __GLXFBConfigRec *config, int name)
{
	int value = 0;

	glx_config_attribute(config, name, &value);
	return value;
}

/* Whether `a` comes before `b`. */
static bool before(
	const struct __GLXFBConfigRec *a, const struct __GLXFBConfigRec *b, struct wish *wish)
{
	static const int colours[] = { GLX_RED_SIZE, GLX_GREEN_SIZE, GLX_BLUE_SIZE, GLX_ALPHA_SIZE };

	/* 1: the smaller comes first; 0: the larger where some is wished, else the smaller. */
	static const struct {
		int name, sign;
	} order[] = {
		{ GLX_BUFFER_SIZE, 1 },
		{ GLX_DOUBLEBUFFER, 1 },
		{ GLX_SAMPLE_BUFFERS, 1 },
		{ GLX_SAMPLES, 1 },
		{ GLX_DEPTH_SIZE, 0 },
		{ GLX_STENCIL_SIZE, 1 },
		{ GLX_FBCONFIG_ID, 1 },
	};

	const int bits_a = sum(a, wish, colours, 4), bits_b = sum(b, wish, colours, 4);

	if (bits_a != bits_b)
		return bits_a > bits_b;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const int value_a = attribute(a, order[i].name),
			  value_b = attribute(b, order[i].name);
		if (value_a != value_b)
			return (value_a < value_b) ==
			       (order[i].sign || *wished(wish, order[i].name) <= 0);
	}
	return false;
}

/* Those that fit, the best first; `chosen` has room for all. */
static int choose(const struct screen *screen, struct wish *wish, GLXFBConfig *chosen)
{
	int n = 0;

	for (int i = 0; i < screen->n_configs; i++) {
		int at = n;
		if (!fits(&screen->configs[i], wish))
			continue;
		for (; at > 0 && before(&screen->configs[i], chosen[at - 1], wish); at--)
			chosen[at] = chosen[at - 1];
		chosen[at] = &screen->configs[i];
		n++;
	}
	return n;
}

GLXFBConfig *glXChooseFBConfig(Display *display, int number, const int *attributes, int *n)
{
	GLXFBConfig *chosen = NULL;
	struct screen *screen;
	struct wish wish;

	*n = 0;
	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, number);
	if (screen && read_wish(attributes, &wish))
		chosen = calloc((size_t)screen->n_configs + 1, sizeof(GLXFBConfig));
	if (chosen)
		*n = choose(screen, &wish, chosen);
	pthread_mutex_unlock(&glx_lock);
	if (*n == 0) {
		free(chosen);
		return NULL;
	}
	return chosen;
}

XVisualInfo *glXChooseVisual(Display *display, int number, int *attributes)
{
	GLXFBConfig chosen[GLM_CONFIGS_MAX * 2];
	struct screen *screen;
	struct wish wish;
	int n = 0;

	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, number);
	if (screen && read_visual_wish(attributes, &wish))
		n = choose(screen, &wish, chosen);
	if (n > 0)
		screen_choose_visual(chosen[0]);
	pthread_mutex_unlock(&glx_lock);
	return n > 0 ? xlib_visual(display, number, chosen[0]->visual) : NULL;
}
