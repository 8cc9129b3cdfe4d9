/* SPDX-License-Identifier: GPL-2.0-or-later */
/* viewers, disconnect */
#include <time.h>

#include "request.h"
#include "table.h"
#include "util.h"

enum exit_code run_viewers(const struct context *context)
{
	static const char *const titles[] = { ">ID", ">DISPLAY", "ADDRESS", "SINCE", "ENCODING",
		">FRAMES", ">SENT", ">QUEUED", NULL };
	_cleanup_free_ char *path = request_path("/v1/sessions/%s/viewers", context->args[0]);
	const cJSON *viewer;
	struct table table;
	cJSON *document;
	char text[32];
	enum exit_code code = request_document(context, path, &document);

	if (!document)
		return code;
	table_init(&table, "", titles);
	cJSON_ArrayForEach(viewer, member_of(document, "viewers"))
	{
		bool ready = cJSON_IsTrue(member_of(viewer, "ready"));

		table_add(&table, "%.0f", number_of(viewer, "id"));
		table_add(&table, "%.0f", number_of(viewer, "display"));
		table_add(&table, "%s", text_of(viewer, "address"));
		table_add(&table, "%s", format_age(text_of(viewer, "since"), time(NULL), text));
		table_add(&table, "%s", ready ? text_of(viewer, "encoding") : "(connecting)");
		table_add(&table, "%.0f", number_of(viewer, "frames"));
		table_add(&table, "%s", format_size(number_of(viewer, "bytes"), text));
		table_add(&table, "%s", format_size(number_of(viewer, "queued"), text));
	}
	table_print(&table, stdout);
	cJSON_Delete(document);
	return EXIT_OK;
}

enum exit_code run_disconnect(const struct context *context)
{
	_cleanup_free_ char *path =
		request_path("/v1/sessions/%s/viewers/%s", context->args[0], context->args[1]);

	return request_action(context, "DELETE", path, NULL);
}
