/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "util.h"

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	sd_notify(0, "WATCHDOG=1");
}

void notify_init(struct notify *notify, uv_loop_t *loop)
{
	uint64_t usec = 0;

	uv_timer_init(loop, &notify->watchdog);
	if (sd_watchdog_enabled(0, &usec) > 0 && usec > 0) {
		uint64_t each = usec / 2000 > 0 ? usec / 2000 : 1;
		uv_timer_start(&notify->watchdog, on_watchdog, 0, each);
	}
}

void notify_finish(struct notify *notify)
{
	uv_close((uv_handle_t *)&notify->watchdog, NULL);
}

void notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_ns() / 1000u);
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void notify_status(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sd_notifyf(0, "STATUS=%s", text);
}
