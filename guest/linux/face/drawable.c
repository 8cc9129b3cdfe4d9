/* SPDX-License-Identifier: MIT */
#include "drawable.h"

#include <pthread.h>
#include <stdlib.h>

#include "gl_surface.h"

struct drawable {
	unsigned references;
	pthread_mutex_t lock;            /* for all below; not held while a frame waits */
	struct drawable_request request; /* width and height as they are now */
	struct xwindow *window;
	struct connection *connection;
	struct gl_surface *surface;
};

static pthread_mutex_t references = PTHREAD_MUTEX_INITIALIZER;

static enum drawable_fault fault_of(uint32_t status)
{
	switch (status) {
	case GLM_STATUS_DONE:
		return DRAWABLE_LOST;
	case GLM_STATUS_BAD_CONFIG:
	case GLM_STATUS_NO_VERSION:
		return DRAWABLE_NO_CONFIG;
	default:
		return DRAWABLE_NO_MEMORY;
	}
}

/* With the lock held. */
static void follow_window(struct drawable *drawable)
{
	if (!drawable->window)
		return;
	xwindow_size(drawable->window, &drawable->request.width, &drawable->request.height);
	if (drawable->surface)
		gl_surface_resize(
			drawable->surface, drawable->request.width, drawable->request.height);
}

/* Before a frame is drawn. */
static void look(void *data)
{
	struct drawable *drawable = data;

	pthread_mutex_lock(&drawable->lock);
	follow_window(drawable);
	pthread_mutex_unlock(&drawable->lock);
}

static enum drawable_fault make_surface(struct drawable *drawable, struct connection *connection)
{
	const struct drawable_request *r = &drawable->request;
	uint32_t status = GLM_STATUS_DONE;

	drawable->surface = gl_surface_create(connection_link(connection), r->config,
		r->window ? GLM_SURFACE_WINDOW : GLM_SURFACE_PBUFFER, r->double_buffered, r->srgb,
		r->width, r->height, &status);
	if (!drawable->surface)
		return connection_lost(connection) ? DRAWABLE_LOST : fault_of(status);
	drawable->connection = connection_ref(connection);
	if (drawable->window)
		gl_surface_watch(drawable->surface, look, drawable);
	return DRAWABLE_OK;
}

static void drop_surface(struct drawable *drawable)
{
	gl_surface_watch(drawable->surface, NULL, NULL);
	gl_surface_destroy(drawable->surface);
	connection_put(drawable->connection);
	drawable->surface = NULL;
	drawable->connection = NULL;
}

struct drawable *drawable_create(struct connection *connection,
	const struct drawable_request *request, enum drawable_fault *ret_fault)
{
	struct drawable *drawable = calloc(1, sizeof(*drawable));

	*ret_fault = DRAWABLE_NO_MEMORY;
	if (!drawable)
		return NULL;
	drawable->references = 1;
	pthread_mutex_init(&drawable->lock, NULL);
	drawable->request = *request;
	if (request->server) {
		drawable->window = xwindow_create(request->server, request->id);
		*ret_fault = DRAWABLE_NO_WINDOW;
		if (!drawable->window)
			goto fail;
		follow_window(drawable);
	}
	*ret_fault = make_surface(drawable, connection);
	if (*ret_fault == DRAWABLE_OK)
		return drawable;
fail:
	drawable_put(drawable);
	return NULL;
}

struct drawable *drawable_ref(struct drawable *drawable)
{
	pthread_mutex_lock(&references);
	drawable->references++;
	pthread_mutex_unlock(&references);
	return drawable;
}

void drawable_put(struct drawable *drawable)
{
	bool last;

	if (!drawable)
		return;
	pthread_mutex_lock(&references);
	last = --drawable->references == 0;
	pthread_mutex_unlock(&references);
	if (!last)
		return;
	if (drawable->surface)
		drop_surface(drawable);
	xwindow_destroy(drawable->window);
	pthread_mutex_destroy(&drawable->lock);
	free(drawable);
}

bool drawable_gone(struct drawable *drawable)
{
	return drawable->window && xwindow_gone(drawable->window);
}

void drawable_size(struct drawable *drawable, uint32_t *ret_width, uint32_t *ret_height)
{
	pthread_mutex_lock(&drawable->lock);
	follow_window(drawable);
	*ret_width = drawable->request.width;
	*ret_height = drawable->request.height;
	pthread_mutex_unlock(&drawable->lock);
}

struct gl_surface *drawable_surface(
	struct drawable *drawable, struct connection *connection, enum drawable_fault *ret_fault)
{
	struct gl_surface *surface;

	*ret_fault = DRAWABLE_OK;
	pthread_mutex_lock(&drawable->lock);
	if (drawable->surface && drawable->connection != connection)
		drop_surface(drawable);
	follow_window(drawable);
	if (!drawable->surface)
		*ret_fault = make_surface(drawable, connection);
	surface = drawable->surface;
	pthread_mutex_unlock(&drawable->lock);
	return surface;
}

int drawable_present(struct drawable *drawable, uint32_t interval)
{
	struct connection *connection;
	struct gl_surface *surface;
	int result;

	pthread_mutex_lock(&drawable->lock);
	surface = drawable->surface;
	gl_surface_ref(surface);
	connection = surface ? connection_ref(drawable->connection) : NULL;
	pthread_mutex_unlock(&drawable->lock);
	if (!surface)
		return -1;
	result = gl_surface_present(surface, interval);
	pthread_mutex_lock(&drawable->lock);
	follow_window(drawable);
	pthread_mutex_unlock(&drawable->lock);
	gl_surface_unref(surface);
	connection_put(connection);
	return result;
}
