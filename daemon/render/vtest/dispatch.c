/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of vtest versions 0 and 2: one row each, checked before its handler runs. */
#include <stdio.h>
#include <string.h>

#include "util.h"
#include "virgl/virgl.h"
#include "vtest/client.h"
#include "walk/commands.h"
#include "worker.h"

#define HEADER_SIZE        8u
#define TRANSFER_FIELDS    11u
#define TRANSFER_DATA_SIZE 10u /* the field */
#define TRANSFER2_FIELDS   10u
#define FENCE_WAIT_NS      4000000u /* for the GPU, while other clients wait too */
#define FENCE_POLL_MS      1u       /* and from then on */

enum {
	VCMD_GET_CAPS = 1,
	VCMD_TRANSFER_PUT = 5,
	VCMD_RESOURCE_BUSY_WAIT = 7,
	VCMD_CREATE_RENDERER = 8,
	VCMD_PING_PROTOCOL_VERSION = 10,
	VCMD_PROTOCOL_VERSION = 11,
	VCMD_TRANSFER_PUT2 = 14,
};

static void reply_caps(struct vtest_client *client, uint32_t set)
{
	const struct virgl_capset *capset = virgl_capset(set, client->state == VTEST_SHARED);
	uint32_t header[2] = { capset->size + 1, set };

	if (vtest_reply(client, header, sizeof(header)))
		vtest_reply(client, capset->data, capset->size);
}

static void on_get_caps(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	(void)fields;
	(void)size;
	reply_caps(client, 1);
}

static void on_get_caps2(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	(void)fields;
	(void)size;
	reply_caps(client, 2);
}

static void on_create_renderer(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	size_t length = strnlen((const char *)fields, size);

	snprintf(client->program, sizeof(client->program), "%.*s", (int)length, (const char *)fields);
	if (!quota_take(&client->quota, LIMIT_CONTEXTS, 1)) {
		vtest_fail(client, "the session has as many contexts as it may");
		return;
	}
	client->context = virgl_context_create(client->program);
	if (client->context == 0) {
		quota_give(&client->quota, LIMIT_CONTEXTS, 1);
		vtest_fail(client, "no context can be made for it");
		return;
	}
	client->state = VTEST_READY;
	uv_timer_stop(&client->timer); /* of the wait for this */
	client->host->ops->named(client->host->data, client->stream, client->program, 0);
}

static void on_ping(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	static const uint32_t reply[2] = { 0, VCMD_PING_PROTOCOL_VERSION };

	(void)fields;
	(void)size;
	vtest_reply(client, reply, sizeof(reply));
}

/*
 * Under version 2 Mesa reads a single-buffered window's content from the X server before it draws
 * there, and the X server refuses that for a window that is not on the screen: programs that make
 * such a window just to ask OpenGL what it can do would die.
 */
static bool never_maps_its_window(const char *program)
{
	static const char *const names[] = { "glxinfo", "glxtest", "visualinfo" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strncmp(program, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

/* Version 0 needs no descriptors, so it works through a VM's serial port as well. There is no 1. */
static void on_protocol_version(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	bool shared = fields[0] >= 2 && client->host->version >= 2 && !client->stream->vm &&
		      !never_maps_its_window(client->program);
	uint32_t reply[3] = { 1, VCMD_PROTOCOL_VERSION, shared ? 2 : 0 };

	(void)size;
	if (!vtest_reply(client, reply, sizeof(reply)) || !shared)
		return;
	client->state = VTEST_SHARED;
	client->host->ops->named(client->host->data, client->stream, client->program, 2);
}

static struct virgl_resource *find(void *data, uint32_t handle)
{
	struct vtest_resource *resource = vtest_resource_find(data, handle);

	return resource ? &resource->virgl : NULL;
}

static void on_ahead_timer(uv_timer_t *timer)
{
	struct vtest_client *client = timer->data;

	if (!virgl_fence_passed(client->ahead.waits)) {
		vtest_pause(client, FENCE_POLL_MS, on_ahead_timer);
		return;
	}
	client->ahead.waits = 0;
	vtest_resume(client);
}

/*
 * Drivers take commands far faster than they execute them. A client that never waits for a picture
 * has two batches under way, so that another one's are not behind minutes of work.
 */
static void note_ahead(struct vtest_client *client, size_t size)
{
	struct vtest_ahead *ahead = &client->ahead;

	ahead->bytes += size;
	if (++ahead->commands < VTEST_AHEAD_COMMANDS && ahead->bytes < VTEST_AHEAD_BYTES)
		return;
	if (ahead->fence > 0 && !virgl_fence_passed(ahead->fence)) {
		ahead->waits = ahead->fence;
		vtest_pause(client, FENCE_POLL_MS, on_ahead_timer);
	}
	ahead->fence = virgl_fence_create(client->context);
	ahead->commands = 0;
	ahead->bytes = 0;
}

/* A bad command spoils this client's context and no other. */
static void submit(struct vtest_client *client, uint32_t *dwords, size_t n)
{
	if (n > 0 && virgl_submit(client->context, dwords, (uint32_t)n) < 0)
		log_limited(&client->limit, LOG_LEVEL_INFO,
			"stream %u (%s): its commands were not understood", client->stream->id,
			client->program);
}

/* One that its client ends while it is bound. */
static void unbind_object(struct vtest_client *client, uint32_t object)
{
	struct virgl_sub_contexts *contexts = &client->contexts;
	uint32_t commands[VIRGL_UNBIND_MAX];

	submit(client, commands,
		virgl_bindings_take_object(&contexts->bindings, contexts->current, object, commands));
}

static void on_submit(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	struct virgl_walk walk = {
		.find = find,
		.data = client,
		.contexts = &client->contexts,
		.compute = virgl_compute(),
		.shared = client->state == VTEST_SHARED,
	};
	/* The client's buffer: rewritten in place. */
	uint32_t *dwords = (uint32_t *)(uintptr_t)fields;
	size_t left = size / 4;

	vtest_advance(client);
	client->submitted = true;
	while (left > 0) {
		if (!virgl_walk_commands(&walk, dwords, left)) {
			vtest_fail(client, "it sent a bad command buffer: %s", walk.wrong);
			return;
		}
		if (walk.refused)
			log_limited(&client->limit, LOG_LEVEL_INFO, "stream %u (%s): refused: %s",
				client->stream->id, client->program, walk.refused);
		submit(client, dwords, walk.done);
		dwords += walk.done;
		left -= walk.done;
		if (walk.unbind) {
			unbind_object(client, walk.unbind);
		} else if (left > 0) {
			size_t length = 1 + (dwords[0] >> 16);
			if (!vtest_transfer_inside(client, dwords))
				return;
			dwords += length;
			left -= length;
		}
	}
	note_ahead(client, size);
}

static void on_fence_timer(uv_timer_t *timer)
{
	struct vtest_client *client = timer->data;

	if (!virgl_fence_passed(client->fence)) {
		vtest_pause(client, FENCE_POLL_MS, on_fence_timer);
		return;
	}
	client->fence = 0;
	vtest_busy_reply(client, false);
	vtest_resume(client);
}

/*
 * Most of what a client reads or writes, it does so in its stream, in order, and the driver keeps
 * that order; so it is never busy for it. Not so buffers that draws use late: virglrenderer writes
 * into them without a look at the driver, as it is the client that waits. And small buffers of bind
 * CUSTOM are what Mesa makes as fences and for query results.
 */
static bool can_be_busy(const struct vtest_resource *resource)
{
	return resource &&
	       (resource->virgl.late || (resource->virgl.desc.target == VIRGL_TARGET_BUFFER &&
						resource->virgl.desc.bind == VIRGL_BIND_CUSTOM));
}

static void on_busy_wait(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	bool waits = fields[1] & 1;

	(void)size;
	client->waited = fields[0];
	if (!can_be_busy(vtest_resource_find(client, fields[0]))) {
		vtest_busy_reply(client, false);
		return;
	}
	if (client->submitted) {
		client->submitted = false;
		client->behind = virgl_fence_create(client->context);
	}
	if (client->behind > 0 && (waits ? virgl_fence_wait(client->behind, FENCE_WAIT_NS)
					 : virgl_fence_passed(client->behind)))
		client->behind = 0;
	if (client->behind > 0 && waits) {
		client->fence = client->behind;
		vtest_pause(client, FENCE_POLL_MS, on_fence_timer);
		return;
	}
	vtest_busy_reply(client, client->behind > 0);
}

#define READY (VTEST_READY | VTEST_SHARED)

/* Sizes are dwords after the header; a CREATE_RENDERER's are bytes. */
static const struct row {
	const char *name;
	uint32_t min, max;
	unsigned states;
	bool reads; /* TRANSFER_GET must know what came before it */
	void (*handle)(struct vtest_client *client, const uint32_t *fields, size_t size);
} rows[] = {
	[1] = { "GET_CAPS", 0, 0, READY, false, on_get_caps },
	[2] = { "RESOURCE_CREATE", 10, 10, VTEST_READY, false, vtest_on_resource_create },
	[3] = { "RESOURCE_UNREF", 1, 1, READY, false, vtest_on_resource_unref },
	[4] = { "TRANSFER_GET", 11, 11, VTEST_READY, true, vtest_on_transfer_get },
	[5] = { "TRANSFER_PUT", 11, 11 + VIRGL_TRANSFER_BYTES_MAX / 4, VTEST_READY, false,
		vtest_on_transfer_put },
	[6] = { "SUBMIT_CMD", 0, 1u << 20, READY, false, on_submit },
	[7] = { "RESOURCE_BUSY_WAIT", 2, 2, READY, false, on_busy_wait },
	[8] = { "CREATE_RENDERER", 1, 4096, VTEST_HELLO, false, on_create_renderer },
	[9] = { "GET_CAPS2", 0, 0, READY, false, on_get_caps2 },
	[10] = { "PING_PROTOCOL_VERSION", 0, 0, READY, false, on_ping },
	[11] = { "PROTOCOL_VERSION", 1, 1, VTEST_READY, false, on_protocol_version },
	[12] = { "RESOURCE_CREATE2", 11, 11, VTEST_SHARED, false, vtest_on_resource_create2 },
	[13] = { "TRANSFER_GET2", 10, 10, VTEST_SHARED, true, vtest_on_transfer_get2 },
	[14] = { "TRANSFER_PUT2", 10, 10 + VIRGL_TRANSFER_BYTES_MAX / 4, VTEST_SHARED, false,
		vtest_on_transfer_put2 },
};

static uint32_t dword(const uint8_t *data, size_t index)
{
	uint32_t value;

	memcpy(&value, data + index * 4, 4);
	return value;
}

/* Bytes of a command's body; -1: the client has failed; -2: more must come to know. */
static int64_t body_size(struct vtest_client *client, uint32_t id, uint32_t length, size_t have)
{
	const uint8_t *body = client->in.data + client->in.start + HEADER_SIZE;
	uint64_t data_size;

	if (id == VCMD_CREATE_RENDERER)
		return length;
	/* Mesa counts the data, which does not come. */
	if (id == VCMD_TRANSFER_PUT2)
		return TRANSFER2_FIELDS * 4;
	if (id != VCMD_TRANSFER_PUT)
		return (int64_t)length * 4;
	/* Its length counts the data rounded up to dwords, but the data comes without padding. */
	if (have < TRANSFER_FIELDS * 4)
		return -2;
	data_size = dword(body, TRANSFER_DATA_SIZE);
	if (length - TRANSFER_FIELDS != (data_size + 3) / 4) {
		vtest_fail(client, "its TRANSFER_PUT disagrees with itself about its size");
		return -1;
	}
	return (int64_t)(TRANSFER_FIELDS * 4 + data_size);
}

int vtest_next(struct vtest_client *client, struct vtest_command *ret_command)
{
	uint8_t *at = client->in.data + client->in.start;
	size_t have = vtest_buffer_size(&client->in);
	uint32_t length, id;
	const struct row *row;
	int64_t size;

	if (have < HEADER_SIZE)
		return 0;
	length = dword(at, 0);
	id = dword(at, 1);
	row = id < sizeof(rows) / sizeof(rows[0]) && rows[id].name ? &rows[id] : NULL;
	if (!row || length < row->min || length > row->max) {
		vtest_fail(client, "it sent a command that is not vtest (%u, length %u)", id, length);
		return -1;
	}
	size = body_size(client, id, length, have - HEADER_SIZE);
	if (size == -1)
		return -1;
	if (size == -2 || (uint64_t)size > have - HEADER_SIZE)
		return 0;
	*ret_command = (struct vtest_command){ id, at + HEADER_SIZE, (size_t)size };
	return 1;
}

void vtest_dispatch(struct vtest_client *client, const struct vtest_command *command)
{
	const struct row *row = &rows[command->id];
	/* Data without padding may have left it unaligned; the header before it is used up. */
	size_t shift = (uintptr_t)command->body & 3;
	uint8_t *body = command->body - shift;

	if (!(row->states & client->state)) {
		vtest_fail(client, "it sent %s out of turn", row->name);
		return;
	}
	if (shift > 0)
		memmove(body, command->body, command->size);
	if (!row->reads && command->id != VCMD_RESOURCE_BUSY_WAIT)
		client->waited = 0;
	worker_begin(row->name);
	row->handle(client, (const uint32_t *)(const void *)body, command->size);
	worker_end();
	atomic_fetch_add(&client->stream->commands, 1);
}
