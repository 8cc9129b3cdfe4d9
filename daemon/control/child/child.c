/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "child/child_log.h"
#include "fdpass.h"
#include "text.h"
#include "util.h"

#define LAST_MESSAGES_MS 500u  /* from its end to giving up on its last messages */
#define ORPHANED_MS      1000u /* it closed its link: until it must have ended */

struct child {
	uv_poll_t poll;   /* of the pidfd */
	uv_timer_t timer; /* of the two times above */
	int open_handles;
	int pidfd;
	pid_t pid;
	struct link *link; /* NULL: closed */
	struct link_ops link_ops;
	struct child_log *log;
	void (*ended)(void *data, const char *reason);
	void *data;
	bool reaped, killed;
	siginfo_t status;
	char kill_reason[IPC_TEXT_MAX + 1];
	char own_reason[IPC_TEXT_MAX + 1];
	uint64_t window_began_ms;
	uint32_t window_messages;
};

static void on_handle_closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (--child->open_handles > 0)
		return;
	close(child->pidfd);
	free(child);
}

static void describe_status(const siginfo_t *status, char *text, size_t size)
{
	const char *name;

	if (status->si_code == CLD_EXITED) {
		text_format(text, size, "exit status %d%s", status->si_status,
			status->si_status == 127 ? " (it could not be started)" : "");
		return;
	}
	name = sigabbrev_np(status->si_status);
	text_format(text, size, "killed by SIG%s%s", name ? name : "?",
		status->si_code == CLD_DUMPED ? " (core dumped)" : "");
}

static void child_finish(struct child *child)
{
	char reason[IPC_TEXT_MAX + 1];

	if (child->kill_reason[0])
		text_copy(reason, sizeof(reason), child->kill_reason);
	else if (child->own_reason[0])
		text_copy(reason, sizeof(reason), child->own_reason);
	else
		describe_status(&child->status, reason, sizeof(reason));
	child_log_destroy(child->log);
	link_close(child->link);
	uv_close((uv_handle_t *)&child->poll, on_handle_closed);
	uv_close((uv_handle_t *)&child->timer, on_handle_closed);
	child->ended(child->data, reason);
}

static void on_timer(uv_timer_t *timer)
{
	struct child *child = timer->data;

	if (child->reaped)
		child_finish(child);
	else
		child_kill(child, "it closed its control link");
}

/*
 * Its link is at its end. When the process closed it, that is most often because it ended: its exit
 * status is about to come and tells more. Anything else is a fault of what it sent.
 */
static void on_link_closed(void *data, const char *reason)
{
	struct child *child = data;

	link_close(child->link);
	child->link = NULL;
	if (child->reaped)
		child_finish(child);
	else if (strcmp(reason, LINK_ENDED) == 0)
		uv_timer_start(&child->timer, on_timer, ORPHANED_MS, 0);
	else
		child_kill(child, "%s", reason);
}

static void on_pidfd(uv_poll_t *poll, int status, int events)
{
	struct child *child = poll->data;

	(void)status;
	(void)events;
	memset(&child->status, 0, sizeof(child->status));
	if (waitid(P_PIDFD, (id_t)child->pidfd, &child->status, WEXITED | WNOHANG) < 0 ||
		child->status.si_pid == 0)
		return;
	child->reaped = true;
	uv_poll_stop(&child->poll);
	if (child->link)
		uv_timer_start(&child->timer, on_timer, LAST_MESSAGES_MS, 0);
	else
		child_finish(child);
}

/* This process's ends go to the child structure, the others to ret_theirs (control, log); -1: not made. */
static int open_channels(
	struct child *child, uv_loop_t *loop, const struct child_setup *setup, int ret_theirs[2])
{
	int pair[2], pipe_fds[2], r;

	r = fdpass_pair(pair);
	if (r < 0)
		return r;
	ret_theirs[0] = pair[1];
	child->link_ops = (struct link_ops){
		.rows = setup->rows, .n_rows = setup->n_rows, .closed = on_link_closed
	};
	r = link_open(loop, pair[0], &child->link_ops, child, &child->link);
	if (r < 0)
		return r;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	ret_theirs[1] = pipe_fds[1];
	return child_log_create(loop, pipe_fds[0], setup->label, setup->level, &child->log);
}

static int start_process(struct child *child, uv_loop_t *loop, const struct child_setup *setup)
{
	struct spawn_request request = setup->spawn;
	int theirs[2] = { -1, -1 };
	int r = open_channels(child, loop, setup, theirs);

	if (r == 0) {
		request.control_fd = theirs[0];
		request.log_fd = theirs[1];
		r = spawn(&request, &child->pid, &child->pidfd);
	}
	for (size_t i = 0; i < ARRAY_SIZE(theirs); i++)
		cleanup_fd(&theirs[i]);
	return r;
}

/* The process runs. A pidfd that cannot be polled is not to be expected; the process would be lost. */
static int watch_process(struct child *child, uv_loop_t *loop)
{
	int r = uv_poll_init(loop, &child->poll, child->pidfd);

	if (r < 0) {
		pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
		waitid(P_PIDFD, (id_t)child->pidfd, &child->status, WEXITED);
		close(child->pidfd);
		return r;
	}
	uv_timer_init(loop, &child->timer);
	child->poll.data = child->timer.data = child;
	child->open_handles = 2;
	return uv_poll_start(&child->poll, UV_READABLE, on_pidfd);
}

int child_start(uv_loop_t *loop, const struct child_setup *setup, struct child **ret_child)
{
	struct child *child = calloc(1, sizeof(*child));
	int r = child ? start_process(child, loop, setup) : -ENOMEM;

	if (r == 0)
		r = watch_process(child, loop);
	if (r < 0) {
		if (child) {
			link_close(child->link);
			child_log_destroy(child->log);
		}
		free(child);
		return r;
	}
	child->ended = setup->ended;
	child->data = setup->data;
	*ret_child = child;
	return 0;
}

void *child_owner(const struct child *child)
{
	return child->data;
}

int child_send(struct child *child, const struct wire_type *type, const void *message, int fd)
{
	return child->link ? link_send(child->link, type, message, fd) : -EPIPE;
}

bool child_count_message(struct child *child)
{
	uint64_t now = clock_ms();

	if (now - child->window_began_ms >= 1000) {
		child->window_began_ms = now;
		child->window_messages = 0;
	}
	if (++child->window_messages <= CHILD_MESSAGES_MAX)
		return true;
	child_kill(child, "it sent over %u messages in a second", CHILD_MESSAGES_MAX);
	return false;
}

void child_note_failure(struct child *child, const char *reason)
{
	text_copy(child->own_reason, sizeof(child->own_reason), reason);
	text_clean(child->own_reason);
}

void child_kill(struct child *child, const char *format, ...)
{
	char reason[IPC_TEXT_MAX + 1];
	va_list args;

	if (child->killed || child->reaped)
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	text_copy(child->kill_reason, sizeof(child->kill_reason), reason);
	text_clean(child->kill_reason);
	child->killed = true;
	link_close(child->link);
	child->link = NULL;
	uv_timer_stop(&child->timer);
	pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
}

void child_stop(struct child *child)
{
	const struct ipc_stop stop = { 0 };

	child_send(child, &ipc_stop_type, &stop, -1);
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}
