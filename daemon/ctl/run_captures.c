/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture, stop-capture, captures, save-capture, delete-capture */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "request.h"
#include "table.h"
#include "util.h"

enum exit_code run_capture(const struct context *context)
{
	_cleanup_free_ char *path = request_path("/v1/sessions/%s/captures", context->args[0]);
	cJSON *body = cJSON_CreateObject();

	if (context_option(context, "checksums"))
		cJSON_AddTrueToObject(body, "checksums");
	return request_action(context, "POST", path, body);
}

enum exit_code run_stop_capture(const struct context *context)
{
	_cleanup_free_ char *path = request_path("/v1/sessions/%s/captures", context->args[0]);

	return request_action(context, "DELETE", path, NULL);
}

enum exit_code run_captures(const struct context *context)
{
	static const char *const titles[] = { ">ID", "STATE", "SINCE", "PROGRAM", ">FRAMES",
		">SIZE", NULL };
	_cleanup_free_ char *path = request_path("/v1/sessions/%s/captures", context->args[0]);
	const cJSON *capture;
	struct table table;
	cJSON *document;
	char text[32];
	enum exit_code code = request_document(context, path, &document);

	if (!document)
		return code;
	if (cJSON_IsTrue(member_of(document, "capturing")))
		puts("Programs that are started now are captured.");
	table_init(&table, "", titles);
	cJSON_ArrayForEach(capture, member_of(document, "captures"))
	{
		table_add(&table, "%.0f", number_of(capture, "id"));
		table_add(&table, "%s", text_of(capture, "state"));
		table_add(&table, "%s", format_age(text_of(capture, "since"), time(NULL), text));
		table_add(&table, "%s", text_of(capture, "program"));
		table_add(&table, "%.0f", number_of(capture, "frames"));
		table_add(&table, "%s", format_size(number_of(capture, "bytes"), text));
	}
	table_print(&table, stdout);
	cJSON_Delete(document);
	return EXIT_OK;
}

/* Where a capture goes: a file that is made when its first bytes come. */
struct output {
	const char *path; /* NULL: standard output */
	int fd;           /* -1: not yet */
	int error;        /* negative errno of writing */
};

static int take(void *data, const char *bytes, size_t size)
{
	struct output *output = data;

	if (output->fd < 0)
		output->fd = output->path ? open(output->path,
						    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
					  : dup(STDOUT_FILENO);
	while (output->fd >= 0 && size > 0) {
		ssize_t n = write(output->fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		bytes += n;
		size -= (size_t)n;
	}
	if (size > 0)
		output->error = -errno;
	return size > 0 ? -ECANCELED : 0;
}

enum exit_code run_save_capture(const struct context *context)
{
	const char *file = context_option(context, "output");
	_cleanup_free_ char *path =
		request_path("/v1/sessions/%s/captures/%s", context->args[0], context->args[1]);
	struct output output = { .fd = -1 };
	enum exit_code code;

	if (file && strcmp(file, "-") != 0)
		output.path = file;
	if (!output.path && isatty(STDOUT_FILENO)) {
		complain("save-capture: a capture is nothing for a terminal: name a file with -o");
		return EXIT_USAGE;
	}
	code = request_download(context, path, take, &output);
	if (output.fd >= 0 && close(output.fd) < 0 && !output.error)
		output.error = -errno;
	if (!output.error)
		return code;
	complain("cannot write %s: %s", output.path ? output.path : "to standard output",
		strerror(-output.error));
	return EXIT_REFUSED;
}

enum exit_code run_delete_capture(const struct context *context)
{
	_cleanup_free_ char *path =
		request_path("/v1/sessions/%s/captures/%s", context->args[0], context->args[1]);

	return request_action(context, "DELETE", path, NULL);
}
