/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listen/vnc.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host_private.h"
#include "listen/address.h"
#include "listen/ports.h"
#include "log.h"
#include "spec.h"
#include "text.h"

#define BACKLOG 16

/* A listening descriptor, or negative errno. */
static int listen_at(const char *text, uint16_t port)
{
	const int on = 1;
	struct address address;
	_cleanup_fd_ int fd = -1;

	if (address_parse(text, port, &address) < 0)
		return -EINVAL;
	fd = socket(
		address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (address.storage.ss_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address.storage, address.length) < 0 ||
		listen(fd, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* A port that the configuration gives to another session is not handed out. */
static bool is_reserved(const struct host *host, uint16_t port)
{
	for (size_t i = 0; i < host->config.n_sessions; i++) {
		if (host->config.sessions[i].vnc_port == port)
			return true;
	}
	return false;
}

static int try_port(void *data, uint16_t port)
{
	const struct session *session = data;

	if (is_reserved(session->host, port))
		return -EADDRINUSE;
	return listen_at(session->displays[0].vnc_address, port);
}

static bool is_present(void *data, const char *name)
{
	const struct session *session = data;

	for (size_t i = 0; i < session->host->config.n_sessions; i++) {
		if (strcmp(session->host->config.sessions[i].name, name) == 0)
			return true;
	}
	return host_find_session(session->host, name) != NULL;
}

static int open_from_range(struct session *session, uint16_t *ret_port)
{
	const struct config *config = &session->host->config;
	const struct ports_range range = {
		.first = config->vnc_port_first,
		.last = config->vnc_port_last,
		.bind = try_port,
		.present = is_present,
		.data = session,
	};

	return ports_bind(&session->host->private->ports, session->spec.name, &range, ret_port);
}

static void note_address(struct session *session, const struct display *display)
{
	const char *name = session->spec.name;

	log_info("%s: VNC at %s port %u", name, display->vnc_address, display->vnc_port);
	if (!session->spec.vnc_password[0])
		log_warning("%s: VNC needs no password: every user of this host can look and type",
			name);
	else if (strlen(session->spec.vnc_password) > SPEC_VNC_PASSWORD_BYTES)
		log_warning("%s: VNC looks at the first %u characters of a password only", name,
			SPEC_VNC_PASSWORD_BYTES);
}

int vnc_open(struct session *session, struct problem *ret_problem)
{
	struct display *state = &session->displays[0];
	uint16_t port = session->spec.vnc_port;
	int fd;

	text_copy(state->vnc_address, sizeof(state->vnc_address),
		spec_vnc_address(&session->spec, session->host->config.vnc_address));
	if (port > 0)
		fd = listen_at(state->vnc_address, port);
	else
		fd = open_from_range(session, &port);
	if (fd == -EADDRINUSE && port == 0)
		return problem_set(ret_problem, 409, "/vnc/port",
			"VNC at %s: all ports from %u to %u are taken (ports in [vnc])",
			state->vnc_address, session->host->config.vnc_port_first,
			session->host->config.vnc_port_last);
	if (fd < 0)
		return problem_set(ret_problem, fd == -EADDRINUSE ? 409 : 400,
			fd == -EADDRINUSE ? "/vnc/port" : "/vnc/address", "VNC at %s port %u: %s",
			state->vnc_address, port,
			fd == -EADDRINUSE ? "another program has it" : strerror(-fd));
	state->listen_fd = fd;
	state->vnc_port = port;
	note_address(session, state);
	return 0;
}

void vnc_close(struct session *session)
{
	for (uint32_t i = 0; i < session->n_displays; i++) {
		if (session->displays[i].listen_fd >= 0)
			close(session->displays[i].listen_fd);
		session->displays[i].listen_fd = -1;
	}
}
