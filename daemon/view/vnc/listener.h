/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listening socket of a display. orield made it and keeps a duplicate across our restarts. */
#ifndef ORIEL_VNC_LISTENER_H
#define ORIEL_VNC_LISTENER_H

#include "vnc/server.h"

struct display;
struct listener;

/* Takes fd (also on failure). The display's picture is given to those who connect. 0 or negative errno. */
int listener_open(struct vnc_server *server, int fd, const struct display *display,
	struct listener **ret_listener);
/* NULL is fine. */
void listener_close(struct listener *listener);

#endif
