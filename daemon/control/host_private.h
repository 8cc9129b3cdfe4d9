/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host keeps for itself. */
#ifndef ORIEL_HOST_PRIVATE_H
#define ORIEL_HOST_PRIVATE_H

#include "child/spawn.h"
#include "host.h"
#include "listen/ports.h"

struct host_private {
	struct ports ports;
	struct spawn_user user;
	struct rlimit files; /* limit of open files that orield was started with: its children's */
	int cgroup;          /* -1: there is none */
	struct child *probe; /* NULL: not running */
	uint64_t probe_ends_ms; /* clock_ms */
	uv_timer_t tick;        /* each second */
	uint64_t ticked_ms;
	bool level_forced;       /* by --log: the configuration's does not count */
	void (*stopped)(void *); /* host_stop is done */
	void *stopped_data;
};

/*
 * Takes the configuration, also on failure. Opens what belongs to no session; sessions come by
 * host_start. 0 or negative errno, logged.
 */
int host_init(struct host *host, uv_loop_t *loop, struct config *config, bool level_forced);

/* Starts the GPU probe and the configured sessions. Returns how many of these could not be started. */
size_t host_start(struct host *host);

/*
 * Ends all sessions in order; `stopped` is called when the last child is gone. A second call kills
 * what still runs.
 */
void host_stop(struct host *host, void (*stopped)(void *data), void *data);

/* Frees what host_init made; the loop must run once more for its handles. */
void host_finish(struct host *host);

/* Whether what the session's specification names is free: no other session has it. 0, or -1 with ret_problem. */
int host_check_claims(
	const struct host *host, const struct session *session, struct problem *ret_problem);

/* Starts a configured session; what goes wrong is logged. NULL: it is not there. */
struct session *host_start_configured(struct host *host, const struct session_spec *spec);

/* The specification of this name in the configuration, or NULL. */
const struct session_spec *host_find_spec(const struct host *host, const char *name);

/* A session's last child has ended: takes it out of the list, and starts what waited for its name. */
void host_session_ended(struct host *host, struct session *session);

/* Takes over what can be taken over of a new configuration (taken), and says what cannot. */
void host_reload(struct host *host, struct config *config);

/* The probe is over. */
void host_probe_ended(struct host *host);

/* Starts the process that tells which GPU would be chosen, and why. */
void probe_start(struct host *host);
/* Each second. */
void probe_tick(struct host *host, uint64_t now_ms);

#endif
