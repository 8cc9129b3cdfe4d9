/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manual pages have every key of the configuration and every route of the API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/routes.h"
#include "config/keys.h"

static char page[65536];

/* Reads a page; the tests are run from the top of the tree. */
static void read_page(const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file)
		skip();
	page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
	fclose(file);
}

static void test_routes(void **state)
{
	(void)state;
	read_page("daemon/man/oriel-api.7.scd");
	for (size_t i = 0; i < n_routes; i++) {
		char title[128];

		snprintf(title, sizeof(title), "\n## %s %s\n", http_method_name(routes[i].method),
			routes[i].pattern);
		if (!strstr(page, title))
			fail_msg("oriel-api.7.scd has no section %s", title);
		for (size_t j = 0; j < ROUTE_QUERY_MAX && routes[i].query[j]; j++)
			assert_non_null(strstr(page, routes[i].query[j]));
	}
}

static void test_keys(void **state)
{
	(void)state;
	read_page("daemon/man/oriel.conf.5.scd");
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];
		char title[64], name[64];
		const char *section, *end, *text, *next;

		snprintf(title, sizeof(title), "\n# [%s", key->section);
		snprintf(name, sizeof(name), "\n*%s*\n", key->name);
		section = strstr(page, title);
		if (!section)
			fail_msg("oriel.conf.5.scd has no section [%s]", key->section);
		end = strstr(section + 1, "\n# ");
		text = strstr(section, name);
		if (!text || text > end)
			fail_msg("oriel.conf.5.scd has no %s in [%s]", key->name, key->section);
		next = strstr(text + 1, "\n*");
		if (!next || next > end)
			next = end;
		/* Its paragraph tells the default, and whether a reload takes it over. */
		if ((memmem(text, (size_t)(next - text), "(reload)", 8) != NULL) != key->reloadable)
			fail_msg("oriel.conf.5.scd is wrong on the reload of %s", key->name);
		if (key->fallback) {
			snprintf(name, sizeof(name), "*%s*", key->fallback);
			if (!memmem(text, (size_t)(next - text), name, strlen(name)))
				fail_msg("oriel.conf.5.scd has another default of %s", key->name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
