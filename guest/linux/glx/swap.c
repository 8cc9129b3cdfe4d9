/* SPDX-License-Identifier: MIT */
/* Frames, their interval, and what a drawable says of itself. */
#include <limits.h>
#include <time.h>

#include "glx.h"

/* Refreshes that a frame may be shown at least. */
#define INTERVAL_MAX 1000

/* ---- frames */

/* The target, held; NULL: there is none. */
static struct target *take(Display *display, XID id)
{
	const struct glx_thread *thread = glx_thread();
	struct target *target = thread->draw;

	pthread_mutex_lock(&glx_lock);
	if (!target || target->id != id || thread->display != display)
		target = target_find(xserver_get(xlib_name(display)), id);
	if (target)
		target->references++;
	pthread_mutex_unlock(&glx_lock);
	return target;
}

static void give(struct target *target)
{
	pthread_mutex_lock(&glx_lock);
	target_put(target);
	pthread_mutex_unlock(&glx_lock);
}

/* The host is lost: a program that draws on is not to be any faster for it. */
static void idle(uint32_t interval)
{
	const struct timespec refresh = { .tv_nsec = 16000000 };

	for (uint32_t i = 0; i < interval; i++)
		nanosleep(&refresh, NULL);
}

void glXSwapBuffers(Display *display, GLXDrawable drawable)
{
	struct target *target = take(display, drawable);

	if (!target) {
		/* Any window may be swapped, which does nothing to one that has never been drawn to. */
		if (drawable == None)
			xlib_error(display, FAULT_OF(GLXBadDrawable), X_GLXSwapBuffers, drawable);
		return;
	}
	if (target->kind == TARGET_PBUFFER || target->kind == TARGET_PIXMAP)
		gl_flush_current(false);
	else if (!target->config->double_buffered)
		glFlush();
	else if (drawable_present(target->drawable, target->interval))
		idle(target->interval);
	give(target);
}

/* ---- the interval */

static int set_current_interval(int interval)
{
	struct glx_thread *thread = glx_thread();

	if (!thread->context || !thread->draw)
		return GLX_BAD_CONTEXT;
	thread->draw->interval = (uint32_t)(interval > INTERVAL_MAX ? INTERVAL_MAX : interval);
	return Success;
}

int glXSwapIntervalSGI(int interval)
{
	return interval > 0 ? set_current_interval(interval) : GLX_BAD_VALUE;
}

int glXSwapIntervalMESA(unsigned interval)
{
	return interval <= INT_MAX ? set_current_interval((int)interval) : GLX_BAD_VALUE;
}

int glXGetSwapIntervalMESA(void)
{
	const struct glx_thread *thread = glx_thread();

	return thread->draw ? (int)thread->draw->interval : 0;
}

void glXSwapIntervalEXT(Display *display, GLXDrawable drawable, int interval)
{
	struct target *target = interval < 0 ? NULL : take(display, drawable);

	if (!target) {
		xlib_error(
			display, interval < 0 ? BadValue : BadWindow, X_GLXVendorPrivate, drawable);
		return;
	}
	target->interval = (uint32_t)(interval > INTERVAL_MAX ? INTERVAL_MAX : interval);
	give(target);
}

/* ---- drawables */

static unsigned query(struct target *target, int name)
{
	uint32_t width, height;

	drawable_size(target->drawable, &width, &height);
	switch (name) {
	case GLX_WIDTH:
		return width;
	case GLX_HEIGHT:
		return height;
	case GLX_FBCONFIG_ID:
		return (unsigned)target->config->id;
	case GLX_PRESERVED_CONTENTS:
		return target->kind == TARGET_PBUFFER;
	case GLX_LARGEST_PBUFFER:
		return target->largest;
	case GLX_EVENT_MASK:
		return (unsigned)target->events;
	case GLX_SCREEN:
		return (unsigned)target->config->screen->number;
	case GLX_SWAP_INTERVAL_EXT:
		return target->interval;
	case GLX_MAX_SWAP_INTERVAL_EXT:
		return INTERVAL_MAX;
	default:
		return 0;
	}
}

/* A window that has never been drawn to. */
static bool query_window(Display *display, GLXDrawable drawable, int name, unsigned *value)
{
	struct xserver *server = xserver_get(xlib_name(display));
	uint32_t width, height;

	xlib_sync(display);
	if (!server || !xserver_geometry(server, (uint32_t)drawable, &width, &height))
		return false;
	*value = name == GLX_WIDTH ? width : name == GLX_HEIGHT ? height : 0;
	if (name == GLX_SWAP_INTERVAL_EXT)
		*value = 1;
	if (name == GLX_MAX_SWAP_INTERVAL_EXT)
		*value = INTERVAL_MAX;
	return true;
}

void glXQueryDrawable(Display *display, GLXDrawable drawable, int name, unsigned *value)
{
	struct target *target = take(display, drawable);

	if (target) {
		*value = query(target, name);
		give(target);
	} else if (!query_window(display, drawable, name, value)) {
		xlib_error(display, FAULT_OF(GLXBadDrawable), X_GLXGetDrawableAttributes, drawable);
	}
}

/* Pbuffers are never damaged: the events that are asked for do not come. */
void glXSelectEvent(Display *display, GLXDrawable drawable, unsigned long mask)
{
	struct target *target = take(display, drawable);

	if (target) {
		target->events = mask;
		give(target);
	} else {
		xlib_error(
			display, FAULT_OF(GLXBadDrawable), X_GLXChangeDrawableAttributes, drawable);
	}
}

void glXGetSelectedEvent(Display *display, GLXDrawable drawable, unsigned long *mask)
{
	struct target *target = take(display, drawable);

	*mask = 0;
	if (target) {
		*mask = target->events;
		give(target);
	} else {
		xlib_error(display, FAULT_OF(GLXBadDrawable), X_GLXGetDrawableAttributes, drawable);
	}
}
