/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listening TCP sockets of displays. They stay open while view processes come and go. */
#ifndef ORIEL_VNC_H
#define ORIEL_VNC_H

#include "host.h"

/* Opens the socket of the session's display 0. 0, or -1 with ret_problem. */
int vnc_open(struct session *session, struct problem *ret_problem);
void vnc_close(struct session *session);

#endif
