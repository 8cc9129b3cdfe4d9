/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test-guest: a small guest that speaks Oriel's protocol; see --help. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "guest.h"

#define TICK_MS      200
#define RECONNECT_MS 200

static volatile sig_atomic_t terminated;

static void on_signal(int number)
{
	(void)number;
	terminated = 1;
}

static const char help[] =
	"usage: test-guest [options] SOCKET\n"
	"A small guest that speaks Oriel's protocol. Prints what happens as one JSON object a line.\n"
	"\n"
	"  --device PATH       a character device (a virtio port) in place of a socket's path\n"
	"  --fd N              an open descriptor\n"
	"  --program NAME      the guest's name for itself\n"
	"  --versions MIN-MAX  versions of the protocol to offer\n"
	"  --log TEXT          send a line to the host's log; may be given again\n"
	"  --open KIND         ask for a channel: gl, virgl or vtest\n"
	"  --bye               say goodbye when that is done, await the acknowledgement, exit\n"
	"  --reconnect         connect again when a socket's connection is lost\n"
	"  --help\n"
	"\n"
	"SIGTERM and SIGINT say goodbye. Exit status: 0 said goodbye, 1 connection lost, 2 usage,\n"
	"3 refused.\n";

static int parse_versions(const char *text, struct hello_info *info)
{
	char *end;
	unsigned long low = strtoul(text, &end, 10), high;

	if (end == text || *end != '-')
		return -EINVAL;
	text = end + 1;
	high = strtoul(text, &end, 10);
	if (end == text || *end != '\0' || low > UINT16_MAX || high > UINT16_MAX)
		return -EINVAL;
	info->version_min = (uint16_t)low;
	info->version_max = (uint16_t)high;
	return 0;
}

static int parse_kind(const char *text, uint8_t *ret_kind)
{
	static const char *const kinds[] = { "gl", "virgl", "vtest" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i], text) == 0) {
			*ret_kind = (uint8_t)(ORIEL_CHANNEL_GL + i);
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_fd(const char *text, int *ret_fd)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end != '\0' || value < 0 || value > 1 << 20)
		return -EINVAL;
	*ret_fd = (int)value;
	return 0;
}

static int add_log(struct guest_options *options, const char *text)
{
	if (options->n_logs == GUEST_LOGS_MAX)
		return -E2BIG;
	options->logs[options->n_logs++] = text;
	return 0;
}

static int parse_option(int option, struct guest_options *options)
{
	switch (option) {
	case 'd':
		options->device = optarg;
		return 0;
	case 'f':
		return parse_fd(optarg, &options->fd);
	case 'p':
		snprintf(options->info.program, sizeof(options->info.program), "%s", optarg);
		return 0;
	case 'v':
		return parse_versions(optarg, &options->info);
	case 'l':
		return add_log(options, optarg);
	case 'o':
		return parse_kind(optarg, &options->open_kind);
	case 'b':
		options->bye = true;
		return 0;
	case 'r':
		options->reconnect = true;
		return 0;
	default:
		return -EINVAL;
	}
}

static int parse(int argc, char **argv, struct guest_options *options)
{
	static const struct option known[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "fd", required_argument, NULL, 'f' },
		{ "program", required_argument, NULL, 'p' },
		{ "versions", required_argument, NULL, 'v' },
		{ "log", required_argument, NULL, 'l' },
		{ "open", required_argument, NULL, 'o' },
		{ "bye", no_argument, NULL, 'b' },
		{ "reconnect", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			exit(0);
		}
		if (parse_option(option, options) < 0)
			return -EINVAL;
	}
	if (optind < argc)
		options->socket = argv[optind++];
	return optind == argc && !!options->socket + !!options->device + (options->fd >= 0) == 1
		       ? 0
		       : -EINVAL;
}

static int connect_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

/* A new connection, non-blocking, or negative errno. */
static int open_connection(const struct guest_options *options)
{
	int fd = options->fd;

	if (options->socket) {
		fd = connect_socket(options->socket);
	} else if (options->device) {
		fd = open(options->device, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			fd = -errno;
	}
	if (fd >= 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
		return -errno;
	return fd;
}

static enum guest_exit serve(struct guest *guest)
{
	sigset_t none;

	sigemptyset(&none);
	while (guest->outcome == GUEST_GOES_ON) {
		struct pollfd poll = { .fd = guest->fd, .events = POLLIN };
		struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };
		if (guest->out_size > 0)
			poll.events |= POLLOUT;
		if (ppoll(&poll, 1, &tick, &none) < 0 && errno != EINTR)
			return GUEST_LOST;
		if (terminated)
			guest_bye(guest, "terminated");
		if (poll.revents & POLLOUT)
			guest_writable(guest);
		if (poll.revents & (POLLIN | POLLHUP | POLLERR))
			guest_readable(guest);
		/* A port without a host is always readable, and empty. */
		if (guest->is_device && (poll.revents & POLLHUP))
			nanosleep(&tick, NULL);
		guest_tick(guest);
	}
	return guest->outcome;
}

int main(int argc, char **argv)
{
	static struct guest guest;
	struct guest_options options = {
		.fd = -1,
		.info = { .version_min = ORIEL_VERSION_MIN,
			.version_max = ORIEL_VERSION_MAX,
			.role = ORIEL_ROLE_AGENT,
			.program = "test-guest" },
	};
	struct sigaction action = { .sa_handler = on_signal };
	enum guest_exit outcome = GUEST_LOST;
	sigset_t blocked;

	if (parse(argc, argv, &options) < 0) {
		fputs("test-guest: bad arguments; see test-guest --help\n", stderr);
		return 2;
	}
	/* Signals arrive in ppoll alone, so that none is missed before it. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	do {
		int fd = open_connection(&options);
		if (fd >= 0) {
			guest_start(&guest, &options, fd, options.device != NULL);
			outcome = serve(&guest);
			close(fd);
		} else {
			fprintf(stderr, "test-guest: cannot connect: %s\n", strerror(-fd));
		}
		if (outcome == GUEST_LOST)
			event_plain("closed");
		if (outcome == GUEST_LOST && options.reconnect) {
			struct timespec pause = { .tv_nsec = RECONNECT_MS * 1000000L };
			sigprocmask(SIG_UNBLOCK, &blocked, NULL);
			nanosleep(&pause, NULL);
			sigprocmask(SIG_BLOCK, &blocked, NULL);
		}
	} while (outcome == GUEST_LOST && options.reconnect && !terminated);
	return (int)outcome;
}
