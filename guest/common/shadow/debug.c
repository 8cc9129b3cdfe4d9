/* SPDX-License-Identifier: MIT */
/*
 * Debug output. The host's messages arrive as events, while some thread reads; they are kept with
 * their context and handed out in its own thread: to the callback, or to glGetDebugMessageLog.
 */
#include "debug.h"

#include <stdlib.h>
#include <string.h>

#include "gl_context.h"
#include "gl_encode.h"
#include "gl_link.h"
#include "gl_shadow.h"

struct gl_debug_message {
	struct gl_debug_message *next;
	GLenum source, type, severity;
	GLuint id;
	GLsizei length; /* without NUL */
	GLchar text[];
};

void gl_debug_received(struct gl_context *ctx, const struct glm_debug_message *event)
{
	struct gl_debug_message *message;

	if (ctx->n_messages >= GL_DEBUG_MESSAGES_MAX)
		return;
	message = malloc(sizeof(*message) + event->text.size + 1);
	if (!message)
		return;
	message->next = NULL;
	message->source = event->source;
	message->type = event->type;
	message->severity = event->severity;
	message->id = event->number;
	message->length = (GLsizei)event->text.size;
	memcpy(message->text, event->text.data, event->text.size);
	message->text[event->text.size] = 0;
	*ctx->messages_end = message;
	ctx->messages_end = &message->next;
	atomic_fetch_add(&ctx->n_messages, 1);
}

/* With the lock held: the oldest of them. */
static struct gl_debug_message *take(struct gl_context *ctx)
{
	struct gl_debug_message *message = ctx->messages;

	if (!message)
		return NULL;
	ctx->messages = message->next;
	if (!ctx->messages)
		ctx->messages_end = &ctx->messages;
	atomic_fetch_sub(&ctx->n_messages, 1);
	return message;
}

void gl_debug_deliver(struct gl_context *ctx)
{
	if (!ctx->state.debug_callback || ctx != gl_current_context)
		return;
	while (atomic_load(&ctx->n_messages)) {
		struct gl_debug_message *message;

		gl_link_lock(ctx->link);
		message = take(ctx);
		gl_link_unlock(ctx->link);
		if (!message)
			return;
		if (ctx->state.debug_callback)
			ctx->state.debug_callback(message->source, message->type, message->id,
				message->severity, message->length, message->text,
				ctx->state.debug_user);
		free(message);
	}
}

/* Messages of the commands so far have arrived. */
static void settle(struct gl_context *ctx)
{
	gl_encode_IsEnabled(&ctx->enc, GL_BLEND);
}

GLsizei gl_debug_next_length(struct gl_context *ctx)
{
	GLsizei length;

	gl_debug_want(ctx);
	settle(ctx);
	gl_link_lock(ctx->link);
	length = ctx->messages ? ctx->messages->length + 1 : 0;
	gl_link_unlock(ctx->link);
	return length;
}

void gl_debug_finish(struct gl_context *ctx)
{
	struct gl_debug_message *message;

	while ((message = take(ctx)))
		free(message);
}

void gl_debug_want(struct gl_context *ctx)
{
	const struct glm_debug message = { .enabled = 1 };

	if (ctx->state.debug_wanted)
		return;
	ctx->state.debug_wanted = true;
	gl_link_enter(ctx);
	gl_link_send(ctx->link, &glm_debug_type, &message);
	gl_link_leave(ctx);
}

void gl_shadow_DebugMessageCallback(
	struct gl_context *ctx, GLDEBUGPROC callback, const void *userParam)
{
	gl_debug_want(ctx);
	ctx->state.debug_callback = callback;
	ctx->state.debug_user = userParam;
}

void gl_shadow_DebugMessageInsert(struct gl_context *ctx, GLenum source, GLenum type, GLuint id,
	GLenum severity, GLsizei length, const GLchar *buf)
{
	gl_debug_want(ctx);
	gl_encode_DebugMessageInsert(&ctx->enc, source, type, id, severity, length, buf);
	settle(ctx);
}

void gl_shadow_PushDebugGroup(
	struct gl_context *ctx, GLenum source, GLuint id, GLsizei length, const GLchar *message)
{
	gl_encode_PushDebugGroup(&ctx->enc, source, id, length, message);
	if (ctx->state.debug_wanted)
		settle(ctx);
}

void gl_shadow_PopDebugGroup(struct gl_context *ctx)
{
	gl_encode_PopDebugGroup(&ctx->enc);
	if (ctx->state.debug_wanted)
		settle(ctx);
}

/* One message into the program's arrays, of which any may be NULL. False: its text has no room. */
static bool log_one(const struct gl_debug_message *message, GLuint i, GLsizei *room, GLenum *sources,
	GLenum *types, GLuint *ids, GLenum *severities, GLsizei *lengths, GLchar **text)
{
	if (*text && message->length + 1 > *room)
		return false;
	if (sources)
		sources[i] = message->source;
	if (types)
		types[i] = message->type;
	if (ids)
		ids[i] = message->id;
	if (severities)
		severities[i] = message->severity;
	if (lengths)
		lengths[i] = message->length + 1;
	if (*text) {
		memcpy(*text, message->text, (size_t)message->length + 1);
		*text += message->length + 1;
		*room -= message->length + 1;
	}
	return true;
}

GLuint gl_shadow_GetDebugMessageLog(struct gl_context *ctx, GLuint count, GLsizei bufSize,
	GLenum *sources, GLenum *types, GLuint *ids, GLenum *severities, GLsizei *lengths,
	GLchar *messageLog)
{
	GLuint n = 0;

	if (bufSize < 0 && messageLog) {
		gl_error(ctx, GL_INVALID_VALUE);
		return 0;
	}
	gl_debug_want(ctx);
	settle(ctx);
	gl_link_enter(ctx);
	while (n < count && ctx->messages &&
		log_one(ctx->messages, n, &bufSize, sources, types, ids, severities, lengths,
			&messageLog)) {
		free(take(ctx));
		n++;
	}
	gl_link_leave(ctx);
	return n;
}
