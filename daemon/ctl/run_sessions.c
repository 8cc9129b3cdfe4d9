/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list, show, delete */
#include <string.h>
#include <time.h>

#include "gpu_text.h"
#include "request.h"
#include "table.h"
#include "util.h"

static double sum_of(const cJSON *array, const char *key)
{
	const cJSON *item;
	double sum = 0;

	cJSON_ArrayForEach(item, array) sum += number_of(item, key);
	return sum;
}

static void add_vnc(struct table *table, const cJSON *display)
{
	const cJSON *vnc = member_of(display, "vnc");
	const char *address = text_of(vnc, "address");
	bool six = strchr(address, ':');

	if (number_of(vnc, "port") == 0) { /* a failed session that has none yet */
		table_add(table, "-");
		return;
	}
	table_add(table, "%s%s%s:%.0f", six ? "[" : "", address, six ? "]" : "",
		number_of(vnc, "port"));
}

static void add_session(struct table *table, const cJSON *session)
{
	const cJSON *streams = member_of(session, "streams");
	const cJSON *display = cJSON_GetArrayItem(member_of(session, "displays"), 0);
	const cJSON *memory = member_of(session, "memory");
	char text[32];

	table_add(table, "%s", text_of(session, "name"));
	table_add(table, "%s", text_of(session, "state"));
	table_add(table, "%s", format_age(text_of(session, "since"), time(NULL), text));
	if (display)
		add_vnc(table, display);
	else
		table_add(table, "-");
	table_add(table, "%.0fx%.0f", number_of(display, "width"), number_of(display, "height"));
	table_add(table, "%d", cJSON_GetArraySize(streams));
	table_add(table, "%.1f", sum_of(streams, "fps"));
	table_add(table, "%.0f", number_of(session, "viewers"));
	table_add(table, "%.0f", number_of(session, "restart_count"));
	table_add(table, "%s",
		format_size(number_of(memory, "render") + number_of(memory, "view"), text));
}

enum exit_code run_list(const struct context *context)
{
	static const char *const titles[] = { "NAME", "STATE", "SINCE", "VNC", "SIZE", ">STREAMS",
		">FPS", ">VIEWERS", ">RESTARTS", ">MEMORY", NULL };
	const cJSON *session;
	struct table table;
	cJSON *document;
	enum exit_code code = request_document(context, "/v1/sessions", &document);

	if (!document)
		return code;
	table_init(&table, "", titles);
	cJSON_ArrayForEach(session, member_of(document, "sessions")) add_session(&table, session);
	table_print(&table, stdout);
	cJSON_Delete(document);
	return EXIT_OK;
}

static void print_listeners(const cJSON *session)
{
	static const char *const titles[] = { "KIND", "MODE", "PATH", NULL };
	const cJSON *listener;
	struct table table;

	table_init(&table, "  ", titles);
	cJSON_ArrayForEach(listener, member_of(session, "listen"))
	{
		table_add(&table, "%s", text_of(listener, "kind"));
		table_add(&table, "%s", text_of(listener, "mode"));
		table_add(&table, "%s", text_of(listener, "path"));
	}
	fputs("\nlisteners\n", stdout);
	table_print(&table, stdout);
}

/* "3 (640x480), 4 (300x300)"; "-" when the stream has none, "..." when they are too many for the cell. */
static void add_surfaces(struct table *table, const cJSON *stream)
{
	static const char more[] = ", ...";
	const cJSON *surface;
	char text[96] = "";
	size_t at = 0;

	cJSON_ArrayForEach(surface, member_of(stream, "surfaces"))
	{
		char one[64]; /* cut, if the numbers are no honest ones */
		size_t length;

		snprintf(one, sizeof(one), "%s%.0f (%.0fx%.0f)", at > 0 ? ", " : "",
			number_of(surface, "id"), number_of(surface, "width"),
			number_of(surface, "height"));
		length = strlen(one);
		if (at + length + sizeof(more) > sizeof(text)) {
			memcpy(text + at, more, sizeof(more));
			break;
		}
		memcpy(text + at, one, length + 1);
		at += length;
	}
	table_add(table, "%s", at > 0 ? text : "-");
}

static void print_streams(const cJSON *session)
{
	static const char *const titles[] = { ">ID", "PROGRAM", "PROTOCOL", "SINCE", ">FRAMES",
		">FPS", ">COMMANDS", ">RECEIVED", "SURFACES", NULL };
	const cJSON *stream;
	struct table table;
	char text[32];

	table_init(&table, "  ", titles);
	cJSON_ArrayForEach(stream, member_of(session, "streams"))
	{
		table_add(&table, "%.0f", number_of(stream, "id"));
		table_add(&table, "%s", text_of(stream, "program"));
		table_add(&table, "%s", text_of(stream, "protocol"));
		table_add(&table, "%s", format_age(text_of(stream, "since"), time(NULL), text));
		table_add(&table, "%.0f", number_of(stream, "frames"));
		table_add(&table, "%.1f", number_of(stream, "fps"));
		table_add(&table, "%.0f", number_of(stream, "commands"));
		table_add(&table, "%s", format_size(number_of(stream, "bytes"), text));
		add_surfaces(&table, stream);
	}
	fputs("\nstreams\n", stdout);
	table_print(&table, stdout);
}

static void print_displays(const cJSON *session)
{
	static const char *const titles[] = { ">ID", "VNC", "PASSWORD", "SIZE", ">SURFACE",
		">STREAM", "CHOSEN", ">FRAMES", NULL };
	const cJSON *display;
	struct table table;

	table_init(&table, "  ", titles);
	cJSON_ArrayForEach(display, member_of(session, "displays"))
	{
		const cJSON *surface = member_of(display, "surface");
		bool open = strcmp(text_of(member_of(display, "vnc"), "auth"), "none") == 0;

		table_add(&table, "%.0f", number_of(display, "id"));
		add_vnc(&table, display);
		table_add(&table, "%s", open ? "no" : "yes");
		table_add(&table, "%.0fx%.0f", number_of(display, "width"),
			number_of(display, "height"));
		if (cJSON_IsObject(surface)) {
			table_add(&table, "%.0f", number_of(surface, "id"));
			table_add(&table, "%.0f", number_of(surface, "stream"));
		} else {
			table_add(&table, "-");
			table_add(&table, "-");
		}
		table_add(&table, "%s",
			cJSON_IsTrue(member_of(display, "chosen")) ? "by the API" : "the newest");
		table_add(&table, "%.0f", number_of(display, "frames"));
	}
	fputs("\ndisplays\n", stdout);
	table_print(&table, stdout);
}

static void print_restarts(const cJSON *session)
{
	static const char *const titles[] = { "TIME", "PROCESS", "REASON", NULL };
	const cJSON *restart;
	struct table table;

	if (cJSON_GetArraySize(member_of(session, "restarts")) == 0)
		return;
	table_init(&table, "  ", titles);
	cJSON_ArrayForEach(restart, member_of(session, "restarts"))
	{
		table_add(&table, "%s", text_of(restart, "time"));
		table_add(&table, "%s", text_of(restart, "process"));
		table_add(&table, "%s", text_of(restart, "reason"));
	}
	fputs("\nrestarts, the last ones\n", stdout);
	table_print(&table, stdout);
}

static void print_summary(const cJSON *session)
{
	static const char *const titles[] = { "name", "", NULL };
	const cJSON *memory = member_of(session, "memory");
	const cJSON *gpu = member_of(session, "gpu");
	const char *reason = text_of(session, "reason");
	const char *sandbox = text_of(session, "sandbox");
	bool failed = strcmp(text_of(session, "state"), "failed") == 0;
	struct table table;
	char render[32], view[32], resources[32];

	/* The first row stands where a table has its titles. */
	table_init(&table, "", titles);
	free(table.cells[1]);
	table.n_cells = 1;
	table_add(&table, "%s", text_of(session, "name"));
	table_add(&table, "state");
	table_add(&table, "%s since %s%s%s", text_of(session, "state"), text_of(session, "since"),
		*reason ? ": " : "", reason);
	table_add(&table, "from");
	table_add(&table, "%s",
		cJSON_IsTrue(member_of(session, "configured")) ? "the configuration" : "the API");
	table_add(&table, "GPU");
	table_add(&table, "%s", gpu_member(gpu, "renderer", failed));
	table_add(&table, "sandbox");
	table_add(&table, "%s",
		*sandbox ? sandbox
		: failed ? "none: it has never run"
			 : "not known yet");
	table_add(&table, "vtest");
	table_add(&table, "version %.0f", number_of(session, "vtest_version"));
	table_add(&table, "compute");
	table_add(&table, "%s%s", text_of(session, "compute_shaders"),
		cJSON_IsTrue(member_of(gpu, "compute_shaders"))    ? ": allowed"
		: cJSON_IsFalse(member_of(gpu, "compute_shaders")) ? ": not allowed"
								   : "");
	table_add(&table, "guest log");
	table_add(&table, "%s", text_of(session, "guest_log_level"));
	table_add(&table, "restarts");
	table_add(&table, "%.0f", number_of(session, "restart_count"));
	table_add(&table, "viewers");
	table_add(&table, "%.0f", number_of(session, "viewers"));
	table_add(&table, "memory");
	table_add(&table, "%s render, %s view; %.0f resources of %s",
		format_size(number_of(memory, "render"), render),
		format_size(number_of(memory, "view"), view), number_of(memory, "resources"),
		format_size(number_of(memory, "resource_bytes"), resources));
	table_add(&table, "frames");
	table_add(&table, "%.0f read back, %.0f retained", number_of(session, "readbacks"),
		number_of(session, "retained"));
	table_print(&table, stdout);
}

enum exit_code run_show(const struct context *context)
{
	_cleanup_free_ char *path = request_path("/v1/sessions/%s", context->args[0]);
	cJSON *document;
	enum exit_code code = request_document(context, path, &document);

	if (!document)
		return code;
	print_summary(document);
	if (!*text_of(member_of(document, "gpu"), "renderer"))
		gpu_print_candidates(member_of(document, "gpu"));
	print_listeners(document);
	print_displays(document);
	print_streams(document);
	print_restarts(document);
	cJSON_Delete(document);
	return EXIT_OK;
}

enum exit_code run_delete(const struct context *context)
{
	_cleanup_free_ char *path = request_path("/v1/sessions/%s", context->args[0]);

	return request_action(context, "DELETE", path, NULL);
}
