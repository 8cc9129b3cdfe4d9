/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listen_text.h"

#include <stdbool.h>
#include <string.h>

#include "util.h"

/* A path may have colons itself: only octal digits behind the last one are a mode. */
static bool is_mode(const char *text)
{
	size_t length = strlen(text);

	return (length == 3 || length == 4) && strspn(text, "01234567") == length;
}

cJSON *listen_text_document(const char *text)
{
	_cleanup_free_ char *kind = strdup(text);
	char *path = kind ? strchr(kind, ':') : NULL;
	char *mode;
	cJSON *document;

	if (!path || path == kind || !path[1])
		return NULL;
	*path++ = '\0';
	mode = strrchr(path, ':');
	if (mode && is_mode(mode + 1))
		*mode++ = '\0';
	else
		mode = NULL;
	document = cJSON_CreateObject();
	cJSON_AddStringToObject(document, "kind", kind);
	cJSON_AddStringToObject(document, "path", path);
	if (mode)
		cJSON_AddStringToObject(document, "mode", mode);
	return document;
}
