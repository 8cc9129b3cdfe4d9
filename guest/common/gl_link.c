/* SPDX-License-Identifier: MIT */
/*
 * A link: one stream to the host for all contexts of a program. Its lock is held while bytes go
 * out, from the first to the last of a message, and from a synchronous command to its reply.
 */
#include "gl_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shadow/debug.h"
#include "wire.h"

/* Bytes of the largest message that is put together here. */
#define OWN_MESSAGE_MAX 256u

void gl_link_lock(struct gl_link *link)
{
	link->ops->lock(link->data);
}

void gl_link_unlock(struct gl_link *link)
{
	link->ops->unlock(link->data);
}

static void lose(struct gl_link *link)
{
	if (atomic_exchange(&link->lost, true))
		return;
	for (struct gl_context *ctx = link->contexts; ctx; ctx = ctx->next) {
		uint32_t none = 0;

		atomic_compare_exchange_strong(&ctx->lost, &none, GLM_LOST_UNKNOWN);
	}
}

static bool send_bytes(struct gl_link *link, const void *bytes, size_t size)
{
	if (!atomic_load(&link->lost) && link->ops->send(link->data, bytes, size) < 0)
		lose(link);
	return !atomic_load(&link->lost);
}

bool gl_link_send(struct gl_link *link, const struct wire_type *type, const void *message)
{
	_Alignas(8) uint8_t bytes[OWN_MESSAGE_MAX];
	struct wire_writer writer;
	size_t size;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	size = wire_write_message(&writer, type, link->config.channel, 0, message);
	return size && send_bytes(link, bytes, size);
}

static struct gl_context *context_by_id(struct gl_link *link, uint32_t id)
{
	struct gl_context *ctx = link->contexts;

	while (ctx && ctx->id != id)
		ctx = ctx->next;
	return ctx;
}

static void on_error(struct gl_link *link, const struct glm_gl_error *event)
{
	struct gl_context *ctx = context_by_id(link, event->context);
	GLenum none = 0;

	if (ctx)
		atomic_compare_exchange_strong(&ctx->host_error, &none, event->error);
}

static void on_debug(struct gl_link *link, const struct glm_debug_message *event)
{
	struct gl_context *ctx = context_by_id(link, event->context);

	if (ctx)
		gl_debug_received(ctx, event);
}

static void on_lost(struct gl_link *link, const struct glm_context_lost *event)
{
	struct gl_context *ctx = context_by_id(link, event->context);

	if (ctx)
		atomic_store(&ctx->lost, event->status ? event->status : GLM_LOST_UNKNOWN);
}

/* False: it is none. */
static bool take_event(
	struct gl_link *link, const struct wire_header *header, const void *payload, size_t size)
{
	union {
		struct glm_presented presented;
		struct glm_gl_error error;
		struct glm_debug_message debug;
		struct glm_context_lost lost;
	} event;

	if (header->opcode == GLM_PRESENTED &&
		wire_decode(&glm_presented_type, payload, size, &event.presented))
		link->ahead -= (uint32_t)gl_min(link->ahead, event.presented.frames);
	else if (header->opcode == GLM_GL_ERROR &&
		 wire_decode(&glm_gl_error_type, payload, size, &event.error))
		on_error(link, &event.error);
	else if (header->opcode == GLM_DEBUG_MESSAGE &&
		 wire_decode(&glm_debug_message_type, payload, size, &event.debug))
		on_debug(link, &event.debug);
	else if (header->opcode == GLM_CONTEXT_LOST &&
		 wire_decode(&glm_context_lost_type, payload, size, &event.lost))
		on_lost(link, &event.lost);
	else
		return false;
	return true;
}

/* 1: a message; 0: none has arrived; negative: the link is lost. */
static int receive(struct gl_link *link, bool wait, struct wire_header *ret_header,
	const void **ret_payload, size_t *ret_size)
{
	int got = -1;

	if (!atomic_load(&link->lost))
		got = link->ops->receive(link->data, wait, ret_header, ret_payload, ret_size);
	if (got < 0)
		lose(link);
	return got;
}

void gl_link_events(struct gl_link *link, bool wait)
{
	struct wire_header header;
	const void *payload;
	size_t size;

	while (receive(link, wait, &header, &payload, &size) > 0) {
		wait = false;
		if (!take_event(link, &header, payload, size))
			lose(link); /* a reply that nobody asked for */
	}
}

bool gl_link_receive(struct gl_link *link, uint16_t opcode, const void **ret_payload, size_t *ret_size)
{
	struct wire_header header;

	while (receive(link, true, &header, ret_payload, ret_size) > 0) {
		if (header.opcode == opcode)
			return true;
		if (!take_event(link, &header, *ret_payload, *ret_size))
			break;
	}
	lose(link);
	return false;
}

void gl_link_become(struct gl_link *link, struct gl_context *ctx)
{
	const struct glm_make_current message = {
		.context = ctx ? ctx->id : 0,
		.draw = ctx && ctx->draw ? ctx->draw->id : 0,
		.read = ctx && ctx->read ? ctx->read->id : 0,
	};

	if (link->last_context == message.context && link->last_draw == message.draw &&
		link->last_read == message.read)
		return;
	link->last_context = message.context;
	link->last_draw = message.draw;
	link->last_read = message.read;
	gl_link_send(link, &glm_make_current_type, &message);
}

static void hold(struct gl_context *ctx)
{
	if (ctx->holding)
		return;
	gl_link_lock(ctx->link);
	ctx->holding = true;
	gl_link_become(ctx->link, ctx);
}

static void let_go(struct gl_context *ctx)
{
	if (!ctx->holding)
		return;
	gl_link_events(ctx->link, false);
	ctx->holding = false;
	gl_link_unlock(ctx->link);
	gl_debug_deliver(ctx);
}

static bool is_lost(const struct gl_context *ctx)
{
	return atomic_load(&ctx->lost) || atomic_load(&ctx->link->lost);
}

static int transport_send(void *data, const void *bytes, size_t size)
{
	struct gl_context *ctx = data;

	hold(ctx);
	if (!is_lost(ctx))
		send_bytes(ctx->link, bytes, size);
	if (!ctx->enc.open && !ctx->enc.calling)
		let_go(ctx);
	return is_lost(ctx) ? -1 : 0;
}

static uint32_t transport_bulk_id(void *data)
{
	struct gl_context *ctx = data;

	hold(ctx);
	return ctx->link->ops->bulk_id(ctx->link->data);
}

static int transport_wait(void *data, uint16_t opcode, const void **ret_payload, size_t *ret_size)
{
	struct gl_context *ctx = data;

	hold(ctx);
	return gl_link_receive(ctx->link, opcode, ret_payload, ret_size) ? 0 : -1;
}

static void transport_answered(void *data)
{
	let_go(data);
}

static void transport_too_large(void *data, uint16_t opcode, uint64_t bytes)
{
	(void)opcode;
	(void)bytes;
	gl_error(data, GL_OUT_OF_MEMORY);
}

const struct gl_transport gl_link_transport = {
	.send = transport_send,
	.bulk_id = transport_bulk_id,
	.wait = transport_wait,
	.answered = transport_answered,
	.too_large = transport_too_large,
};

void gl_link_enter(struct gl_context *ctx)
{
	ctx->enc.calling = true;
	gl_encoder_flush(&ctx->enc);
	hold(ctx);
}

void gl_link_leave(struct gl_context *ctx)
{
	gl_encoder_answered(&ctx->enc);
}

int gl_link_create(const struct gl_link_config *config, const struct gl_link_ops *ops, void *data,
	struct gl_link **ret_link)
{
	struct gl_link *link;

	if (config->message_max < GL_BATCH_MIN || config->message_max % 8 || !config->frames_ahead)
		return -EINVAL;
	link = calloc(1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	link->config = *config;
	link->ops = ops;
	link->data = data;
	link->next_id = 1;
	atomic_init(&link->lost, false);
	*ret_link = link;
	return 0;
}

void gl_link_destroy(struct gl_link *link)
{
	free(link);
}

const struct glm_caps *gl_link_caps(const struct gl_link *link)
{
	return &link->config.caps;
}

bool gl_link_lost(const struct gl_link *link)
{
	return atomic_load(&link->lost);
}
