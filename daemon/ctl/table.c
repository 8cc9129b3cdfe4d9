/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clean_text.h"
#include "request.h"
#include "util.h"

static void push(struct table *table, char *cell)
{
	char **cells = realloc(table->cells, (table->n_cells + 1) * sizeof(*cells));

	if (!cells || !cell) {
		fputs("orielctl: out of memory\n", stderr);
		exit(1);
	}
	clean_text(cell);
	table->cells = cells;
	table->cells[table->n_cells++] = cell;
}

void table_init(struct table *table, const char *indent, const char *const *titles)
{
	*table = (struct table){ .indent = indent };
	while (titles[table->n_columns] && table->n_columns < TABLE_COLUMNS_MAX)
		push(table, strdup(titles[table->n_columns++]));
}

void table_add(struct table *table, const char *format, ...)
{
	char *cell = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&cell, format, args);
	va_end(args);
	push(table, n < 0 ? NULL : cell);
}

/* Characters, not bytes: UTF-8 continuation bytes take no place. */
static size_t width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void print_cell(FILE *out, const char *text, size_t column_width, bool right, bool last)
{
	size_t pad = column_width - width(text);

	if (right)
		fprintf(out, "%*s%s", (int)pad, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : (int)pad, "");
	fputs(last ? "\n" : "  ", out);
}

void table_print(struct table *table, FILE *out)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };
	bool right[TABLE_COLUMNS_MAX] = { false };

	for (size_t i = 0; i < table->n_columns; i++) {
		right[i] = table->cells[i][0] == '>';
		if (right[i])
			memmove(table->cells[i], table->cells[i] + 1, strlen(table->cells[i]));
	}
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = i % table->n_columns;

		if (width(table->cells[i]) > widths[column])
			widths[column] = width(table->cells[i]);
	}
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = i % table->n_columns;

		if (column == 0)
			fputs(table->indent, out);
		print_cell(out, table->cells[i], widths[column], right[column],
			column + 1 == table->n_columns);
		free(table->cells[i]);
	}
	free(TAKE_PTR(table->cells));
	table->n_cells = 0;
}

char *format_size(double bytes, char text[static 32])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	while (bytes >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, 32, unit > 0 && bytes < 100 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
	return text;
}

char *format_age(const char *time, int64_t now, char text[static 32])
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = { { 2 * 86400, "d" }, { 2 * 3600, "h" }, { 120, "min" } };
	struct tm utc = { 0 };
	int64_t age;

	snprintf(text, 32, "-");
	if (!strptime(time, "%Y-%m-%dT%H:%M:%SZ", &utc))
		return text;
	age = now - (int64_t)timegm(&utc);
	if (age < 0)
		age = 0;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (age >= units[i].seconds) {
			/* Each unit begins at two of it. */
			snprintf(text, 32, "%lld %s", (long long)(age / (units[i].seconds / 2)),
				units[i].unit);
			return text;
		}
	}
	snprintf(text, 32, "%lld s", (long long)age);
	return text;
}
