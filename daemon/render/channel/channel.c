/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main loop's side of a channel. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "channel/futex.h"
#include "channel/internal.h"
#include "gl_capture.h"
#include "gl_wire.h"

#define THREAD_STACK (8u << 20) /* bytes: shader compilers recurse */

static void on_async(uv_async_t *async)
{
	const struct channel *channel = container_of(async, struct channel, async);

	channel->config.event(channel->config.data);
}

/* Signals are the main thread's. */
static int spawn(struct channel *channel)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&channel->thread, &attributes, channel_thread, channel);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -r;
}

static void on_freed(uv_handle_t *handle)
{
	free(container_of((uv_async_t *)handle, struct channel, async));
}

static void channel_free(struct channel *channel)
{
	channel_memory_finish(&channel->memory);
	quota_give(&channel->quota, LIMIT_RESOURCE_BYTES, channel->quota.used[LIMIT_RESOURCE_BYTES]);
	free(channel->caps);
	free(channel->parameters);
	pthread_mutex_destroy(&channel->lock);
	uv_close((uv_handle_t *)&channel->async, on_freed);
}

static int make_memory(struct channel *channel)
{
	const uint64_t size = pipe_memory_size(CHANNEL_TO_HOST, CHANNEL_TO_GUEST);
	int r;

	if (!quota_take(&channel->quota, LIMIT_RESOURCE_BYTES, size))
		return -ENOSPC;
	channel->caps = malloc(ORIEL_CAPS_MAX);
	channel->parameters = malloc(ORIEL_PARAMETERS_MAX);
	if (!channel->caps || !channel->parameters)
		return -ENOMEM;
	r = channel_memory_create(&channel->memory, CHANNEL_TO_HOST, CHANNEL_TO_GUEST);
	if (r < 0)
		return r;
	channel_memory_to_host(&channel->memory, &channel->in);
	channel_memory_to_guest(&channel->memory, &channel->out);
	channel->feed = channel->in;
	channel->drain = channel->out;
	if (!channel->config.shared) {
		close(channel->memory.fd);
		channel->memory.fd = -1;
	}
	return 0;
}

int channel_create(uv_loop_t *loop, const struct channel_config *config, struct channel **ret_channel)
{
	struct channel *channel = calloc(1, sizeof(*channel));
	int r;

	if (!channel)
		return -ENOMEM;
	r = uv_async_init(loop, &channel->async, on_async);
	if (r < 0) {
		free(channel);
		return r;
	}
	channel->config = *config;
	channel->config.parameters.data = NULL;
	channel->memory.fd = -1;
	channel->quota.stream = config->stream->id;
	channel->quota.program = channel->config.program;
	pthread_mutex_init(&channel->lock, NULL);
	credit_init(&channel->credit, CHANNEL_TO_HOST, ORIEL_FRAMES_AHEAD);
	r = make_memory(channel);
	if (r >= 0 && config->parameters.size > 0)
		memcpy(channel->parameters, config->parameters.data, config->parameters.size);
	if (r >= 0)
		r = spawn(channel);
	if (r < 0)
		channel_free(channel);
	else
		*ret_channel = channel;
	return r;
}

enum channel_state channel_state(const struct channel *channel)
{
	if (atomic_load(&channel->over))
		return CHANNEL_OVER;
	return atomic_load(&channel->open) ? CHANNEL_OPEN : CHANNEL_OPENING;
}

bool channel_shared(const struct channel *channel)
{
	return channel->config.shared;
}

static uint64_t utc_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void channel_capture(struct channel *channel)
{
	const struct channel_host *shared = channel->config.host;
	struct glm_capture_head head = {
		.table_hash = GL_TABLE_HASH,
		.time_ns = utc_ns(),
		.shader_size = channel->exec_config.shader_size,
		.resource_size = channel->exec_config.resource_size,
		.flags = shared->compute ? GL_CAPTURE_COMPUTE : 0,
		.version = GLM_VERSION,
		.parameters = { channel->parameters, channel->config.parameters.size },
		.caps = { channel->caps, (uint32_t)channel->caps_size },
	};

	if (!shared->captures)
		return;
	snprintf(head.renderer, sizeof(head.renderer), "%s", shared->egl->renderer);
	snprintf(head.driver, sizeof(head.driver), "%s", shared->egl->version);
	memcpy(head.program, channel->config.program, sizeof(head.program));
	atomic_store(&channel->capture,
		captures_begin(shared->captures, channel->config.stream->id, &head));
}

size_t channel_caps(const struct channel *channel, const void **ret_caps)
{
	*ret_caps = channel->caps;
	return channel->caps_size;
}

int channel_share(struct channel *channel, struct oriel_shared_memory *ret_message)
{
	*ret_message = (struct oriel_shared_memory){
		.size = channel->memory.size,
		.to_host = channel->memory.to_host,
		.to_guest = channel->memory.to_guest,
		.channel = channel->config.number,
	};
	return TAKE_FD(channel->memory.fd);
}

bool channel_write(struct channel *channel, const uint8_t *messages, size_t size)
{
	size_t room;
	uint8_t *to = pipe_room(&channel->feed, &room);

	if (room < size || !credit_spend(&channel->credit, (uint32_t)size, 0))
		return false;
	memcpy(to, messages, size);
	if (pipe_wrote(&channel->feed, size))
		futex_wake(&channel->feed.words->data);
	return true;
}

uint32_t channel_grant(struct channel *channel)
{
	const uint64_t taken = atomic_load(&channel->feed.words->taken);
	uint32_t bytes = 0, frames = 0;

	if (channel->config.shared)
		return 0;
	if (!credit_done(&channel->credit, (uint32_t)(taken - channel->granted_seen), 0, &bytes,
		    &frames))
		bytes = 0;
	channel->granted_seen = taken;
	if (bytes > 0)
		atomic_store(&channel->granted, taken);
	return bytes;
}

/* Bytes of the whole messages at `at` that begin below `most`. */
static size_t whole_messages(const uint8_t *at, size_t size, size_t most)
{
	struct wire_header header;
	size_t whole = 0;

	while (size - whole >= WIRE_HEADER_SIZE && whole < most &&
		wire_read_header(at + whole, ORIEL_MESSAGE_MAX, &header) &&
		header.size <= size - whole)
		whole += header.size;
	return whole;
}

const uint8_t *channel_peek(struct channel *channel, size_t most, size_t *ret_size)
{
	size_t size, need = WIRE_HEADER_SIZE;
	const uint8_t *at;
	uint32_t word;

	*ret_size = 0;
	if (channel->config.shared)
		return NULL;
	/* Where nothing is whole, what comes later is told by an event. */
	for (;;) {
		at = pipe_peek(&channel->drain, &size);
		if (at)
			*ret_size = whole_messages(at, size, most);
		if (*ret_size > 0)
			return at;
		need = size + 1;
		if (pipe_reader_sleepy_below(&channel->drain, need, &word))
			return NULL;
	}
}

const uint8_t *channel_rest(const struct channel *channel)
{
	const struct pipe *drain = &channel->drain;

	return drain->data + (drain->at & (drain->size - 1));
}

void channel_took(struct channel *channel, size_t size)
{
	if (pipe_took(&channel->drain, size))
		futex_wake(&channel->drain.words->room);
}

bool channel_error(struct channel *channel, struct oriel_error *ret_error)
{
	bool found;

	pthread_mutex_lock(&channel->lock);
	found = channel->n_errors > 0;
	if (found) {
		*ret_error = channel->errors[0];
		channel->n_errors--;
		memmove(channel->errors, channel->errors + 1,
			channel->n_errors * sizeof(channel->errors[0]));
	}
	pthread_mutex_unlock(&channel->lock);
	return found;
}

void channel_close(struct channel *channel)
{
	atomic_store(&channel->closing, true);
	channel_kick(channel);
}

void channel_stop(struct channel *channel)
{
	atomic_store(&channel->stop, true);
	channel_kick(channel);
}

uint32_t channel_code(const struct channel *channel, const char **ret_reason)
{
	*ret_reason = channel->reason;
	return channel->code;
}

void channel_destroy(struct channel *channel)
{
	if (!channel)
		return;
	pthread_join(channel->thread, NULL);
	if (channel->config.host->captures)
		captures_end(channel->config.host->captures, atomic_load(&channel->capture));
	channel_free(channel);
}
