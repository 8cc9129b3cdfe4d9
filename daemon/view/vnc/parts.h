/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a viewer, for each other. */
#ifndef ORIEL_VNC_PARTS_H
#define ORIEL_VNC_PARTS_H

#include "vnc/viewer.h"

/* Makes the viewer's screen and client; the greeting is queued. 0 or negative errno. */
int dialogue_open(struct viewer *viewer);
void dialogue_finish(struct viewer *viewer);
/* Handles the whole messages that have come; closes the viewer when one is wrong. */
void dialogue_consume(struct viewer *viewer);
/* Passes an event of the viewer on, its coordinates already the display's. */
void dialogue_input(struct viewer *viewer, const struct ipc_event *event);

/* Puts the display's picture into the viewer's framebuffer, which takes its size where it can; all is to be sent. */
void canvas_place(struct viewer *viewer);
/* Draws what is due and encodes an update into the queue. */
void canvas_update(struct viewer *viewer);
void canvas_finish(struct viewer *viewer);

/* Past authentication. */
void viewer_set_ready(struct viewer *viewer);

#endif
