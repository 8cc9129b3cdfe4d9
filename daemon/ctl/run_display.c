/* SPDX-License-Identifier: GPL-2.0-or-later */
/* screenshot, show-surface, input */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "request.h"
#include "util.h"

#define SCREENSHOT_MS     10000u /* orield's default */
#define SCREENSHOT_MAX_MS 60000u

/* A decimal number up to max; false when it is none. */
static bool read_number(const char *text, unsigned long max, unsigned long *ret_value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret_value = strtoul(text, &end, 10);
	return !*end && errno == 0 && *ret_value <= max;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

static int write_file(const char *path, const struct client_answer *answer)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int r = fd < 0 ? -errno : write_all(fd, answer->body, answer->size);

	if (r == 0 && close(TAKE_FD(fd)) < 0)
		r = -errno;
	return r;
}

static enum exit_code save(const char *path, const struct client_answer *answer)
{
	bool standard = strcmp(path, "-") == 0;
	int r = standard ? write_all(STDOUT_FILENO, answer->body, answer->size)
			 : write_file(path, answer);

	if (r == 0)
		return EXIT_OK;
	complain("cannot write %s: %s", standard ? "to standard output" : path, strerror(-r));
	return EXIT_REFUSED;
}

enum exit_code run_screenshot(const struct context *context)
{
	const char *display = context_option(context, "display");
	const char *output = context_option(context, "output");
	const char *timeout = context_option(context, "timeout");
	bool wait = context_option(context, "wait");
	_cleanup_free_ char *path = NULL;
	unsigned long ms = SCREENSHOT_MS;
	struct client_answer answer;
	enum exit_code code;
	char text[16];

	if (!output)
		output = "-";
	if (strcmp(output, "-") == 0 && isatty(STDOUT_FILENO)) {
		complain("screenshot: a picture is nothing for a terminal: name a file with -o");
		return EXIT_USAGE;
	}
	if (timeout && (!read_number(timeout, SCREENSHOT_MAX_MS, &ms) || ms == 0)) {
		complain("screenshot: --timeout %s is not a number of milliseconds from 1 to %u",
			timeout, SCREENSHOT_MAX_MS);
		return EXIT_USAGE;
	}
	snprintf(text, sizeof(text), "%lu", ms);
	path = request_path(wait ? "/v1/sessions/%s/displays/%s/screenshot?wait=frame&timeout=%s"
				 : "/v1/sessions/%s/displays/%s/screenshot?timeout=%s",
		context->args[0], display ? display : "0", text);
	code = request_send(context, "GET", path, NULL, (unsigned)ms + CLIENT_TIMEOUT_MS, &answer);
	if (code != EXIT_OK)
		return code;
	code = save(output, &answer);
	client_answer_finish(&answer);
	return code;
}

enum exit_code run_show_surface(const struct context *context)
{
	_cleanup_free_ char *path =
		request_path("/v1/sessions/%s/displays/%s", context->args[0], context->args[1]);
	const char *surface = context->args[2];
	unsigned long id = 0;
	cJSON *body;

	if (strcmp(surface, "auto") != 0 && (!read_number(surface, UINT32_MAX, &id) || id == 0)) {
		complain("show-surface: SURFACE is a surface's id or 'auto', not '%s'", surface);
		return EXIT_USAGE;
	}
	body = cJSON_CreateObject();
	if (id > 0)
		cJSON_AddNumberToObject(body, "surface", (double)id);
	else
		cJSON_AddStringToObject(body, "surface", surface);
	return request_action(context, "PATCH", path, body);
}

/* key KEYSYM...: a name, a character, or a number such as 0xff0d */
static enum exit_code add_keys(const struct context *context, cJSON *events)
{
	for (size_t i = 3; i < context->n_args; i++) {
		const char *text = context->args[i];
		cJSON *event = cJSON_CreateObject();
		char *end = NULL;
		unsigned long number = strncmp(text, "0x", 2) == 0 ? strtoul(text, &end, 16) : 0;

		cJSON_AddStringToObject(event, "type", "key");
		if (end && !*end && end != text + 2)
			cJSON_AddNumberToObject(event, "keysym", (double)number);
		else
			cJSON_AddStringToObject(event, "keysym", text);
		cJSON_AddTrueToObject(event, "press");
		cJSON_AddItemToArray(events, event);
	}
	if (context->n_args > 3)
		return EXIT_OK;
	complain("input: which key?");
	return EXIT_USAGE;
}

/* pointer X Y [BUTTONS] */
static enum exit_code add_pointer(const struct context *context, cJSON *events)
{
	static const char *const members[] = { "x", "y", "buttons" };
	size_t n = context->n_args - 3;
	cJSON *event = cJSON_CreateObject();

	cJSON_AddItemToArray(events, event);
	cJSON_AddStringToObject(event, "type", "pointer");
	for (size_t i = 0; i < n && i < ARRAY_SIZE(members); i++) {
		const char *text = context->args[3 + i];
		unsigned long value;

		if (!read_number(text, UINT16_MAX, &value)) {
			complain("input: '%s' is not a number for %s", text, members[i]);
			return EXIT_USAGE;
		}
		cJSON_AddNumberToObject(event, members[i], (double)value);
	}
	if (n == 2 || n == 3)
		return EXIT_OK;
	complain("input: pointer takes X, Y and perhaps BUTTONS");
	return EXIT_USAGE;
}

enum exit_code run_input(const struct context *context)
{
	_cleanup_free_ char *path = request_path(
		"/v1/sessions/%s/displays/%s/input", context->args[0], context->args[1]);
	const char *what = context->args[2];
	cJSON *body = cJSON_CreateObject();
	cJSON *events = cJSON_AddArrayToObject(body, "events");
	enum exit_code code = EXIT_USAGE;

	if (strcmp(what, "key") == 0)
		code = add_keys(context, events);
	else if (strcmp(what, "pointer") == 0)
		code = add_pointer(context, events);
	else
		complain("input: an event is 'key KEYSYM...' or 'pointer X Y [BUTTONS]', not '%s'",
			what);
	if (code != EXIT_OK) {
		cJSON_Delete(body);
		return code;
	}
	return request_action(context, "POST", path, body);
}
