/* SPDX-License-Identifier: MIT */
#include "persistent.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that are compared at a time: fewer are not worth a message of their own. */
#define BLOCK 256
/* Buffers that are looked after at a time; a share group may have more. */
#define ALL_MAX 64u

bool gl_persistent_begin(struct gl_context *ctx, struct gl_buffer *buffer)
{
	struct gl_share *share = ctx->share;

	buffer->sent = malloc((size_t)buffer->size);
	if (!buffer->sent)
		return false;
	memcpy(buffer->sent, buffer->data, (size_t)buffer->size);
	gl_share_lock(share);
	buffer->next = share->persistent;
	share->persistent = buffer;
	atomic_fetch_add(&share->n_persistent, 1);
	gl_share_unlock(share);
	return true;
}

void gl_persistent_end(struct gl_context *ctx, struct gl_buffer *buffer)
{
	struct gl_share *share = ctx->share;
	struct gl_buffer **at = &share->persistent;

	if (!buffer->sent)
		return;
	gl_share_lock(share);
	while (*at && *at != buffer)
		at = &(*at)->next;
	if (*at)
		*at = buffer->next;
	atomic_fetch_sub(&share->n_persistent, 1);
	gl_share_unlock(share);
	free(buffer->sent);
	buffer->sent = NULL;
}

static int64_t block_size(int64_t at, int64_t end)
{
	return end - at < BLOCK ? end - at : BLOCK;
}

static bool changed(const struct gl_buffer *buffer, int64_t at, int64_t end)
{
	return memcmp(buffer->data + at, buffer->sent + at, (size_t)block_size(at, end)) != 0;
}

/* Blocks that have changed, without the bytes at both ends that have not: commands may have written there. */
static void send_run(struct gl_context *ctx, struct gl_buffer *buffer, int64_t from, int64_t to)
{
	while (from < to && buffer->data[from] == buffer->sent[from])
		from++;
	while (to > from && buffer->data[to - 1] == buffer->sent[to - 1])
		to--;
	memcpy(buffer->sent + from, buffer->data + from, (size_t)(to - from));
	gl_buffer_send(ctx, buffer, from, to - from, buffer->sent + from);
}

void gl_persistent_send(struct gl_context *ctx, struct gl_buffer *buffer)
{
	const int64_t end = buffer->map_offset + buffer->map_length;
	int64_t at = buffer->map_offset;

	if (!(buffer->access & GL_MAP_WRITE_BIT) || buffer->access & GL_MAP_FLUSH_EXPLICIT_BIT)
		return;
	while (at < end) {
		const int64_t from = at;

		while (at < end && changed(buffer, at, end))
			at += block_size(at, end);
		if (at > from)
			send_run(ctx, buffer, from, at);
		if (at < end)
			at += block_size(at, end);
	}
}

static unsigned int all(struct gl_share *share, struct gl_buffer *ret_all[ALL_MAX])
{
	unsigned int n = 0;

	gl_share_lock(share);
	for (struct gl_buffer *at = share->persistent; at && n < ALL_MAX; at = at->next)
		ret_all[n++] = at;
	gl_share_unlock(share);
	return n;
}

void gl_persistent_changes(struct gl_context *ctx)
{
	struct gl_buffer *buffers[ALL_MAX];
	const unsigned int n = all(ctx->share, buffers);

	for (unsigned int i = 0; i < n; i++)
		gl_persistent_send(ctx, buffers[i]);
}

/* Whether the program may look for what commands have written: in a map for writing where one has for sure. */
static bool wanted(const struct gl_buffer *buffer)
{
	return buffer->access & GL_MAP_READ_BIT || buffer->content == GL_CONTENT_HOST;
}

/* The host's data come in; what the program has written and the host does not have yet stays. */
static void refresh(struct gl_context *ctx, struct gl_buffer *buffer)
{
	const size_t size = (size_t)buffer->size;
	uint8_t *mine = buffer->access & GL_MAP_WRITE_BIT ? malloc(size) : NULL;

	if (mine)
		memcpy(mine, buffer->data, size);
	if (!gl_buffer_data(ctx, buffer)) {
		free(mine);
		return;
	}
	for (size_t i = 0; mine && i < size; i++) {
		const uint8_t host = buffer->data[i];

		if (mine[i] != buffer->sent[i])
			buffer->data[i] = mine[i];
		buffer->sent[i] = host;
	}
	if (!mine)
		memcpy(buffer->sent, buffer->data, size);
	free(mine);
}

void gl_persistent_refresh(struct gl_context *ctx)
{
	struct gl_buffer *buffers[ALL_MAX];
	unsigned int n;

	if (!atomic_load_explicit(&ctx->share->n_persistent, memory_order_relaxed))
		return;
	n = all(ctx->share, buffers);
	for (unsigned int i = 0; i < n; i++)
		if (wanted(buffers[i]))
			refresh(ctx, buffers[i]);
}
