/* SPDX-License-Identifier: MIT */
#include "xlib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

static char *(*display_string)(void *display);
static int (*sync)(void *display, int discard);

static void load(void)
{
	void *library = dlopen("libX11.so.6", RTLD_NOW | RTLD_LOCAL);
	void *address = library ? dlsym(library, "XDisplayString") : NULL;

	memcpy(&display_string, &address, sizeof(address));
	address = library ? dlsym(library, "XSync") : NULL;
	memcpy(&sync, &address, sizeof(address));
}

static void ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
}

const char *xlib_name(void *display)
{
	ready();
	return display_string ? display_string(display) : NULL;
}

void xlib_sync(void *display)
{
	ready();
	if (sync)
		sync(display, 0);
}
