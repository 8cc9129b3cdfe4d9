/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service manager is told (sd_notify(3)). Without one, nothing happens. */
#ifndef ORIEL_NOTIFY_H
#define ORIEL_NOTIFY_H

#include <uv.h>

struct notify {
	uv_timer_t watchdog;
};

/* Pings the manager's watchdog from the loop, at half its time, when it has set one. */
void notify_init(struct notify *notify, uv_loop_t *loop);
void notify_finish(struct notify *notify);

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
/* STATUS=, for people. */
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
