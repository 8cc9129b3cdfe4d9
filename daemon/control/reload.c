/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGHUP: what of a new configuration can be taken over while everything runs. */
#include <stdio.h>
#include <string.h>

#include "config/keys.h"
#include "host_private.h"
#include "session/private.h"

/* These return whether there was something to do. */
static bool reload_key(struct host *host, const struct config *config, const struct config_key *key)
{
	char *ours = (char *)&host->config + key->offset;
	const char *theirs = (const char *)config + key->offset;

	if (strcmp(key->section, "session") == 0 || memcmp(ours, theirs, key->size) == 0)
		return false;
	if (!key->reloadable) {
		log_warning("reload: [%s] %s changed: it takes effect when orield is restarted",
			key->section, key->name);
		return true;
	}
	if (strcmp(key->name, "log_level") == 0 && host->private->level_forced) {
		log_info("reload: [host] log_level: --log counts");
		return true;
	}
	memcpy(ours, theirs, key->size);
	log_info("reload: [%s] %s is taken over%s", key->section, key->name,
		strcmp(key->section, "host") == 0 || key->limit
			? ""
			: ", for processes and sessions that start from now on");
	return true;
}

/* Ends a session and starts it anew as `spec` says. */
static void replace_session(struct session *session, const struct session_spec *spec)
{
	struct session_spec *copy = malloc(sizeof(*copy));

	if (!copy) {
		log_error("%s: out of memory: it stays as it was", session->spec.name);
		return;
	}
	memcpy(copy, spec, sizeof(*copy));
	free(session->private->replacement);
	session->private->replacement = copy;
	session_end(session);
}

/* Its limits alone are taken over while it runs. */
static bool reload_limits(struct session *session, const struct session_spec *spec)
{
	if (memcmp(spec->limits, session->spec.limits, sizeof(spec->limits)) == 0)
		return false;
	log_info("reload: session %s has other limits", session->spec.name);
	memcpy(session->spec.limits, spec->limits, sizeof(spec->limits));
	return true;
}

/* A session that was configured, against the new configuration. */
static bool reload_session(struct host *host, struct session *session)
{
	const struct session_spec *spec = host_find_spec(host, session->spec.name);
	bool limited = spec && reload_limits(session, spec);

	if (!spec) {
		log_info("reload: session %s is removed", session->spec.name);
		free(session->private->replacement);
		session->private->replacement = NULL;
		session_end(session);
	} else if (memcmp(spec, &session->spec, sizeof(*spec)) != 0 ||
		   session->state == SESSION_STOPPING) {
		log_info("reload: session %s changed: it is ended and started anew",
			session->spec.name);
		replace_session(session, spec);
	} else if (session->state == SESSION_FAILED) {
		log_info("reload: session %s has failed: it is tried again", session->spec.name);
		session_revive(session);
	} else {
		return limited;
	}
	return true;
}

static bool add_sessions(struct host *host)
{
	bool added = false;

	for (size_t i = 0; i < host->config.n_sessions; i++) {
		const struct session_spec *spec = &host->config.sessions[i];
		const struct session *other = host_find_session(host, spec->name);
		if (other && other->spec.configured)
			continue;
		log_info("reload: session %s is new", spec->name);
		host_start_configured(host, spec);
		added = true;
	}
	return added;
}

void host_reload(struct host *host, struct config *config)
{
	struct session *session, *next;
	bool changed = false;

	for (size_t i = 0; i < config_n_keys; i++)
		changed |= reload_key(host, config, &config_keys[i]);
	config_finish(&host->config);
	host->config.sessions = config->sessions;
	host->config.n_sessions = config->n_sessions;
	config->sessions = NULL;
	config->n_sessions = 0;
	list_for_each_safe(session, next, &host->sessions, link) {
		if (session->spec.configured)
			changed |= reload_session(host, session);
	}
	changed |= add_sessions(host);
	list_for_each(session, &host->sessions, link)
		limits_apply(session);
	if (!changed)
		log_info("reloaded: nothing has changed");
}
