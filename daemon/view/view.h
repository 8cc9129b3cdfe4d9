/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The view process: a session's displays and their viewers. Two links: to orield, which is obeyed,
 * and to the render process, which is not trusted. Everything that follows from a turn's messages
 * (input, updates, requests for frames, reports) is done once, before the loop waits again.
 */
#ifndef ORIEL_VIEW_VIEW_H
#define ORIEL_VIEW_VIEW_H

#include <stdbool.h>
#include <uv.h>

#include "display.h"
#include "ipc_messages.h"
#include "list.h"
#include "vnc/listener.h"
#include "vnc/server.h"

struct link;

#define VIEW_LISTENERS_MAX (IPC_DISPLAYS_MAX * 4u)
/* A picture this old is shown to newcomers only if no newer one comes soon. */
#define VIEW_STALE_NS UINT64_C(200000000)
/* How long newcomers wait for a fresh picture. */
#define VIEW_FRESH_NS UINT64_C(100000000)

struct view {
	uv_loop_t *loop;
	struct link *control, *render;
	uv_prepare_t turn;
	uv_timer_t timer;
	bool started, stopping;
	int status; /* of the process */
	struct display displays[IPC_DISPLAYS_MAX];
	uint64_t fresh_ns[IPC_DISPLAYS_MAX]; /* until then viewers of it wait for a newer picture; 0: they do not */
	uint32_t n_displays;
	struct list surfaces; // surface.link
	struct vnc_server server;
	struct listener *listeners[VIEW_LISTENERS_MAX];
	uint32_t n_listeners;
	struct list screenshots; // screenshot.link
	uint32_t n_screenshots;
	struct log_limit lines, render_lines;
};

/* Starts on the control link (takes fd); the loop is borrowed. 0 or negative errno. */
int view_open(struct view *view, uv_loop_t *loop, int fd);
/* Closes everything; the loop then ends by itself. */
void view_stop(struct view *view, int status);

/* From the first message: displays and limits. 0 or negative errno. */
int view_start(struct view *view, const struct ipc_view_start *start);
/* NULL when there is no such display. */
struct display *view_display(struct view *view, uint32_t id);
/* Every display shows what it should, after surfaces came, went or were chosen. */
void view_choose(struct view *view);
/* The display's picture is another one, changed in n rectangles; NULL: all of it. */
void view_changed(
	struct view *view, const struct display *display, const struct ipc_rect *rects, uint32_t n);
/* Input events for a display. False when there is no room. */
bool view_input(struct view *view, struct display *display, const struct ipc_event *event);

/* control.c: the link to orield. */
int control_open(struct view *view, int fd);

/* peer.c: the link to the render process. */
void peer_open(struct view *view, int fd);
/* Its surfaces are gone with it. */
void peer_close(struct view *view);
/* Where somebody begins to look after a while, what is there may be old: sets fresh_ns. */
void peer_look(struct view *view, uint64_t now_ns);
/* Asks for frames where somebody looks. Lowers *wake_ns to when there is more to ask for. */
void peer_want(struct view *view, uint64_t now_ns, uint64_t *wake_ns);

#endif
