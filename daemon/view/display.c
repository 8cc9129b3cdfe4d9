/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define EMPTY_COLOUR 0x2e3436u

int display_init(struct display *display, uint32_t id, uint32_t width, uint32_t height)
{
	*display = (struct display){ .id = id, .blank = true };
	display->own = picture_new(width, height, EMPTY_COLOUR, &display->picture);
	return display->own ? 0 : -ENOMEM;
}

void display_finish(struct display *display)
{
	free(display->own);
	display->own = NULL;
}

bool display_report(struct display *display, struct ipc_display *ret_report)
{
	/* Whole, padding too: it is compared as bytes. */
	memset(ret_report, 0, sizeof(*ret_report));
	ret_report->display = display->id;
	ret_report->width = display->picture.width;
	ret_report->height = display->picture.height;
	ret_report->surface = display->surface;
	ret_report->stream = display->stream;
	ret_report->chosen = display->chosen != 0 && display->chosen == display->surface;
	if (memcmp(&display->reported, ret_report, sizeof(*ret_report)) == 0)
		return false;
	memcpy(&display->reported, ret_report, sizeof(*ret_report));
	return true;
}

static void display_use(struct display *display, const struct surface *surface)
{
	display->picture = surface->picture;
	display->source = surface->id;
	display->blank = false;
	free(display->own);
	display->own = NULL;
}

/* Without a frame yet: the former picture if it has the size, else black. */
static bool display_resize(struct display *display, uint32_t width, uint32_t height)
{
	/* Pages of zeros cost nothing until they are written. */
	uint8_t *pixels;

	if (display->picture.width == width && display->picture.height == height)
		return false;
	pixels = calloc((size_t)width * height, 4);
	if (!pixels)
		return false;
	free(display->own);
	display->own = pixels;
	display->picture = (struct picture){ width, height, width * 4, RING_BGRX, pixels };
	display->source = 0;
	display->blank = true;
	return true;
}

/* A guest that was never looked at is gone: nothing of it is known but its size. */
static bool display_empty(struct display *display)
{
	struct picture picture;
	uint8_t *pixels;

	if (!display->blank)
		return false;
	pixels = picture_new(display->picture.width, display->picture.height, EMPTY_COLOUR, &picture);
	if (!pixels)
		return false;
	free(display->own);
	display->own = pixels;
	display->picture = picture;
	return true;
}

bool display_show(struct display *display, const struct surface *surface)
{
	uint32_t id = surface ? surface->id : 0;

	if (display->surface == id)
		return false;
	display->surface = id;
	display->stream = surface ? surface->stream : 0;
	if (!surface)
		return display_empty(display);
	if (!surface->shown)
		return display_resize(display, surface->picture.width, surface->picture.height);
	display_use(display, surface);
	return true;
}

void display_frame(
	struct display *display, const struct surface *surface, const struct ipc_frame *frame)
{
	display_use(display, surface);
	display->frames++;
	display->sequence = frame->sequence;
	if (!frame->retained && frame->time_ns > display->presented)
		display->presented = frame->time_ns;
}

bool display_surface_gone(struct display *display, const struct surface *surface)
{
	struct picture copy;
	uint8_t *pixels;

	if (display->source != surface->id || display->own)
		return false;
	pixels = picture_new(display->picture.width, display->picture.height, EMPTY_COLOUR, &copy);
	if (!pixels) {
		log_error("no memory to keep the last picture of display %u", display->id);
		pixels = picture_new(1, 1, EMPTY_COLOUR, &copy);
		if (!pixels)
			abort();
	} else if (picture_convert(&display->picture, pixels) == 0) {
		picture_dim(pixels, (size_t)copy.width * copy.height);
	}
	display->own = pixels;
	display->picture = copy;
	display->source = 0;
	return true;
}
