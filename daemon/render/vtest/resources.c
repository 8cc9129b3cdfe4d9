/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client's resources by its own handles, and writing to them. */
#include <string.h>

#include "vtest/client.h"

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
	vtest_present_end(resource);
	virgl_resource_destroy(&resource->virgl);
	resource->client->n_resources--;
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
	client->n_resources++;
}

void vtest_on_resource_create(struct vtest_client *client, const uint32_t *fields, size_t size)
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

	(void)size;
	if (wrong) {
		vtest_fail(client, "it asked for a resource that cannot be: %s", wrong);
		return;
	}
	if (fields[0] == 0 || vtest_resource_find(client, fields[0])) {
		vtest_fail(client, "it made a resource with a handle in use (%u)", fields[0]);
		return;
	}
	/* What is refused keeps its handle, so that the client can go on; but not without end. */
	if (client->n_resources >= 2 * quota_limit(LIMIT_RESOURCES) ||
		!(resource = calloc(1, sizeof(*resource)))) {
		vtest_fail(client, "it went on after all its resources were refused");
		return;
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
	list_init(&resource->shown_link);
	resource_insert(client, resource);
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
	resource_destroy(resource);
}

bool vtest_transfer_parse(
	struct vtest_client *client, const uint32_t *fields, struct vtest_get *ret_get)
{
	struct vtest_resource *resource = vtest_resource_find(client, fields[0]);
	struct virgl_transfer transfer = { .level = fields[1],
		.stride = fields[2],
		.layer_stride = fields[3],
		.box = { fields[4], fields[5], fields[6], fields[7], fields[8], fields[9] } };
	uint64_t need;

	if (!resource) {
		vtest_fail(
			client, "a transfer with a resource that it does not have (%u)", fields[0]);
		return false;
	}
	need = virgl_transfer_size(&resource->virgl, &transfer);
	if (need == 0 || need > fields[10] || fields[10] > VIRGL_TRANSFER_BYTES_MAX) {
		vtest_fail(client, "a transfer outside of its resource (%ux%u at %u,%u, %u bytes)",
			fields[7], fields[8], fields[4], fields[5], fields[10]);
		return false;
	}
	*ret_get = (struct vtest_get){ resource, transfer, fields[10] };
	return true;
}

void vtest_on_transfer_put(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	uint8_t *data = (uint8_t *)(uintptr_t)(fields + 11);
	struct vtest_get put;

	(void)size;
	if (!vtest_transfer_parse(client, fields, &put))
		return;
	vtest_advance(client);
	if (virgl_transfer_put(
		    &put.resource->virgl, client->context, &put.transfer, data, put.data_size) < 0)
		log_limited(&client->limit, LOG_LEVEL_INFO, "stream %u (%s): a write was refused",
			client->stream->id, client->program);
}
