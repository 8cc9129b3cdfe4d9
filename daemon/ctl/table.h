/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables for people: columns as wide as their widest cell, two spaces between them. */
#ifndef ORIEL_CTL_TABLE_H
#define ORIEL_CTL_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 12u

struct table {
	char **cells;
	size_t n_cells, n_columns;
	const char *indent; /* before each row */
};

/* `titles` end with NULL; a title that begins with '>' is of a column of numbers, set to the right. */
void table_init(struct table *table, const char *indent, const char *const *titles);
/* The next cell, row by row; format as printf. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints and frees. */
void table_print(struct table *table, FILE *out);

/* "17 B", "1.5 MiB". Returns text. */
char *format_size(double bytes, char text[static 32]);
/* "12 s", "3 min", "5 h", "9 d" since an RFC 3339 time in UTC as the API writes it; "-" when it is none. */
char *format_age(const char *time, int64_t now, char text[static 32]);

#endif
