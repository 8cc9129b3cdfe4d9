/* SPDX-License-Identifier: MIT */
#include "xserver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xcb/xcb.h>

/* What is used of libxcb. */
#define FUNCTIONS(X)                          \
	X(xcb_connect)                        \
	X(xcb_connection_has_error)           \
	X(xcb_disconnect)                     \
	X(xcb_generate_id)                    \
	X(xcb_get_setup)                      \
	X(xcb_setup_roots_iterator)           \
	X(xcb_screen_next)                    \
	X(xcb_screen_allowed_depths_iterator) \
	X(xcb_depth_next)                     \
	X(xcb_depth_visuals)                  \
	X(xcb_depth_visuals_length)           \
	X(xcb_get_geometry)                   \
	X(xcb_get_geometry_reply)             \
	X(xcb_change_window_attributes)       \
	X(xcb_get_maximum_request_length)     \
	X(xcb_create_gc)                      \
	X(xcb_free_gc)                        \
	X(xcb_put_image)                      \
	X(xcb_poll_for_event)

static struct {
#define MEMBER(name) __typeof__(&name) name;
	FUNCTIONS(MEMBER)
#undef MEMBER
} xcb;

struct xwindow {
	struct xwindow *next; /* server's windows */
	struct xserver *server;
	uint32_t id, width, height;
	bool gone;
};

struct xserver {
	struct xserver *next;
	char *name; /* or NULL: the default */
	pid_t pid;  /* whose connection it is */
	xcb_connection_t *connection;
	int screen;
	struct xwindow *windows;
};

/* For everything here. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct xserver *servers;

static bool load(void)
{
	static bool tried, loaded;
	void *library;

	if (tried)
		return loaded;
	tried = true;
	library = dlopen("libxcb.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	loaded = true;
#define FIND(name)                                            \
	{                                                     \
		void *address = dlsym(library, #name);        \
		memcpy(&xcb.name, &address, sizeof(address)); \
		loaded = loaded && address;                   \
	}
	FUNCTIONS(FIND)
#undef FIND
	return loaded;
}

static struct xserver *connect_to(const char *name)
{
	struct xserver *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->connection = xcb.xcb_connect(name, &server->screen);
	if (!server->connection || xcb.xcb_connection_has_error(server->connection)) {
		if (server->connection)
			xcb.xcb_disconnect(server->connection);
		free(server);
		return NULL;
	}
	server->name = name ? strdup(name) : NULL;
	server->pid = getpid();
	server->next = servers;
	servers = server;
	return server;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

struct xserver *xserver_get(const char *name)
{
	struct xserver *server = NULL;

	pthread_mutex_lock(&lock);
	if (load()) {
		/* A child of fork() may not use its parent's. */
		for (server = servers; server; server = server->next) {
			if (same(server->name, name) && server->pid == getpid() &&
				!xcb.xcb_connection_has_error(server->connection))
				break;
		}
		if (!server)
			server = connect_to(name);
	}
	pthread_mutex_unlock(&lock);
	return server;
}

int xserver_default_screen(struct xserver *server)
{
	return server->screen;
}

uint32_t xserver_new_id(struct xserver *server)
{
	return xcb.xcb_generate_id(server->connection);
}

/* ---- visuals */

static const xcb_screen_t *find_screen(struct xserver *server, int screen)
{
	xcb_screen_iterator_t at =
		xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(server->connection));

	for (; at.rem > 0 && screen > 0; screen--)
		xcb.xcb_screen_next(&at);
	return at.rem > 0 ? at.data : NULL;
}

static void add_visuals(const xcb_screen_t *screen, const xcb_depth_t *depth, bool root,
	struct xvisual *visuals, size_t max, size_t *n)
{
	const xcb_visualtype_t *types = xcb.xcb_depth_visuals(depth);
	const int count = xcb.xcb_depth_visuals_length(depth);

	for (int i = 0; i < count && *n < max; i++) {
		if (types[i]._class != XCB_VISUAL_CLASS_TRUE_COLOR || depth->depth < 15 ||
			(types[i].visual_id == screen->root_visual) != root)
			continue;
		visuals[(*n)++] = (struct xvisual){
			.id = types[i].visual_id,
			.depth = depth->depth,
			.bits = types[i].bits_per_rgb_value,
		};
	}
}

size_t xserver_visuals(struct xserver *server, int screen, struct xvisual *ret_visuals, size_t max)
{
	const xcb_screen_t *found = find_screen(server, screen);
	size_t n = 0;

	if (!found)
		return 0;
	for (int root = 1; root >= 0; root--) {
		xcb_depth_iterator_t at = xcb.xcb_screen_allowed_depths_iterator(found);
		for (; at.rem > 0; xcb.xcb_depth_next(&at))
			add_visuals(found, at.data, root, ret_visuals, max, &n);
	}
	return n;
}

/* ---- windows */

bool xserver_geometry(
	struct xserver *server, uint32_t drawable, uint32_t *ret_width, uint32_t *ret_height)
{
	xcb_get_geometry_reply_t *reply = xcb.xcb_get_geometry_reply(
		server->connection, xcb.xcb_get_geometry(server->connection, drawable), NULL);

	if (!reply)
		return false;
	*ret_width = reply->width ? reply->width : 1;
	*ret_height = reply->height ? reply->height : 1;
	free(reply);
	return true;
}

/* Rows that one request holds. */
static uint32_t rows_at_once(struct xserver *server, uint32_t width)
{
	const uint64_t request = (uint64_t)xcb.xcb_get_maximum_request_length(server->connection) * 4;
	const uint64_t head = sizeof(xcb_put_image_request_t);
	const uint64_t rows = request > head ? (request - head) / ((uint64_t)width * 4) : 0;

	return rows > UINT16_MAX ? UINT16_MAX : (uint32_t)rows;
}

static void put_rows(struct xserver *server, uint32_t drawable, uint8_t depth, uint32_t width,
	uint32_t height, const uint8_t *pixels)
{
	const uint32_t gc = xcb.xcb_generate_id(server->connection);
	const uint32_t most = rows_at_once(server, width);

	xcb.xcb_create_gc(server->connection, gc, drawable, 0, NULL);
	for (uint32_t y = 0; y < height && most; y += most) {
		const uint32_t rows = height - y < most ? height - y : most;

		xcb.xcb_put_image(server->connection, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, gc,
			(uint16_t)width, (uint16_t)rows, 0, (int16_t)y, 0, depth, rows * width * 4,
			pixels + (size_t)y * width * 4);
	}
	xcb.xcb_free_gc(server->connection, gc);
}

bool xserver_put(struct xserver *server, uint32_t drawable, uint32_t width, uint32_t height,
	const uint8_t *pixels)
{
	xcb_get_geometry_reply_t *reply = xcb.xcb_get_geometry_reply(
		server->connection, xcb.xcb_get_geometry(server->connection, drawable), NULL);
	const uint8_t depth = reply ? reply->depth : 0;
	uint32_t ignored;

	free(reply);
	if ((depth != 24 && depth != 32) || width > INT16_MAX || height > INT16_MAX)
		return false;
	put_rows(server, drawable, depth, width, height, pixels);
	/* Its answer comes after all of that was done. */
	return xserver_geometry(server, drawable, &ignored, &ignored);
}

struct xwindow *xwindow_create(struct xserver *server, uint32_t id)
{
	const uint32_t events = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
	struct xwindow *window = calloc(1, sizeof(*window));

	if (!window)
		return NULL;
	window->server = server;
	window->id = id;
	pthread_mutex_lock(&lock);
	/* Before its size is asked for: no change is missed. An error comes as an event, and is dropped. */
	xcb.xcb_change_window_attributes(server->connection, id, XCB_CW_EVENT_MASK, &events);
	if (!xserver_geometry(server, id, &window->width, &window->height)) {
		pthread_mutex_unlock(&lock);
		free(window);
		return NULL;
	}
	window->next = server->windows;
	server->windows = window;
	pthread_mutex_unlock(&lock);
	return window;
}

void xwindow_destroy(struct xwindow *window)
{
	struct xwindow **at;

	if (!window)
		return;
	pthread_mutex_lock(&lock);
	for (at = &window->server->windows; *at != window;)
		at = &(*at)->next;
	*at = window->next;
	pthread_mutex_unlock(&lock);
	free(window);
}

static void take_configure(const struct xserver *server, const xcb_configure_notify_event_t *configure)
{
	for (struct xwindow *w = server->windows; w; w = w->next) {
		if (w->id != configure->window || w->gone)
			continue;
		w->width = configure->width ? configure->width : 1;
		w->height = configure->height ? configure->height : 1;
	}
}

static void take_destroy(const struct xserver *server, const xcb_destroy_notify_event_t *destroy)
{
	for (struct xwindow *w = server->windows; w; w = w->next)
		w->gone = w->gone || w->id == destroy->window;
}

/* What has come by now, with the lock held. */
static void take_events(struct xserver *server)
{
	xcb_generic_event_t *event;

	while (server->pid == getpid() &&
		(event = xcb.xcb_poll_for_event(server->connection)) != NULL) {
		const int type = event->response_type & 0x7f;
		if (type == XCB_CONFIGURE_NOTIFY)
			take_configure(server, (const void *)event);
		else if (type == XCB_DESTROY_NOTIFY)
			take_destroy(server, (const void *)event);
		free(event);
	}
}

bool xwindow_gone(struct xwindow *window)
{
	bool gone;

	pthread_mutex_lock(&lock);
	take_events(window->server);
	gone = window->gone;
	pthread_mutex_unlock(&lock);
	return gone;
}

void xwindow_size(struct xwindow *window, uint32_t *ret_width, uint32_t *ret_height)
{
	pthread_mutex_lock(&lock);
	take_events(window->server);
	*ret_width = window->width;
	*ret_height = window->height;
	pthread_mutex_unlock(&lock);
}
