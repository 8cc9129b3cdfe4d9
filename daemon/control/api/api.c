/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api.h"

#include <errno.h>
#include <string.h>

#include "listen_socket.h"
#include "log.h"
#include "routes.h"
#include "spec.h"
#include "util.h"
#include "json/read.h"

struct api {
	struct host *host;
	struct http_server *server;
	struct api_socket socket;
};

static int64_t on_head(void *data, struct http_exchange *exchange)
{
	struct problem problem;
	char allowed[128];
	const struct route *route;

	(void)data;
	route = route_find(&exchange->request, allowed, sizeof(allowed), &problem);
	exchange->route = route;
	if (route)
		return (int64_t)route->body_max;
	http_answer_problem(exchange, &problem, allowed[0] ? allowed : NULL);
	return -1;
}

static int handle(struct call *call, const struct route *route, struct problem *problem)
{
	int r;

	if (route->body_max > 0) {
		const struct http_exchange *exchange = call->exchange;

		call->body = json_parse(
			exchange->body ? exchange->body : "", exchange->body_size, problem);
		if (!call->body)
			return -1;
	}
	r = route->handle(call, problem);
	cJSON_Delete(call->body);
	return r;
}

static void on_request(void *data, struct http_exchange *exchange)
{
	struct api *api = data;
	const struct route *route = exchange->route;
	struct call call = { .host = api->host, .exchange = exchange };
	struct problem problem = { .status = 500 };

	route_params(route, &exchange->request, call.params);
	if (handle(&call, route, &problem) < 0)
		http_answer_problem(exchange, &problem, NULL);
}

static void on_closed(void *data)
{
	free(data);
}

static const struct http_ops ops = {
	.head = on_head,
	.request = on_request,
	.closed = on_closed,
};

int api_create(struct host *host, const char *socket_path, uint32_t mode, struct api **ret_api)
{
	_cleanup_free_ struct api *api = calloc(1, sizeof(*api));
	int r;

	if (!api)
		return -ENOMEM;
	api->host = host;
	r = api_socket_listen(&api->socket, socket_path, mode);
	if (r < 0)
		return r;
	r = http_server_create(host->loop, r, &ops, api, &api->server);
	if (r < 0) {
		api_socket_remove(&api->socket);
		return r;
	}
	*ret_api = TAKE_PTR(api);
	return 0;
}

void api_destroy(struct api *api)
{
	if (!api)
		return;
	api_socket_remove(&api->socket);
	http_server_destroy(api->server);
}
