// SPDX-License-Identifier: GPL-2.0-or-later
// swaps.so: with it in LD_PRELOAD, a GLX program that finds its functions with dlsym() counts the
// frames that it has ended, by glXSwapBuffers or, off the screen, by glFinish: in the first 8 bytes
// of the file that FRAMES_FILE names, little-endian, from 0.
//
// SWAPS_STEP=MS: the program's own clock goes on by so much each time that it is asked, so that
// what is drawn does not depend on how fast it is. Libraries have the real one. SWAPS_SUMS=COUNT:
// it prints a checksum of each of the first frames, read before it is ended, and exits.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define GL_RGB            0x1907
#define GL_UNSIGNED_BYTE  0x1401
#define GL_PACK_ALIGNMENT 0x0D05
#define GL_VIEWPORT       0x0BA2

typedef void (*function)(void);
typedef void *(*dlsym_function)(void *handle, const char *name);

// In place of libc's.
void *dlsym(void *handle, const char *name);
int clock_gettime(clockid_t clock, struct timespec *ret_time);

static _Atomic uint64_t nowhere;
static _Atomic uint64_t *frames = &nowhere;
static long step, sums;
static dlsym_function real_dlsym;
static function (*real_address)(const unsigned char *name);
static void (*real_swap)(void *display, unsigned long drawable);
static void (*real_finish)(void);

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FRAMES_FILE"), *text;
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map = MAP_FAILED;

	if (fd >= 0) {
		map = mmap(NULL, sizeof *frames, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
	}
	if (map != MAP_FAILED)
		frames = map;
	text = getenv("SWAPS_STEP");
	step = text ? atol(text) : 0;
	text = getenv("SWAPS_SUMS");
	sums = text ? atol(text) : 0;
}

static dlsym_function next_dlsym(void)
{
	if (!real_dlsym) {
		void *found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");

		if (!found)
			found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
		memcpy(&real_dlsym, &found, sizeof found);
	}
	return real_dlsym;
}

// A function of OpenGL, as the program would find it.
static void find(const char *name, void *ret_function)
{
	function found = real_address ? real_address((const unsigned char *)name) : NULL;

	memcpy(ret_function, &found, sizeof found);
}

static void print_sum(void)
{
	static void (*get)(unsigned int name, int *values);
	static void (*store)(unsigned int name, int value);
	static void (*read)(int x, int y, int width, int height, unsigned int format,
		unsigned int type, void *pixels);
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	int box[4] = { 0 };
	unsigned char *pixels;
	size_t size;

	find("glGetIntegerv", &get);
	find("glPixelStorei", &store);
	find("glReadPixels", &read);
	if (!get || !store || !read)
		return;
	get(GL_VIEWPORT, box);
	size = (size_t)box[2] * (size_t)box[3] * 3;
	pixels = calloc(1, size + 1);
	if (!pixels)
		return;
	store(GL_PACK_ALIGNMENT, 1);
	read(0, 0, box[2], box[3], GL_RGB, GL_UNSIGNED_BYTE, pixels);
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ pixels[i]) * UINT64_C(0x100000001b3);
	free(pixels);
	printf("frame %llu %016llx\n", (unsigned long long)*frames, (unsigned long long)sum);
	fflush(stdout);
}

// After a frame: whether that was the last one.
static void ended(void)
{
	if (atomic_fetch_add(frames, 1) + 1 == (uint64_t)sums && sums)
		_exit(0);
}

static void swap(void *display, unsigned long drawable)
{
	if (sums)
		print_sum();
	real_swap(display, drawable);
	ended();
}

static void finish(void)
{
	if (sums)
		print_sum();
	real_finish();
	ended();
}

// Ours in place of a function of that name that was found.
static function replace(const char *name, function found)
{
	if (found && strcmp(name, "glXSwapBuffers") == 0) {
		memcpy(&real_swap, &found, sizeof found);
		return (function)swap;
	}
	if (found && strcmp(name, "glFinish") == 0) {
		memcpy(&real_finish, &found, sizeof found);
		return finish;
	}
	return found;
}

static function address(const unsigned char *name)
{
	return replace((const char *)name, real_address(name));
}

// Whether our caller is the program itself.
static bool from_program(const void *caller)
{
	static const void *base;
	Dl_info info;

	if (!base && dladdr((void *)getauxval(AT_ENTRY), &info))
		base = info.dli_fbase;
	return dladdr(caller, &info) && info.dli_fbase == base;
}

void *dlsym(void *handle, const char *name)
{
	void *found = next_dlsym()(handle, name);
	function ours;

	if (!found || !from_program(__builtin_return_address(0)))
		return found;
	if (strcmp(name, "glXGetProcAddress") == 0 || strcmp(name, "glXGetProcAddressARB") == 0) {
		memcpy(&real_address, &found, sizeof found);
		ours = (function)address;
	} else {
		memcpy(&ours, &found, sizeof found);
		ours = replace(name, ours);
	}
	memcpy(&found, &ours, sizeof found);
	return found;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	static __typeof__(&clock_gettime) real;
	static long now;

	if (step && from_program(__builtin_return_address(0))) {
		now += step;
		*ret_time = (struct timespec){ .tv_sec = 1000 + now / 1000,
			.tv_nsec = now % 1000 * 1000000 };
		return 0;
	}
	if (!real) {
		void *found = next_dlsym()(RTLD_NEXT, "clock_gettime");

		memcpy(&real, &found, sizeof found);
	}
	return real(clock, ret_time);
}
