/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer may say, through libvncserver and back, while the display's picture changes its
 * size and format. The first byte says into what pieces the input is cut, and whether the handshake
 * is made for it; the second, what server and what viewer it is.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "picture.h"
#include "view/rfb_model.h"
#include "vnc/server.h"
#include "vnc/viewer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed);

#define PICTURES  4
#define FLAGS     2u /* bytes */
#define INPUT_MAX 16384u

#define FIRST_HANDSHAKE 0x80u /* is made for the viewer */
#define FIRST_PIECE     0x7fu

#define SECOND_PASSWORD 0x01u /* the server has one */
#define SECOND_DEAF     0x02u /* the viewer does not read */
#define SECOND_FULL     0x04u /* the server has as many viewers as it may */
#define SECOND_NO_ROOM  0x08u /* input must wait, now and then */
#define SECOND_LEAVES   0x10u /* it is closed half-way through */
#define SECOND_VERSION  0xc0u /* 3.8, 3.7, 3.3, and 3.8 with the wrong password */

static uv_loop_t loop;
static struct vnc_server open_server, locked_server;
static struct picture pictures[PICTURES];
static uint8_t second;
static unsigned asked;

static void on_input(void *data, struct viewer *viewer, const struct ipc_event *event)
{
	(void)data;
	assert(event->x < viewer->picture.width && event->y < viewer->picture.height);
}

static bool on_room(void *data, uint32_t display)
{
	(void)data;
	(void)display;
	return !(second & SECOND_NO_ROOM) || ++asked % 4 == 0;
}

static void on_changed(void *data, struct viewer *viewer, const char *reason)
{
	(void)data;
	(void)viewer;
	(void)reason;
}

static const struct vnc_ops ops = { on_input, on_room, on_changed };

static void set_up(void)
{
	const struct ipc_view_start start = { .session = "fuzz", .viewers_max = 2 };
	const struct ipc_view_start locked = {
		.session = "locked", .viewers_max = 2, .password = "sesame"
	};
	static const uint32_t sizes[PICTURES][2] = { { 70, 65 }, { 70, 65 }, { 33, 20 }, { 130, 90 } };
	int r;

	log_init(LOG_LEVEL_DEBUG, false);
	uv_loop_init(&loop);
	r = vnc_server_init(&open_server, &loop, &ops, NULL, &start);
	assert(r == 0);
	r = vnc_server_init(&locked_server, &loop, &ops, NULL, &locked);
	assert(r == 0);
	for (unsigned i = 0; i < PICTURES; i++) {
		uint8_t *pixels = picture_new(sizes[i][0], sizes[i][1], 0x3060c0, &pictures[i]);
		assert(pixels);
		for (size_t at = 0; at < (size_t)sizes[i][0] * sizes[i][1] * 2; at++)
			pixels[at] = (uint8_t)(at * at >> i);
	}
	pictures[1].format = RING_RGBX;
}

/* A turn of the loop: what was sent is read, an update is made, and its bytes are taken. */
static void turn(struct viewer *viewer, int fd, uint64_t *now_ns)
{
	static uint8_t taken[1 << 16];
	uint64_t wake_ns = UINT64_MAX;
	struct ipc_viewer_stats stats;

	uv_run(&loop, UV_RUN_NOWAIT);
	*now_ns += second & SECOND_DEAF ? 20000000000 : 20000000;
	viewer_service(viewer, *now_ns, false, &wake_ns);
	viewer_stats(viewer, &stats);
	while (!(second & SECOND_DEAF) && recv(fd, taken, sizeof(taken), MSG_DONTWAIT) > 0)
		;
}

static void say(int fd, const void *data, size_t size)
{
	send(fd, data, size, MSG_NOSIGNAL);
}

static void handshake(struct viewer *viewer, int fd, uint64_t *now_ns)
{
	static const char *const versions[] = { "RFB 003.008\n", "RFB 003.007\n", "RFB 003.003\n" };
	uint8_t version = (second & SECOND_VERSION) >> 6, response[CHALLENGESIZE];
	char password[] = "sesame", wrong[] = "sesam", type = second & SECOND_PASSWORD ? 2 : 1;

	say(fd, versions[version % 3], 12);
	turn(viewer, fd, now_ns);
	if (version != 2)
		say(fd, &type, 1);
	turn(viewer, fd, now_ns);
	if ((second & SECOND_PASSWORD) && !viewer->dead && viewer->client) {
		memcpy(response, viewer->client->authChallenge, sizeof(response));
		rfbEncryptBytes(response, version == 3 ? wrong : password);
		say(fd, response, sizeof(response));
		turn(viewer, fd, now_ns);
	}
	say(fd, "\1", 1);
	turn(viewer, fd, now_ns);
}

static struct viewer *connect_viewer(struct vnc_server *server, int *ret_fd)
{
	const struct sockaddr peer = { .sa_family = AF_UNIX };
	int fds[2], r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);

	assert(r == 0);
	*ret_fd = fds[1];
	viewer_create(server, fds[0], &peer, 0, &pictures[0]);
	return list_entry(server->viewers.prev, struct viewer, link);
}

static void converse(struct viewer *viewer, int fd, const uint8_t *data, size_t size, size_t piece)
{
	uint64_t now_ns = clock_ns();
	unsigned turns = 0;

	if (piece & FIRST_HANDSHAKE)
		handshake(viewer, fd, &now_ns);
	piece = (piece & FIRST_PIECE) * 16 + 1;
	for (size_t at = 0; at < size && !viewer->dead; at += piece) {
		struct ipc_rect all = picture_bounds(&pictures[(turns + 1) % PICTURES]);
		say(fd, data + at, size - at < piece ? size - at : piece);
		turn(viewer, fd, &now_ns);
		if (!viewer->dead)
			viewer_picture(viewer, &pictures[++turns % PICTURES], &all, 1);
		if ((second & SECOND_LEAVES) && at > size / 2 && !viewer->dead)
			viewer_close(viewer, "closed by request");
	}
	turn(viewer, fd, &now_ns);
	turn(viewer, fd, &now_ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vnc_server *server;
	struct viewer *viewer;
	static bool ready;
	int fd;

	if (!ready)
		set_up();
	ready = true;
	if (size < FLAGS || size > INPUT_MAX)
		return 0;
	second = data[1];
	server = second & SECOND_PASSWORD ? &locked_server : &open_server;
	memset(&server->auth, 0, sizeof(server->auth));
	server->viewers_max = second & SECOND_FULL ? 0 : 2;
	viewer = connect_viewer(server, &fd);
	converse(viewer, fd, data + FLAGS, size - FLAGS, data[0]);
	viewer->dead = true;
	viewer_destroy(viewer);
	close(fd);
	uv_run(&loop, UV_RUN_NOWAIT);
	assert(server->n_ready == 0 && server->n_fresh == 0 && server->queued == 0);
	return 0;
}

static struct pieces messages, others;

/* Bytes at the front that are no messages: flags, and the handshake if it is in the input. */
static size_t front(const uint8_t *data, size_t size)
{
	size_t n = FLAGS;

	if (size >= FLAGS && !(data[0] & FIRST_HANDSHAKE))
		n += 12 + 1 + (data[1] & SECOND_PASSWORD ? 16 : 0) + 1;
	return n < size ? n : size;
}

static void mutate_once(void)
{
	uint32_t n = (uint32_t)messages.n;

	if (n == 0 || pieces_chance(3))
		pieces_insert(&messages, pieces_random(n + 1), rfb_generate());
	else if (pieces_chance(4))
		pieces_rearrange(&messages);
	else
		rfb_change(&messages.items[pieces_random(n)]);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	static const char hello[] = "RFB 003.008\n\1\1";
	size_t at;

	pieces_begin(seed);
	if (max_size < 64)
		return 0;
	if (size < FLAGS) {
		memset(data, 0xff, FLAGS);
		size = FLAGS;
	}
	at = front(data, size);
	rfb_parse(data + at, size - at, &messages);
	if (pieces_chance(12)) { /* another viewer; its handshake must follow */
		data[0] = (uint8_t)pieces_random(256);
		data[1] = (uint8_t)pieces_random(256);
		memcpy(data + FLAGS, hello, sizeof(hello) - 1);
		memset(data + FLAGS + sizeof(hello) - 1, 1, 16);
		at = front(data, 64);
	}
	if (at > FLAGS && pieces_chance(8))
		data[FLAGS + pieces_random((uint32_t)(at - FLAGS))] = (uint8_t)pieces_boundary();
	do
		mutate_once();
	while (!pieces_chance(3));
	return at + rfb_write(&messages, data + at, max_size - at);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
	size_t at = front(one, one_size), other_at = front(other, other_size);

	pieces_begin(seed);
	if (one_size < FLAGS || other_size < FLAGS || max_size < at)
		return 0;
	rfb_parse(one + at, one_size - at, &messages);
	rfb_parse(other + other_at, other_size - other_at, &others);
	pieces_splice(&messages, &others);
	memcpy(out, one, at);
	return at + rfb_write(&messages, out + at, max_size - at);
}
