/* SPDX-License-Identifier: MIT */
/* The beginning of a connection: handshake and the channel's opening. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "gl_wire.h"
#include "internal.h"

/* A host may have to start its driver before it answers. */
#define OPEN_TIMEOUT_MS 30000u
#define HELLO_TRIES     5u

/* Says once a program what is wrong: most of them ask again and again. */
static void complain(const char *path, const char *what)
{
	static atomic_flag said;

	if (!atomic_flag_test_and_set(&said))
		fprintf(stderr, "oriel: no OpenGL by the host at %s: %s\n", path, what);
}

static const char *socket_path(char *buffer, size_t size, bool *ret_device)
{
	const char *path = secure_getenv("ORIEL_GUEST_DEVICE");
	const char *runtime = secure_getenv("XDG_RUNTIME_DIR");

	*ret_device = path && *path;
	if (*ret_device)
		return path;
	path = secure_getenv("ORIEL_GUEST_SOCKET");
	if (path && *path)
		return path;
	if (runtime && (size_t)snprintf(buffer, size, "%s/oriel/guest.sock", runtime) < size &&
		access(buffer, F_OK) == 0)
		return buffer;
	return "/run/oriel/guest.sock";
}

static bool enabled(const char *name, bool fallback)
{
	const char *value = secure_getenv(name);

	return value && *value ? strcmp(value, "0") != 0 : fallback;
}

/* All of a marker; there is nothing else that wants to be written. */
static int write_marker(const struct connection *connection, const uint8_t *marker, size_t size)
{
	const uint64_t until = clock_ms() + ORIEL_SILENCE_MS;

	while (size > 0) {
		const ssize_t n = socket_write(connection, marker, size);
		if (n == -EAGAIN && clock_ms() >= until)
			return -ENOTCONN;
		if (n == -EAGAIN) {
			socket_wait(connection, POLLOUT, CONNECTION_LOOK_MS);
			continue;
		}
		if (n < 0)
			return (int)n;
		marker += n;
		size -= (size_t)n;
	}
	return 0;
}

static int say_hello(struct connection *connection)
{
	uint8_t marker[HELLO_SIZE], random[ORIEL_NONCE_SIZE];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	hello_guest_hello(&connection->hello, random, marker);
	return write_marker(connection, marker, sizeof(marker));
}

/* Reads until there is an answer. 0, -ETIMEDOUT: say hello again, or another negative errno. */
static int await_welcome(struct connection *connection)
{
	const uint64_t until = clock_ms() + ORIEL_HELLO_RETRY_MS;

	while (clock_ms() < until) {
		const ssize_t n = socket_read(connection, connection->raw, CONNECTION_READ_MAX);
		const uint8_t *data = connection->raw;
		size_t left = (size_t)n;
		if (n == -EAGAIN) {
			socket_wait(connection, POLLIN, CONNECTION_LOOK_MS);
			continue;
		}
		if (n <= 0)
			return n == 0 ? -ECONNRESET : (int)n;
		/* The host sends nothing behind its answer before we have replied. */
		switch (hello_guest_feed(&connection->hello, &data, &left)) {
		case HELLO_GUEST_WELCOME:
			return 0;
		case HELLO_GUEST_REFUSED:
			return -EPROTONOSUPPORT;
		case HELLO_GUEST_MORE:
		case HELLO_GUEST_RESYNC:
		default:
			break;
		}
	}
	return -ETIMEDOUT;
}

static int shake_hands(struct connection *connection)
{
	uint8_t marker[HELLO_READY_SIZE];
	int error = -ETIMEDOUT;

	for (unsigned i = 0; i < HELLO_TRIES && error == -ETIMEDOUT; i++) {
		error = say_hello(connection);
		if (error == 0)
			error = await_welcome(connection);
	}
	if (error)
		return error;
	hello_guest_ready(&connection->hello, marker);
	return write_marker(connection, marker, sizeof(marker));
}

/* Asks for the channel and takes in what comes until it is there. */
static int open_channel(struct connection *connection, bool shared)
{
	uint8_t parameters[64];
	struct wire_writer writer;
	struct oriel_channel_open open = {
		.table_hash = GL_TABLE_HASH,
		.version_min = GLM_VERSION,
		.version_max = GLM_VERSION,
		.channel = CONNECTION_CHANNEL,
		.kind = ORIEL_CHANNEL_GL,
		.role = ORIEL_ROLE_PROGRAM,
	};
	const uint64_t until = clock_ms() + OPEN_TIMEOUT_MS;

	wire_writer_init(&writer, parameters, sizeof(parameters));
	glm_parameters_type.encode(&writer, &(struct glm_parameters){ .flags = shared ? 1 : 0 });
	open.parameters = (struct wire_blob){ parameters, (uint32_t)writer.at };
	control_send(connection, &oriel_channel_open_type, &open);
	while (!atomic_load(&connection->lost) && !connection->refused && clock_ms() < until) {
		if (connection->opened && (connection->shared || !(connection->caps.flags & 1)))
			return 0;
		control_flush(connection);
		if (connection_look(connection) == 0 && !connection->opened)
			socket_wait(connection, control_waits(connection) ? POLLIN | POLLOUT : POLLIN,
				CONNECTION_LOOK_MS);
	}
	if (connection->refused)
		return -ECONNREFUSED;
	return atomic_load(&connection->lost) ? -atomic_load(&connection->lost) : -ETIMEDOUT;
}

static int allocate(struct connection *connection)
{
	connection->raw = malloc(CONNECTION_READ_MAX);
	connection->frame_buffer = malloc(ORIEL_MESSAGE_MAX);
	if (!connection->raw || !connection->frame_buffer)
		return -ENOMEM;
	frame_reader_init(&connection->frames, connection->frame_buffer, ORIEL_MESSAGE_MAX);
	return 0;
}

/* What people make of it. */
static const char *explain(const struct connection *connection, int error)
{
	if (connection->refused)
		return connection->reason;
	if (error == -ETIMEDOUT || error == -ENOTCONN)
		return "it does not answer";
	if (error == -EPROTONOSUPPORT)
		return connection->hello.refusal.reason;
	if (connection->memory_error)
		return "its shared memory cannot be mapped; ORIEL_SHM=0 does without";
	return strerror(-error);
}

int connection_open(struct connection *connection)
{
	struct hello_info info = {
		.version_min = ORIEL_VERSION_MIN,
		.version_max = ORIEL_VERSION_MAX,
		.role = ORIEL_ROLE_PROGRAM,
	};
	char buffer[108];
	const char *path = socket_path(buffer, sizeof(buffer), &connection->device);
	int error;

	connection->debug = enabled("ORIEL_DEBUG", false);
	snprintf(info.program, sizeof(info.program), "%s", program_invocation_short_name);
	hello_guest_init(&connection->hello, &info);
	error = allocate(connection);
	if (error == 0) {
		connection->fd = socket_open(path, connection->device);
		error = connection->fd < 0 ? connection->fd : 0;
	}
	if (error == 0)
		error = shake_hands(connection);
	if (error == 0)
		error = open_channel(connection, !connection->device && enabled("ORIEL_SHM", true));
	if (error)
		complain(path, explain(connection, error));
	return error;
}
