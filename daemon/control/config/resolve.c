/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "auto" means for directories, the API's socket and the children's user. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "config/build.h"
#include "text.h"

static bool is_auto(const char *text)
{
	return strcmp(text, "auto") == 0;
}

/* An absolute path in the environment; of a list with colons (systemd.exec(5)) the first. */
static const char *from_environment(const char *name, char *buffer, size_t size)
{
	const char *value = getenv(name);
	size_t length = value ? strcspn(value, ":") : 0;

	if (!value || value[0] != '/' || length >= size)
		return NULL;
	memcpy(buffer, value, length);
	buffer[length] = '\0';
	return buffer;
}

static void resolve_runtime(struct config *config)
{
	char *path = config->runtime_directory;
	const size_t size = sizeof(config->runtime_directory);
	char base[CONFIG_PATH_MAX + 1];

	if (!is_auto(path))
		return;
	memset(path, 0, size);
	if (from_environment("RUNTIME_DIRECTORY", base, sizeof(base)))
		text_copy(path, size, base);
	else if (from_environment("XDG_RUNTIME_DIR", base, sizeof(base)))
		text_format(path, size, "%s/oriel", base);
	else
		text_copy(path, size, "/run/oriel");
}

static void resolve_state(struct config *config)
{
	char *path = config->state_directory;
	const size_t size = sizeof(config->state_directory);
	char base[CONFIG_PATH_MAX + 1];

	if (!is_auto(path))
		return;
	memset(path, 0, size);
	if (from_environment("STATE_DIRECTORY", base, sizeof(base)))
		text_copy(path, size, base);
	else if (geteuid() == 0)
		text_copy(path, size, "/var/lib/oriel");
	else if (from_environment("XDG_STATE_HOME", base, sizeof(base)))
		text_format(path, size, "%s/oriel", base);
	else if (from_environment("HOME", base, sizeof(base)))
		text_format(path, size, "%s/.local/state/oriel", base);
	else
		text_copy(path, size, config->runtime_directory);
}

/* The directory of orield's own executable, or ../libexec/oriel seen from there. */
static void resolve_programs(struct config *config)
{
	char *path = config->program_directory;
	const size_t size = sizeof(config->program_directory);
	char own[CONFIG_PATH_MAX + 1], probe[CONFIG_PATH_MAX + 64];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (!is_auto(path))
		return;
	memset(path, 0, size);
	own[length > 0 ? length : 0] = '\0';
	if (strrchr(own, '/'))
		*strrchr(own, '/') = '\0';
	snprintf(probe, sizeof(probe), "%s/oriel-render", own);
	if (access(probe, X_OK) == 0)
		text_copy(path, size, own);
	else
		text_format(path, size, "%s/../libexec/oriel", own);
}

static void resolve_api_socket(struct config_build *build)
{
	struct config *config = build->config;
	char path[CONFIG_PATH_MAX + 32];

	if (!is_auto(config->api_socket))
		return;
	memset(config->api_socket, 0, sizeof(config->api_socket));
	snprintf(path, sizeof(path), "%s/api.sock", config->runtime_directory);
	if (strlen(path) > SESSION_PATH_MAX)
		config_complain(build, (struct config_place){ .file = config->path },
			"'%s' is too long for a socket (%u bytes): choose a shorter runtime_directory",
			path, SESSION_PATH_MAX);
	else
		text_copy(config->api_socket, sizeof(config->api_socket), path);
}

void config_resolve(struct config_build *build)
{
	struct config *config = build->config;

	resolve_runtime(config);
	resolve_state(config);
	resolve_programs(config);
	resolve_api_socket(build);
	if (is_auto(config->user)) {
		memset(config->user, 0, sizeof(config->user));
		text_copy(config->user, sizeof(config->user), getpwnam("oriel") ? "oriel" : "nobody");
	}
}
