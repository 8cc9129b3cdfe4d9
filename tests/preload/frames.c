// SPDX-License-Identifier: GPL-2.0-or-later
// frames.so: with it in LD_PRELOAD, an OpenGL program of software Mesa counts the pictures that it
// shows, in the first 8 bytes of the file that FRAMES_FILE names: a whole window is one put to the
// X server, with every driver. Little-endian, from 0; whoever maps the file sees it grow.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// In place of libX11's and libXext's; what they point to does not matter here.
int XPutImage(void *display, unsigned long drawable, void *gc, void *image, int from_x, int from_y,
	int x, int y, unsigned width, unsigned height);
int XShmPutImage(void *display, unsigned long drawable, void *gc, void *image, int from_x,
	int from_y, int x, int y, unsigned width, unsigned height, int event);

static _Atomic uint64_t nowhere;
static _Atomic uint64_t *frames = &nowhere;
static __typeof__(&XPutImage) put;
static __typeof__(&XShmPutImage) put_shared;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FRAMES_FILE");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, sizeof *frames, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		frames = map;
}

int XPutImage(void *display, unsigned long drawable, void *gc, void *image, int from_x, int from_y,
	int x, int y, unsigned width, unsigned height)
{
	if (!put)
		*(void **)&put = dlsym(RTLD_NEXT, "XPutImage");
	atomic_fetch_add(frames, 1);
	return put(display, drawable, gc, image, from_x, from_y, x, y, width, height);
}

int XShmPutImage(void *display, unsigned long drawable, void *gc, void *image, int from_x,
	int from_y, int x, int y, unsigned width, unsigned height, int event)
{
	if (!put_shared)
		*(void **)&put_shared = dlsym(RTLD_NEXT, "XShmPutImage");
	atomic_fetch_add(frames, 1);
	return put_shared(display, drawable, gc, image, from_x, from_y, x, y, width, height, event);
}
