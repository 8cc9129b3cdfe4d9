/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a viewer sees: its framebuffer, and what of it must be sent. */
#include <stdlib.h>

#include "vnc/cursor.h"
#include "vnc/encodings.h"
#include "vnc/parts.h"

#define QUEUE_LEAST ((size_t)1 << 20)

static const struct {
	uint32_t format;
	uint8_t red_shift, blue_shift;
} shifts[] = {
	{ RING_BGRX, 16, 0 },
	{ RING_RGBX, 0, 16 },
};

static void set_format(struct viewer *viewer, uint32_t format)
{
	rfbPixelFormat *server = &viewer->screen->serverFormat;
	unsigned i = format == RING_RGBX ? 1 : 0;

	if (server->redShift == shifts[i].red_shift)
		return;
	server->redShift = shifts[i].red_shift;
	server->blueShift = shifts[i].blue_shift;
	viewer->screen->setTranslateFunction(viewer->client);
}

static void mark(struct viewer *viewer, const struct ipc_rect *rect)
{
	sraRegionPtr region = sraRgnCreateRect((int)rect->x, (int)rect->y,
		(int)(rect->x + rect->width), (int)(rect->y + rect->height));

	sraRgnOr(viewer->client->modifiedRegion, region);
	if (viewer->canvas)
		sraRgnOr(viewer->undrawn, region);
	sraRgnDestroy(region);
}

/* Points the library at the pixels. */
static void point(struct viewer *viewer)
{
	rfbScreenInfoPtr screen = viewer->screen;

	if (viewer->canvas) {
		screen->frameBuffer = (char *)viewer->canvas;
		screen->paddedWidthInBytes = screen->width * 4;
		set_format(viewer, RING_BGRX);
		return;
	}
	/* Encoders only read: there is no server-drawn cursor. */
	screen->frameBuffer = (char *)(uintptr_t)viewer->picture.pixels;
	screen->paddedWidthInBytes = (int)viewer->picture.stride;
	set_format(viewer, viewer->picture.format);
}

/* A canvas of the framebuffer's size, all black. */
static bool make_canvas(struct viewer *viewer)
{
	free(viewer->canvas);
	viewer->canvas = calloc((size_t)viewer->screen->width * (size_t)viewer->screen->height, 4);
	sraRgnMakeEmpty(viewer->undrawn);
	if (!viewer->canvas)
		viewer_close(viewer, "no memory for its picture");
	return viewer->canvas != NULL;
}

/* Takes the display's size, or as much of it as the library can send. True when it is another size. */
static bool take_size(struct viewer *viewer)
{
	rfbScreenInfoPtr screen = viewer->screen;
	struct fit size = fit_make(
		viewer->picture.width, viewer->picture.height, VIEWER_SIDE_MAX, VIEWER_SIDE_MAX);

	if (screen->width == (int)size.width && screen->height == (int)size.height)
		return false;
	screen->width = (int)size.width;
	screen->height = (int)size.height;
	return true;
}

static void mark_all(struct viewer *viewer)
{
	rfbClientPtr client = viewer->client;
	const struct ipc_rect all = { 0, 0, (uint32_t)viewer->screen->width,
		(uint32_t)viewer->screen->height };

	sraRgnMakeEmpty(client->modifiedRegion);
	sraRgnMakeEmpty(client->copyRegion);
	mark(viewer, &all);
}

void canvas_place(struct viewer *viewer)
{
	rfbScreenInfoPtr screen = viewer->screen;
	bool resized = false;

	if (!viewer->ready || viewer->resizes)
		resized = take_size(viewer);
	/* Bytes that may wait: raw pixels twice over, whatever an encoding makes of them. */
	viewer->channel.out_max = (size_t)screen->width * (size_t)screen->height * 8 + QUEUE_LEAST;
	viewer->fit = fit_make(viewer->picture.width, viewer->picture.height,
		(uint32_t)screen->width, (uint32_t)screen->height);
	/* Until then no pixel is sent, and the library announces the format that it starts with. */
	if (!viewer->ready)
		return;
	if (viewer->picture.width == (uint32_t)screen->width &&
		viewer->picture.height == (uint32_t)screen->height) {
		free(viewer->canvas);
		viewer->canvas = NULL;
	} else if (!make_canvas(viewer)) {
		return;
	}
	point(viewer);
	mark_all(viewer);
	if (resized)
		viewer->client->newFBSizePending = TRUE;
}

void viewer_picture(struct viewer *viewer, const struct picture *picture,
	const struct ipc_rect *rects, uint32_t n)
{
	bool same = picture->width == viewer->picture.width &&
		    picture->height == viewer->picture.height;

	if (viewer->closing || viewer->dead)
		return;
	viewer->picture = *picture;
	if (!same || !viewer->ready) {
		canvas_place(viewer);
		return;
	}
	point(viewer);
	for (uint32_t i = 0; i < n; i++) {
		struct ipc_rect rect = fit_rect(&viewer->fit, &rects[i]);
		mark(viewer, &rect);
	}
}

/* Draws the part of the canvas that has changed and shows the picture. */
static bool draw(struct viewer *viewer)
{
	sraRectangleIterator *iterator;
	sraRegionPtr shown = sraRgnCreateRect(0, 0, (int)viewer->fit.width, (int)viewer->fit.height);
	sraRect part;
	bool drawn = true;

	sraRgnAnd(viewer->undrawn, shown);
	sraRgnDestroy(shown);
	iterator = sraRgnGetIterator(viewer->undrawn);
	while (sraRgnIteratorNext(iterator, &part)) {
		struct ipc_rect rect = { (uint32_t)part.x1, (uint32_t)part.y1,
			(uint32_t)(part.x2 - part.x1), (uint32_t)(part.y2 - part.y1) };
		drawn = drawn && fit_draw(&viewer->fit, &viewer->picture, &rect, viewer->canvas,
					 (uint32_t)viewer->screen->paddedWidthInBytes) == 0;
	}
	sraRgnReleaseIterator(iterator);
	sraRgnMakeEmpty(viewer->undrawn);
	return drawn;
}

/* An update of one empty rectangle tells the viewer that it may send extended key events. */
static void tell_keys(struct viewer *viewer)
{
	uint8_t update[16] = { 0, 0, 0, 1 };

	message_put_u32(update + 12, ENCODING_QEMU_KEYS);
	viewer->tell_keys = !channel_write(&viewer->channel, update, sizeof(update));
}

static void tell_cursor(struct viewer *viewer)
{
	uint8_t update[CURSOR_UPDATE_MAX];
	size_t size = cursor_update(&viewer->client->format, update);

	viewer->tell_cursor = !channel_write(&viewer->channel, update, size);
}

void canvas_update(struct viewer *viewer)
{
	size_t queued = channel_queued(&viewer->channel);
	uint64_t sent = viewer->channel.sent;

	if (viewer->canvas && !draw(viewer)) {
		viewer_close(viewer, "no memory to draw its picture");
		return;
	}
	if (viewer->tell_keys)
		tell_keys(viewer);
	if (viewer->tell_cursor)
		tell_cursor(viewer);
	rfbUpdateClient(viewer->client);
	if (channel_queued(&viewer->channel) > queued || viewer->channel.sent > sent)
		viewer->frames++;
}

void canvas_finish(struct viewer *viewer)
{
	free(viewer->canvas);
	viewer->canvas = NULL;
	if (viewer->undrawn)
		sraRgnDestroy(viewer->undrawn);
	viewer->undrawn = NULL;
}
