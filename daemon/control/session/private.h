/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session keeps for itself. */
#ifndef ORIEL_SESSION_PRIVATE_H
#define ORIEL_SESSION_PRIVATE_H

#include "child/backoff.h"
#include "child/child.h"
#include "host.h"
#include "listen/listener.h"
#include "log.h"
#include "session/heartbeat.h"

enum worker_kind { WORKER_RENDER, WORKER_VIEW, WORKERS };

/* One of a session's two processes, over all its lives. */
struct worker {
	struct session *session;
	enum worker_kind kind;
	struct child *child; /* NULL: not running */
	bool ready;
	bool given_up;
	uint64_t started_ms; /* of this life */
	struct heartbeat heartbeat;
	struct backoff backoff;
	uv_timer_t restart;
};

/* A guest connection: the render process's, of which this is a duplicate. */
struct guest {
	struct list link; // session_private.guests
	uint32_t id;
	int fd;
	uint64_t since_ms; /* it came */
	bool vm;
	bool handed;     /* the present render process has it */
	bool resumed;    /* an earlier one had it */
	bool has_stream; /* it was recognised */
	uint8_t token[IPC_TOKEN_SIZE];
	char peer[IPC_TEXT_MAX + 1];
};

/* A screenshot under way. */
struct shot {
	struct list link; // session_private.shots
	uint32_t id;
	uint64_t deadline_ms;
	screenshot_done done;
	void *data;
};

struct session_private {
	struct worker workers[WORKERS];
	struct listener *listeners[SESSION_LISTENERS_MAX];
	struct list guests; // guest.link
	size_t n_guests;
	uint32_t last_guest;
	uint64_t gave_way_ms; /* the last guest that had to, for another one */
	struct list shots;    // shot.link
	size_t n_shots;
	uint32_t last_shot;
	uv_timer_t stop_timer;
	int open_handles;
	bool gpu_told;                    /* the present render process has reported its GPU */
	bool bound;                       /* its sockets are open; false: never yet */
	uint64_t retry_ms;                /* when to try next, while they are not */
	struct list waits;                // session_wait.link
	struct session_spec *replacement; /* to be started when this one has ended */
	struct log_limit guest_limit, peer_limit;
	bool peer_lost;                            /* the link between the processes broke */
	uint64_t refused[LIMITS_N];                /* by orield, and by earlier processes */
	uint64_t view_refused;                     /* viewers, as the present view process tells */
	struct ipc_limit_use render_use[LIMITS_N]; /* as the present one tells */
	int cgroup;                                /* -1: it has none */
	int captures;                              /* their folder; -1: there was none yet */
	uint32_t last_capture;
	unsigned capture_stop_pongs; /* of the render process, until empty files are removed */
	bool memory_bounded;         /* by the cgroup */
	uint64_t out_of_memory;      /* processes that the kernel has ended in it */
	uint64_t memory_told;        /* the limit that the present render process has */
};

static inline struct worker *session_worker(const struct session *session, enum worker_kind kind)
{
	return &session->private->workers[kind];
}

/*
 * session.c: binds everything and starts both processes; in the host's list then. NULL with
 * ret_problem; but a configured session whose sockets cannot be had stays, failed, and is tried again.
 */
struct session *session_create(
	struct host *host, const struct session_spec *spec, struct problem *ret_problem);
/* Begins its end: no guest, no viewer, no socket from here on. host_session_ended follows from the loop. */
void session_end(struct session *session);
/* Kills what has not ended yet. */
void session_kill(struct session *session);
/* A child of a session that is ending is gone. */
void session_child_gone(struct session *session);
/* Starts again what was given up or could not be started. */
void session_revive(struct session *session);
/* Each second. */
void session_tick(struct session *session, uint64_t now_ms, bool late);

/* session.c: sets state and its time, when it changes. */
void session_set_state(struct session *session, enum session_state state);
/* STARTING or READY by what the workers are; leaves FAILED and STOPPING. */
void session_update_state(struct session *session);

/* supervise.c */
void worker_init(struct worker *worker, struct session *session, enum worker_kind kind);
void worker_start(struct worker *worker);
/* A message that only a process that is ready sends: `ready` itself. */
void worker_ready(struct worker *worker, const struct ipc_ready *message);
/* The view process lost the link to render. If that lives on they are connected anew by the next second's mend. */
void session_peer_lost(struct session *session, const struct ipc_peer_lost *lost);
void session_mend_peers(struct session *session);
/* Each second: ping, hang, memory. `late`: orield itself did not run, so no answer was due. */
void worker_tick(struct worker *worker, uint64_t now_ms, bool late);
/* Starts a worker again that was given up. */
void worker_revive(struct worker *worker);

/* model.c: what the children report. */
void model_clean_gpu(struct ipc_render_gpu *gpu);
/* NULL: there is none. */
struct surface *model_find_surface(const struct session *session, uint32_t id);
extern const struct link_row model_render_rows[], model_view_rows[];
extern const size_t model_n_render_rows, model_n_view_rows;
/* The process is gone, and with it what it told. */
void model_render_gone(struct session *session);
void model_view_gone(struct session *session);

/* guests.c */
/* Takes fd. */
void guests_add(struct session *session, bool vm, int fd, const char *peer);
/* The render process is ready: it gets all connections that it can go on with. */
void guests_hand_over(struct session *session);
/* It ended: connections that no other can resume are closed, the others wait. */
void guests_render_gone(struct session *session);
void guests_note_stream(struct session *session, const struct ipc_stream *stream);
void guests_remove(struct session *session, uint32_t id);
void guests_close_all(struct session *session);

/* limits.c */
/* The values that hold; returns how many. */
uint16_t limits_fill(const struct session *session, struct ipc_limit values[IPC_LIMITS_MAX]);
/* Tells both processes what holds now. */
void limits_apply(struct session *session);
/* Counts that a limit was reached here. */
void limits_refuse(struct session *session, enum limit_id id);
void limits_note_render(struct session *session, const struct ipc_render_pong *pong);
void limits_render_gone(struct session *session);
void limits_view_gone(struct session *session);
/* Makes its cgroup, if there may be one; a descriptor for a child to enter it, or -1. */
int limits_open_cgroup(struct session *session);
/* A child ended: whether the kernel did that for want of memory, with a reason for people. */
bool limits_memory_exceeded(struct session *session, char *ret_reason, size_t size);
/* The last child ended. */
void limits_close_cgroup(struct session *session);
/* RLIMIT_DATA of a render process that starts; 0: a cgroup bounds it. */
uint64_t limits_data(struct session *session);

/* captures.c */
void captures_note_state(struct session *session, const struct ipc_capture_state *state);
/* A heartbeat of the render process. */
void captures_note_pong(struct session *session);
/* The render process gets as many empty files as it may have now: it is ready, or there may be more. */
void captures_top_up(struct session *session);
void captures_render_gone(struct session *session);
/* Each second. */
void captures_tick(struct session *session);
/* Removes all files. */
void captures_finish(struct session *session);

/* shots.c */
void shots_done(struct session *session, const struct ipc_screenshot_done *message, int fd);
void shots_failed(struct session *session, const struct ipc_screenshot_failed *message);
/* The view process is gone: all fail with ECANCELED. */
void shots_cancel_all(struct session *session, const char *reason);
/* Each second: those that the view process forgot. */
void shots_tick(struct session *session, uint64_t now_ms);

#endif
