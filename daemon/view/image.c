/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <png.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "util.h"

/* What somebody waits for need not be small. */
#define COMPRESSION 1

static void write_rows(png_structp png, png_infop info, const struct picture *picture)
{
	png_set_compression_level(png, COMPRESSION);
	png_set_filter(png, 0, PNG_FILTER_SUB);
	png_set_IHDR(png, info, picture->width, picture->height, 8, PNG_COLOR_TYPE_RGB,
		PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	png_set_filler(png, 0, PNG_FILLER_AFTER);
	if (picture->format == RING_BGRX)
		png_set_bgr(png);
	for (uint32_t row = 0; row < picture->height; row++)
		png_write_row(png, picture->pixels + (size_t)row * picture->stride);
	png_write_end(png, info);
}

static int write_png(FILE *file, const struct picture *picture)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info || setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return -ENOMEM;
	}
	png_init_io(png, file);
	write_rows(png, info, picture);
	png_destroy_write_struct(&png, &info);
	return fflush(file) == 0 ? 0 : -EIO;
}

int image_encode(const struct picture *picture, int *ret_fd, uint64_t *ret_size)
{
	_cleanup_fd_ int fd = memfd_create("oriel-screenshot", MFD_CLOEXEC);
	struct stat status;
	FILE *file;
	int copy, r;

	if (fd < 0)
		return -errno;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	file = copy < 0 ? NULL : fdopen(copy, "wb");
	if (!file) {
		r = -errno;
		if (copy >= 0)
			close(copy);
		return r;
	}
	r = write_png(file, picture);
	fclose(file);
	if (r < 0)
		return r;
	if (fstat(fd, &status) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	*ret_size = (uint64_t)status.st_size;
	*ret_fd = TAKE_FD(fd);
	return 0;
}
