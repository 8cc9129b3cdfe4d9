/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The viewer's side of RFB: what it says, handed to libvncserver in whole messages. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vnc/encodings.h"
#include "vnc/parts.h"

/* Rectangles that a viewer's requests may leave behind before they become their bounds. */
#define REQUEST_RECTS_MAX 64u

static enum message_phase phase_of(const struct viewer *viewer)
{
	switch (viewer->client->state) {
	case RFB_PROTOCOL_VERSION:
		return PHASE_VERSION;
	case RFB_SECURITY_TYPE:
		return PHASE_SECURITY;
	case RFB_AUTHENTICATION:
		return PHASE_PASSWORD;
	case RFB_INITIALISATION:
		return PHASE_INIT;
	case RFB_NORMAL:
	case RFB_INITIALISATION_SHARED:
	case RFB_SHUTDOWN:
	default:
		return PHASE_NORMAL;
	}
}

void dialogue_input(struct viewer *viewer, const struct ipc_event *event)
{
	if (held_note(&viewer->held, event))
		viewer->server->ops->input(viewer->server->data, viewer, event);
}

static void on_key(rfbBool down, rfbKeySym keysym, rfbClientPtr client)
{
	struct ipc_event event = { .kind = IPC_EVENT_KEY, .down = down != 0, .keysym = keysym };

	dialogue_input(client->clientData, &event);
}

static void on_pointer(int buttons, int x, int y, rfbClientPtr client)
{
	struct viewer *viewer = client->clientData;
	struct ipc_event event = { .kind = IPC_EVENT_POINTER, .buttons = (uint16_t)buttons };

	fit_point(&viewer->fit, (uint32_t)x, (uint32_t)y, &event.x, &event.y);
	dialogue_input(viewer, &event);
}

/* A display takes its size from what it shows, never from a viewer. */
static int on_desktop_size(
	int width, int height, int n, struct rfbExtDesktopScreen *screens, rfbClientPtr client)
{
	(void)width;
	(void)height;
	(void)n;
	(void)screens;
	(void)client;
	return rfbExtDesktopSize_ResizeProhibited;
}

static rfbBool on_password(rfbClientPtr client, const char *response, int size)
{
	struct viewer *viewer = client->screen->authPasswdData;
	struct vnc_server *server = viewer->server;

	if (size == (int)AUTH_CHALLENGE_SIZE && auth_response_right(client->authChallenge,
							(const uint8_t *)response, server->password)) {
		auth_passed(&server->auth, &viewer->from);
		return TRUE;
	}
	auth_failed(&server->auth, &viewer->from, clock_ms());
	snprintf(viewer->reason, sizeof(viewer->reason), "wrong password");
	return FALSE;
}

static void on_cut_text(char *text, int size, rfbClientPtr client)
{
	(void)text;
	(void)size;
	(void)client;
}

static void screen_init(struct viewer *viewer)
{
	rfbScreenInfoPtr screen = viewer->screen;

	screen->screenData = &viewer->channel;
	screen->desktopName = viewer->server->name;
	screen->alwaysShared = TRUE;
	screen->deferUpdateTime = 0;
	screen->deferPtrUpdateTime = 0;
	screen->cursor = NULL;
	screen->depth = 24;
	screen->serverFormat.depth = 24;
	screen->serverFormat.redShift = 16;
	screen->serverFormat.blueShift = 0;
	screen->permitFileTransfer = FALSE;
	screen->kbdAddEvent = on_key;
	screen->ptrAddEvent = on_pointer;
	screen->setXCutText = on_cut_text;
	screen->setXCutTextUTF8 = on_cut_text;
	screen->setDesktopSizeHook = on_desktop_size;
	screen->passwordCheck = on_password;
	if (viewer->server->password[0])
		screen->authPasswdData = viewer;
}

int dialogue_open(struct viewer *viewer)
{
	struct fit size = fit_make(
		viewer->picture.width, viewer->picture.height, VIEWER_SIDE_MAX, VIEWER_SIDE_MAX);
	int fd = fcntl(viewer->server->stand_in[0], F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return -errno;
	viewer->undrawn = sraRgnCreate();
	viewer->screen = rfbGetScreen(NULL, NULL, (int)size.width, (int)size.height, 8, 3, 4);
	if (!viewer->screen || !viewer->undrawn) {
		close(fd);
		return -ENOMEM;
	}
	screen_init(viewer);
	viewer->client = rfbNewClient(viewer->screen, fd);
	if (!viewer->client)
		return -ENOMEM;
	viewer->client->clientData = viewer;
	canvas_place(viewer);
	return 0;
}

void dialogue_finish(struct viewer *viewer)
{
	canvas_finish(viewer);
	/* rfbScreenCleanup passes over clients that the library has closed. */
	if (viewer->client)
		rfbClientConnectionGone(viewer->client);
	if (viewer->screen)
		rfbScreenCleanup(viewer->screen);
	viewer->screen = NULL;
	viewer->client = NULL;
}

/* RFC 6143, 7.1.2: no security type, and why; before version 3.7 in 32 bits. */
static void refuse(struct viewer *viewer, const uint8_t *version)
{
	uint8_t head[8] = { 0 };
	size_t size = strlen(viewer->refused);
	size_t none = memcmp(version, "RFB 003.007", 11) < 0 ? 4 : 1;

	message_put_u32(head + none, (uint32_t)size);
	if (channel_write(&viewer->channel, head, none + 4))
		channel_write(&viewer->channel, viewer->refused, size);
	viewer_close(viewer, viewer->refused);
}

/* Gives libvncserver the first `size` bytes of the message. */
static void process(struct viewer *viewer, size_t size)
{
	viewer->channel.window = size;
	rfbProcessClientMessage(viewer->client);
	if (viewer->channel.failed)
		viewer_close(viewer, "its queue is full");
	else if (viewer->client->sock == RFB_INVALID_SOCKET)
		viewer_close(viewer, "the RFB library has ended it");
}

static void qemu_key(struct viewer *viewer, const uint8_t *data)
{
	struct ipc_event event = {
		.kind = IPC_EVENT_KEY,
		.down = message_u16(data + 2) != 0,
		.keysym = message_u32(data + 4),
		.keycode = message_u32(data + 8),
	};

	dialogue_input(viewer, &event);
}

static void set_encodings(struct viewer *viewer, uint8_t *data)
{
	struct encodings encodings;
	size_t size = encodings_filter(data, &encodings);

	process(viewer, size);
	viewer->tell_keys = encodings.qemu_keys;
	viewer->tell_cursor = encodings.cursor;
	if (viewer->closing || viewer->dead)
		return;
	if (encodings.resizes && !viewer->resizes) {
		viewer->resizes = true;
		if (viewer->canvas)
			canvas_place(viewer);
	}
	viewer->resizes = encodings.resizes;
}

static void coarsen(sraRegionPtr region)
{
	sraRegionPtr bounds;

	if (sraRgnCountRects(region) <= REQUEST_RECTS_MAX)
		return;
	bounds = sraRgnBBox(region);
	sraRgnOr(region, bounds);
	sraRgnDestroy(bounds);
}

/* What is asked for is kept until it is sent: each pixel on its own would cost memory, and time at every request. */
static void update_request(struct viewer *viewer, const uint8_t *data, size_t size)
{
	bool incremental = data[1] != 0;

	viewer->asked = true;
	process(viewer, size);
	coarsen(viewer->client->requestedRegion);
	if (!incremental)
		coarsen(viewer->client->modifiedRegion);
}

static void handle_normal(struct viewer *viewer, uint8_t *data, size_t size)
{
	switch (data[0]) {
	case MESSAGE_SET_PIXEL_FORMAT:
		if (message_format_valid(data))
			process(viewer, size);
		else
			viewer_close(viewer, "a pixel format that cannot be served");
		break;
	case MESSAGE_SET_ENCODINGS:
		set_encodings(viewer, data);
		break;
	case MESSAGE_QEMU:
		qemu_key(viewer, data);
		break;
	case MESSAGE_CUT_TEXT:
	case MESSAGE_XVP:
		break;
	case MESSAGE_UPDATE_REQUEST:
		update_request(viewer, data, size);
		break;
	default:
		process(viewer, size);
		break;
	}
}

static void handle(struct viewer *viewer, uint8_t *data, size_t size)
{
	enum message_phase phase = phase_of(viewer);

	if (phase == PHASE_NORMAL) {
		handle_normal(viewer, data, size);
		return;
	}
	if (phase == PHASE_VERSION && viewer->refused) {
		refuse(viewer, data);
		return;
	}
	process(viewer, size);
	if (viewer->client->state == RFB_NORMAL && !viewer->closing)
		viewer_set_ready(viewer);
}

static bool is_input(const struct viewer *viewer, const uint8_t *data)
{
	return phase_of(viewer) == PHASE_NORMAL &&
	       (data[0] == MESSAGE_KEY || data[0] == MESSAGE_POINTER || data[0] == MESSAGE_QEMU);
}

/* Handles one message; false when there is none, or it must wait. */
static bool step(struct viewer *viewer)
{
	struct vnc_server *server = viewer->server;
	struct message message;
	const char *reason;
	size_t have, at;
	uint8_t *data = channel_peek(&viewer->channel, &have);

	if (!message_measure(phase_of(viewer), data, have, &message, &reason)) {
		viewer_close(viewer, reason);
		return false;
	}
	if (message.size == 0 || have < message.size)
		return false;
	if (is_input(viewer, data) && !server->ops->input_room(server->data, viewer->display)) {
		viewer->blocked = true;
		return false;
	}
	at = viewer->channel.in_at;
	handle(viewer, data, message.size);
	/* Whatever the library took of it, the next message starts where this one ends. */
	viewer->channel.in_at = at;
	channel_take(&viewer->channel, message.size, message.skip);
	return true;
}

void dialogue_consume(struct viewer *viewer)
{
	viewer->blocked = false;
	while (!viewer->closing && !viewer->dead && step(viewer))
		;
}
