/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gl_pair.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "oriel_messages.h"

#define FLAG_BULK 1u

/* Bytes that one thread appends and another takes. */
struct queue {
	uint8_t *bytes;
	size_t start, end, room;
};

struct gl_pair {
	struct gl_pair_config config;
	struct egl egl;
	struct glm_caps caps;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	struct queue to_host, to_guest;
	uint8_t *received; /* by the guest, valid until the next */
	uint32_t last_bulk;
	bool idle, ending;
	int status;

	/* the host's thread, and whoever has drained it */
	struct gl_exec *exec;
	struct bulk_set bulk;
	_Atomic uint64_t steps;
	uint64_t taken[GL_EXEC_TAKES];
	unsigned int frames, not_retained, messages, malformed;
	uint8_t *frame;
	uint32_t frame_width, frame_height;

	pthread_mutex_t link_lock; /* the guest library's */
};

static bool queue_append(struct queue *queue, const void *bytes, size_t size)
{
	if (queue->start > 0)
		memmove(queue->bytes, queue->bytes + queue->start, queue->end - queue->start);
	queue->end -= queue->start;
	queue->start = 0;
	if (queue->end + size > queue->room) {
		const size_t room = (queue->end + size) * 2;
		uint8_t *bigger = realloc(queue->bytes, room);

		if (!bigger)
			return false;
		queue->bytes = bigger;
		queue->room = room;
	}
	memcpy(queue->bytes + queue->end, bytes, size);
	queue->end += size;
	return true;
}

/* Whether there is a whole message. */
static bool queue_has(const struct queue *queue, struct wire_header *ret_header)
{
	if (queue->end - queue->start < WIRE_HEADER_SIZE)
		return false;
	memcpy(ret_header, queue->bytes + queue->start, sizeof(*ret_header));
	return ret_header->size >= WIRE_HEADER_SIZE && queue->end - queue->start >= ret_header->size;
}

/* The first whole message, taken out of the queue: malloced, or NULL if there is none. */
static uint8_t *queue_take(struct queue *queue, struct wire_header *ret_header)
{
	uint8_t *message;

	if (!queue_has(queue, ret_header))
		return NULL;
	message = malloc(ret_header->size);
	if (!message)
		return NULL;
	memcpy(message, queue->bytes + queue->start, ret_header->size);
	queue->start += ret_header->size;
	return message;
}

/* ---- the host's thread */

static int host_send(void *data, const void *message, size_t size)
{
	struct gl_pair *pair = data;
	bool sent;

	pthread_mutex_lock(&pair->lock);
	sent = queue_append(&pair->to_guest, message, size);
	pthread_cond_broadcast(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
	return sent ? 0 : -ENOMEM;
}

static void read_frame(struct gl_pair *pair, uint32_t surface, uint32_t width, uint32_t height)
{
	const struct rects all = { .n = 1, .rects = { { .width = width, .height = height } } };

	free(pair->frame);
	pair->frame = calloc(height, (size_t)width * 4);
	pair->frame_width = width;
	pair->frame_height = height;
	if (!pair->frame ||
		gl_exec_read(pair->exec, surface, false, &all, pair->frame, width * 4) < 0) {
		free(pair->frame);
		pair->frame = NULL;
	}
}

static void host_present(
	void *data, uint32_t surface, uint32_t width, uint32_t height, uint32_t interval)
{
	struct gl_pair *pair = data;
	const struct glm_presented presented = { .surface = surface, .frames = 1 };
	uint8_t message[64];
	const struct ipc_rect all = { .width = width, .height = height };
	struct wire_writer writer;

	(void)interval;
	pair->frames++;
	if (pair->config.retain_frames && gl_exec_retain(pair->exec, surface, &all) < 0)
		pair->not_retained++;
	if (pair->config.read_frames)
		read_frame(pair, surface, width, height);
	wire_writer_init(&writer, message, sizeof(message));
	host_send(pair, message,
		wire_write_message(&writer, &glm_presented_type, GL_PAIR_CHANNEL, 0, &presented));
}

static void host_surface_gone(void *data, uint32_t surface)
{
	(void)data, (void)surface;
}

static bool host_take(void *data, enum gl_exec_take what, uint64_t amount, uint64_t size)
{
	struct gl_pair *pair = data;
	const uint64_t limit = pair->config.limits[what];

	(void)size;
	if (limit && (amount > limit || pair->taken[what] > limit - amount))
		return false;
	pair->taken[what] += amount;
	return true;
}

static void host_give(void *data, enum gl_exec_take what, uint64_t amount)
{
	struct gl_pair *pair = data;

	assert(amount <= pair->taken[what]);
	pair->taken[what] -= amount;
}

static const struct gl_exec_ops exec_ops = {
	.send = host_send,
	.present = host_present,
	.surface_gone = host_surface_gone,
	.take = host_take,
	.give = host_give,
};

static int host_piece(struct gl_pair *pair, const struct wire_header *header, const uint8_t *payload)
{
	struct oriel_bulk piece;

	if (!wire_decode(&oriel_bulk_type, payload, header->size - WIRE_HEADER_SIZE, &piece))
		return -EPROTO;
	return bulk_add(&pair->bulk, header->channel, &piece) == 0 ? 0 : -EPROTO;
}

static int host_message(struct gl_pair *pair, const struct wire_header *header, const uint8_t *payload)
{
	uint64_t size = header->size - WIRE_HEADER_SIZE;
	const size_t fixed = gl_exec_in_place(header->opcode);
	void *transfer = NULL;
	uint32_t id;
	int status;

	if (header->opcode == ORIEL_BULK)
		return host_piece(pair, header, payload);
	if (header->flags & FLAG_BULK) {
		memcpy(&id, payload, sizeof(id));
		transfer = bulk_take(&pair->bulk, header->channel, id, &size);
		if (!transfer)
			return -EPROTO;
		payload = transfer;
	}
	if (pair->config.look)
		pair->config.look(pair->config.look_data, header, payload, size);
	/* Every other one as a host runs them that finds many. */
	if (pair->messages++ % 2 == 0 && !transfer &&
		gl_exec_plain(pair->exec, header->channel, payload - WIRE_HEADER_SIZE, header->size,
			&pair->steps) == header->size)
		return 0;
	/* As a host that leaves data where they lie. */
	status = gl_exec_message(
		pair->exec, header, payload, size, fixed && fixed <= size ? payload + fixed : NULL);
	free(transfer);
	return status;
}

/* Messages until there is none, with the lock held at the start and at the end. */
static void host_run(struct gl_pair *pair)
{
	struct wire_header header;
	uint8_t *message;
	int status;

	while (pair->status == 0 && (message = queue_take(&pair->to_host, &header)) != NULL) {
		pthread_mutex_unlock(&pair->lock);
		status = host_message(pair, &header, message + WIRE_HEADER_SIZE);
		free(message);
		if (status == -EPROTO) {
			pair->malformed++;
			status = 0;
		}
		pthread_mutex_lock(&pair->lock);
		pair->status = status;
	}
}

static void *host_thread(void *data)
{
	struct gl_pair *pair = data;
	struct wire_header header;
	const struct gl_exec_config config = { .egl = &pair->egl,
		.compute = !pair->config.no_compute,
		.refresh = 60000,
		.shader_size = pair->config.shader_size ? pair->config.shader_size : UINT64_MAX,
		.resource_size = pair->config.resource_size ? pair->config.resource_size : UINT64_MAX,
		.ops = &exec_ops,
		.data = pair };

	if (gl_exec_create(&config, &pair->exec) < 0)
		abort();
	pthread_mutex_lock(&pair->lock);
	while (!pair->ending) {
		host_run(pair);
		pthread_mutex_unlock(&pair->lock);
		gl_exec_idle(pair->exec);
		pthread_mutex_lock(&pair->lock);
		if (pair->status == 0 && queue_has(&pair->to_host, &header))
			continue;
		pair->idle = true;
		pthread_cond_broadcast(&pair->changed);
		while (pair->idle && !pair->ending)
			pthread_cond_wait(&pair->changed, &pair->lock);
	}
	pthread_mutex_unlock(&pair->lock);
	gl_exec_destroy(pair->exec);
	return NULL;
}

/* ---- the guest's side */

int gl_pair_send(struct gl_pair *pair, const void *bytes, size_t size)
{
	int status;

	pthread_mutex_lock(&pair->lock);
	status = pair->status;
	if (status == 0 && !queue_append(&pair->to_host, bytes, size))
		status = -ENOMEM;
	pair->idle = false;
	pthread_cond_broadcast(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
	return status;
}

int gl_pair_receive(struct gl_pair *pair, bool wait, struct wire_header *ret_header,
	const void **ret_payload, size_t *ret_size)
{
	uint8_t *message;
	int status = 1;

	pthread_mutex_lock(&pair->lock);
	while ((message = queue_take(&pair->to_guest, ret_header)) == NULL && status > 0) {
		if (pair->status < 0)
			status = pair->status;
		else if (!wait)
			status = 0;
		else
			pthread_cond_wait(&pair->changed, &pair->lock);
	}
	free(pair->received);
	pair->received = message;
	pthread_mutex_unlock(&pair->lock);
	if (!message)
		return status;
	*ret_payload = message + WIRE_HEADER_SIZE;
	*ret_size = ret_header->size - WIRE_HEADER_SIZE;
	return 1;
}

int gl_pair_drain(struct gl_pair *pair)
{
	int status;

	pthread_mutex_lock(&pair->lock);
	while (!pair->idle && pair->status == 0)
		pthread_cond_wait(&pair->changed, &pair->lock);
	status = pair->status;
	pthread_mutex_unlock(&pair->lock);
	return status;
}

static void link_lock(void *data)
{
	pthread_mutex_lock(&((struct gl_pair *)data)->link_lock);
}

static void link_unlock(void *data)
{
	pthread_mutex_unlock(&((struct gl_pair *)data)->link_lock);
}

static int link_send(void *data, const void *bytes, size_t size)
{
	return gl_pair_send(data, bytes, size);
}

static int link_receive(void *data, bool wait, struct wire_header *ret_header,
	const void **ret_payload, size_t *ret_size)
{
	return gl_pair_receive(data, wait, ret_header, ret_payload, ret_size);
}

static uint32_t link_bulk_id(void *data)
{
	return ++((struct gl_pair *)data)->last_bulk;
}

static void link_log(void *data, uint8_t level, const char *text)
{
	(void)data;
	fprintf(stderr, "guest (%u): %s\n", level, text);
}

const struct gl_link_ops gl_pair_link_ops = {
	.lock = link_lock,
	.unlock = link_unlock,
	.send = link_send,
	.receive = link_receive,
	.bulk_id = link_bulk_id,
	.log = link_log,
};

/* ---- the whole */

static void *allocate(void *data, uint64_t size)
{
	(void)data;
	return malloc(size);
}

static void release(void *data, void *buffer)
{
	(void)data;
	free(buffer);
}

static const struct bulk_ops bulk_ops = { .allocate = allocate, .release = release };

static bool read_caps(struct gl_pair *pair)
{
	static uint8_t room[16384];
	struct wire_reader reader;
	const size_t size =
		gl_exec_caps(&pair->egl, !pair->config.no_compute, 60000, room, sizeof(room));

	wire_reader_init(&reader, room, size);
	glm_caps_type.decode(&reader, &pair->caps);
	return size > 0 && !reader.failed;
}

/*
 * What Mesa leaves behind, and how its threads meet, is not ours. It is told by its module, which
 * has to stay for that.
 */
const char *__lsan_default_suppressions(void);
const char *__tsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:_dri.so\nleak:libgallium\n";
}

const char *__tsan_default_suppressions(void)
{
	return "race:_dri.so\nrace:libgallium\n";
}

static int keep_driver(struct dl_phdr_info *module, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (strstr(module->dlpi_name, "_dri.so") || strstr(module->dlpi_name, "libgallium"))
		dlopen(module->dlpi_name, RTLD_LAZY | RTLD_NODELETE);
	return 0;
}

struct gl_pair *gl_pair_create(const struct gl_pair_config *config)
{
	struct gl_pair *pair = calloc(1, sizeof(*pair));
	char reason[IPC_TEXT_MAX + 1];

	if (!pair)
		return NULL;
	if (config)
		pair->config = *config;
	if (!egl_open_surfaceless(&pair->egl, reason) || !read_caps(pair)) {
		free(pair);
		return NULL;
	}
	if (pair->config.own_configs) {
		static const EGLint pbuffers[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,
			EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE };
		EGLint n = 0;

		eglChooseConfig(pair->egl.display, pbuffers, &pair->egl.config, 1, &n);
	}
	dl_iterate_phdr(keep_driver, NULL);
	bulk_init(&pair->bulk, &bulk_ops, pair, ORIEL_BULK_TOTAL_MAX);
	pthread_mutex_init(&pair->lock, NULL);
	pthread_mutex_init(&pair->link_lock, NULL);
	pthread_cond_init(&pair->changed, NULL);
	if (pthread_create(&pair->thread, NULL, host_thread, pair) != 0)
		abort();
	return pair;
}

void gl_pair_destroy(struct gl_pair *pair)
{
	if (!pair)
		return;
	pthread_mutex_lock(&pair->lock);
	pair->ending = true;
	pthread_cond_broadcast(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
	pthread_join(pair->thread, NULL);
	for (unsigned int i = 0; i < GL_EXEC_TAKES; i++)
		assert(pair->taken[i] == 0);
	egl_close(&pair->egl);
	bulk_finish(&pair->bulk);
	pthread_mutex_destroy(&pair->lock);
	pthread_mutex_destroy(&pair->link_lock);
	pthread_cond_destroy(&pair->changed);
	free(pair->to_host.bytes);
	free(pair->to_guest.bytes);
	free(pair->received);
	free(pair->frame);
	free(pair);
}

const struct glm_caps *gl_pair_caps(const struct gl_pair *pair)
{
	return &pair->caps;
}

uint64_t gl_pair_taken(struct gl_pair *pair, enum gl_exec_take what)
{
	return pair->taken[what];
}

unsigned int gl_pair_frames(struct gl_pair *pair)
{
	return pair->frames;
}

unsigned int gl_pair_not_retained(struct gl_pair *pair)
{
	return pair->not_retained;
}

unsigned int gl_pair_messages(struct gl_pair *pair)
{
	return pair->messages;
}

unsigned int gl_pair_malformed(struct gl_pair *pair)
{
	return pair->malformed;
}

const uint8_t *gl_pair_frame(struct gl_pair *pair, uint32_t *ret_width, uint32_t *ret_height)
{
	*ret_width = pair->frame_width;
	*ret_height = pair->frame_height;
	return pair->frame;
}
