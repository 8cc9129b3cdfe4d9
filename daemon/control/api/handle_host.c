/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "documents.h"
#include "routes.h"

#define API_VERSION 1u

int handle_version(const struct call *call, struct problem *ret_problem)
{
	struct json_writer writer;
	cJSON *root = json_writer_init(&writer);
	cJSON *array;

	json_put_string(&writer, root, "version", ORIEL_VERSION);
	json_put_uint(&writer, root, "api", API_VERSION);
	array = json_put_array(&writer, root, "routes");
	for (size_t i = 0; i < n_routes; i++) {
		cJSON *route = json_put_object(&writer, array, NULL);
		cJSON *query = NULL;

		json_put_string(&writer, route, "method", http_method_name(routes[i].method));
		json_put_string(&writer, route, "path", routes[i].pattern);
		json_put_string(&writer, route, "help", routes[i].help);
		if (routes[i].body_max > 0)
			json_put_uint(&writer, route, "body_max", routes[i].body_max);
		if (routes[i].query[0])
			query = json_put_array(&writer, route, "query");
		for (size_t j = 0; j < ROUTE_QUERY_MAX && routes[i].query[j]; j++)
			json_put_string(&writer, query, NULL, routes[i].query[j]);
	}
	return call_answer(call, 200, &writer, NULL, ret_problem);
}

static void put_limits(struct json_writer *writer, cJSON *object, const struct config *config)
{
	const struct {
		const char *name;
		uint64_t value;
	} fixed[] = {
		{ "sessions", config->sessions_max },
		{ "listeners", SESSION_LISTENERS_MAX },
		{ "displays", IPC_DISPLAYS_MAX },
		{ "surfaces", IPC_SURFACES_MAX },
		{ "surface_side", IPC_SURFACE_SIDE_MAX },
		{ "input_events", IPC_EVENTS_MAX },
		{ "api_connections", HTTP_CONNECTIONS_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		json_put_uint(writer, object, fixed[i].name, fixed[i].value);
	for (enum limit_id id = 0; id < LIMITS_N; id++)
		json_put_uint(writer, object, limits[id].name, config->limits[id]);
}

int handle_host(const struct call *call, struct problem *ret_problem)
{
	const struct host *host = call->host;
	struct json_writer writer;
	cJSON *root = json_writer_init(&writer);
	int64_t uptime = (int64_t)time(NULL) - host->started;

	json_put_string(&writer, root, "version", ORIEL_VERSION);
	json_put_time(&writer, root, "started", host->started);
	json_put_uint(&writer, root, "uptime", uptime > 0 ? (uint64_t)uptime : 0);
	json_put_uint(&writer, root, "sessions", host->n_sessions);
	if (host->gpu.n_gpus > 0)
		document_gpu(&writer, json_put_object(&writer, root, "gpu"), &host->gpu);
	else
		json_put_null(&writer, root, "gpu");
	if (host->gpu_error[0])
		json_put_string(&writer, root, "gpu_error", host->gpu_error);
	put_limits(&writer, json_put_object(&writer, root, "limits"), &host->config);
	return call_answer(call, 200, &writer, NULL, ret_problem);
}
