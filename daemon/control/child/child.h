/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child process: its pidfd, its control link and its log pipe. It ends on its own or is killed;
 * in both cases `ended` is called once, from the loop, when it has been reaped and its last
 * messages were handled, and the structure is freed after that.
 */
#ifndef ORIEL_CHILD_H
#define ORIEL_CHILD_H

#include <uv.h>

#include "child/spawn.h"
#include "link.h"

#define CHILD_MESSAGES_MAX 20000u /* in one second; more are no honest child's */

struct child;

struct child_setup {
	struct spawn_request spawn; /* log_fd and control_fd are made by child_start */
	const char *label;          /* of its log lines; copied */
	const uint32_t *level;      /* log level; borrowed for the child's life */
	const struct link_row *rows;
	size_t n_rows;
	void (*ended)(void *data, const char *reason);
	void *data; /* of `ended`; the rows' handlers get the struct child */
};

/* 0 or negative errno. */
int child_start(uv_loop_t *loop, const struct child_setup *setup, struct child **ret_child);

/* setup.data */
void *child_owner(const struct child *child);

/* Sends a message; fd as in link_send. An error means that the child is about to end. */
int child_send(struct child *child, const struct wire_type *type, const void *message, int fd);

/* To be called for each message handled. False when the child was just killed for sending too many. */
bool child_count_message(struct child *child);

/* Remembers why the child says that it ends; it is the reason if nothing worse happens. */
void child_note_failure(struct child *child, const char *reason);

/* SIGKILL; no more of its messages are handled. The first reason is kept. */
void child_kill(struct child *child, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Asks it to end. `ended` follows when it does. */
void child_stop(struct child *child);

pid_t child_pid(const struct child *child);

#endif
