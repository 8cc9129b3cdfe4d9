/* SPDX-License-Identifier: MIT */
/* Default framebuffers, and the frames that are presented of them. */
#include "gl_surface.h"

#include <stdlib.h>

#include "gl_link.h"
#include "wire.h"

struct gl_surface *gl_surface_create(struct gl_link *link, uint32_t config, uint8_t kind,
	bool double_buffered, bool srgb, uint32_t width, uint32_t height, uint32_t *ret_status)
{
	struct gl_surface *surface = calloc(1, sizeof(*surface));
	struct glm_surface_create message = {
		.config = config, .width = width, .height = height, .kind = kind, .srgb = srgb
	};
	struct glm_surface_created created = { .status = GLM_STATUS_NO_MEMORY };
	const void *payload;
	size_t size;

	*ret_status = GLM_STATUS_NO_MEMORY;
	if (!surface)
		return NULL;
	*surface = (struct gl_surface){ .link = link,
		.width = width,
		.height = height,
		.double_buffered = double_buffered,
		.window = kind == GLM_SURFACE_WINDOW };
	atomic_init(&surface->refs, 1);
	gl_link_lock(link);
	message.id = surface->id = link->next_id++;
	if (gl_link_send(link, &glm_surface_create_type, &message) &&
		gl_link_receive(link, GLM_SURFACE_CREATED, &payload, &size) &&
		wire_decode(&glm_surface_created_type, payload, size, &created))
		*ret_status = created.status;
	gl_link_unlock(link);
	if (*ret_status == GLM_STATUS_DONE)
		return surface;
	free(surface);
	return NULL;
}

void gl_surface_ref(struct gl_surface *surface)
{
	if (surface)
		atomic_fetch_add(&surface->refs, 1);
}

void gl_surface_unref(struct gl_surface *surface)
{
	struct glm_surface_destroy message;
	struct gl_link *link;

	if (!surface || atomic_fetch_sub(&surface->refs, 1) != 1)
		return;
	link = surface->link;
	message.id = surface->id;
	gl_link_lock(link);
	if (link->last_draw == surface->id || link->last_read == surface->id)
		gl_link_become(link, NULL);
	gl_link_send(link, &glm_surface_destroy_type, &message);
	gl_link_unlock(link);
	free(surface);
}

void gl_surface_destroy(struct gl_surface *surface)
{
	gl_surface_unref(surface);
}

void gl_surface_resize(struct gl_surface *surface, uint32_t width, uint32_t height)
{
	const struct glm_surface_resize message = {
		.id = surface->id, .width = width, .height = height
	};
	struct gl_context *ctx = gl_current_context;

	if (surface->width == width && surface->height == height)
		return;
	surface->width = width;
	surface->height = height;
	if (ctx && ctx->link == surface->link)
		gl_encoder_flush(&ctx->enc);
	gl_link_lock(surface->link);
	gl_link_send(surface->link, &glm_surface_resize_type, &message);
	gl_link_unlock(surface->link);
}

void gl_surface_watch(struct gl_surface *surface, void (*look)(void *data), void *data)
{
	surface->look_data = data;
	surface->look = look;
}

void gl_surface_look(struct gl_surface *surface)
{
	if (surface && surface->look)
		surface->look(surface->look_data);
}

void gl_surface_flushed(struct gl_surface *surface)
{
	if (surface && surface->window && !surface->double_buffered)
		gl_surface_present(surface, 0);
}

int gl_surface_present(struct gl_surface *surface, uint32_t interval)
{
	const struct glm_present message = { .surface = surface->id, .interval = interval };
	struct gl_link *link = surface->link;
	struct gl_context *ctx = gl_current_context;

	if (ctx && ctx->link == link) {
		gl_encoder_flush(&ctx->enc);
		gl_state_presented(ctx);
	}
	gl_link_lock(link);
	while (link->ahead >= link->config.frames_ahead && !atomic_load(&link->lost))
		gl_link_events(link, true);
	link->ahead++;
	gl_link_send(link, &glm_present_type, &message);
	gl_link_events(link, false);
	gl_link_unlock(link);
	return atomic_load(&link->lost) ? -1 : 0;
}
