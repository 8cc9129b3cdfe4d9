/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "clean_text.h"
#include "detach.h"
#include "ipc_limits.h"
#include "message_text.h"
#include "png_file.h"
#include "util.h"

/* One run, as the printing process sees it. */
struct show {
	const struct show_config *config;
	unsigned int run;  /* from 1 */
	struct sums first; /* of the first run */
	struct sums seen;  /* of this one */
	uint64_t frames, differ, compared;
	uint64_t last; /* number of the last frame */
	bool told;     /* what went wrong */
	uint8_t *pixels;
};

void complain(const char *format, ...)
{
	va_list args;

	fputs("oriel-replay: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* ---- frames */

static void compare(struct show *show, uint64_t sum, uint64_t other, const char *whose)
{
	show->compared++;
	if (sum == other)
		return;
	show->differ++;
	printf("  differs: %s %016" PRIx64, whose, other);
}

static void print_frame(struct show *show, const struct report_frame *frame)
{
	const struct frame_line line = { frame->number, frame->time_ns, frame->sum, frame->surface,
		frame->width, frame->height };
	uint64_t other;

	if (!frame->has_picture) {
		printf("# frame %" PRIu64 ": no picture\n", frame->number);
		return;
	}
	sums_print(stdout, &line);
	if (frame->has_recorded)
		compare(show, frame->sum, frame->recorded, "recorded");
	if (show->config->wanted && sums_find(show->config->wanted, frame->number, &other))
		compare(show, frame->sum, other, "wanted");
	if (show->run > 1 && sums_find(&show->first, frame->number, &other))
		compare(show, frame->sum, other, "first run");
	putchar('\n');
}

/* 0 or negative errno. */
static int take_pixels(struct show *show, int pipe, const struct report_frame *frame)
{
	const uint64_t size = (uint64_t)frame->width * frame->height * 4;
	_cleanup_free_ char *path = NULL;
	uint8_t *pixels;
	int r;

	if (frame->width == 0 || frame->height == 0 || frame->width > IPC_SURFACE_SIDE_MAX ||
		frame->height > IPC_SURFACE_SIDE_MAX)
		return -EBADMSG;
	pixels = realloc(show->pixels, size);
	if (!pixels)
		return -ENOMEM;
	show->pixels = pixels;
	r = report_read(pipe, pixels, size);
	if (r < 0 || !show->config->png || show->run > 1)
		return r;
	if (asprintf(&path, "%s/frame-%06" PRIu64 ".png", show->config->png, frame->number) < 0)
		return -ENOMEM;
	r = png_file_write(path, pixels, frame->width, frame->height);
	if (r < 0) {
		complain("%s: %s", path, strerror(-r));
		show->told = true;
	}
	return r;
}

static int take_frame(struct show *show, int pipe, const struct report_frame *frame)
{
	int r = 0;

	print_frame(show, frame);
	show->last = frame->number;
	show->frames += frame->has_picture;
	if (frame->has_picture)
		r = sums_add(&show->seen, frame->number, frame->sum);
	return r == 0 && frame->has_pixels ? take_pixels(show, pipe, frame) : r;
}

/* ---- the end of a run */

/* Frames that are known and did not come. */
static void count_missing(struct show *show, const struct sums *known, const char *whose)
{
	const struct capture_range *range = &show->config->execute.range;
	uint64_t sum, missing = 0;

	for (size_t i = 0; i < known->n; i++) {
		const uint64_t frame = known->list[i].frame;

		missing += frame >= range->first && frame <= range->last &&
			   !sums_find(&show->seen, frame, &sum);
	}
	if (missing > 0)
		printf("# %" PRIu64 " frames of the %s are missing\n", missing, whose);
	show->differ += missing;
}

static void print_end(struct show *show, const struct report_end *end)
{
	if (show->config->wanted)
		count_missing(show, show->config->wanted, "wanted ones");
	if (show->run > 1)
		count_missing(show, &show->first, "first run");
	printf("# %" PRIu64 " frames, %" PRIu64 " messages, %" PRIu64 " answers of which %" PRIu64
	       " differ",
		show->frames, end->messages, end->replies, end->differ);
	for (uint32_t i = 0; i < end->n_commands && i < REPORT_COMMANDS_MAX; i++)
		printf("%s %s %" PRIu32, i ? "," : ":", message_name(end->commands[i].opcode),
			end->commands[i].n);
	putchar('\n');
	if (show->compared > 0)
		printf("# %" PRIu64 " checksums compared, %" PRIu64 " differ\n", show->compared,
			show->differ);
}

/* Reads reports up to the last one. */
static enum replay_exit take_reports(struct show *show, int pipe)
{
	struct report report;
	int r;

	while ((r = report_read(pipe, &report, sizeof(report))) == 0) {
		if (report.kind == REPORT_END) {
			print_end(show, &report.end);
			return show->differ ? REPLAY_DIFFERS : REPLAY_SAME;
		}
		if (report.kind == REPORT_FAILED) {
			report.reason[sizeof(report.reason) - 1] = '\0';
			clean_text(report.reason);
			complain("%s: %s", show->config->execute.path, report.reason);
			return REPLAY_FAILED;
		}
		r = report.kind == REPORT_FRAME ? take_frame(show, pipe, &report.frame) : -EBADMSG;
		if (r < 0)
			break;
	}
	if (show->told)
		return REPLAY_FAILED;
	complain("%s: its execution ended behind frame %" PRIu64 ": %s", show->config->execute.path,
		show->last, r == -EPIPE ? "the process is gone" : strerror(-r));
	return REPLAY_FAILED;
}

static enum replay_exit run_once(struct show *show)
{
	enum replay_exit code;
	int pipe[2], status;
	pid_t child;

	fflush(stdout);
	if (pipe2(pipe, O_CLOEXEC) < 0) {
		complain("%s", strerror(errno));
		return REPLAY_FAILED;
	}
	child = fork();
	if (child == 0) {
		close(pipe[0]);
		signal(SIGPIPE, SIG_IGN);
		if (show->config->execute.sandbox)
			pipe[1] = detach(pipe[1]);
		if (pipe[1] >= 0)
			execute(&show->config->execute, pipe[1]);
		_exit(0);
	}
	close(pipe[1]);
	code = child < 0 ? REPLAY_FAILED : take_reports(show, pipe[0]);
	close(pipe[0]);
	if (child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status)) {
		complain("the process that executed it was ended by signal %d (%s)",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
		code = REPLAY_FAILED;
	}
	return code;
}

enum replay_exit show_replay(const struct show_config *config)
{
	struct show show = { .config = config };
	enum replay_exit code = REPLAY_SAME;

	for (show.run = 1; show.run <= config->repeat && code < REPLAY_FAILED; show.run++) {
		enum replay_exit one;

		if (config->repeat > 1)
			printf("# run %u\n", show.run);
		one = run_once(&show);
		code = one > code ? one : code;
		if (show.run == 1) {
			show.first = show.seen;
			show.seen = (struct sums){ 0 };
		}
		sums_finish(&show.seen);
		show.frames = show.compared = show.differ = show.last = 0;
	}
	sums_finish(&show.first);
	free(show.pixels);
	return code;
}
