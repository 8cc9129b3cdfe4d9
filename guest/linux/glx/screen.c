/* SPDX-License-Identifier: MIT */
/* The configurations of a screen: each of the host's, double and single buffered, with a visual of X. */
#include <stdlib.h>

#include "glx.h"

#define VISUALS_MAX 512

static struct screen *screens;

/* ---- making them */

/* How much a program that takes the visual of its windows as it is will like it. */
static int rank(const struct __GLXFBConfigRec *config)
{
	const struct glm_config *host = &config->host;

	return (config->double_buffered ? 32 : 0) + (host->depth >= 24 ? 16 : 0) +
	       (host->stencil >= 8 ? 8 : 0) + (host->samples == 0 ? 4 : 0) +
	       (host->alpha > 0 ? 2 : 0) + (host->depth > 0 ? 1 : 0);
}

bool glx_config_for_windows(const struct __GLXFBConfigRec *config)
{
	const struct glm_config *host = &config->host;

	return host->red == 8 && host->green == 8 && host->blue == 8 && !host->floats;
}

/* Of those that still have no visual, that which should be first; NULL: all have one. */
static struct __GLXFBConfigRec *next_config(struct screen *screen)
{
	struct __GLXFBConfigRec *best = NULL;

	for (int i = 0; i < screen->n_configs; i++) {
		struct __GLXFBConfigRec *config = &screen->configs[i];
		if (glx_config_for_windows(config) && !config->visual &&
			(!best || rank(config) > rank(best)))
			best = config;
	}
	return best;
}

/* Configurations have an own visual of depth 24 while there are any left; then they share the first. */
static void give_visuals(struct screen *screen)
{
	struct xvisual visuals[VISUALS_MAX];
	const size_t n = xserver_visuals(screen->server, screen->number, visuals, VISUALS_MAX);
	const struct xvisual *first = n > 0 ? &visuals[0] : NULL;
	struct __GLXFBConfigRec *config;
	size_t at = 0;

	for (size_t i = n; i > 0; i--) {
		if (visuals[i - 1].depth == 24)
			first = &visuals[i - 1];
	}
	while (first && (config = next_config(screen)) != NULL) {
		while (at < n && (visuals[at].depth != 24))
			at++;
		/* Without any of depth 24 one of another serves the best of them. */
		config->own_visual = at < n || first->depth != 24;
		config->visual = at < n ? visuals[at].id : first->id;
		config->depth = first->depth;
		at += at < n;
	}
}

static bool make_configs(struct screen *screen, const struct glm_caps *caps)
{
	int n = 0;

	screen->configs = calloc(caps->n_configs * 2u + 1u, sizeof(*screen->configs));
	if (!screen->configs)
		return false;
	for (int single = 0; single < 2; single++) {
		for (uint16_t i = 0; i < caps->n_configs; i++, n++) {
			screen->configs[n] = (struct __GLXFBConfigRec){
				.host = caps->configs[i],
				.screen = screen,
				.id = n + 1,
				.double_buffered = !single,
			};
		}
	}
	screen->n_configs = n;
	screen->caps = *caps;
	give_visuals(screen);
	return true;
}

static struct screen *make(struct xserver *server, int number)
{
	struct connection *connection = connection_get();
	struct screen *screen = connection ? calloc(1, sizeof(*screen)) : NULL;

	if (screen) {
		screen->server = server;
		screen->number = number;
		if (make_configs(screen, gl_link_caps(connection_link(connection)))) {
			screen->next = screens;
			screens = screen;
		} else {
			free(screen);
			screen = NULL;
		}
	}
	connection_put(connection);
	return screen;
}

struct screen *screen_get(Display *display, int number)
{
	struct xserver *server = display ? xserver_get(xlib_name(display)) : NULL;
	struct xvisual any;

	if (!server)
		return NULL;
	for (struct screen *s = screens; s; s = s->next) {
		if (s->server == server && s->number == number)
			return s;
	}
	return number >= 0 && xserver_visuals(server, number, &any, 1) > 0 ? make(server, number)
									   : NULL;
}

struct __GLXFBConfigRec *screen_visual_config(const struct screen *screen, VisualID visual)
{
	for (int i = 0; i < screen->n_configs; i++) {
		if (screen->configs[i].visual == visual && screen->configs[i].own_visual)
			return &screen->configs[i];
	}
	return NULL;
}

void screen_choose_visual(const struct __GLXFBConfigRec *config)
{
	struct screen *screen = config->screen;

	if (config->own_visual || !config->visual)
		return;
	for (int i = 0; i < screen->n_configs; i++) {
		if (screen->configs[i].visual == config->visual)
			screen->configs[i].own_visual = &screen->configs[i] == config;
	}
}

bool glx_config_valid(const struct __GLXFBConfigRec *config)
{
	for (const struct screen *s = screens; s; s = s->next) {
		if (config >= s->configs && config < s->configs + s->n_configs)
			return true;
	}
	return false;
}

/* ---- attributes */

int glXGetFBConfigAttrib(Display *display, GLXFBConfig config, int name, int *value)
{
	bool valid;

	(void)display;
	pthread_mutex_lock(&glx_lock);
	valid = glx_config_valid(config);
	pthread_mutex_unlock(&glx_lock);
	if (!valid)
		return GLX_NO_EXTENSION;
	return glx_config_attribute(config, name, value) ? Success : GLX_BAD_ATTRIBUTE;
}

int glXGetConfig(Display *display, XVisualInfo *visual, int name, int *value)
{
	const struct __GLXFBConfigRec *config;
	struct screen *screen;

	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, visual->screen);
	config = screen ? screen_visual_config(screen, visual->visualid) : NULL;
	pthread_mutex_unlock(&glx_lock);
	if (!screen)
		return GLX_NO_EXTENSION;
	if (name == GLX_USE_GL) {
		*value = config != NULL;
		return Success;
	}
	if (!config)
		return GLX_BAD_VISUAL;
	if (name == GLX_RGBA) {
		*value = True;
		return Success;
	}
	return glx_config_attribute(config, name, value) ? Success : GLX_BAD_ATTRIBUTE;
}

GLXFBConfig *glXGetFBConfigs(Display *display, int number, int *n)
{
	GLXFBConfig *list = NULL;
	struct screen *screen;

	*n = 0;
	pthread_mutex_lock(&glx_lock);
	screen = screen_get(display, number);
	if (screen)
		list = calloc((size_t)screen->n_configs + 1, sizeof(GLXFBConfig));
	if (list) {
		*n = screen->n_configs;
		for (int i = 0; i < *n; i++)
			list[i] = &screen->configs[i];
	}
	pthread_mutex_unlock(&glx_lock);
	return list;
}

XVisualInfo *glXGetVisualFromFBConfig(Display *display, GLXFBConfig config)
{
	bool valid;

	pthread_mutex_lock(&glx_lock);
	valid = glx_config_valid(config);
	if (valid)
		screen_choose_visual(config);
	pthread_mutex_unlock(&glx_lock);
	return valid && config->visual ? xlib_visual(display, config->screen->number, config->visual)
				       : NULL;
}
