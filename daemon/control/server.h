/* SPDX-License-Identifier: GPL-2.0-or-later */
/* orield from its configuration to its end: the loop, signals, the service manager. */
#ifndef ORIEL_SERVER_H
#define ORIEL_SERVER_H

#include "config.h"

/*
 * Serves until SIGTERM or SIGINT. Takes the configuration. `level_forced`: the log level is the
 * command line's. `log_prefix` as in log_init. Returns the exit status.
 */
int server_run(struct config *config, bool level_forced, bool log_prefix);

#endif
