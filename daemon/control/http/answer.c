/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "conn.h"
#include "status.h"
#include "util.h"

static void date_field(char *text, size_t size)
{
	time_t now = time(NULL);
	struct tm utc;

	/* The C locale's names are those of RFC 9110; orield sets no other. */
	if (!gmtime_r(&now, &utc) || strftime(text, size, "%a, %d %b %Y %H:%M:%S GMT", &utc) == 0)
		text[0] = '\0';
}

char *http_answer_head(
	const struct http_answer *answer, bool keep_alive, size_t extra, size_t *ret_size)
{
	uint64_t length = answer->file >= 0 ? answer->file_size : answer->body_size;
	char *head, type[128] = "", date[64];
	int n;

	date_field(date, sizeof(date));
	if (answer->content_type)
		snprintf(type, sizeof(type), "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n",
			answer->content_type, length);
	n = asprintf(&head,
		"HTTP/1.1 %d %s\r\nDate: %s\r\n%sCache-Control: no-store\r\nConnection: %s\r\n%s\r\n",
		answer->status, http_status_phrase(answer->status), date, type,
		keep_alive ? "keep-alive" : "close", answer->fields ? answer->fields : "");
	if (n < 0)
		return NULL;
	*ret_size = (size_t)n;
	if (extra > 0) {
		char *larger = realloc(head, (size_t)n + extra);

		if (!larger)
			free(head);
		return larger;
	}
	return head;
}
