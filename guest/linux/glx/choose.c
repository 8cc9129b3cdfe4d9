/* SPDX-License-Identifier: MIT */
/* Attributes of configurations, and the choice among them, as tables 3.4 and 3.5 of the GLX specification have it. */
#include <limits.h>
#include <stdlib.h>

#include "face/choice.h"
#include "glx.h"

static int own(const void *data, int name)
{
	const struct __GLXFBConfigRec *config = data;
	const int side = (int)config->screen->caps.surface_side;

	switch (name) {
	case GLX_FBCONFIG_ID:
		return config->id;
	case GLX_DOUBLEBUFFER:
		return config->double_buffered;
	case GLX_VISUAL_ID:
		return (int)config->visual;
	case GLX_DRAWABLE_TYPE:
		return GLX_PBUFFER_BIT | (config->visual ? GLX_WINDOW_BIT | GLX_PIXMAP_BIT : 0);
	case GLX_RENDER_TYPE:
		return config->host.floats ? GLX_RGBA_FLOAT_BIT_ARB : GLX_RGBA_BIT;
	case GLX_X_RENDERABLE:
		return config->visual != 0;
	case GLX_X_VISUAL_TYPE:
		return config->visual ? GLX_TRUE_COLOR : GLX_NONE;
	case GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB:
		return glx_config_for_windows(config);
	case GLX_MAX_PBUFFER_WIDTH:
	case GLX_MAX_PBUFFER_HEIGHT:
		return side;
	case GLX_MAX_PBUFFER_PIXELS:
		return side > 32768 ? INT_MAX : side * side;
	case GLX_SCREEN:
		return config->screen->number;
	default:
		return 0;
	}
}

static const struct choice_attribute attributes[] = {
	{ GLX_FBCONFIG_ID, CHOICE_EXACT, CHOICE_ANY, CHOICE_OWN, 0 },
	{ GLX_BUFFER_SIZE, CHOICE_AT_LEAST, 0, CHOICE_COLOURS, 0 },
	{ GLX_LEVEL, CHOICE_EXACT, 0, CHOICE_CONSTANT, 0 },
	{ GLX_DOUBLEBUFFER, CHOICE_EXACT, CHOICE_ANY, CHOICE_OWN, 0 },
	{ GLX_STEREO, CHOICE_EXACT, False, CHOICE_CONSTANT, False },
	{ GLX_AUX_BUFFERS, CHOICE_AT_LEAST, 0, CHOICE_CONSTANT, 0 },
	{ GLX_RED_SIZE, CHOICE_AT_LEAST, 0, CHOICE_RED, 0 },
	{ GLX_GREEN_SIZE, CHOICE_AT_LEAST, 0, CHOICE_GREEN, 0 },
	{ GLX_BLUE_SIZE, CHOICE_AT_LEAST, 0, CHOICE_BLUE, 0 },
	{ GLX_ALPHA_SIZE, CHOICE_AT_LEAST, 0, CHOICE_ALPHA, 0 },
	{ GLX_DEPTH_SIZE, CHOICE_AT_LEAST, 0, CHOICE_DEPTH, 0 },
	{ GLX_STENCIL_SIZE, CHOICE_AT_LEAST, 0, CHOICE_STENCIL, 0 },
	{ GLX_ACCUM_RED_SIZE, CHOICE_AT_LEAST, 0, CHOICE_CONSTANT, 0 },
	{ GLX_ACCUM_GREEN_SIZE, CHOICE_AT_LEAST, 0, CHOICE_CONSTANT, 0 },
	{ GLX_ACCUM_BLUE_SIZE, CHOICE_AT_LEAST, 0, CHOICE_CONSTANT, 0 },
	{ GLX_ACCUM_ALPHA_SIZE, CHOICE_AT_LEAST, 0, CHOICE_CONSTANT, 0 },
	{ GLX_SAMPLE_BUFFERS, CHOICE_AT_LEAST, 0, CHOICE_SAMPLE_BUFFERS, 0 },
	{ GLX_SAMPLES, CHOICE_AT_LEAST, 0, CHOICE_SAMPLES, 0 },
	{ GLX_RENDER_TYPE, CHOICE_MASK, GLX_RGBA_BIT, CHOICE_OWN, 0 },
	{ GLX_DRAWABLE_TYPE, CHOICE_MASK, GLX_WINDOW_BIT, CHOICE_OWN, 0 },
	{ GLX_X_RENDERABLE, CHOICE_EXACT, CHOICE_ANY, CHOICE_OWN, 0 },
	{ GLX_X_VISUAL_TYPE, CHOICE_EXACT, CHOICE_ANY, CHOICE_OWN, 0 },
	{ GLX_CONFIG_CAVEAT, CHOICE_EXACT, CHOICE_ANY, CHOICE_CONSTANT, GLX_NONE },
	{ GLX_TRANSPARENT_TYPE, CHOICE_EXACT, GLX_NONE, CHOICE_CONSTANT, GLX_NONE },
	{ GLX_TRANSPARENT_INDEX_VALUE, CHOICE_IGNORED, CHOICE_ANY, CHOICE_CONSTANT, 0 },
	{ GLX_TRANSPARENT_RED_VALUE, CHOICE_IGNORED, CHOICE_ANY, CHOICE_CONSTANT, 0 },
	{ GLX_TRANSPARENT_GREEN_VALUE, CHOICE_IGNORED, CHOICE_ANY, CHOICE_CONSTANT, 0 },
	{ GLX_TRANSPARENT_BLUE_VALUE, CHOICE_IGNORED, CHOICE_ANY, CHOICE_CONSTANT, 0 },
	{ GLX_TRANSPARENT_ALPHA_VALUE, CHOICE_IGNORED, CHOICE_ANY, CHOICE_CONSTANT, 0 },
	{ GLX_MAX_PBUFFER_WIDTH, CHOICE_IGNORED, 0, CHOICE_OWN, 0 },
	{ GLX_MAX_PBUFFER_HEIGHT, CHOICE_IGNORED, 0, CHOICE_OWN, 0 },
	{ GLX_MAX_PBUFFER_PIXELS, CHOICE_IGNORED, 0, CHOICE_OWN, 0 },
	{ GLX_VISUAL_ID, CHOICE_IGNORED, CHOICE_ANY, CHOICE_OWN, 0 },
	{ GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB, CHOICE_EXACT, CHOICE_ANY, CHOICE_OWN, 0 },
	{ GLX_VISUAL_SELECT_GROUP_SGIX, CHOICE_REFUSED, 0, CHOICE_CONSTANT, 0 },
	{ GLX_OPTIMAL_PBUFFER_WIDTH_SGIX, CHOICE_REFUSED, 0, CHOICE_CONSTANT, 0 },
	{ GLX_OPTIMAL_PBUFFER_HEIGHT_SGIX, CHOICE_REFUSED, 0, CHOICE_CONSTANT, 0 },
	{ GLX_SWAP_METHOD_OML, CHOICE_REFUSED, 0, CHOICE_CONSTANT, GLX_SWAP_UNDEFINED_OML },
	{ GLX_SCREEN, CHOICE_REFUSED, 0, CHOICE_OWN, 0 },
};

static const struct choice_key keys[] = {
	{ 0, CHOICE_MORE_COLOUR },
	{ GLX_BUFFER_SIZE, CHOICE_SMALLER_FIRST },
	{ GLX_DOUBLEBUFFER, CHOICE_SMALLER_FIRST },
	{ GLX_SAMPLE_BUFFERS, CHOICE_SMALLER_FIRST },
	{ GLX_SAMPLES, CHOICE_SMALLER_FIRST },
	{ GLX_DEPTH_SIZE, CHOICE_LARGER_IF_WISHED },
	{ GLX_STENCIL_SIZE, CHOICE_SMALLER_FIRST },
	{ GLX_FBCONFIG_ID, CHOICE_SMALLER_FIRST },
};

static const struct choice_face face = {
	.attributes = attributes,
	.n_attributes = sizeof(attributes) / sizeof(attributes[0]),
	.keys = keys,
	.n_keys = sizeof(keys) / sizeof(keys[0]),
	.id = GLX_FBCONFIG_ID,
	.end = None,
	.own = own,
};

_Static_assert(sizeof(attributes) / sizeof(attributes[0]) <= CHOICE_ROWS_MAX, "rows of a wish");

bool glx_config_attribute(const struct __GLXFBConfigRec *config, int name, int *ret_value)
{
	return choice_value(&face, config, name, ret_value);
}

/* The list of glXChooseVisual: booleans stand alone, and are off when they do not. */
static bool read_visual_wish(const int *list, struct choice_wish *ret_wish)
{
	bool rgba = false;

	choice_wish_init(ret_wish, &face);
	*choice_wished(ret_wish, GLX_DOUBLEBUFFER) = False;
	while (*list != None) {
		const int name = *list++;
		int *value = choice_wished(ret_wish, name);

		if (name == GLX_RGBA || name == GLX_USE_GL) {
			rgba = rgba || name == GLX_RGBA;
			continue;
		}
		if (!value)
			return false;
		if (name == GLX_DOUBLEBUFFER || name == GLX_STEREO)
			*value = True;
		else
			*value = *list++;
	}
	return rgba;
}

/* Places of those that fit, the best first; `places` has room for all. */
static int choose(const struct screen *screen, struct choice_wish *wish, int *places)
{
	return choice_make(
		wish, screen->configs, sizeof(*screen->configs), screen->n_configs, places);
}

GLXFBConfig *glXChooseFBConfig(Display *display, int number, const int *list, int *n)
{
	int places[GLM_CONFIGS_MAX * 2];
	GLXFBConfig *chosen = NULL;
	struct choice_wish wish;
	struct screen *screen;

	*n = 0;
	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, number);
	if (screen && choice_wish_read(&wish, &face, list))
		*n = choose(screen, &wish, places);
	if (*n > 0)
		chosen = malloc((size_t)*n * sizeof(GLXFBConfig));
	for (int i = 0; chosen && i < *n; i++)
		chosen[i] = &screen->configs[places[i]];
	pthread_mutex_unlock(&glx_lock);
	if (!chosen)
		*n = 0;
	return chosen;
}

XVisualInfo *glXChooseVisual(Display *display, int number, int *list)
{
	struct __GLXFBConfigRec *best = NULL;
	int places[GLM_CONFIGS_MAX * 2];
	struct choice_wish wish;
	struct screen *screen;

	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, number);
	if (screen && read_visual_wish(list, &wish) && choose(screen, &wish, places) > 0)
		best = &screen->configs[places[0]];
	if (best)
		screen_choose_visual(best);
	pthread_mutex_unlock(&glx_lock);
	return best ? xlib_visual(display, number, best->visual) : NULL;
}
