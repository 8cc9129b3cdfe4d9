/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One viewer: a connection, and a libvncserver screen of its own with this one client. libvncserver
 * sees whole messages and a queue in memory; the socket is ours. The viewer's framebuffer is the
 * display's picture itself where sizes agree, else a canvas that the picture is drawn into.
 */
#ifndef ORIEL_VNC_VIEWER_H
#define ORIEL_VNC_VIEWER_H

#include <rfb/rfb.h>
#include <rfb/rfbregion.h>
#include <stdbool.h>
#include <uv.h>

#include "fit.h"
#include "held.h"
#include "ipc_messages.h"
#include "list.h"
#include "picture.h"
#include "vnc/auth.h"
#include "vnc/channel.h"
#include "vnc/message.h"
#include "vnc/server.h"

#define VIEWER_SIDE_MAX     8192u               /* libvncserver sends raw lines of at most 32 KiB */
#define VIEWER_QUEUED_TOTAL ((size_t)512 << 20) /* bytes waiting for all viewers together */
#define VIEWER_FRESH_MAX    32u                 /* connections before authentication */
#define VIEWER_HANDSHAKE_NS UINT64_C(10000000000)
#define VIEWER_STALL_NS     UINT64_C(60000000000)
#define VIEWER_SLOW_NS \
	UINT64_C(5000000000) /* an update may take this long when all room is taken */
#define VIEWER_LINGER_NS UINT64_C(2000000000) /* to get the last words out */
#define VIEWER_AHEAD_MAX (128u << 10) /* unacknowledged bytes above which no update starts */

struct viewer {
	struct list link; // vnc_server.viewers
	struct vnc_server *server;
	uint32_t id, display;
	char address[IPC_TEXT_MAX + 1]; /* host:port */
	struct auth_address from;
	int fd;
	uv_poll_t poll;
	int watched; /* events of the poll */
	struct channel channel;
	rfbScreenInfoPtr screen;
	rfbClientPtr client;
	bool ready;   /* past authentication */
	bool asked;   /* has requested an update */
	bool blocked; /* input waits for room */
	bool resizes;
	bool tell_keys, tell_cursor; /* with the next update */
	bool closing, dead;          /* last words are sent; gone, to be freed */
	const char *refused;         /* turned away after its version, for this reason */
	char reason[IPC_TEXT_MAX + 1];
	struct held held;
	struct picture picture; /* the display's; the pixels are borrowed until the next one */
	struct fit fit;
	uint8_t *canvas;       /* NULL: served from the picture itself */
	sraRegionPtr undrawn;  /* of the canvas */
	uint64_t due_ns;       /* the next update may start */
	uint64_t deadline_ns;  /* handshake, or last words */
	uint64_t check_ns;     /* it is looked at again */
	uint64_t progress_ns;  /* it last took something, or nothing waited */
	uint64_t acknowledged; /* bytes, then */
	uint64_t frames;       /* updates sent */
};

/*
 * A new connection for a display that shows `picture`. Takes fd (also on failure). 0 or negative
 * errno. `changed` is called before it returns.
 */
int viewer_create(struct vnc_server *server, int fd, const struct sockaddr *peer, uint32_t display,
	const struct picture *picture);

/* The display's picture is this one now; changed in the n rectangles (0: nowhere). */
void viewer_picture(struct viewer *viewer, const struct picture *picture,
	const struct ipc_rect *rects, uint32_t n);

/* Ends the connection, after what is queued if it takes that soon. */
void viewer_close(struct viewer *viewer, const char *reason);

/*
 * Once in a turn of the loop: sends what can be sent. `hold`: no update now, a newer picture is
 * about to come. Lowers *wake_ns to when it must be called again at the latest.
 */
void viewer_service(struct viewer *viewer, uint64_t now_ns, bool hold, uint64_t *wake_ns);

/* True when it waits for a picture with its queue empty. */
bool viewer_waits(const struct viewer *viewer);

/* Once `dead` is set: reports it gone and frees it. */
void viewer_destroy(struct viewer *viewer);

/* What orield is told with each pong. */
void viewer_stats(const struct viewer *viewer, struct ipc_viewer_stats *ret_stats);

#endif
