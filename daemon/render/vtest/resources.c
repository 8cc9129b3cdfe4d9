/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client's resources by its own handles. */
#include <errno.h>
#include <string.h>

#include "virgl/virgl.h"
#include "vtest/client.h"

#define FENCE_BYTES 8u

static struct vtest_resource **bucket(struct vtest_client *client, uint32_t handle)
{
	return &client->buckets[handle % VTEST_BUCKETS];
}

struct vtest_resource *vtest_resource_find(const struct vtest_client *client, uint32_t handle)
{
	struct vtest_resource *resource = client->buckets[handle % VTEST_BUCKETS];

	while (resource && resource->handle != handle)
		resource = resource->next;
	return resource;
}

static void resource_destroy(struct vtest_resource *resource)
{
	struct vtest_client *client = resource->client;

	vtest_present_end(resource);
	virgl_resource_destroy(&resource->virgl);
	if (resource->memory.data) {
		quota_give(&client->quota, LIMIT_RESOURCE_BYTES,
			vtest_memory_bytes(resource->memory.size));
		vtest_memory_destroy(&resource->memory);
		client->host->n_memories--;
		client->n_memories--;
	}
	if (resource->refused)
		client->n_refused--;
	free(resource);
}

void vtest_resources_destroy(struct vtest_client *client)
{
	for (size_t i = 0; i < VTEST_BUCKETS; i++) {
		while (client->buckets[i]) {
			struct vtest_resource *resource = client->buckets[i];
			client->buckets[i] = resource->next;
			resource_destroy(resource);
		}
	}
}

static void resource_insert(struct vtest_client *client, struct vtest_resource *resource)
{
	struct vtest_resource **at = bucket(client, resource->handle);

	resource->next = *at;
	*at = resource;
	if (resource->refused)
		client->n_refused++;
}

/* NULL: the client has failed. */
static struct vtest_resource *create(struct vtest_client *client, const uint32_t *fields)
{
	struct vtest_resource *resource;
	struct virgl_resource made = { .owner = &client->quota,
		.desc = { .target = fields[1],
			.format = fields[2],
			.bind = fields[3],
			.width = fields[4],
			.height = fields[5],
			.depth = fields[6],
			.array_size = fields[7],
			.last_level = fields[8],
			.samples = fields[9] } };
	const char *wrong = virgl_resource_check(&made);

	if (wrong) {
		vtest_fail(client, "it asked for a resource that cannot be: %s", wrong);
		return NULL;
	}
	if (fields[0] == 0 || vtest_resource_find(client, fields[0])) {
		vtest_fail(client, "it made a resource with a handle in use (%u)", fields[0]);
		return NULL;
	}
	/* What is refused keeps its handle, so that the client can go on; but not without end. */
	if (client->n_refused >= quota_limit(LIMIT_RESOURCES) ||
		!(resource = calloc(1, sizeof(*resource)))) {
		vtest_fail(client, "it went on after all its resources were refused");
		return NULL;
	}
	virgl_resource_create(&made, client->context);
	if (made.id == 0)
		log_limited(&client->limit, LOG_LEVEL_INFO,
			"stream %u (%s): a resource was refused (target %u, format %u, %ux%u)",
			client->stream->id, client->program, fields[1], fields[2], fields[4],
			fields[5]);
	resource->client = client;
	resource->handle = fields[0];
	resource->virgl = made;
	resource->refused = made.id == 0;
	list_init(&resource->shown_link);
	resource_insert(client, resource);
	return resource;
}

void vtest_on_resource_create(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	(void)size;
	create(client, fields);
}

/* Mesa makes one for each frame, to wait for, and never looks into it. */
static bool is_fence(const struct virgl_resource_desc *desc, uint32_t memory_size)
{
	return desc->target == VIRGL_TARGET_BUFFER && desc->bind == VIRGL_BIND_CUSTOM &&
	       desc->width == FENCE_BYTES && memory_size == FENCE_BYTES;
}

/* A descriptor for a fence's memory, which is one for all of a client's, or negative errno. */
static int fence_memory(struct vtest_client *client)
{
	struct vtest_memory memory;
	int r = 0;

	if (client->fence_memory < 0) {
		r = vtest_memory_create(FENCE_BYTES, &memory, &client->fence_memory);
		if (r == 0)
			vtest_memory_destroy(&memory);
	}
	return r < 0 ? r : client->fence_memory;
}

/* Something is left for others, as with what has a limit of its own. */
static bool memories_full(const struct vtest_client *client)
{
	uint32_t left = VTEST_MEMORIES_MAX - client->host->n_memories;

	return left == 0 || client->n_memories / 4 >= left;
}

/* A descriptor for a resource's memory, or negative errno. */
static int share_memory(struct vtest_resource *resource, uint32_t size)
{
	struct vtest_client *client = resource->client;
	uint64_t bytes = vtest_memory_bytes(size);
	int fd, r;

	if (size > quota_limit(LIMIT_RESOURCE_SIZE)) {
		quota_refuse(&client->quota, LIMIT_RESOURCE_SIZE, size);
		return -ENOSPC;
	}
	if (memories_full(client)) {
		quota_refuse(&client->quota, LIMIT_RESOURCES, 1);
		return -ENOSPC;
	}
	if (!quota_take(&client->quota, LIMIT_RESOURCE_BYTES, bytes))
		return -ENOSPC;
	r = vtest_memory_create(size, &resource->memory, &fd);
	if (r < 0) {
		quota_give(&client->quota, LIMIT_RESOURCE_BYTES, bytes);
		return r;
	}
	client->host->n_memories++;
	client->n_memories++;
	return fd;
}

/* A byte without a descriptor: Mesa takes it for lack of memory, and uses the handle again. */
static void refuse_memory(struct vtest_client *client, uint32_t handle)
{
	static const uint8_t dummy;

	vtest_on_resource_unref(client, &handle, sizeof(handle));
	vtest_reply(client, &dummy, sizeof(dummy));
}

void vtest_on_resource_create2(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	struct vtest_resource *resource = create(client, fields);
	uint32_t memory_size = fields[10];
	int fd = -ENOSPC;

	(void)size;
	/* Without memory nothing is sent: those are multisampled textures. */
	if (!resource || memory_size == 0)
		return;
	if (resource->virgl.id > 0)
		fd = is_fence(&resource->virgl.desc, memory_size)
			     ? fence_memory(client)
			     : share_memory(resource, memory_size);
	if (fd >= 0)
		vtest_pass(client, fd);
	else
		refuse_memory(client, fields[0]);
}

/* virglrenderer would go on to use one that is bound. */
static void unbind(struct vtest_client *client, uint32_t handle)
{
	struct virgl_sub_contexts *contexts = &client->contexts;
	uint32_t commands[VIRGL_UNBIND_MAX];
	size_t n;

	while ((n = virgl_bindings_take_resource(
			&contexts->bindings, contexts->current, handle, commands)) > 0)
		virgl_submit(client->context, commands, (uint32_t)n);
}

void vtest_on_resource_unref(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	struct vtest_resource **at = bucket(client, fields[0]);
	struct vtest_resource *resource;

	(void)size;
	while (*at && (*at)->handle != fields[0])
		at = &(*at)->next;
	resource = *at;
	if (!resource) {
		vtest_fail(client, "it dropped a resource that it does not have (%u)", fields[0]);
		return;
	}
	*at = resource->next;
	unbind(client, fields[0]);
	resource_destroy(resource);
}
