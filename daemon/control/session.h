/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session: what Oriel keeps for one VM. It owns its listeners, its guest connections, its render
 * and its view process, and what those report of streams, displays and viewers. The API reads these
 * structures directly; only session.c and its neighbours change them.
 */
#ifndef ORIEL_SESSION_H
#define ORIEL_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "ipc_messages.h"
#include "limit.h"
#include "list.h"

#define SESSION_LISTENERS_MAX 8u
#define SESSION_UIDS_MAX      16u
#define SESSION_RESTARTS_KEPT 8u
#define SESSION_PATH_MAX      107u /* bytes: sockaddr_un */

struct host;
struct child;

/* What a client or an operator did wrong, or why something cannot be: made into an RFC 9457 document or a log line. */
struct problem {
	int status;       /* HTTP: 400, 404, 409, ... */
	char pointer[64]; /* where in the request: a JSON pointer; may be empty */
	char detail[256]; /* one sentence: what is wrong and what to do */
};

enum listener_kind {
	LISTENER_LOCAL, /* processes and containers on this host */
	LISTENER_VM,    /* a VMM's chardev: no descriptors can be passed */
};

/* What a listener should be. */
struct listener_spec {
	enum listener_kind kind;
	char path[SESSION_PATH_MAX + 1];
	uint32_t mode;                /* permission bits of the socket */
	uid_t owner;                  /* (uid_t)-1: leave */
	gid_t group;                  /* (gid_t)-1: leave */
	uid_t uids[SESSION_UIDS_MAX]; /* peers allowed; none: the socket's mode decides alone */
	size_t n_uids;
};

/* What a session should be, from the configuration or the API. */
struct session_spec {
	char name[IPC_NAME_MAX + 1]; /* [A-Za-z0-9][A-Za-z0-9._-]* */
	struct listener_spec listeners[SESSION_LISTENERS_MAX];
	size_t n_listeners;
	char vnc_address[IPC_TEXT_MAX + 1];  /* numeric address; empty: 127.0.0.1 */
	uint16_t vnc_port;                   /* 0: from the range, the same one every time */
	char vnc_password[IPC_NAME_MAX + 1]; /* empty: none, on loopback only */
	uint32_t vtest_offer;                /* spec.h; 0: as the host has it */
	uint32_t compute_offer;              /* the same for compute shaders */
	bool configured;           /* from the configuration: the API does not delete it */
	uint64_t limits[LIMITS_N]; /* 0: that of the host */
};

enum session_state {
	SESSION_STARTING, /* a process is being started */
	SESSION_READY,    /* both processes run */
	SESSION_FAILED,   /* crashed too often, or cannot be started; `reason` says why */
	SESSION_STOPPING,
};

/* A restart of a child, newest last. */
struct session_restart {
	int64_t time;        /* seconds since the epoch */
	const char *process; /* "render" or "view" */
	char reason[IPC_TEXT_MAX + 1];
};

struct stream {
	struct list link; // session.streams
	struct ipc_stream info;
	struct ipc_stream_stats stats;
	int64_t since; /* seconds since the epoch */
};

/* A window that a guest presents. */
struct surface {
	struct list link; // session.surfaces
	struct ipc_surface_state info;
};

struct display {
	struct ipc_display info;
	struct ipc_display_stats stats;
	char vnc_address[IPC_TEXT_MAX + 1]; /* as bound */
	uint16_t vnc_port;
	int listen_fd; /* kept across restarts of the view process */
};

struct viewer {
	struct list link; // session.viewers
	struct ipc_viewer info;
	struct ipc_viewer_stats stats;
	int64_t since; /* seconds since the epoch */
};

/* Of a channel of forwarded OpenGL (proto/gl/capture.md). */
struct capture {
	struct list link; // session.captures
	struct ipc_capture_state info;
	uint64_t size;  /* bytes of it at most */
	bool used;      /* false: an empty file, which no channel has taken yet */
	bool cut;       /* its render process ended while it wrote */
	bool checksums; /* of each frame, too */
	int64_t since;  /* seconds since the epoch */
};

struct session {
	struct list link; // host.sessions
	struct host *host;
	struct session_spec spec;
	enum session_state state;
	int64_t state_since;           /* seconds since the epoch */
	char reason[IPC_TEXT_MAX + 1]; /* of SESSION_FAILED */
	struct session_restart restarts[SESSION_RESTARTS_KEPT];
	size_t n_restarts;           /* entries in use */
	uint64_t restart_count;      /* in all */
	struct child *render, *view; /* NULL while not running */
	struct ipc_render_gpu gpu;   /* what its last render process told; n_gpus 0: nothing yet,
					renderer empty: none can be used */
	uint32_t vtest_version;      /* the highest that its guests on this host are offered */
	uint8_t compute;             /* enum ipc_compute: as asked for */
	uint8_t guest_level;         /* enum log_level of its guests' lines; 0: orield's own */
	struct ipc_render_pong render_stats;
	uint64_t limits_changed[LIMITS_N];         /* by the API while it runs; 0: not */
	struct ipc_limit_use limits_use[LIMITS_N]; /* as the API shows it */
	char sandbox[IPC_TEXT_MAX + 1]; /* what holds its render process, for people; empty: not known yet */
	uint64_t render_rss, view_rss; /* bytes, of the last heartbeat */
	struct list streams;           // stream.link
	struct list surfaces;          // surface.link
	struct list viewers;           // viewer.link
	struct list captures;          // capture.link
	bool capturing;                /* channels that are opened are captured */
	bool capture_checksums;        /* with a checksum of each frame */
	struct display displays[IPC_DISPLAYS_MAX];
	uint32_t n_displays;
	struct session_private *private; /* supervision, listeners, guests, requests: session.c */
};

/* Somebody who wants to know when a session has ended: their own memory, out of the list when that is so. */
struct session_wait {
	struct list link;
	void (*ended)(struct session_wait *wait);
};

/* The word the API uses: "starting", "ready", ... */
const char *session_state_word(enum session_state state);

/* A screenshot, or why there is none. `fd` is a memfd of `size` bytes, the callback's to close; -1 on error. */
struct screenshot {
	int error; /* 0, or errno as in ipc_screenshot_failed, or ECANCELED when the view process went */
	const char *reason;
	int fd;
	uint64_t size, sequence;
	uint32_t width, height;
};

typedef void (*screenshot_done)(void *data, const struct screenshot *screenshot);

/*
 * Asks for a screenshot; `done` is called once, later, unless session_screenshot_cancel comes
 * first. Returns the request's id (not 0), or 0 with ret_problem filled.
 */
uint32_t session_screenshot(struct session *session, uint32_t display, bool wait_frame,
	uint32_t timeout_ms, screenshot_done done, void *data, struct problem *ret_problem);
void session_screenshot_cancel(struct session *session, uint32_t request);

/* These return 0, or -1 with ret_problem filled. */
int session_input(struct session *session, uint32_t display, const struct ipc_event *events,
	size_t n_events, struct problem *ret_problem);
/* surface 0: by the rule again. */
int session_show(
	struct session *session, uint32_t display, uint32_t surface, struct problem *ret_problem);

/* What holds for it now: changed by the API, else of its own, else of the host. */
uint64_t session_limit(const struct session *session, enum limit_id id);

/* Limits to be changed while it runs; value 0: as configured again. */
struct limits_change {
	bool set[LIMITS_N];
	uint64_t values[LIMITS_N];
};

void session_change_limits(struct session *session, const struct limits_change *change);
/* Which lines guests send for the log from now on: enum log_level; 0: as orield's own. */
void session_set_guest_level(struct session *session, uint8_t level);
/* Fills limits_use. */
void session_measure_limits(struct session *session);

/*
 * Channels of forwarded OpenGL that are opened from now on are captured, until this is stopped.
 * These return 0, or -1 with ret_problem filled.
 */
int session_capture_start(struct session *session, bool checksums, struct problem *ret_problem);
void session_capture_stop(struct session *session);
/* A file with a capture that has ended; the caller's. */
int session_capture_open(struct session *session, uint32_t id, int *ret_fd, uint64_t *ret_size,
	struct problem *ret_problem);
int session_capture_delete(struct session *session, uint32_t id, struct problem *ret_problem);

int session_close_viewer(struct session *session, uint32_t viewer, struct problem *ret_problem);

#endif
