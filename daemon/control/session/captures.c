/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures of forwarded OpenGL: orield makes the files, the render process writes them. While
 * captures are wanted it holds a few that are empty, one for each channel to come.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "session/private.h"
#include "spec.h"
#include "text.h"

#define SPARES         4u         /* empty files that the render process holds */
#define STOP_PONGS     2u         /* heartbeats after which it has heard that it is to stop */
#define SIZE_TOLERANCE (1u << 20) /* bytes over its size at which a file ends its writer */
#define NAME_ROOM      32u

static void file_name(uint32_t id, char name[NAME_ROOM])
{
	snprintf(name, NAME_ROOM, "%" PRIu32 ".capture", id);
}

static void directory_path(const struct session *session, char *path, size_t size)
{
	snprintf(path, size, "%s/captures/%s", session->host->config.state_directory,
		session->spec.name);
}

static struct capture *find_capture(const struct session *session, uint32_t id)
{
	struct capture *capture;

	list_for_each(capture, &session->captures, link) {
		if (capture->info.capture == id)
			return capture;
	}
	return NULL;
}

static void drop_capture(struct session *session, struct capture *capture)
{
	char name[NAME_ROOM];

	file_name(capture->info.capture, name);
	if (unlinkat(session->private->captures, name, 0) < 0 && errno != ENOENT)
		log_warning(
			"%s: a capture cannot be removed: %s", session->spec.name, strerror(errno));
	list_remove(&capture->link);
	free(capture);
}

static void drop_spares(struct session *session)
{
	struct capture *capture, *next;

	list_for_each_safe(capture, next, &session->captures, link) {
		if (!capture->used)
			drop_capture(session, capture);
	}
}

/* Those of an earlier orield, which nobody knows any more. */
static void empty_directory(int fd)
{
	DIR *directory = fdopendir(dup(fd));
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		if (strstr(entry->d_name, ".capture"))
			unlinkat(fd, entry->d_name, 0);
	}
	if (directory)
		closedir(directory);
}

static int open_directory(struct session *session)
{
	char path[CONFIG_PATH_MAX + IPC_NAME_MAX + 16];
	int fd;

	if (session->private->captures >= 0)
		return 0;
	snprintf(path, sizeof(path), "%s/captures", session->host->config.state_directory);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	directory_path(session, path, sizeof(path));
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	empty_directory(fd);
	session->private->captures = fd;
	return 0;
}

static int add_spare(struct session *session)
{
	const struct worker *render = session_worker(session, WORKER_RENDER);
	struct capture *capture = calloc(1, sizeof(*capture));
	struct ipc_capture_file file = { .capture = session->private->last_capture + 1,
		.size = session_limit(session, LIMIT_CAPTURE_SIZE),
		.checksums = session->capture_checksums };
	_cleanup_fd_ int fd = -1;
	char name[NAME_ROOM];

	if (!capture)
		return -ENOMEM;
	file_name(file.capture, name);
	fd = openat(session->private->captures, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		free(capture);
		return -errno;
	}
	session->private->last_capture++;
	capture->info.capture = file.capture;
	capture->size = file.size;
	capture->checksums = file.checksums;
	list_append(&session->captures, &capture->link);
	return child_send(render->child, &ipc_capture_file_type, &file, fd);
}

void captures_top_up(struct session *session)
{
	const uint64_t most = session_limit(session, LIMIT_CAPTURES);
	const struct capture *capture;
	uint64_t spares = 0, all = 0;
	int r = 0;

	if (!session->capturing || !session_worker(session, WORKER_RENDER)->ready)
		return;
	list_for_each(capture, &session->captures, link) {
		spares += !capture->used;
		all++;
	}
	if (spares == 0 && all >= most)
		limits_refuse(session, LIMIT_CAPTURES);
	while (r == 0 && spares < SPARES && all < most) {
		r = add_spare(session);
		spares++;
		all++;
	}
	if (r < 0)
		log_error("%s: no file for a capture: %s", session->spec.name, strerror(-r));
}

/* ---- what the API asks for */

int session_capture_start(struct session *session, bool checksums, struct problem *ret_problem)
{
	int r;

	if (session->capturing)
		return problem_set(ret_problem, 409, "",
			"session '%s' is being captured already: stop that first",
			session->spec.name);
	r = open_directory(session);
	if (r < 0)
		return problem_set(ret_problem, 503, "",
			"there is no folder for captures in %s (state_directory): %s",
			session->host->config.state_directory, strerror(-r));
	drop_spares(session);
	session->capturing = true;
	session->capture_checksums = checksums;
	captures_top_up(session);
	log_info("%s: its channels of forwarded OpenGL are captured from now on", session->spec.name);
	return 0;
}

void session_capture_stop(struct session *session)
{
	const struct ipc_capture_stop stop = { 0 };
	const struct worker *render = session_worker(session, WORKER_RENDER);

	if (!session->capturing)
		return;
	session->capturing = false;
	if (!render->ready || child_send(render->child, &ipc_capture_stop_type, &stop, -1) < 0)
		drop_spares(session);
	/* Until it has heard of it, it may still take one. */
	session->private->capture_stop_pongs = STOP_PONGS;
	log_info("%s: it is not captured any more", session->spec.name);
}

static struct capture *find_done(
	const struct session *session, uint32_t id, struct problem *ret_problem)
{
	struct capture *capture = find_capture(session, id);

	if (!capture || !capture->used) {
		problem_set(ret_problem, 404, "", "session '%s' has no capture %" PRIu32,
			session->spec.name, id);
		return NULL;
	}
	if (!capture->cut && capture->info.state == IPC_CAPTURE_RUNNING) {
		problem_set(ret_problem, 409, "",
			"capture %" PRIu32 " is being written: stop it first", id);
		return NULL;
	}
	return capture;
}

int session_capture_open(struct session *session, uint32_t id, int *ret_fd, uint64_t *ret_size,
	struct problem *ret_problem)
{
	_cleanup_fd_ int fd = -1;
	char name[NAME_ROOM];
	struct stat status;

	if (!find_done(session, id, ret_problem))
		return -1;
	file_name(id, name);
	fd = openat(session->private->captures, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return problem_set(ret_problem, 503, "", "capture %" PRIu32 " cannot be read: %s",
			id, strerror(errno));
	*ret_fd = TAKE_FD(fd);
	*ret_size = (uint64_t)status.st_size;
	return 0;
}

int session_capture_delete(struct session *session, uint32_t id, struct problem *ret_problem)
{
	struct capture *capture = find_done(session, id, ret_problem);

	if (!capture)
		return -1;
	drop_capture(session, capture);
	captures_top_up(session);
	return 0;
}

/* ---- what the render process tells */

void captures_note_state(struct session *session, const struct ipc_capture_state *state)
{
	struct capture *capture = find_capture(session, state->capture);
	bool began;

	if (!capture)
		return;
	if (state->state > IPC_CAPTURE_FAILED) {
		child_kill(session->render, "it reported an impossible state of a capture");
		return;
	}
	if (capture->info.state != IPC_CAPTURE_RUNNING)
		return; /* it has ended */
	began = !capture->used;
	capture->info = *state;
	text_clean(capture->info.program);
	if (!began)
		return;
	capture->used = true;
	capture->since = (int64_t)time(NULL);
	log_limited(&session->private->peer_limit, LOG_LEVEL_INFO, "%s: capture %" PRIu32 " of %s",
		session->spec.name, state->capture, capture->info.program);
	captures_top_up(session);
}

void captures_note_pong(struct session *session)
{
	if (session->private->capture_stop_pongs == 0 ||
		--session->private->capture_stop_pongs > 0 || session->capturing)
		return;
	drop_spares(session);
}

void captures_render_gone(struct session *session)
{
	struct capture *capture;

	drop_spares(session);
	list_for_each(capture, &session->captures, link)
		capture->cut = capture->cut || capture->info.state == IPC_CAPTURE_RUNNING;
}

/* A process that was taken over may write more than it was told. */
void captures_tick(struct session *session)
{
	const struct capture *capture;

	list_for_each(capture, &session->captures, link) {
		char name[NAME_ROOM];
		struct stat status;

		file_name(capture->info.capture, name);
		if (session->render &&
			fstatat(session->private->captures, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
			(uint64_t)status.st_size > capture->size + SIZE_TOLERANCE) {
			child_kill(session->render, "it wrote too much into a capture");
			return;
		}
	}
}

void captures_finish(struct session *session)
{
	char path[CONFIG_PATH_MAX + IPC_NAME_MAX + 16];

	if (session->private->captures < 0)
		return;
	while (!list_empty(&session->captures))
		drop_capture(session, list_entry(session->captures.next, struct capture, link));
	close(TAKE_FD(session->private->captures));
	directory_path(session, path, sizeof(path));
	rmdir(path);
	*strrchr(path, '/') = '\0';
	rmdir(path); /* if this was the last session with captures */
}
