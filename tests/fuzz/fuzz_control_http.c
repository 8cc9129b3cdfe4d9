/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a client of the API may send: the server, its routes and handlers, on sessions whose view
 * process answers as it likes. The input is one byte of manners and what the client sends, where
 * bytes that no request has stand for what it does; see enum mark.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cjson/cJSON.h>

#include "api/api.h"
#include "control/fake_host.h"
#include "control/stand_ins.h"
#include "http/request.h"
#include "json/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_http_request_parse(
	char *head, size_t size, struct http_request *ret_request, struct problem *ret_problem);
int __wrap_http_request_parse(
	char *head, size_t size, struct http_request *ret_request, struct problem *ret_problem);

enum mark {
	MARK_SPLIT = 0x11, /* what came before is sent, and the server has its turn */
	MARK_LENGTH, /* the number of bytes behind the next empty line, up to the next MARK_END */
	MARK_END,    /* of a request; also a split */
	MARK_LATER,  /* a second passes */
	MARK_SHUT,   /* it sends no more */
	MARK_DEAF,   /* it reads no more, or does again */
	MARK_NEXT,   /* another connection */
};

#define MANNERS_PICTURE 0x03u /* screenshots: answered, failed, never answered, impossible */
#define MANNERS_LARGE   0x04u /* and large ones */
#define MANNERS_STOP    0x08u /* the API ends while requests are under way */
#define OUT_MAX         (4u << 20)
#define REQUESTS_MAX    512u

static struct client {
	int fd;
	bool shut, deaf, ended;
	char *out; /* what was answered */
	size_t out_size;
} client;

static uint8_t manners;

/* The requests that were parsed on the present connection, in turn. */
static struct {
	bool head[REQUESTS_MAX];
	size_t n;
} requests;

int __wrap_http_request_parse(
	char *head, size_t size, struct http_request *ret_request, struct problem *ret_problem)
{
	int r = __real_http_request_parse(head, size, ret_request, ret_problem);

	if (requests.n < REQUESTS_MAX)
		requests.head[requests.n++] = ret_request->method == HTTP_HEAD;
	return r;
}

/* ---- the view process */

static void send_picture(struct fake_child *child, uint32_t request, uint64_t size)
{
	const struct ipc_screenshot_done done = { .request = request, .size = size, .sequence = 7 };
	int fd = memfd_create("picture", MFD_CLOEXEC);

	if (ftruncate(fd, manners & MANNERS_LARGE ? 300000 : 40) < 0)
		abort();
	fake_send(child, &ipc_screenshot_done_type, &done, fd);
	close(fd);
}

static void told(struct fake_child *child, const struct wire_type *type, const void *message)
{
	const struct ipc_screenshot *shot = message;
	struct ipc_screenshot_failed failed = { .error = ENODATA, .reason = "nothing to \"see\"\n" };

	if (type != &ipc_screenshot_type)
		return;
	failed.request = shot->request;
	switch (manners & MANNERS_PICTURE) {
	case 0:
		send_picture(child, shot->request, manners & MANNERS_LARGE ? 300000 : 40);
		break;
	case 1:
		fake_send(child, &ipc_screenshot_failed_type, &failed, -1);
		break;
	case 2:
		send_picture(child, shot->request, UINT64_MAX);
		break;
	default:
		break;
	}
}

static void start_processes(void)
{
	const struct ipc_stream stream = { .stream = 1, .guest = 1, .program = "gl\x01\"" };
	const struct ipc_viewer viewer = { .viewer = 3, .ready = 1, .address = "127.0.0.1 port 7" };
	const struct ipc_surface_state surface = {
		.surface = 4, .stream = 1, .width = 64, .height = 64
	};
	struct fake_child *render = fake_find(FAKE_RENDER, "one");
	struct fake_child *view = fake_find(FAKE_VIEW, "one");

	fake_ready(render);
	fake_ready(view);
	fake_send(render, &ipc_stream_type, &stream, -1);
	fake_send(view, &ipc_viewer_type, &viewer, -1);
	fake_send(view, &ipc_surface_state_type, &surface, -1);
	fake_settle();
}

/* ---- the client */

static void client_open(void)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	memset(&client, 0, sizeof(client));
	requests.n = 0;
	client.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	stand_in_api_address(&address, &length);
	if (client.fd < 0 || connect(client.fd, (struct sockaddr *)&address, length) < 0)
		abort();
}

static void client_read(void)
{
	char chunk[16384];
	ssize_t n = 1;

	while (!client.deaf && !client.ended && client.out_size < OUT_MAX) {
		n = recv(client.fd, chunk, sizeof(chunk), 0);
		if (n <= 0)
			break;
		client.out = realloc(client.out, client.out_size + (size_t)n + 1);
		if (!client.out)
			abort();
		memcpy(client.out + client.out_size, chunk, (size_t)n);
		client.out_size += (size_t)n;
		client.out[client.out_size] = '\0';
	}
	if (n == 0 || (n < 0 && errno != EAGAIN))
		client.ended = true;
}

static void turn(void)
{
	size_t before;

	do {
		before = client.out_size;
		fake_settle();
		client_read();
	} while (client.out_size > before && client.out_size < OUT_MAX);
}

static void client_send(const uint8_t *data, size_t size)
{
	for (unsigned stuck = 0; size > 0 && !client.shut && !client.ended && stuck < 4;) {
		ssize_t n = send(client.fd, data, size, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			size -= (size_t)n;
		} else {
			stuck++;
		}
		turn();
	}
	turn();
}

/* ---- what was answered */

/* The value of a field in the head that ends at `end`; NULL: it is not there. It must not be there twice. */
static const char *field(const char *head, const char *end, const char *name)
{
	const char *found = NULL;

	for (const char *line = strstr(head, "\r\n"); line && line < end;
		line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, name, strlen(name)) != 0 || line[2 + strlen(name)] != ':')
			continue;
		assert(!found);
		found = line + 2 + strlen(name) + 2;
	}
	return found;
}

static void check_head(const char *head, const char *end)
{
	const char *line = strstr(head, "\r\n");

	assert(line && line - head < 64);
	for (; line < end; line = strstr(line + 2, "\r\n")) {
		size_t name = strcspn(line + 2, ":\r\n");

		assert(name > 0 && line[2 + name] == ':' && line[3 + name] == ' ');
		assert(strcspn(line + 2, "\r\n") < 300);
	}
	for (const char *c = head; c < end; c++)
		assert((unsigned char)*c >= 0x20 || *c == '\r' || *c == '\n');
}

static void check_document(int status, const char *type, const char *body, size_t size)
{
	struct json_error error;
	cJSON *document;

	if (strncmp(type, "image/png\r", 10) == 0)
		return;
	assert(strncmp(type, status < 400 ? "application/json\r" : "application/problem+json\r",
		       status < 400 ? 17 : 25) == 0);
	assert(json_check(body, size, &error) == 0);
	document = cJSON_ParseWithLength(body, size);
	assert(cJSON_IsObject(document));
	if (status >= 400) {
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(document, "status");

		assert(item && (int)item->valuedouble == status);
		assert(cJSON_IsString(cJSON_GetObjectItemCaseSensitive(document, "title")));
	}
	cJSON_Delete(document);
}

/* One answer; returns what is behind it, or NULL when it is not all there. `last`: none may follow. */
static const char *check_answer(const char *at, const char *end, bool is_head, bool *ret_last)
{
	const char *head_end = strstr(at, "\r\n\r\n"), *length, *type;
	int status = 0;
	size_t size = 0;

	if (!head_end)
		return NULL;
	assert(sscanf(at, "HTTP/1.1 %3d ", &status) == 1 && status >= 100 && status < 600);
	check_head(at, head_end);
	length = field(at, head_end, "Content-Length");
	type = field(at, head_end, "Content-Type");
	assert((status >= 200 && status != 204) == (length != NULL) && !length == !type);
	*ret_last = status >= 200 && strncmp(field(at, head_end, "Connection"), "close", 5) == 0;
	at = head_end + 4;
	if (!length || is_head)
		return at;
	size = strtoul(length, NULL, 10);
	if (size > (size_t)(end - at))
		return NULL;
	check_document(status, type, at, size);
	return at + size;
}

/* No more answers than requests, each of them whole, or the connection was cut in the last. */
static void check_answers(void)
{
	const char *at = client.out, *end = at ? at + client.out_size : NULL;
	size_t n = 0;
	bool last = false;

	while (at && at < end) {
		bool between = strncmp(at, "HTTP/1.1 100 ", 13) == 0;

		assert(!last);
		at = check_answer(at, end, n < requests.n && requests.head[n], &last);
		n += at && !between;
	}
	assert(n <= requests.n + 1); /* one more: a head that is too long, or too late */
	/* All is answered when the client went on reading and waited. */
	assert(!client.shut || client.deaf || client.ended || manners & MANNERS_STOP);
}

static void client_close(void)
{
	turn();
	client.shut = shutdown(client.fd, SHUT_WR) == 0 || client.shut;
	/* Screenshots that the view process forgets time out; the server lingers for a while. */
	for (unsigned i = 0; i < 80 && !client.ended && !client.deaf; i++) {
		fake_pass(1000);
		turn();
	}
	if (client.out_size < OUT_MAX)
		check_answers();
	free(client.out);
	close(client.fd);
	fake_settle();
}

/* ---- the input */

/* The bytes of body that a MARK_LENGTH at the beginning of `data` speaks of. */
static size_t body_size(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, MARK_END, size);
	const uint8_t *body = memmem(data, size, "\r\n\r\n", 4);
	size_t n = 0;

	end = end ? end : data + size;
	for (body = body ? body + 4 : end; body < end; body++)
		n += *body < MARK_SPLIT || *body > MARK_NEXT;
	return n;
}

static void act(uint8_t mark)
{
	if (mark == MARK_LATER) {
		fake_pass(1000);
		turn();
	} else if (mark == MARK_SHUT) {
		client.shut = shutdown(client.fd, SHUT_WR) == 0;
	} else if (mark == MARK_DEAF) {
		client.deaf = !client.deaf;
	} else if (mark == MARK_NEXT) {
		client_close();
		client_open();
	}
}

static void talk(const uint8_t *data, size_t size)
{
	static uint8_t out[70000];
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (data[i] == MARK_LENGTH) {
			n += (size_t)snprintf(
				(char *)out + n, 24, "%zu", body_size(data + i, size - i));
		} else if (data[i] >= MARK_SPLIT && data[i] <= MARK_NEXT) {
			client_send(out, n);
			act(data[i]);
			n = 0;
		} else {
			out[n++] = data[i];
		}
		if (n + 32 > sizeof(out)) {
			client_send(out, n);
			n = 0;
		}
	}
	client_send(out, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int r;

	if (size == 0)
		return 0;
	manners = data[0];
	fake_begin();
	r = api_create(&fake.host, "/api", 0600, &fake.host.api);
	assert(r == 0);
	fake_settle();
	fake.told = told;
	start_processes();
	client_open();
	talk(data + 1, size - 1);
	if (manners & MANNERS_STOP)
		api_destroy(TAKE_PTR(fake.host.api));
	client_close();
	api_destroy(fake.host.api);
	fake_end();
	return 0;
}
