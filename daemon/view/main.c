/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oriel-view: started by orield with its control link as descriptor 3. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "by_hand.h"
#include "log.h"
#include "util.h"
#include "view.h"

#define CONTROL_FD 3
/* libvncserver keeps descriptors in an fd_set, which ends at 1024. */
#define FILES_MAX 1000

static void limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0)
		return;
	if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most)
		now.rlim_max = most;
	now.rlim_cur = now.rlim_max;
	if (setrlimit(resource, &now) < 0)
		log_warning("cannot set a resource limit: %s", strerror(errno));
}

/* The process holds the VNC password: no core file, and no other process of this user looks inside. */
static void confine(void)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, FILES_MAX);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		log_warning("cannot give up new privileges: %s", strerror(errno));
		/* The leak checker of sanitized builds attaches to its own process. */
#ifndef __SANITIZE_ADDRESS__
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		log_warning("cannot forbid others to look inside: %s", strerror(errno));
#endif
}

static int run(uv_loop_t *loop)
{
	static struct view view;
	int r = view_open(&view, loop, CONTROL_FD);

	if (r < 0) {
		log_error("cannot use the control link: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	uv_run(loop, UV_RUN_DEFAULT);
	return view.status;
}

int main(int argc, char **argv)
{
	const char *word = getenv("ORIEL_LOG");
	int level = word ? log_level_parse(word) : -1;
	int status = by_hand(argc, argv, "oriel-view", CONTROL_FD);
	uv_loop_t loop;

	if (status >= 0)
		return status;
	log_init(level < 0 ? LOG_LEVEL_INFO : (enum log_level)level, true);
	fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
	signal(SIGPIPE, SIG_IGN);
	confine();
	if (uv_loop_init(&loop) < 0)
		return EXIT_FAILURE;
	status = run(&loop);
	uv_loop_close(&loop);
	return status;
}
