/* SPDX-License-Identifier: MIT */
/* Contexts: how they are made and ended, and what is current in each thread. */
#include "gl_context.h"

#include <stdlib.h>
#include <string.h>

#include "gl_encode.h"
#include "gl_link.h"
#include "gl_names.h"
#include "gl_surface.h"
#include "shadow/debug.h"
#include "shadow/strings.h"
#include "wire.h"

GL_THREAD_LOCAL struct gl_context *gl_current_context;

static void context_free(struct gl_context *ctx)
{
	if (!ctx)
		return;
	gl_debug_finish(ctx);
	gl_state_finish(ctx);
	gl_strings_finish(ctx);
	if (ctx->share)
		atomic_fetch_sub(&ctx->share->contexts, 1);
	gl_share_unref(ctx->share);
	free(ctx);
}

/* With the lock held: asks the host for it. Returns enum glm_status_code. */
static uint32_t request(
	struct gl_link *link, const struct gl_context_request *wanted, struct gl_context *ctx)
{
	const struct glm_context_create message = {
		.id = ctx->id,
		.share = wanted->share ? wanted->share->id : 0,
		.config = wanted->config,
		.flags = wanted->flags,
		.api = wanted->api,
		.profile = wanted->profile,
		.major = wanted->major,
		.minor = wanted->minor,
	};
	const void *payload;
	size_t size;

	if (!gl_link_send(link, &glm_context_create_type, &message) ||
		!gl_link_receive(link, GLM_CONTEXT_CREATED, &payload, &size) ||
		!wire_decode(&glm_context_created_type, payload, size, &ctx->caps))
		return GLM_STATUS_NO_MEMORY;
	if (ctx->caps.status == GLM_STATUS_DONE && (!gl_strings_init(ctx) || !gl_state_created(ctx)))
		return GLM_STATUS_NO_MEMORY;
	return ctx->caps.status;
}

static struct gl_context *context_new(struct gl_link *link, const struct gl_context_request *wanted)
{
	struct gl_context *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return NULL;
	ctx->link = link;
	ctx->flags = wanted->flags;
	ctx->api = wanted->api;
	ctx->profile = wanted->profile;
	ctx->no_error = wanted->no_error;
	ctx->no_flush = wanted->no_flush;
	ctx->exact = link->config.exact_errors;
	ctx->share = wanted->share ? gl_share_ref(wanted->share->share) : gl_share_create();
	ctx->messages_end = &ctx->messages;
	atomic_init(&ctx->current, false);
	gl_encoder_init(&ctx->enc, ctx->batch, sizeof(ctx->batch), link->config.message_max,
		link->config.channel, &gl_link_transport, ctx);
	if (ctx->share)
		atomic_fetch_add(&ctx->share->contexts, 1);
	if (!ctx->share || !gl_state_init(ctx)) {
		context_free(ctx);
		return NULL;
	}
	return ctx;
}

struct gl_context *gl_context_create(
	struct gl_link *link, const struct gl_context_request *wanted, uint32_t *ret_status)
{
	struct gl_context *ctx = context_new(link, wanted);

	*ret_status = GLM_STATUS_NO_MEMORY;
	if (!ctx)
		return NULL;
	gl_link_lock(link);
	ctx->id = link->next_id++;
	*ret_status = request(link, wanted, ctx);
	if (*ret_status == GLM_STATUS_DONE) {
		ctx->next = link->contexts;
		link->contexts = ctx;
	}
	gl_link_unlock(link);
	if (*ret_status != GLM_STATUS_DONE) {
		context_free(ctx);
		return NULL;
	}
	return ctx;
}

/* It is current nowhere: the host ends it, too. */
static void context_end(struct gl_context *ctx)
{
	const struct glm_context_destroy message = { .id = ctx->id };
	struct gl_link *link = ctx->link;
	struct gl_context **at = &link->contexts;

	gl_link_lock(link);
	while (*at && *at != ctx)
		at = &(*at)->next;
	if (*at)
		*at = ctx->next;
	if (link->last_context == ctx->id)
		gl_link_become(link, NULL);
	gl_link_send(link, &glm_context_destroy_type, &message);
	gl_link_unlock(link);
	context_free(ctx);
}

void gl_context_destroy(struct gl_context *ctx)
{
	if (!ctx)
		return;
	ctx->destroyed = true;
	if (!atomic_load(&ctx->current))
		context_end(ctx);
}

uint32_t gl_context_status(struct gl_context *ctx)
{
	if (!atomic_load(&ctx->lost)) {
		gl_link_lock(ctx->link);
		gl_link_events(ctx->link, false);
		gl_link_unlock(ctx->link);
	}
	return atomic_load(&ctx->lost);
}

const struct glm_context_created *gl_context_caps(const struct gl_context *ctx)
{
	return &ctx->caps;
}

/* What was current before: its commands go out, and it may be ended. */
static void release(struct gl_context *ctx)
{
	gl_encoder_flush(&ctx->enc);
	gl_surface_unref(ctx->draw);
	gl_surface_unref(ctx->read);
	ctx->draw = ctx->read = NULL;
	atomic_store(&ctx->current, false);
	if (ctx->destroyed)
		context_end(ctx);
}

void gl_make_current(struct gl_context *ctx, struct gl_surface *draw, struct gl_surface *read)
{
	struct gl_context *before = gl_current_context;

	if (before && before == ctx && before->draw == draw && before->read == read)
		return;
	gl_surface_ref(draw);
	gl_surface_ref(read);
	gl_current_context = NULL;
	if (before && before != ctx)
		release(before);
	if (before && before == ctx) {
		gl_encoder_flush(&ctx->enc);
		gl_surface_unref(ctx->draw);
		gl_surface_unref(ctx->read);
	}
	gl_current_context = ctx;
	if (!ctx)
		return;
	ctx->draw = draw;
	ctx->read = read;
	atomic_store(&ctx->current, true);
	gl_state_made_current(ctx);
}

struct gl_context *gl_current(void)
{
	return gl_current_context;
}

struct gl_surface *gl_current_draw(void)
{
	return gl_current_context ? gl_current_context->draw : NULL;
}

struct gl_surface *gl_current_read(void)
{
	return gl_current_context ? gl_current_context->read : NULL;
}

void gl_flush_current(bool finish)
{
	struct gl_context *ctx = gl_current_context;

	if (!ctx)
		return;
	if (finish)
		gl_encode_Finish(&ctx->enc);
	else
		gl_encoder_flush(&ctx->enc);
}

gl_function gl_proc_address(const char *name)
{
	const struct gl_name *row = gl_name_find(name);

	return row ? gl_entries[row - gl_names] : NULL;
}
