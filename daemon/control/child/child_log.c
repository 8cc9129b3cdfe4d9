/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child/child_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "text.h"
#include "util.h"

#define READ_SIZE  4096u
#define READS_MAX  16u /* at one wake-up: a pipe's worth */
#define LABEL_SIZE 96u

struct child_log {
	uv_poll_t poll;
	uv_timer_t pause;
	int fd, open_handles;
	char label[LABEL_SIZE];
	const uint32_t *level; /* borrowed */
	char line[CHILD_LOG_LINE_MAX + 1];
	size_t used;
	bool overlong; /* the present line is cut; wait for its end */
	bool ended;
	uint64_t window_began_ms, window_bytes;
	uint64_t refilled_ms;
	uint32_t tokens, left_out;
};

/* Takes "<N>" off the line's start. Lines without come from libraries. */
static enum log_level take_level(const char **line)
{
	const char *text = *line;

	if (text[0] != '<' || text[1] < '0' || text[1] > '7' || text[2] != '>')
		return LOG_LEVEL_INFO;
	*line = text + 3;
	switch (text[1]) {
	case '4':
		return LOG_LEVEL_WARNING;
	case '5':
	case '6':
		return LOG_LEVEL_INFO;
	case '7':
		return LOG_LEVEL_DEBUG;
	default:
		return LOG_LEVEL_ERROR;
	}
}

static bool take_token(struct child_log *log)
{
	uint64_t now = clock_ms();
	uint64_t gained = (now - log->refilled_ms) * CHILD_LOG_RATE / 1000u;

	if (gained > 0) {
		log->tokens = gained >= CHILD_LOG_BURST - log->tokens
				      ? CHILD_LOG_BURST
				      : log->tokens + (uint32_t)gained;
		log->refilled_ms = now;
	}
	if (log->tokens == 0) {
		log->left_out++;
		return false;
	}
	log->tokens--;
	if (log->left_out > 0) {
		log_warning("%s: %u lines were left out: it writes too many", log->label,
			log->left_out);
		log->left_out = 0;
	}
	return true;
}

static void emit_line(struct child_log *log)
{
	const char *text = log->line;
	enum log_level level;

	log->line[log->used] = '\0';
	log->used = 0;
	level = take_level(&text);
	if (!*text || level > *log->level || !take_token(log))
		return;
	text_clean(log->line);
	log_write(level, "%s: %s", log->label, text);
}

static void take_bytes(struct child_log *log, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == '\n') {
			if (!log->overlong)
				emit_line(log);
			log->overlong = false;
		} else if (!log->overlong) {
			log->line[log->used++] = bytes[i] ? bytes[i] : '?';
			log->overlong = log->used == CHILD_LOG_LINE_MAX;
			if (log->overlong)
				emit_line(log);
		}
	}
}

/* Reads at most READS_MAX buffers. */
static void read_some(struct child_log *log)
{
	char buffer[READ_SIZE];

	for (unsigned i = 0; i < READS_MAX; i++) {
		ssize_t n = read(log->fd, buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			log->ended = true;
			return;
		}
		take_bytes(log, buffer, (size_t)n);
		log->window_bytes += (uint64_t)n;
	}
}

static void on_readable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
	struct child_log *log = timer->data;

	log->window_bytes = 0;
	log->window_began_ms = clock_ms();
	uv_poll_start(&log->poll, UV_READABLE, on_readable);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct child_log *log = poll->data;
	uint64_t now = clock_ms();

	(void)events;
	if (now - log->window_began_ms >= CHILD_LOG_PAUSE_MS) {
		log->window_began_ms = now;
		log->window_bytes = 0;
	}
	if (status < 0)
		log->ended = true;
	else
		read_some(log);
	if (log->ended) {
		uv_poll_stop(&log->poll);
	} else if (log->window_bytes > CHILD_LOG_BYTES_MAX) {
		uv_poll_stop(&log->poll);
		uv_timer_start(&log->pause, on_pause_over, CHILD_LOG_PAUSE_MS, 0);
	}
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct child_log *log = handle->data;

	if (--log->open_handles > 0)
		return;
	close(log->fd);
	free(log);
}

int child_log_create(uv_loop_t *loop, int fd, const char *label, const uint32_t *level,
	struct child_log **ret_log)
{
	struct child_log *log = calloc(1, sizeof(*log));
	int r = log ? 0 : -ENOMEM;

	if (r == 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
		r = -errno;
	if (r == 0)
		r = uv_poll_init(loop, &log->poll, fd);
	if (r < 0) {
		free(log);
		close(fd);
		return r;
	}
	uv_timer_init(loop, &log->pause);
	log->poll.data = log->pause.data = log;
	log->open_handles = 2;
	log->fd = fd;
	log->level = level;
	log->tokens = CHILD_LOG_BURST;
	log->refilled_ms = log->window_began_ms = clock_ms();
	text_copy(log->label, sizeof(log->label), label);
	uv_poll_start(&log->poll, UV_READABLE, on_readable);
	*ret_log = log;
	return 0;
}

void child_log_destroy(struct child_log *log)
{
	if (!log)
		return;
	if (!log->ended)
		read_some(log);
	if (log->used > 0 && !log->overlong)
		emit_line(log);
	if (log->left_out > 0)
		log_warning("%s: %u lines were left out: it writes too many", log->label,
			log->left_out);
	uv_close((uv_handle_t *)&log->poll, on_handle_closed);
	uv_close((uv_handle_t *)&log->pause, on_handle_closed);
}
