/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scene draws on. */
#ifndef WINDOW_H
#define WINDOW_H

struct window {
	void (*open)(void); /* its context is current then */
	void (*present)(void);
	void (*close)(void);
};

/* A surface without a window. */
extern const struct window window_egl;
/* A window of the X server. Programs may be linked without it. */
extern const struct window window_glx __attribute__((weak));

#endif
