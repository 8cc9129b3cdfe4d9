/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/keys.h"

#include <string.h>

#define HOST_FIELD(member) \
	.offset = offsetof(struct config, member), .size = sizeof(((struct config *)0)->member)
#define SESSION_FIELD(member)                            \
	.offset = offsetof(struct session_spec, member), \
	.size = sizeof(((struct session_spec *)0)->member)

/* Each limit is a key of [limits] and, without a default, of a session. */
#define HOST_LIMIT(id, title, unit, kind, otherwise, least, most, text)                  \
	{ "limits", title, value_limit, HOST_FIELD(limits[LIMIT_##id]),                  \
		.limit = &limits[LIMIT_##id], .fallback = otherwise, .reloadable = true, \
		.help = text },
#define SESSION_LIMIT(id, title, unit, kind, otherwise, least, most, text)  \
	{ "session", title, value_limit, SESSION_FIELD(limits[LIMIT_##id]), \
		.limit = &limits[LIMIT_##id], .reloadable = true, .help = text },

/* clang-format off */
const struct config_key config_keys[] = {
	{ "host", "api_socket", value_path, HOST_FIELD(api_socket), .fallback = "auto",
	  .help = "socket of the JSON API; auto: api.sock in the runtime directory" },
	{ "host", "api_mode", value_mode, HOST_FIELD(api_mode), .fallback = "0660",
	  .help = "permission bits of that socket, octal" },
	{ "host", "runtime_directory", value_path, HOST_FIELD(runtime_directory), .fallback = "auto",
	  .help = "auto: $RUNTIME_DIRECTORY, else $XDG_RUNTIME_DIR/oriel, else /run/oriel" },
	{ "host", "state_directory", value_path, HOST_FIELD(state_directory), .fallback = "auto",
	  .help = "auto: $STATE_DIRECTORY, else /var/lib/oriel for root, $XDG_STATE_HOME/oriel or ~/.local/state/oriel for others" },
	{ "host", "program_directory", value_path, HOST_FIELD(program_directory), .fallback = "auto",
	  .help = "where oriel-render and oriel-view are; auto: beside orield, else in ../libexec/oriel" },
	{ "host", "log_level", value_level, HOST_FIELD(log_level), .fallback = "info", .reloadable = true,
	  .help = "error, warning, info or debug" },
	{ "host", "user", value_user, HOST_FIELD(user), .fallback = "auto",
	  .help = "user of the processes when orield runs as root; auto: oriel, else nobody" },
	{ "host", "cgroup", value_cgroup, HOST_FIELD(cgroup), .fallback = "auto",
	  .help = "cgroup for the sessions' own; auto: orield's, if systemd has delegated it; none" },
	{ "host", "sessions_max", value_number, HOST_FIELD(sessions_max), 1, 4096, "64", .reloadable = true,
	  .help = "sessions at once, 1 to 4096" },

	{ "gpu", "order", value_gpu, HOST_FIELD(gpu_order), .fallback = "auto", .reloadable = true,
	  .help = "device, render-node, surfaceless, software: those to try, in order, with commas; KIND:NAME names one; auto: all four" },
	{ "gpu", "sandbox", value_sandbox, HOST_FIELD(sandbox), .fallback = "auto", .reloadable = true,
	  .help = "auto, software, render-node or nvidia: the profile of render processes; no lets a guest that takes one over reach the host" },

	{ "guest", "vtest_version", value_vtest, HOST_FIELD(vtest_offer), .fallback = "2", .reloadable = true,
	  .help = "highest version of the vtest protocol that guests on this host are offered, 0 or 2" },
	{ "guest", "compute_shaders", value_compute, HOST_FIELD(compute_offer), .fallback = "auto", .reloadable = true,
	  .help = "auto, on or off: on a software driver a compute shader can take over the session's render process; auto: not there" },

	{ "vnc", "address", value_address, HOST_FIELD(vnc_address), .fallback = "127.0.0.1", .reloadable = true,
	  .help = "numeric address of sessions that name none; other than loopback needs a password" },
	{ "vnc", "ports", value_ports, .offset = offsetof(struct config, vnc_port_first),
	  .size = 2 * sizeof(uint16_t), .fallback = "5900-5999", .reloadable = true,
	  .help = "range of the ports of sessions that name none; a session's name keeps its port" },
	{ "vnc", "size", value_size, .offset = offsetof(struct config, width),
	  .size = 2 * sizeof(uint32_t), .fallback = "1024x768", .reloadable = true,
	  .help = "pixels of a display that has shown nothing yet" },

	LIMITS(HOST_LIMIT)

	{ "session", "listen", value_listen, SESSION_FIELD(listeners), .repeated = true, .reloadable = true,
	  .help = "local PATH or vm PATH, then any of mode=0660 owner=NAME group=NAME uid=NUMBER,NUMBER" },
	{ "session", "vtest_version", value_vtest, SESSION_FIELD(vtest_offer), .reloadable = true,
	  .help = "0 or 2, as in [guest]" },
	{ "session", "compute_shaders", value_compute, SESSION_FIELD(compute_offer), .reloadable = true,
	  .help = "auto, on or off, as in [guest]" },
	{ "session", "vnc_address", value_address, SESSION_FIELD(vnc_address), .reloadable = true,
	  .help = "numeric address" },
	{ "session", "vnc_port", value_port, SESSION_FIELD(vnc_port), .fallback = "0", .reloadable = true,
	  .help = "1 to 65535; 0: from the range" },
	{ "session", "vnc_password", value_password, SESSION_FIELD(vnc_password), .reloadable = true,
	  .help = "password of its viewers; VNC looks at 8 characters" },
	{ "session", "vnc_password_file", value_password_file, SESSION_FIELD(vnc_password), .reloadable = true,
	  .help = "a file whose first line is the password" },
	LIMITS(SESSION_LIMIT)
};
/* clang-format on */

const size_t config_n_keys = ARRAY_SIZE(config_keys);
_Static_assert(ARRAY_SIZE(config_keys) <= CONFIG_KEYS_MAX, "file.c notes where each key stood");

const struct config_key *config_find_key(const char *section, const char *name)
{
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];
		if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
			return key;
	}
	return NULL;
}

bool config_section_known(const char *section)
{
	for (size_t i = 0; i < config_n_keys; i++) {
		if (strcmp(config_keys[i].section, section) == 0)
			return true;
	}
	return false;
}
