/* SPDX-License-Identifier: MIT */
#include "drawable.h"

#include <pthread.h>
#include <stdlib.h>

struct drawable {
	unsigned references;
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
	return DRAWABLE_OK;
}

static void drop_surface(struct drawable *drawable)
{
	gl_surface_destroy(drawable->surface);
	connection_put(drawable->connection);
	drawable->surface = NULL;
	drawable->connection = NULL;
}

static void follow_window(struct drawable *drawable)
{
	if (!drawable->window)
		return;
	xwindow_size(drawable->window, &drawable->request.width, &drawable->request.height);
	if (drawable->surface)
		gl_surface_resize(
			drawable->surface, drawable->request.width, drawable->request.height);
}

struct drawable *drawable_create(struct connection *connection,
	const struct drawable_request *request, enum drawable_fault *ret_fault)
{
	struct drawable *drawable = calloc(1, sizeof(*drawable));

	*ret_fault = DRAWABLE_NO_MEMORY;
	if (!drawable)
		return NULL;
	drawable->references = 1;
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
	free(drawable);
}

void drawable_size(struct drawable *drawable, uint32_t *ret_width, uint32_t *ret_height)
{
	follow_window(drawable);
	*ret_width = drawable->request.width;
	*ret_height = drawable->request.height;
}

bool drawable_gone(struct drawable *drawable)
{
	return drawable->window && xwindow_gone(drawable->window);
}

struct gl_surface *drawable_surface(
	struct drawable *drawable, struct connection *connection, enum drawable_fault *ret_fault)
{
	*ret_fault = DRAWABLE_OK;
	if (drawable->surface && drawable->connection != connection)
		drop_surface(drawable);
	follow_window(drawable);
	if (!drawable->surface)
		*ret_fault = make_surface(drawable, connection);
	return drawable->surface;
}

int drawable_present(struct drawable *drawable, uint32_t interval)
{
	const int result = drawable->surface ? gl_surface_present(drawable->surface, interval) : -1;

	follow_window(drawable);
	return result;
}
