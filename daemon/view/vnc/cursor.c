/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/cursor.h"

#include <string.h>

#include "util.h"
#include "vnc/encodings.h"
#include "vnc/message.h"

#define COLUMNS    11u
#define MASK_BYTES ((COLUMNS + 7) / 8)

/* X is black, o is white, the rest is see-through; the tip is the hot spot. */
static const char *const arrow[] = {
	"X          ",
	"XX         ",
	"XoX        ",
	"XooX       ",
	"XoooX      ",
	"XooooX     ",
	"XoooooX    ",
	"XooooooX   ",
	"XoooooooX  ",
	"XooooooooX ",
	"XooooooXXXX",
	"XooXooX    ",
	"XoX XooX   ",
	"XX  XooX   ",
	"X    XooX  ",
	"     XooX  ",
	"      XX   ",
};

/* The pixel value with every colour at its largest. */
static uint32_t white(const rfbPixelFormat *format)
{
	return (uint32_t)format->redMax << format->redShift |
	       (uint32_t)format->greenMax << format->greenShift |
	       (uint32_t)format->blueMax << format->blueShift;
}

static uint8_t *put_pixel(uint8_t *at, const rfbPixelFormat *format, uint32_t value)
{
	unsigned bytes = format->bitsPerPixel / 8u;

	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = 8 * (format->bigEndian ? bytes - 1 - i : i);
		*at++ = (uint8_t)(value >> shift);
	}
	return at;
}

size_t cursor_update(const rfbPixelFormat *format, uint8_t *ret_update)
{
	uint8_t *at = ret_update + 16;

	memset(ret_update, 0, CURSOR_UPDATE_MAX);
	message_put_u16(ret_update + 2, 1);
	message_put_u16(ret_update + 8, COLUMNS);
	message_put_u16(ret_update + 10, ARRAY_SIZE(arrow));
	message_put_u32(ret_update + 12, ENCODING_CURSOR);
	for (unsigned row = 0; row < ARRAY_SIZE(arrow); row++) {
		for (unsigned column = 0; column < COLUMNS; column++)
			at = put_pixel(at, format, arrow[row][column] == 'o' ? white(format) : 0);
	}
	for (unsigned row = 0; row < ARRAY_SIZE(arrow); row++) {
		for (unsigned column = 0; column < COLUMNS; column++) {
			if (arrow[row][column] != ' ')
				at[column / 8] |= (uint8_t)(0x80 >> column % 8);
		}
		at += MASK_BYTES;
	}
	return (size_t)(at - ret_update);
}
