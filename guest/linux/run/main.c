/* SPDX-License-Identifier: MIT */
/*
 * oriel-run: an unmodified OpenGL program on Oriel. With a host at hand it becomes the program;
 * else it starts an orield, stays beside the program, and ends both together.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"
#include "host.h"

#define OUR_FAULT   125 /* exit statuses, as env(1) has them */
#define CANNOT_RUN  126
#define NOT_FOUND   127
#define SIGNAL_BASE 128

static volatile sig_atomic_t child; /* the program, to which signals are passed on */

static void pass_on(int number)
{
	if (child > 0)
		kill(child, number);
}

static int __attribute__((noreturn)) become(char **command)
{
	execvp(command[0], command);
	fprintf(stderr, "oriel-run: %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

/* Runs the program beside us, and returns its exit status. */
static int run(char **command)
{
	static const int passed[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	sigset_t all, before;
	pid_t pid;
	int status;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		become(command);
	}
	if (pid < 0) {
		fprintf(stderr, "oriel-run: fork: %s\n", strerror(errno));
		sigprocmask(SIG_SETMASK, &before, NULL);
		return OUR_FAULT;
	}
	child = pid;
	/* A terminal sends ^C to the program, too; to hear it twice does no harm. */
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		sigaction(passed[i], &action, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNAL_BASE + WTERMSIG(status);
}

static int run_privately(const struct places *places, const struct options *options)
{
	struct host host;
	int status = OUR_FAULT;

	if (access(places->orield, X_OK) < 0) {
		fprintf(stderr,
			"oriel-run: no host is named (--socket, --device), and there is no orield to start: %s: %s\n",
			places->orield, strerror(errno));
		return OUR_FAULT;
	}
	if (host_start(&host, places->orield, options->debug) == 0 &&
		environment_set(places, options, host.socket) == 0) {
		fprintf(stderr, "oriel-run: look with a VNC viewer at 127.0.0.1::%d\n", host.port);
		status = run(options->command);
	}
	host_stop(&host);
	return status;
}

static const char *nonempty(const char *text)
{
	return text && *text ? text : NULL;
}

int main(int argc, char **argv)
{
	struct options options;
	struct places places;
	int status = options_read(&options, argc, argv);

	if (status >= 0)
		return status;
	if (places_find(&places) < 0)
		return OUR_FAULT;
	if (!options.private && !options.socket && !options.device) {
		options.socket = nonempty(getenv("ORIEL_GUEST_SOCKET"));
		if (!options.socket)
			options.device = nonempty(getenv("ORIEL_GUEST_DEVICE"));
	}
	if (!options.socket && !options.device)
		return run_privately(&places, &options);
	if (options.socket && access(options.socket, F_OK) < 0) {
		fprintf(stderr, "oriel-run: %s: %s: is the session there?\n", options.socket,
			strerror(errno));
		return OUR_FAULT;
	}
	if (environment_set(&places, &options, options.socket) < 0)
		return OUR_FAULT;
	become(options.command);
}
