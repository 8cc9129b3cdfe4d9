/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/encodings.h"

#include <string.h>

#include "util.h"
#include "vnc/message.h"

#define ENCODING_NEW_SIZE      UINT32_C(0xffffff21)
#define ENCODING_EXTENDED_SIZE UINT32_C(0xfffffecc)

static const struct {
	uint32_t encoding;
	const char *name;
} pixels[] = {
	{ 0, "raw" },
	{ 2, "rre" },
	{ 5, "hextile" },
	{ 6, "zlib" },
	{ 7, "tight" },
	{ 16, "zrle" },
};

/* Ranges of pseudo-encodings, both ends taken. */
static const struct {
	uint32_t first, last;
} pseudo[] = {
	{ 0xfffffd00, 0xfffffd03 }, /* chroma subsampling of JPEG */
	{ 0xfffffe01, 0xfffffe64 }, /* fine quality of JPEG */
	{ ENCODING_EXTENDED_SIZE, ENCODING_EXTENDED_SIZE },
	{ 0xffffff00, 0xffffff09 },        /* compression */
	{ 0xffffff20, ENCODING_NEW_SIZE }, /* last rectangle, and new size */
	{ 0xffffffe0, 0xffffffe9 },        /* quality */
};

static bool served(uint32_t encoding)
{
	for (size_t i = 0; i < ARRAY_SIZE(pixels); i++) {
		if (pixels[i].encoding == encoding)
			return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(pseudo); i++) {
		if (encoding >= pseudo[i].first && encoding <= pseudo[i].last)
			return true;
	}
	return false;
}

size_t encodings_filter(uint8_t *message, struct encodings *ret_encodings)
{
	uint16_t count = message_u16(message + 2), kept = 0;

	*ret_encodings = (struct encodings){ 0 };
	for (uint16_t i = 0; i < count; i++) {
		uint32_t encoding = message_u32(message + 4 + (size_t)i * 4);
		if (encoding == ENCODING_NEW_SIZE || encoding == ENCODING_EXTENDED_SIZE)
			ret_encodings->resizes = true;
		else if (encoding == ENCODING_QEMU_KEYS)
			ret_encodings->qemu_keys = true;
		else if (encoding == ENCODING_CURSOR)
			ret_encodings->cursor = true;
		if (served(encoding))
			message_put_u32(message + 4 + (size_t)kept++ * 4, encoding);
	}
	message_put_u16(message + 2, kept);
	return 4 + (size_t)kept * 4;
}

const char *encodings_name(int32_t encoding)
{
	for (size_t i = 0; i < ARRAY_SIZE(pixels); i++) {
		if (pixels[i].encoding == (uint32_t)encoding)
			return pixels[i].name;
	}
	return "raw";
}
