/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clean_text.h"
#include "util.h"

void complain(const char *format, ...)
{
	va_list args;

	fputs("orielctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

const cJSON *member_of(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

const char *text_of(const cJSON *object, const char *key)
{
	const cJSON *item = member_of(object, key);

	if (!cJSON_IsString(item))
		return "";
	clean_text(item->valuestring);
	return item->valuestring;
}

double number_of(const cJSON *object, const char *key)
{
	const cJSON *item = member_of(object, key);

	return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c));
}

static void put_encoded(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (is_unreserved(*text))
			fputc(*text, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*text);
	}
}

char *request_path(const char *format, ...)
{
	char *path = NULL;
	size_t size;
	FILE *out = open_memstream(&path, &size);
	va_list args;

	if (!out)
		return NULL;
	va_start(args, format);
	for (const char *c = format; *c; c++) {
		if (c[0] == '%' && c[1] == 's') {
			put_encoded(out, va_arg(args, const char *));
			c++;
		} else {
			fputc(*c, out);
		}
	}
	va_end(args);
	return fclose(out) == 0 ? path : NULL;
}

static enum exit_code unreachable(const struct context *context, int error)
{
	const char *advice = "is it running? --socket or ORIEL_SOCKET names another socket";

	if (error == -EACCES || error == -EPERM)
		advice = "its mode and group say who may: ask to be a member of its group";
	else if (error == -ETIMEDOUT)
		advice = "it did not answer in time";
	else if (error == -EBADMSG || error == -EPIPE || error == -EFBIG)
		advice = "what answers there does not speak as orield does";
	complain("cannot reach orield at %s: %s; %s", context->socket_path, strerror(-error), advice);
	return EXIT_UNREACHABLE;
}

static enum exit_code refused(const struct client_answer *answer)
{
	cJSON *document = cJSON_ParseWithLength(answer->body, answer->size);
	const char *detail = text_of(document, "detail");
	const char *pointer = text_of(document, "pointer");

	if (*detail)
		complain("%s%s%s%s", detail, *pointer ? " (" : "", pointer, *pointer ? ")" : "");
	else
		complain("orield answered with status %d", answer->status);
	cJSON_Delete(document);
	return EXIT_REFUSED;
}

enum exit_code request_send(const struct context *context, const char *method, const char *path,
	cJSON *body, unsigned timeout_ms, struct client_answer *ret_answer)
{
	_cleanup_free_ char *text = body ? cJSON_PrintUnformatted(body) : NULL;
	bool complete = path && (text || !body);
	enum exit_code code;
	int r;

	cJSON_Delete(body);
	if (!complete) {
		complain("out of memory");
		return EXIT_REFUSED;
	}
	r = client_request(context->socket_path, method, path, text, timeout_ms, ret_answer);
	if (text)
		explicit_bzero(text, strlen(text));
	if (r < 0)
		return unreachable(context, r);
	if (ret_answer->status < 300)
		return EXIT_OK;
	code = refused(ret_answer);
	client_answer_finish(ret_answer);
	return code;
}

enum exit_code request_download(const struct context *context, const char *path,
	int (*take)(void *data, const char *bytes, size_t size), void *data)
{
	struct client_answer answer;
	enum exit_code code = EXIT_OK;
	int r = path ? client_download(
			       context->socket_path, path, CLIENT_TIMEOUT_MS, take, data, &answer)
		     : -ENOMEM;

	if (r == -ECANCELED)
		return EXIT_REFUSED;
	if (r < 0)
		return unreachable(context, r);
	if (answer.status >= 300)
		code = refused(&answer);
	client_answer_finish(&answer);
	return code;
}

enum exit_code request_document(const struct context *context, const char *path, cJSON **ret_document)
{
	struct client_answer answer;
	enum exit_code code = request_send(context, "GET", path, NULL, CLIENT_TIMEOUT_MS, &answer);

	*ret_document = NULL;
	if (code != EXIT_OK)
		return code;
	if (context_option(context, "json")) {
		fwrite(answer.body, 1, answer.size, stdout);
	} else {
		*ret_document = cJSON_ParseWithLength(answer.body, answer.size);
		if (!*ret_document)
			code = unreachable(context, -EBADMSG);
	}
	client_answer_finish(&answer);
	return code;
}

enum exit_code request_action(
	const struct context *context, const char *method, const char *path, cJSON *body)
{
	struct client_answer answer;
	enum exit_code code = request_send(context, method, path, body, CLIENT_TIMEOUT_MS, &answer);

	if (code != EXIT_OK)
		return code;
	if (context_option(context, "json"))
		fwrite(answer.body, 1, answer.size, stdout);
	client_answer_finish(&answer);
	return code;
}
