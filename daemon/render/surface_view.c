/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Surfaces on the main loop: the link to the view process. */
#include <errno.h>
#include <stdatomic.h>

#include "surface_internal.h"

/* Messages that wait for the view process, above which no surface is made: far from where its link ends. */
#define CROWDED    256u
#define CROWDED_MS 10u

static void note_free(struct note *note)
{
	if (note->fd >= 0)
		close(note->fd);
	free(note);
}

static void on_crowded_timer(uv_timer_t *timer);

/* Main loop: notes whether the view process is behind, and looks again while it is. */
static void surfaces_look(struct surfaces *surfaces)
{
	bool crowded = surfaces->view && link_queued(surfaces->view) >= CROWDED;

	pthread_mutex_lock(&surfaces->lock);
	surfaces->crowded = crowded;
	pthread_mutex_unlock(&surfaces->lock);
	if (crowded)
		uv_timer_start(&surfaces->crowded_timer, on_crowded_timer, CROWDED_MS, 0);
}

static void on_crowded_timer(uv_timer_t *timer)
{
	surfaces_look(timer->data);
}

/* Main loop. */
static void note_deliver(struct mail *mail)
{
	struct note *note = container_of(mail, struct note, mail);
	struct surfaces *surfaces = note->surfaces;

	if (surfaces->view && note->generation == surfaces->generation)
		link_send(surfaces->view, note->type, &note->message, note->fd);
	note_free(note);
	surfaces_look(surfaces);
}

struct note *note_create(struct surfaces *surfaces, const struct wire_type *type)
{
	struct note *note = calloc(1, sizeof(*note));

	if (!note)
		return NULL;
	note->mail.deliver = note_deliver;
	note->surfaces = surfaces;
	note->generation = surfaces->generation;
	note->type = type;
	note->fd = -1;
	return note;
}

/* With the lock held. */
static struct surface *surfaces_find(struct surfaces *surfaces, uint32_t id)
{
	struct surface *surface;

	list_for_each(surface, &surfaces->list, link) {
		if (surface->id == id)
			return surface;
	}
	return NULL;
}

static void on_want(void *data, const void *message, int fd)
{
	const struct ipc_want *want = message;
	struct surfaces *surfaces = data;
	struct surface *surface;

	(void)fd;
	pthread_mutex_lock(&surfaces->lock);
	surface = surfaces_find(surfaces, want->surface);
	if (surface) {
		surface->wanted = true;
		surface->newer = want->newer;
		surface->ops->wake(surface->data);
	}
	pthread_mutex_unlock(&surfaces->lock);
}

static void on_unwant(void *data, const void *message, int fd)
{
	const struct ipc_unwant *unwant = message;
	struct surfaces *surfaces = data;
	struct surface *surface;

	(void)fd;
	pthread_mutex_lock(&surfaces->lock);
	surface = surfaces_find(surfaces, unwant->surface);
	if (surface)
		surface->wanted = false;
	pthread_mutex_unlock(&surfaces->lock);
}

static void on_release(void *data, const void *message, int fd)
{
	const struct ipc_release *release = message;
	struct surfaces *surfaces = data;
	struct surface *surface;

	(void)fd;
	pthread_mutex_lock(&surfaces->lock);
	surface = surfaces_find(surfaces, release->surface);
	if (surface && release->slot < RING_SLOTS &&
		surface->slots[release->slot].state == SLOT_VIEW) {
		surface->slots[release->slot].state = SLOT_FREE;
		if (surface->wanted)
			surface->ops->wake(surface->data);
	}
	pthread_mutex_unlock(&surfaces->lock);
}

static void on_input(void *data, const void *message, int fd)
{
	struct surfaces *surfaces = data;

	(void)fd;
	surfaces->ops->input(surfaces->data, message);
}

/* With the lock held: nobody looks, and nobody holds a slot. */
static void surface_reset(struct surface *surface)
{
	surface->wanted = false;
	surface->newer = 0;
	surface->published = 0;
	for (uint32_t i = 0; i < RING_SLOTS; i++) {
		if (surface->slots[i].state == SLOT_VIEW)
			surface->slots[i].state = SLOT_FREE;
	}
}

/* Forgets the view process. Notes for it that are under way will be dropped. */
static void surfaces_drop_view(struct surfaces *surfaces)
{
	struct surface *surface;

	link_close(surfaces->view);
	surfaces->view = NULL;
	pthread_mutex_lock(&surfaces->lock);
	surfaces->generation++;
	list_for_each(surface, &surfaces->list, link)
		surface_reset(surface);
	pthread_mutex_unlock(&surfaces->lock);
}

static void on_view_closed(void *data, const char *reason)
{
	log_info("the view process is gone: %s", reason);
	surfaces_drop_view(data);
}

static const struct link_row view_rows[] = {
	{ &ipc_want_type, on_want },
	{ &ipc_unwant_type, on_unwant },
	{ &ipc_release_type, on_release },
	{ &ipc_display_input_type, on_input },
};

static const struct link_ops view_ops = {
	.rows = view_rows,
	.n_rows = ARRAY_SIZE(view_rows),
	.closed = on_view_closed,
};

void surfaces_set_view(struct surfaces *surfaces, int fd)
{
	struct surface *surface;
	int r;

	surfaces_drop_view(surfaces);
	r = link_open(surfaces->mailbox.async.loop, fd, &view_ops, surfaces, &surfaces->view);
	if (r < 0) {
		log_error("cannot talk to the view process: %s", uv_strerror(r));
		return;
	}
	pthread_mutex_lock(&surfaces->lock);
	list_for_each(surface, &surfaces->list, link) {
		struct ipc_surface message;
		surface_describe(surface, &message);
		link_send(surfaces->view, &ipc_surface_type, &message, surface->ring.fd);
	}
	/* What was noted before was for nobody: the surfaces have just been announced. */
	surfaces->generation++;
	pthread_mutex_unlock(&surfaces->lock);
}

struct surfaces *surfaces_create(
	uv_loop_t *loop, uint32_t retain_ms, const struct surfaces_ops *ops, void *data)
{
	struct surfaces *surfaces = calloc(1, sizeof(*surfaces));

	if (!surfaces)
		return NULL;
	surfaces->retain_ms = retain_ms;
	surfaces->ops = ops;
	surfaces->data = data;
	list_init(&surfaces->list);
	pthread_mutex_init(&surfaces->lock, NULL);
	surfaces->crowded_timer.data = surfaces;
	if (uv_timer_init(loop, &surfaces->crowded_timer) < 0 ||
		mailbox_init(&surfaces->mailbox, loop) < 0) {
		free(surfaces);
		return NULL;
	}
	return surfaces;
}

void surfaces_set_retain(struct surfaces *surfaces, uint32_t retain_ms)
{
	atomic_store(&surfaces->retain_ms, retain_ms);
}

void surfaces_report(struct surfaces *surfaces, struct ipc_render_pong *pong)
{
	pthread_mutex_lock(&surfaces->lock);
	pong->readbacks = surfaces->readbacks;
	pong->retained = surfaces->retained;
	pthread_mutex_unlock(&surfaces->lock);
}

void surfaces_close(struct surfaces *surfaces)
{
	surfaces_drop_view(surfaces);
	mailbox_close(&surfaces->mailbox);
	uv_close((uv_handle_t *)&surfaces->crowded_timer, NULL);
}
