/* SPDX-License-Identifier: MIT */
#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 30000 /* a first start on a slow machine */
#define STOP_MS  5000
#define POLL_MS  20

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* A port of 127.0.0.1 that nobody listens on now, or negative errno. */
static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int port = -errno;

	if (fd < 0)
		return port;
	if (bind(fd, (struct sockaddr *)&address, size) == 0 &&
		getsockname(fd, (struct sockaddr *)&address, &size) == 0)
		port = ntohs(address.sin_port);
	else
		port = -errno;
	close(fd);
	return port;
}

static int write_configuration(const struct host *host, const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fprintf(file,
		"[host]\nruntime_directory = %s/run\nstate_directory = %s/state\n"
		"[session private]\nlisten = local %s mode=0600\nvnc_address = 127.0.0.1\n"
		"vnc_port = %d\n",
		host->folder, host->folder, host->socket, host->port);
	return fclose(file) ? -errno : 0;
}

static void __attribute__((noreturn))
become_orield(const char *orield, const char *configuration, const char *log)
{
	const int fd = log ? open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : STDERR_FILENO;
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* A terminal's ^C is for the program, after whose end orield is ended. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(null, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execl(orield, "orield", "--config", configuration, (char *)NULL);
	fprintf(stderr, "%s: %s\n", orield, strerror(errno));
	_exit(127);
}

static bool answers(const struct host *host)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", host->socket);
	yes = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0)
		close(fd);
	return yes;
}

/* What orield said before it ended. */
static void show_log(const char *path)
{
	char text[4096];
	FILE *file = fopen(path, "re");
	size_t n;

	while (file && (n = fread(text, 1, sizeof(text), file)) > 0)
		fwrite(text, 1, n, stderr);
	if (file)
		fclose(file);
}

static int wait_for_it(struct host *host, const char *log)
{
	int status;

	for (int ms = 0; ms < START_MS; ms += POLL_MS) {
		if (answers(host))
			return 0;
		if (waitpid(host->pid, &status, WNOHANG) == host->pid) {
			host->pid = 0;
			fputs("oriel-run: orield has ended before it served anybody\n", stderr);
			show_log(log);
			return -ECHILD;
		}
		pause_ms(POLL_MS);
	}
	fprintf(stderr, "oriel-run: orield does not serve %s after %d s\n", host->socket,
		START_MS / 1000);
	return -ETIMEDOUT;
}

int host_start(struct host *host, const char *orield, bool debug)
{
	char configuration[96], log[96];
	int r;

	*host = (struct host){ .folder = "/tmp/oriel-run-XXXXXX" };
	if (!mkdtemp(host->folder)) {
		r = -errno;
		fprintf(stderr, "oriel-run: no folder in /tmp: %s\n", strerror(errno));
		host->folder[0] = '\0';
		return r;
	}
	/* Render and view processes have another user, if orield is root. */
	chmod(host->folder, 0711);
	snprintf(host->socket, sizeof(host->socket), "%s/guest.sock", host->folder);
	snprintf(configuration, sizeof(configuration), "%s/oriel.conf", host->folder);
	snprintf(log, sizeof(log), "%s/log", host->folder);
	host->port = free_port();
	r = host->port < 0 ? host->port : write_configuration(host, configuration);
	if (r < 0) {
		fprintf(stderr, "oriel-run: %s: %s\n", host->folder, strerror(-r));
		return r;
	}
	host->pid = fork();
	if (host->pid == 0)
		become_orield(orield, configuration, debug ? NULL : log);
	if (host->pid < 0) {
		r = -errno;
		host->pid = 0;
		fprintf(stderr, "oriel-run: fork: %s\n", strerror(-r));
		return r;
	}
	return wait_for_it(host, log);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

void host_stop(struct host *host)
{
	for (int ms = 0; host->pid > 0; ms += POLL_MS) {
		if (ms == 0)
			kill(host->pid, SIGTERM);
		else if (ms >= STOP_MS)
			kill(host->pid, SIGKILL);
		if (waitpid(host->pid, NULL, ms >= STOP_MS ? 0 : WNOHANG) != 0)
			host->pid = 0;
		else
			pause_ms(POLL_MS);
	}
	if (host->folder[0])
		nftw(host->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
