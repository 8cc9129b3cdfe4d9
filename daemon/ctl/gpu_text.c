/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gpu_text.h"

#include "request.h"
#include "table.h"

const char *gpu_member(const cJSON *gpu, const char *key, bool failed)
{
	if (*text_of(gpu, key))
		return text_of(gpu, key);
	return failed || cJSON_IsObject(gpu) ? "none" : "not known yet";
}

void gpu_print_candidates(const cJSON *gpu)
{
	static const char *const titles[] = { "", "KIND", "NAME", "REASON", NULL };
	const cJSON *candidate;
	struct table table;

	if (!cJSON_IsObject(gpu))
		return;
	table_init(&table, "  ", titles);
	cJSON_ArrayForEach(candidate, member_of(gpu, "candidates"))
	{
		table_add(&table, "%s", cJSON_IsTrue(member_of(candidate, "taken")) ? "*" : "");
		table_add(&table, "%s", text_of(candidate, "kind"));
		table_add(&table, "%s", text_of(candidate, "name"));
		table_add(&table, "%s", text_of(candidate, "reason"));
	}
	fputs("\nGPUs, * is the one taken\n", stdout);
	table_print(&table, stdout);
}
