/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "gpu_text.h"
#include "request.h"
#include "table.h"
#include "util.h"

static void print_limits(const cJSON *limits)
{
	static const char *const titles[] = { "LIMIT", ">VALUE", NULL };
	const cJSON *limit;
	struct table table;

	table_init(&table, "  ", titles);
	cJSON_ArrayForEach(limit, limits)
	{
		table_add(&table, "%s", limit->string);
		table_add(&table, "%.0f", cJSON_GetNumberValue(limit));
	}
	fputc('\n', stdout);
	table_print(&table, stdout);
}

enum exit_code run_host(const struct context *context)
{
	char text[32];
	cJSON *document;
	const cJSON *gpu;
	const char *error;
	enum exit_code code = request_document(context, "/v1/host", &document);

	if (!document)
		return code;
	gpu = member_of(document, "gpu");
	printf("Oriel     %s, up %s\n", text_of(document, "version"),
		format_age(text_of(document, "started"), time(NULL), text));
	printf("sessions  %.0f\n", number_of(document, "sessions"));
	error = text_of(document, "gpu_error");
	printf("renderer  %s\n", gpu_member(gpu, "renderer", *error));
	printf("OpenGL    %s\n", gpu_member(gpu, "version", *error));
	if (*error)
		printf("error     %s\n", error);
	gpu_print_candidates(gpu);
	print_limits(member_of(document, "limits"));
	cJSON_Delete(document);
	return EXIT_OK;
}
