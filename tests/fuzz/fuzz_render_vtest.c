/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a vtest client may write: through its socket, the dispatch, the walk of its commands and
 * virglrenderer on the software driver, while a view process looks or does not.
 *
 * The first byte of the input says who looks and into what pieces the rest is cut: the client's
 * bytes. Each input has a client, a host and surfaces of its own; virglrenderer goes on.
 */
#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fdpass.h"
#include "link.h"
#include "log.h"
#include "passing.h"
#include "render/vtest_mutator.h"
#include "virgl/virgl.h"
#include "vtest/client.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
	size_t size2, uint8_t *out, size_t max_size, unsigned seed);
const char *__lsan_default_suppressions(void);

#define INPUT_MAX (256u << 10)
#define SIDE_MAX  256u /* pixels of a texture's side: memory and time are short here */

#define MEMORIES_MAX 64u

#define FLAG_LOOKS 0x80u /* a view process is there, and wants every frame */
#define FLAG_KEEPS 0x40u /* and never gives a slot back */
#define FLAG_PIECE 0x3fu

static uv_loop_t loop;
static struct egl egl;

struct run {
	struct vtest_host *host;
	struct surfaces *surfaces;
	struct stream stream;
	const uint8_t *data;
	size_t size, piece;
	bool keeps, over;
	int fd; /* the client's end */

	struct {
		void *data; /* memory that is shared with it */
		size_t size;
	} memories[MEMORIES_MAX];

	size_t n_memories;
	uv_poll_t client;
	struct link *view; /* the view process's end; NULL: none */
};

/* virglrenderer is not instrumented: what it complains of tells where an input has been. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t complaints[4096];

/* Takes the place of the log's own. */
void log_write(enum log_level level, const char *format, ...)
{
	uint32_t hash = 2166136261u;
	char line[1024];
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (const char *at = line; *at; at++)
		hash = isalpha((unsigned char)*at) ? (hash ^ (uint8_t)*at) * 16777619u : hash;
	complaints[hash % sizeof(complaints)]++;
}

bool log_allowed(struct log_limit *limit)
{
	(void)limit;
	return true;
}

/* Drivers and compilers keep what they made; what they lose of it is not ours. */
const char *__lsan_default_suppressions(void)
{
	return "leak:swrast_dri.so\nleak:libgallium\nleak:libLLVM\nleak:libvirglrenderer.so\n"
	       "leak:libEGL_mesa.so\nleak:libEGL.so\nleak:libGLdispatch.so\n";
}

/* Little memory, and no waiting; a limit of 0 is none that can be, and stays as it was. */
static const struct ipc_limit allowed[LIMITS_N] = {
	[LIMIT_RESOURCE_SIZE] = { 64u << 20 },
	[LIMIT_RESOURCE_BYTES] = { 256u << 20 },
	[LIMIT_COMMAND_RATE] = { 1ull << 40 },
	[LIMIT_PRESENT_RATE] = { 100000 },
	[LIMIT_FRAMES_AHEAD] = { 1000 },
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char reason[IPC_TEXT_MAX + 1] = "";

	(void)argc;
	(void)argv;
	setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
	setenv("LP_NUM_THREADS", "0", 1);
	setenv("GALLIVM_PERF", "nopt", 0); /* compiles faster */
	setenv("MESA_SHADER_CACHE_DISABLE", "true", 1);
	log_init(LOG_LEVEL_DEBUG, false);
	uv_loop_init(&loop);
	if (!egl_open_surfaceless(&egl, reason) || !virgl_start(&egl, false, reason)) {
		fprintf(stderr, "cannot render: %s\n", reason);
		exit(1);
	}
	virgl_resource_limits(SIDE_MAX);
	quota_set(allowed, ARRAY_SIZE(allowed));
	return 0;
}

/* ---- the view process */

static void on_surface(void *data, const void *message, int fd)
{
	const struct ipc_surface *surface = message;
	const struct ipc_want want = { .surface = surface->surface };
	struct run *run = data;

	close(fd);
	link_send(run->view, &ipc_want_type, &want, -1);
}

static void on_surface_gone(void *data, const void *message, int fd)
{
	(void)data;
	(void)message;
	(void)fd;
}

static void on_frame(void *data, const void *message, int fd)
{
	const struct ipc_frame *frame = message;
	const struct ipc_release release = { .surface = frame->surface, .slot = frame->slot };
	const struct ipc_want want = { .surface = frame->surface, .newer = frame->sequence };
	struct run *run = data;

	(void)fd;
	if (!run->keeps)
		link_send(run->view, &ipc_release_type, &release, -1);
	link_send(run->view, &ipc_want_type, &want, -1);
}

static void on_frame_same(void *data, const void *message, int fd)
{
	const struct ipc_frame_same *same = message;
	const struct ipc_want want = { .surface = same->surface, .newer = same->sequence };
	struct run *run = data;

	(void)fd;
	link_send(run->view, &ipc_want_type, &want, -1);
}

static void on_link_closed(void *data, const char *reason)
{
	struct run *run = data;

	(void)reason;
	link_close(run->view);
	run->view = NULL;
}

static const struct link_row rows[] = {
	{ &ipc_surface_type, on_surface },
	{ &ipc_surface_gone_type, on_surface_gone },
	{ &ipc_frame_type, on_frame },
	{ &ipc_frame_same_type, on_frame_same },
};

static const struct link_ops link_ops = { rows, ARRAY_SIZE(rows), on_link_closed };

static void connect_view(struct run *run)
{
	int fds[2], r = fdpass_pair(fds);

	assert(r == 0);
	surfaces_set_view(run->surfaces, fds[0]);
	r = link_open(&loop, fds[1], &link_ops, run, &run->view);
	assert(r == 0);
}

/* ---- the client */

static void on_named(void *data, struct stream *stream, const char *program, uint32_t version)
{
	(void)data;
	(void)stream;
	assert(strlen(program) <= IPC_NAME_MAX && (version == 0 || version == 2));
}

static void on_ended(void *data, struct stream *stream, const char *reason)
{
	struct run *run = data;

	(void)stream;
	assert(strlen(reason) <= IPC_TEXT_MAX);
	run->over = true;
}

static const struct vtest_ops vtest_ops = { on_named, on_ended };

static void on_input(void *data, const struct ipc_display_input *input)
{
	(void)data;
	(void)input;
}

static const struct surfaces_ops surfaces_ops = { on_input };

/* Memory that came is written to all the time; it has the size that it was made with. */
static void take_memory(struct run *run, int fd)
{
	struct stat status;
	void *data = MAP_FAILED;

	if (ftruncate(fd, 0) == 0 || ftruncate(fd, 1 << 30) == 0)
		abort();
	if (fstat(fd, &status) == 0 && status.st_size > 0 && run->n_memories < MEMORIES_MAX)
		data = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (data != MAP_FAILED) {
		run->memories[run->n_memories].data = data;
		run->memories[run->n_memories++].size = (size_t)status.st_size;
	}
	close(fd);
}

static void scribble(const struct run *run)
{
	for (size_t i = 0; i < run->n_memories; i++) {
		size_t size = run->memories[i].size, at = run->size * 31 % size;
		memset((uint8_t *)run->memories[i].data + at, (int)run->size,
			size - at < 512 ? size - at : 512);
	}
}

/* True when something came. */
static bool receive(struct run *run)
{
	static uint8_t taken[1 << 16];

	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { taken, sizeof(taken) };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(run->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	int fd;

	if (header && header->cmsg_type == SCM_RIGHTS) {
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
		take_memory(run, fd);
	}
	return n > 0;
}

/* Reads all that comes; writes what is left, and then no more. */
static void on_client(uv_poll_t *poll, int status, int events)
{
	struct run *run = poll->data;
	size_t size = run->size < run->piece ? run->size : run->piece;
	ssize_t n;

	while (receive(run))
		;
	scribble(run);
	if (status < 0 || run->over) {
		uv_poll_stop(poll);
		return;
	}
	if (!(events & UV_WRITABLE))
		return;
	n = send(run->fd, run->data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0) {
		run->data += n;
		run->size -= (size_t)n;
	}
	if (run->size == 0 || n < 0) {
		shutdown(run->fd, SHUT_WR);
		uv_poll_start(poll, UV_READABLE, on_client);
	}
}

static void connect_client(struct run *run)
{
	int fds[2], r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);

	assert(r == 0);
	run->fd = fds[1];
	run->stream = (struct stream){ .id = 1 };
	vtest_add(run->host, fds[0], &run->stream);
	run->client.data = run;
	uv_poll_init(&loop, &run->client, run->fd);
	uv_poll_start(&run->client, UV_READABLE | UV_WRITABLE, on_client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vtest_config config = { .version = 2 };
	struct run run = { 0 };
	struct ipc_render_pong pong;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	run.data = data + 1;
	run.size = size - 1;
	run.piece =
		(data[0] & FLAG_PIECE) == FLAG_PIECE ? INPUT_MAX : (data[0] & FLAG_PIECE) * 64 + 16;
	run.keeps = data[0] & FLAG_KEEPS;
	run.surfaces = surfaces_create(&loop, run.keeps ? 0 : 1000, &surfaces_ops, &run);
	config.surfaces = run.surfaces;
	run.host = vtest_host_create(&loop, &config, &vtest_ops, &run);
	if (data[0] & FLAG_LOOKS)
		connect_view(&run);
	connect_client(&run);
	while (!run.over)
		uv_run(&loop, UV_RUN_ONCE);
	uv_run(&loop, UV_RUN_NOWAIT); /* what was said of surfaces is delivered */
	quota_report(&pong);
	assert(run.host->buffered == 0);
	for (size_t i = 0; i < pong.n_limits; i++)
		assert(pong.limits[i].used == 0 || i == LIMIT_COMMAND_RATE);
	assert(run.host->n_memories == 0 && passing_under_way() == 0);
	surfaces_close(run.surfaces);
	vtest_host_close(run.host, "over");
	link_close(run.view);
	uv_close((uv_handle_t *)&run.client, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	close(run.fd);
	for (size_t i = 0; i < run.n_memories; i++)
		munmap(run.memories[i].data, run.memories[i].size);
	free(run.host);
	free(run.surfaces);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	return vtest_mutate(data, size, max_size < INPUT_MAX ? max_size : INPUT_MAX, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
	size_t size2, uint8_t *out, size_t max_size, unsigned seed)
{
	return vtest_cross(data1, size1, data2, size2, out, max_size, seed);
}
