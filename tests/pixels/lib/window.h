/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scene draws on. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdbool.h>

/* A window of the X server, or a surface of EGL without one; its context is current then. */
void window_open(bool glx);
void window_present(void);
void window_close(void);

#endif
