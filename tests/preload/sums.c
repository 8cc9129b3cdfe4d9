// SPDX-License-Identifier: GPL-2.0-or-later
// sums.so: with it in LD_PRELOAD, a program of GLX writes the checksum of each frame that it shows,
// as captures have it (proto/gl/capture.md), into the file that SUMS_FILE names: 16 digits a line.
#include <dlfcn.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <GL/glx.h>

static uint64_t sum_rows(const uint8_t *pixels, unsigned width, unsigned height)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (unsigned y = height; y-- > 0;) { // glReadPixels begins at the bottom
		const uint8_t *at = pixels + (size_t)y * width * 4;

		for (unsigned x = 0; x < width; x++, at += 4) {
			sum ^= (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
			sum *= UINT64_C(0x100000001b3);
		}
	}
	return sum;
}

// The back buffer of what is current; the program's rows may have any alignment, as pixels have 4 bytes.
static void note_frame(Display *display, GLXDrawable drawable)
{
	static FILE *file;
	unsigned width = 0, height = 0;
	uint8_t *pixels;

	if (!file)
		file = fopen(getenv("SUMS_FILE"), "we");
	glXQueryDrawable(display, drawable, GLX_WIDTH, &width);
	glXQueryDrawable(display, drawable, GLX_HEIGHT, &height);
	pixels = malloc((size_t)width * height * 4);
	if (!file || !pixels)
		abort();
	glReadPixels(0, 0, (GLsizei)width, (GLsizei)height, GL_BGRA, GL_UNSIGNED_BYTE, pixels);
	fprintf(file, "%016" PRIx64 "\n", sum_rows(pixels, width, height));
	fflush(file);
	free(pixels);
}

// In place of libGL's.
void glXSwapBuffers(Display *display, GLXDrawable drawable)
{
	static __typeof__(&glXSwapBuffers) swap;

	if (!swap)
		*(void **)&swap = dlsym(RTLD_NEXT, "glXSwapBuffers");
	note_frame(display, drawable);
	swap(display, drawable);
}
