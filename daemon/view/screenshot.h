/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screenshots: waiting for the frame, a private copy of it, PNG on another thread, the answer. */
#ifndef ORIEL_VIEW_SCREENSHOT_H
#define ORIEL_VIEW_SCREENSHOT_H

#include <stdbool.h>

#include "view.h"

#define SCREENSHOTS_MAX      8u
#define SCREENSHOT_BYTES_MAX ((size_t)512 << 20) /* pixels of all that are under way */

/* Begins one; answers at once when it cannot. */
void screenshot_request(struct view *view, const struct ipc_screenshot *message);
/* True when one waits for a frame of this display. */
bool screenshot_waits(const struct view *view, uint32_t display);
/* Takes those whose frame is there. Lowers *wake_ns to the next deadline. */
void screenshot_service(struct view *view, uint64_t now_ns, uint64_t *wake_ns);
/* Lets those go that wait. */
void screenshot_finish(struct view *view);

#endif
