/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "listen_text.h"
#include "request.h"
#include "run_limits.h"
#include "util.h"

#define PASSWORD_MAX 255u

static enum exit_code add_listeners(const struct context *context, cJSON *body)
{
	cJSON *array = cJSON_AddArrayToObject(body, "listen");

	for (size_t i = 0; i < context->n_values; i++) {
		const char *text = context->values[i].text;
		cJSON *listener;

		if (strcmp(context->values[i].option->name, "listen") != 0)
			continue;
		listener = listen_text_document(text);
		if (!listener) {
			complain("create: --listen %s is not KIND:PATH[:MODE]", text);
			return EXIT_USAGE;
		}
		cJSON_AddItemToArray(array, listener);
	}
	if (cJSON_GetArraySize(array) > 0)
		return EXIT_OK;
	complain("create: --listen is missing: where does the guest connect?");
	return EXIT_USAGE;
}

static enum exit_code add_port(const char *text, cJSON *vnc)
{
	char *end;
	long port = strtol(text, &end, 10);

	if (*end || port < 1 || port > UINT16_MAX) {
		complain("create: --vnc-port %s is not a port from 1 to 65535", text);
		return EXIT_USAGE;
	}
	cJSON_AddNumberToObject(vnc, "port", (double)port);
	return EXIT_OK;
}

/* From a file, so that it is in no list of processes. */
static enum exit_code add_password(const char *path, cJSON *vnc)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *file = standard ? stdin : fopen(path, "re");
	char line[PASSWORD_MAX + 2];
	bool good = file && fgets(line, sizeof(line), file);

	if (!good)
		complain("create: no password can be read from %s: %s", path,
			file ? "it is empty" : strerror(errno));
	if (file && !standard)
		fclose(file);
	if (!good)
		return EXIT_USAGE;
	line[strcspn(line, "\r\n")] = '\0';
	cJSON_AddStringToObject(vnc, "password", line);
	explicit_bzero(line, sizeof(line));
	return EXIT_OK;
}

static enum exit_code add_vnc(const struct context *context, cJSON *body)
{
	const char *port = context_option(context, "vnc-port");
	const char *address = context_option(context, "vnc-address");
	const char *file = context_option(context, "vnc-password-file");
	enum exit_code code = EXIT_OK;
	cJSON *vnc;

	if (!port && !address && !file)
		return EXIT_OK;
	vnc = cJSON_AddObjectToObject(body, "vnc");
	if (address)
		cJSON_AddStringToObject(vnc, "address", address);
	if (port)
		code = add_port(port, vnc);
	if (file && code == EXIT_OK)
		code = add_password(file, vnc);
	return code;
}

static enum exit_code add_vtest(const struct context *context, cJSON *body)
{
	const char *text = context_option(context, "vtest-version");

	if (!text)
		return EXIT_OK;
	if (strcmp(text, "0") != 0 && strcmp(text, "2") != 0) {
		complain("create: --vtest-version %s is neither 0 nor 2", text);
		return EXIT_USAGE;
	}
	cJSON_AddNumberToObject(body, "vtest_version", text[0] - '0');
	return EXIT_OK;
}

static enum exit_code add_compute(const struct context *context, cJSON *body)
{
	const char *text = context_option(context, "compute-shaders");

	if (!text)
		return EXIT_OK;
	if (strcmp(text, "auto") != 0 && strcmp(text, "on") != 0 && strcmp(text, "off") != 0) {
		complain("create: --compute-shaders %s is none of auto, on, off", text);
		return EXIT_USAGE;
	}
	cJSON_AddStringToObject(body, "compute_shaders", text);
	return EXIT_OK;
}

/* Where viewers connect to the new session. */
static void print_created(const struct client_answer *answer)
{
	cJSON *document = cJSON_ParseWithLength(answer->body, answer->size);
	const cJSON *display = cJSON_GetArrayItem(member_of(document, "displays"), 0);
	const cJSON *vnc = member_of(display, "vnc");
	const char *address = text_of(vnc, "address");
	bool six = strchr(address, ':');

	if (vnc)
		printf("%s: VNC at %s%s%s:%.0f\n", text_of(document, "name"), six ? "[" : "",
			address, six ? "]" : "", number_of(vnc, "port"));
	cJSON_Delete(document);
}

static enum exit_code add_limits(const struct context *context, cJSON *body)
{
	cJSON *object = NULL;

	for (size_t i = 0; i < context->n_values; i++) {
		if (strcmp(context->values[i].option->name, "limit") != 0)
			continue;
		if (!object)
			object = cJSON_AddObjectToObject(body, "limits");
		if (!limits_add_text(object, context->values[i].text))
			return EXIT_USAGE;
	}
	return EXIT_OK;
}

enum exit_code run_create(const struct context *context)
{
	cJSON *body = cJSON_CreateObject();
	struct client_answer answer;
	enum exit_code code;

	cJSON_AddStringToObject(body, "name", context->args[0]);
	code = add_listeners(context, body);
	if (code == EXIT_OK)
		code = add_vtest(context, body);
	if (code == EXIT_OK)
		code = add_compute(context, body);
	if (code == EXIT_OK)
		code = add_vnc(context, body);
	if (code == EXIT_OK)
		code = add_limits(context, body);
	if (code != EXIT_OK) {
		cJSON_Delete(body);
		return code;
	}
	code = request_send(context, "POST", "/v1/sessions", body, CLIENT_TIMEOUT_MS, &answer);
	if (code != EXIT_OK)
		return code;
	if (context_option(context, "json"))
		fwrite(answer.body, 1, answer.size, stdout);
	else
		print_created(&answer);
	client_answer_finish(&answer);
	return EXIT_OK;
}
