/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies, and the descriptors of shared memory among them, of which one at most is under way to
 * each client (passing.h). Nothing here blocks.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "fdpass.h"
#include "passing.h"
#include "vtest/client.h"

#define AGAIN_MS      1u  /* until a client that takes nothing is looked at again, at first, ... */
#define AGAIN_MOST_MS 64u /* ... and at last */

uint8_t *vtest_reply_space(struct vtest_client *client, size_t size)
{
	uint8_t *at;
	bool room;

	if (client->failed[0])
		return NULL;
	room = size >= VTEST_ALIGNED_BYTES ? vtest_buffer_reserve_aligned(&client->out, size)
					   : vtest_buffer_reserve(&client->out, size);
	if (!room) {
		vtest_fail(client, "there is no memory for its replies");
		return NULL;
	}
	at = client->out.data + client->out.end;
	client->out.end += size;
	return at;
}

bool vtest_reply(struct vtest_client *client, const void *data, size_t size)
{
	uint8_t *space = vtest_reply_space(client, size);

	if (!space)
		return false;
	memcpy(space, data, size);
	return true;
}

/* Replies. True: all are sent. */
static bool write_replies(struct vtest_client *client)
{
	while (vtest_buffer_size(&client->out) > 0) {
		ssize_t n = send(client->fd, client->out.data + client->out.start,
			vtest_buffer_size(&client->out), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			vtest_fail(client, "it closed the connection");
			return false;
		}
		vtest_buffer_consume(&client->out, (size_t)n);
	}
	vtest_buffer_shrink(&client->out);
	return true;
}

bool vtest_output_unread(struct vtest_client *client)
{
	int bytes = 0;

	if (!client->passed)
		return false;
	if (ioctl(client->fd, SIOCOUTQ, &bytes) == 0 && bytes > 0)
		return true;
	client->passed = false;
	passing_end();
	return false;
}

/* Whether a descriptor may be sent to this client now; it counts as under way then. */
static bool may_pass(struct vtest_client *client)
{
	const struct vtest_host *host = client->host;
	struct vtest_client *other;

	if (vtest_output_unread(client))
		return false;
	if (passing_begin())
		return true;
	list_for_each(other, &host->clients, link)
		vtest_output_unread(other);
	return passing_begin();
}

bool vtest_output_closed(const struct vtest_client *client)
{
	return send(client->fd, "", 0, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EPIPE;
}

static void on_pass_timer(uv_timer_t *timer)
{
	vtest_resume(timer->data);
}

/* What was passed is closed here, but for what serves again. */
static void passing_close(struct vtest_client *client)
{
	if (client->passing >= 0 && client->passing != client->fence_memory)
		close(client->passing);
	client->passing = -1;
}

static void pass(struct vtest_client *client)
{
	static const uint8_t dummy;
	int r = -EBUSY;

	if (may_pass(client)) {
		r = fdpass_send(client->fd, &dummy, sizeof(dummy), client->passing);
		if (r < 0)
			passing_end();
	} else if (vtest_output_closed(client)) {
		r = -EPIPE;
	}
	if (r == 0) {
		client->passed = true;
		client->again_ms = 0;
		passing_close(client);
	} else if (r == -EBUSY || r == -ETOOMANYREFS || r == -EAGAIN || r == -EINTR) {
		client->again_ms = client->again_ms < AGAIN_MS ? AGAIN_MS : client->again_ms * 2;
		if (client->again_ms > AGAIN_MOST_MS)
			client->again_ms = AGAIN_MOST_MS;
		vtest_pause(client, client->again_ms, on_pass_timer);
	} else {
		vtest_fail(client, "it closed the connection");
	}
}

void vtest_write(struct vtest_client *client)
{
	if (write_replies(client) && client->passing >= 0)
		pass(client);
}

void vtest_pass(struct vtest_client *client, int fd)
{
	client->passing = fd;
}

void vtest_output_finish(struct vtest_client *client)
{
	vtest_buffer_finish(&client->out);
	passing_close(client);
	if (client->fence_memory >= 0)
		close(client->fence_memory);
	client->fence_memory = -1;
}
