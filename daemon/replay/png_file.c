/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "png_file.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>

static int write_rows(
	png_structp png, png_infop info, const uint8_t *pixels, uint32_t width, uint32_t height)
{
	if (setjmp(png_jmpbuf(png)))
		return -EIO;
	png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	png_set_bgr(png);
	png_set_filler(png, 0, PNG_FILLER_AFTER);
	for (uint32_t y = 0; y < height; y++)
		png_write_row(png, pixels + (uint64_t)y * width * 4);
	png_write_end(png, NULL);
	return 0;
}

static int write_png(FILE *file, const uint8_t *pixels, uint32_t width, uint32_t height)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int r = -ENOMEM;

	if (info) {
		png_init_io(png, file);
		r = write_rows(png, info, pixels, width, height);
	}
	png_destroy_write_struct(&png, &info);
	return r;
}

int png_file_write(const char *path, const uint8_t *pixels, uint32_t width, uint32_t height)
{
	FILE *file = fopen(path, "wbe");
	int r;

	if (!file)
		return -errno;
	r = write_png(file, pixels, width, height);
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	return r;
}
