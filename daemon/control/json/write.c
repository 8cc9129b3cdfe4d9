/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text.h"
#include "util.h"

static cJSON *put(struct json_writer *writer, cJSON *parent, const char *key, cJSON *item)
{
	cJSON_bool added = 0;

	if (item && parent && key)
		added = cJSON_AddItemToObject(parent, key, item);
	else if (item && parent)
		added = cJSON_AddItemToArray(parent, item);
	if (added)
		return item;
	cJSON_Delete(item);
	writer->failed = true;
	return NULL;
}

cJSON *json_writer_init(struct json_writer *writer)
{
	writer->root = cJSON_CreateObject();
	writer->failed = !writer->root;
	return writer->root;
}

char *json_writer_finish(struct json_writer *writer)
{
	char *text = writer->failed ? NULL : cJSON_PrintUnformatted(writer->root);
	size_t length = text ? strlen(text) : 0;
	char *line = text ? realloc(text, length + 2) : NULL;

	cJSON_Delete(writer->root);
	writer->root = NULL;
	if (!line) {
		free(text);
		return NULL;
	}
	line[length] = '\n';
	line[length + 1] = '\0';
	return line;
}

cJSON *json_put_object(struct json_writer *writer, cJSON *parent, const char *key)
{
	return put(writer, parent, key, cJSON_CreateObject());
}

cJSON *json_put_array(struct json_writer *writer, cJSON *parent, const char *key)
{
	return put(writer, parent, key, cJSON_CreateArray());
}

void json_put_string(struct json_writer *writer, cJSON *parent, const char *key, const char *value)
{
	_cleanup_free_ char *clean = strdup(value);

	if (clean)
		text_clean(clean);
	put(writer, parent, key, clean ? cJSON_CreateString(clean) : NULL);
}

void json_put_uint(struct json_writer *writer, cJSON *parent, const char *key, uint64_t value)
{
	char text[24];

	/* As text: cJSON keeps numbers as double and writes large ones with an exponent. */
	snprintf(text, sizeof(text), "%" PRIu64, value);
	put(writer, parent, key, cJSON_CreateRaw(text));
}

void json_put_milli(struct json_writer *writer, cJSON *parent, const char *key, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 ".%03u", value / 1000, (unsigned)(value % 1000));
	put(writer, parent, key, cJSON_CreateRaw(text));
}

void json_put_bool(struct json_writer *writer, cJSON *parent, const char *key, bool value)
{
	put(writer, parent, key, cJSON_CreateBool(value));
}

void json_put_null(struct json_writer *writer, cJSON *parent, const char *key)
{
	put(writer, parent, key, cJSON_CreateNull());
}

void json_put_time(struct json_writer *writer, cJSON *parent, const char *key, int64_t value)
{
	time_t seconds = (time_t)value;
	struct tm utc;
	char text[40];

	if (!gmtime_r(&seconds, &utc) ||
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
		json_put_null(writer, parent, key);
		return;
	}
	json_put_string(writer, parent, key, text);
}
