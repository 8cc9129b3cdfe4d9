/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "host_private.h"
#include "log.h"
#include "notify.h"

#define LAST_MS 1900u /* everything has ended by then, or is left to the kernel */

struct server {
	uv_loop_t loop;
	struct host host;
	struct notify notify;
	uv_signal_t term, interrupt, hangup;
	uv_timer_t last;
	bool log_prefix;
};

static void tell_status(struct host *host)
{
	notify_status("%zu session%s", host->n_sessions, host->n_sessions == 1 ? "" : "s");
}

/* Closes what is left, but for the timer that watches over the end; the loop ends when that is done. */
static void close_handles(struct server *server)
{
	notify_finish(&server->notify);
	uv_close((uv_handle_t *)&server->term, NULL);
	uv_close((uv_handle_t *)&server->interrupt, NULL);
	uv_close((uv_handle_t *)&server->hangup, NULL);
	host_finish(&server->host);
}

static void on_stopped(void *data)
{
	close_handles(data);
}

/* The end takes too long: a process that cannot be killed, or a handle that nobody closes. */
static void on_last(uv_timer_t *timer)
{
	const struct server *server = timer->data;

	log_warning("something does not end; orield goes without waiting (%zu sessions left)",
		server->host.n_sessions);
	uv_stop(timer->loop);
}

static void on_end(uv_signal_t *handle, int number)
{
	struct server *server = handle->data;
	bool again = server->host.stopping;

	log_info("SIG%s: %s", sigabbrev_np(number), again ? "kills what still runs" : "stopping");
	if (!again) {
		notify_stopping();
		uv_timer_start(&server->last, on_last, LAST_MS, 0);
		uv_unref((uv_handle_t *)&server->last); /* it keeps nobody from ending */
		api_destroy(server->host.api);
		server->host.api = NULL;
	}
	host_stop(&server->host, on_stopped, server);
}

static void on_reload(uv_signal_t *handle, int number)
{
	struct server *server = handle->data;
	struct host *host = &server->host;
	struct config_errors errors = { 0 };
	struct config config;

	(void)number;
	if (host->stopping)
		return;
	notify_reloading();
	if (config_load(host->config.path, &config, &errors) < 0) {
		for (size_t i = 0; i < errors.n_lines; i++)
			log_error("%s", errors.lines[i]);
		log_error("reload: the configuration stays as it was");
	} else {
		host_reload(host, &config);
		log_init(host->config.log_level, server->log_prefix);
		config_finish(&config);
	}
	config_errors_finish(&errors);
	notify_ready();
	tell_status(host);
}

static void watch_signals(struct server *server)
{
	signal(SIGPIPE, SIG_IGN);
	uv_signal_init(&server->loop, &server->term);
	uv_signal_init(&server->loop, &server->interrupt);
	uv_signal_init(&server->loop, &server->hangup);
	uv_timer_init(&server->loop, &server->last);
	server->term.data = server->interrupt.data = server->hangup.data = server->last.data = server;
	uv_signal_start(&server->term, on_end, SIGTERM);
	uv_signal_start(&server->interrupt, on_end, SIGINT);
	uv_signal_start(&server->hangup, on_reload, SIGHUP);
}

static int server_start(struct server *server)
{
	struct host *host = &server->host;
	size_t failed;
	int r = api_create(host, host->config.api_socket, host->config.api_mode, &host->api);

	if (r < 0) {
		log_error("%s (api_socket in [host]): %s", host->config.api_socket,
			r == -EADDRINUSE ? "another orield seems to run there"
			: r == -EEXIST   ? "something that is no socket is there"
					 : strerror(-r));
		return r;
	}
	failed = host_start(host);
	log_info("orield " ORIEL_VERSION ": %zu session%s, %zu of them failed, API at %s",
		host->n_sessions, host->n_sessions == 1 ? "" : "s", failed, host->config.api_socket);
	notify_ready();
	tell_status(host);
	return 0;
}

int server_run(struct config *config, bool level_forced, bool log_prefix)
{
	static struct server server; /* handles of libraries may outlive a stack frame */
	int r = uv_loop_init(&server.loop);

	if (r == 0)
		r = host_init(&server.host, &server.loop, config, level_forced);
	if (r < 0)
		return 1;
	server.log_prefix = log_prefix;
	watch_signals(&server);
	notify_init(&server.notify, &server.loop);
	r = server_start(&server);
	if (r < 0)
		close_handles(&server);
	uv_run(&server.loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&server.last, NULL);
	uv_run(&server.loop, UV_RUN_NOWAIT);
	if (uv_loop_close(&server.loop) < 0)
		log_debug("the loop was left with open handles");
	free(server.host.private);
	log_info("ended");
	return r < 0 ? 1 : 0;
}
