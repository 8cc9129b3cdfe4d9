/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of orield: oriel.conf and the drop-ins beside it. Every key stands once, with
 * its limits, default and help, in config/keys.c.
 */
#ifndef ORIEL_CONFIG_H
#define ORIEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session.h"

#define CONFIG_PATH_MAX 255u /* bytes of a file or directory */
#define CONFIG_FILE     "/etc/oriel/oriel.conf"

struct config {
	char path[CONFIG_PATH_MAX + 1]; /* the file it was read from */

	/* [host]; "auto" is resolved by config_load. */
	char api_socket[SESSION_PATH_MAX + 1];
	uint32_t api_mode;
	char runtime_directory[CONFIG_PATH_MAX + 1];
	char state_directory[CONFIG_PATH_MAX + 1];
	char program_directory[CONFIG_PATH_MAX + 1]; /* of oriel-render and oriel-view */
	uint32_t log_level;                          /* enum log_level */
	char user[IPC_NAME_MAX + 1];                 /* whom children run as when orield is root */
	uint32_t sessions_max;
	char cgroup[CONFIG_PATH_MAX + 1]; /* cgroup_open */

	/* [gpu] */
	char gpu_order[IPC_TEXT_MAX + 1]; /* as in ipc_render_start.gpu */
	uint8_t sandbox;                  /* enum ipc_sandbox */

	/* [guest] */
	uint32_t vtest_offer;   /* spec.h; of sessions that have none */
	uint32_t compute_offer; /* the same */

	/* [vnc] */
	char vnc_address[IPC_TEXT_MAX + 1]; /* numeric; of sessions that name none */
	uint16_t vnc_port_first, vnc_port_last;
	uint32_t width, height; /* pixels of a display that has shown nothing yet */

	uint64_t limits[LIMITS_N]; /* [limits], of sessions that have none of their own */

	struct session_spec *sessions; /* [session NAME], in the order of the files */
	size_t n_sessions;
};

/* What is wrong with a configuration, all of it: lines "FILE:LINE: what is wrong and what would be right". */
struct config_errors {
	char **lines;
	size_t n_lines;
};

/*
 * Reads the file and the *.conf of the directory FILE.d in the order of their names, checks
 * everything and fills ret_config. 0, or -EINVAL or -ENOMEM with the reasons in errors, which the
 * caller finishes in both cases.
 */
int config_load(const char *path, struct config *ret_config, struct config_errors *errors);
/* Every key at its default, no session. */
int config_defaults(struct config *ret_config);
/* Wipes passwords and frees; harmless on a zeroed configuration. */
void config_finish(struct config *config);
void config_errors_finish(struct config_errors *errors);

#endif
