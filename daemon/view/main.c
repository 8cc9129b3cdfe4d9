/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oriel-view: started by orield with its control link as descriptor 3. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "by_hand.h"
#include "log.h"
#include "sandbox.h"
#include "view.h"
#include "vnc/auth.h"

#define CONTROL_FD 3

/*
 * It holds the VNC password and reads what viewers send: no files from now on; the rest follows
 * when orield has said what there is to show (control.c).
 */
static void confine(void)
{
	int r = sandbox_begin(SANDBOX_BIT(SANDBOX_VIEW));

	if (r < 0)
		log_warning("cannot give up privileges: %s", strerror(-r));
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
	auth_prepare();
	confine();
	if (uv_loop_init(&loop) < 0)
		return EXIT_FAILURE;
	status = run(&loop);
	uv_loop_close(&loop);
	return status;
}
