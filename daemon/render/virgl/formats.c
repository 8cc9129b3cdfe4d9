/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/formats.h"

#include <stddef.h>

#include "ring.h"
#include "util.h"

/*
 * A run of formats with consecutive numbers. Block sizes start at `bytes` and grow by `step`:
 * R32, R32G32, R32G32B32, R32G32B32A32 is { 28, 4, 4, 4 }.
 */
static const struct run {
	uint16_t first;
	uint8_t count, bytes, step;
	uint8_t width, height; /* 0: 1 */
} runs[] = {
	{ 1, 4, 4, 0, 0, 0 },    /* 8 bit BGRA, BGRX, ARGB, XRGB */
	{ 5, 3, 2, 0, 0, 0 },    /* 5551, 4444, 565 */
	{ 8, 1, 4, 0, 0, 0 },    /* 10 bit */
	{ 9, 3, 1, 0, 0, 0 },    /* L8 A8 I8 */
	{ 12, 2, 2, 0, 0, 0 },   /* L8A8, L16 */
	{ 16, 1, 2, 0, 0, 0 },   /* Z16 */
	{ 17, 6, 4, 0, 0, 0 },   /* Z32, Z24S8 and their kin */
	{ 23, 1, 1, 0, 0, 0 },   /* S8 */
	{ 24, 4, 8, 8, 0, 0 },   /* R64.. */
	{ 28, 4, 4, 4, 0, 0 },   /* R32.. float */
	{ 32, 4, 4, 4, 0, 0 },   /* unorm */
	{ 36, 4, 4, 4, 0, 0 },   /* uscaled */
	{ 40, 4, 4, 4, 0, 0 },   /* snorm */
	{ 44, 4, 4, 4, 0, 0 },   /* sscaled */
	{ 48, 4, 2, 2, 0, 0 },   /* R16.. unorm */
	{ 52, 4, 2, 2, 0, 0 },   /* uscaled */
	{ 56, 4, 2, 2, 0, 0 },   /* snorm */
	{ 60, 4, 2, 2, 0, 0 },   /* sscaled */
	{ 64, 4, 1, 1, 0, 0 },   /* R8.. unorm */
	{ 68, 1, 4, 0, 0, 0 },   /* XBGR */
	{ 69, 4, 1, 1, 0, 0 },   /* uscaled */
	{ 74, 4, 1, 1, 0, 0 },   /* snorm */
	{ 82, 4, 1, 1, 0, 0 },   /* sscaled */
	{ 87, 4, 4, 4, 0, 0 },   /* R32.. fixed */
	{ 91, 4, 2, 2, 0, 0 },   /* R16.. float */
	{ 95, 3, 1, 1, 0, 0 },   /* L8, L8A8, R8G8B8 sRGB */
	{ 98, 7, 4, 0, 0, 0 },   /* 32 bit sRGB */
	{ 105, 2, 8, 0, 4, 4 },  /* DXT1 */
	{ 107, 2, 16, 0, 4, 4 }, /* DXT3, DXT5 */
	{ 109, 2, 8, 0, 4, 4 },  /* DXT1 sRGB */
	{ 111, 2, 16, 0, 4, 4 }, /* DXT3, DXT5 sRGB */
	{ 113, 2, 8, 0, 4, 4 },  /* RGTC1 */
	{ 115, 2, 16, 0, 4, 4 }, /* RGTC2 */
	{ 119, 1, 4, 0, 0, 0 },  /* R8SG8SB8UX8U */
	{ 120, 1, 2, 0, 0, 0 },  /* R5SG5SB6U */
	{ 121, 1, 4, 0, 0, 0 },  /* ABGR */
	{ 122, 1, 2, 0, 0, 0 },  /* 555X */
	{ 123, 3, 4, 0, 0, 0 },  /* 10 bit uscaled, 11 bit and shared exponent floats */
	{ 126, 1, 8, 0, 0, 0 },  /* Z32F S8X24 */
	{ 128, 2, 4, 0, 0, 0 },  /* 10 bit X2 */
	{ 130, 1, 1, 0, 0, 0 },  /* L4A4 */
	{ 131, 2, 4, 0, 0, 0 },  /* 10 bit BGRA */
	{ 133, 1, 2, 0, 0, 0 },  /* R8G8Bx */
	{ 134, 1, 4, 0, 0, 0 },  /* RGBX */
	{ 135, 1, 2, 0, 0, 0 },  /* 444X */
	{ 136, 2, 4, 0, 0, 0 },  /* X24S8, S8X24 */
	{ 138, 1, 8, 0, 0, 0 },  /* X32 S8X24 */
	{ 139, 1, 1, 0, 0, 0 },  /* B2G3R3 */
	{ 140, 1, 4, 0, 0, 0 },  /* L16A16 */
	{ 141, 2, 2, 0, 0, 0 },  /* A16 I16 */
	{ 143, 2, 8, 0, 4, 4 },  /* LATC1 */
	{ 145, 2, 16, 0, 4, 4 }, /* LATC2 */
	{ 147, 2, 1, 0, 0, 0 },  /* A8 L8 snorm */
	{ 149, 1, 2, 0, 0, 0 },  /* L8A8 snorm */
	{ 150, 1, 1, 0, 0, 0 },  /* I8 snorm */
	{ 151, 2, 2, 0, 0, 0 },  /* A16 L16 snorm */
	{ 153, 1, 4, 0, 0, 0 },  /* L16A16 snorm */
	{ 154, 3, 2, 0, 0, 0 },  /* I16 snorm, A16 L16 float */
	{ 157, 1, 4, 0, 0, 0 },  /* L16A16 float */
	{ 158, 1, 2, 0, 0, 0 },  /* I16 float */
	{ 159, 2, 4, 0, 0, 0 },  /* A32 L32 float */
	{ 161, 1, 8, 0, 0, 0 },  /* L32A32 float */
	{ 162, 1, 4, 0, 0, 0 },  /* I32 float */
	{ 168, 2, 1, 0, 0, 0 },  /* A4R4 R4A4 */
	{ 170, 2, 2, 0, 0, 0 },  /* R8A8 A8R8 */
	{ 172, 5, 4, 0, 0, 0 },  /* 10 bit scaled and snorm */
	{ 177, 4, 1, 1, 0, 0 },  /* R8.. uint */
	{ 181, 4, 1, 1, 0, 0 },  /* sint */
	{ 185, 4, 2, 2, 0, 0 },  /* R16.. uint */
	{ 189, 4, 2, 2, 0, 0 },  /* sint */
	{ 193, 4, 4, 4, 0, 0 },  /* R32.. uint */
	{ 197, 4, 4, 4, 0, 0 },  /* sint */
	{ 201, 3, 1, 0, 0, 0 },  /* A8 I8 L8 uint */
	{ 204, 1, 2, 0, 0, 0 },  /* L8A8 uint */
	{ 205, 3, 1, 0, 0, 0 },  /* sint */
	{ 208, 4, 2, 0, 0, 0 },  /* L8A8 sint, A16 I16 L16 uint */
	{ 212, 1, 4, 0, 0, 0 },  /* L16A16 uint */
	{ 213, 3, 2, 0, 0, 0 },  /* A16 I16 L16 sint */
	{ 216, 4, 4, 0, 0, 0 },  /* L16A16 sint, A32 I32 L32 uint */
	{ 220, 1, 8, 0, 0, 0 },  /* L32A32 uint */
	{ 221, 3, 4, 0, 0, 0 },  /* A32 I32 L32 sint */
	{ 224, 1, 8, 0, 0, 0 },  /* L32A32 sint */
	{ 225, 1, 4, 0, 0, 0 },  /* 10 bit BGRA uint */
	{ 226, 1, 8, 0, 4, 4 },  /* ETC1 */
	{ 229, 5, 4, 0, 0, 0 },  /* RGBX snorm, sRGB, uint, sint, 10 bit BGRX */
	{ 234, 5, 8, 0, 0, 0 },  /* R16G16B16X16 */
	{ 239, 3, 16, 0, 0, 0 }, /* R32G32B32X32 */
	{ 242, 1, 2, 0, 0, 0 },  /* R8A8 snorm */
	{ 243, 3, 4, 0, 0, 0 },  /* R16A16 */
	{ 246, 1, 8, 0, 0, 0 },  /* R32A32 float */
	{ 247, 2, 2, 0, 0, 0 },  /* R8A8 uint, sint */
	{ 249, 2, 4, 0, 0, 0 },  /* R16A16 uint, sint */
	{ 251, 2, 8, 0, 0, 0 },  /* R32A32 uint, sint */
	{ 253, 1, 4, 0, 0, 0 },  /* 10 bit uint */
	{ 254, 1, 2, 0, 0, 0 },  /* 565 sRGB */
	{ 255, 4, 16, 0, 4, 4 }, /* BPTC */
	{ 259, 3, 2, 0, 0, 0 },  /* A8L8 */
	{ 262, 1, 4, 0, 0, 0 },  /* A16L16 */
	{ 263, 2, 2, 0, 0, 0 },  /* G8R8 */
	{ 265, 4, 4, 0, 0, 0 },  /* G16R16, ABGR XBGR snorm */
	{ 269, 4, 8, 0, 4, 4 },  /* ETC2 RGB8, RGB8A1 */
	{ 273, 2, 16, 0, 4, 4 }, /* ETC2 RGBA8 */
	{ 275, 2, 8, 0, 4, 4 },  /* ETC2 R11 */
	{ 277, 2, 16, 0, 4, 4 }, /* ETC2 RG11 */
	{ 279, 1, 16, 0, 4, 4 }, /* ASTC, linear */
	{ 280, 1, 16, 0, 5, 4 }, { 281, 1, 16, 0, 5, 5 }, { 282, 1, 16, 0, 6, 5 },
	{ 283, 1, 16, 0, 6, 6 }, { 284, 1, 16, 0, 8, 5 }, { 285, 1, 16, 0, 8, 6 },
	{ 286, 1, 16, 0, 8, 8 }, { 287, 1, 16, 0, 10, 5 }, { 288, 1, 16, 0, 10, 6 },
	{ 289, 1, 16, 0, 10, 8 }, { 290, 1, 16, 0, 10, 10 }, { 291, 1, 16, 0, 12, 10 },
	{ 292, 1, 16, 0, 12, 12 }, { 293, 1, 16, 0, 4, 4 }, /* ASTC, sRGB */
	{ 294, 1, 16, 0, 5, 4 }, { 295, 1, 16, 0, 5, 5 }, { 296, 1, 16, 0, 6, 5 },
	{ 297, 1, 16, 0, 6, 6 }, { 298, 1, 16, 0, 8, 5 }, { 299, 1, 16, 0, 8, 6 },
	{ 300, 1, 16, 0, 8, 8 }, { 301, 1, 16, 0, 10, 5 }, { 302, 1, 16, 0, 10, 6 },
	{ 303, 1, 16, 0, 10, 8 }, { 304, 1, 16, 0, 10, 10 }, { 305, 1, 16, 0, 12, 10 },
	{ 306, 1, 16, 0, 12, 12 }, { 308, 1, 4, 0, 0, 0 }, /* 10 bit RGBX */
	{ 311, 1, 2, 0, 0, 0 },                            /* 4444 ABGR */
	{ 312, 2, 1, 1, 0, 0 },                            /* R8, R8G8 sRGB */
};

/* Formats whose bytes are those of a ring's. */
static const struct {
	uint16_t number;
	uint8_t ring;
} shown[] = {
	{ 1, RING_BGRX },      /* B8G8R8A8_UNORM */
	{ 2, RING_BGRX },      /* B8G8R8X8_UNORM */
	{ 100, RING_BGRX },    /* B8G8R8A8_SRGB */
	{ 101, RING_BGRX },    /* B8G8R8X8_SRGB */
	{ 67, RING_RGBX },     /* R8G8B8A8_UNORM */
	{ 134, RING_RGBX },    /* R8G8B8X8_UNORM */
	{ 104, RING_RGBX },    /* R8G8B8A8_SRGB */
	{ 230, RING_RGBX },    /* R8G8B8X8_SRGB */
	{ 7, RING_RGB565 },    /* B5G6R5_UNORM */
	{ 254, RING_RGB565 },  /* B5G6R5_SRGB */
	{ 131, RING_X2RGB10 }, /* B10G10R10A2_UNORM */
	{ 233, RING_X2RGB10 }, /* B10G10R10X2_UNORM */
};

bool virgl_format_find(uint32_t number, struct virgl_format *ret_format)
{
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		const struct run *run = &runs[i];
		if (number < run->first || number - run->first >= run->count)
			continue;
		ret_format->bytes = (uint8_t)(run->bytes + (number - run->first) * run->step);
		ret_format->width = run->width ? run->width : 1;
		ret_format->height = run->height ? run->height : 1;
		return true;
	}
	return false;
}

uint32_t virgl_format_ring(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		if (shown[i].number == number)
			return shown[i].ring;
	}
	return 0;
}
