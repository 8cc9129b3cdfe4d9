/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include "util.h"
#include "json/write.h"

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 411, "Length Required" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

const char *http_status_phrase(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return status < 500 ? "Bad Request" : "Internal Server Error";
}

char *http_problem_text(const struct problem *problem)
{
	struct json_writer writer;
	cJSON *document = json_writer_init(&writer);

	json_put_string(&writer, document, "type", "about:blank");
	json_put_string(&writer, document, "title", http_status_phrase(problem->status));
	json_put_uint(&writer, document, "status", (uint64_t)problem->status);
	json_put_string(&writer, document, "detail", problem->detail);
	if (problem->pointer[0])
		json_put_string(&writer, document, "pointer", problem->pointer);
	return json_writer_finish(&writer);
}
