/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "listen/address.h"
#include "text.h"
#include "util.h"

int problem_set(struct problem *problem, int status, const char *pointer, const char *format, ...)
{
	char detail[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	text_clean(detail);
	problem->status = status;
	text_copy(problem->pointer, sizeof(problem->pointer), pointer);
	text_copy(problem->detail, sizeof(problem->detail), detail);
	return -1;
}

static int listen_problem(
	struct problem *problem, int status, size_t index, const char *member, const char *detail)
{
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/listen/%zu/%s", index, member);
	return problem_set(problem, status, pointer, "%s", detail);
}

const char *spec_vnc_address(const struct session_spec *spec, const char *address)
{
	if (spec->vnc_address[0])
		return spec->vnc_address;
	return address[0] ? address : "127.0.0.1";
}

bool spec_vtest_offer(uint64_t version, uint32_t *ret_offer)
{
	if (version != 0 && version != 2)
		return false;
	*ret_offer = (uint32_t)version + 1;
	return true;
}

uint32_t spec_vtest_version(const struct session_spec *spec, uint32_t offer)
{
	offer = spec->vtest_offer ? spec->vtest_offer : offer;
	return offer ? offer - 1 : 0;
}

static const char *const compute_words[] = {
	[IPC_COMPUTE_AUTO] = "auto",
	[IPC_COMPUTE_ON] = "on",
	[IPC_COMPUTE_OFF] = "off",
};

bool spec_compute_offer(const char *word, uint32_t *ret_offer)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(compute_words); i++) {
		if (strcmp(word, compute_words[i]) == 0) {
			*ret_offer = i + 1;
			return true;
		}
	}
	return false;
}

uint8_t spec_compute(const struct session_spec *spec, uint32_t offer)
{
	if (spec && spec->compute_offer)
		offer = spec->compute_offer;
	return offer ? (uint8_t)(offer - 1) : IPC_COMPUTE_AUTO;
}

const char *spec_compute_word(uint8_t compute)
{
	return compute_words[compute];
}

static int check_name(const char *name, struct problem *problem)
{
	bool good = isalnum((unsigned char)name[0]);

	for (const char *at = name; *at && good; at++)
		good = isalnum((unsigned char)*at) || strchr("._-", *at);
	if (good)
		return 0;
	return problem_set(problem, 400, "/name",
		"a session's name has 1 to %u characters of A-Z a-z 0-9 . _ - and begins with a letter or digit",
		IPC_NAME_MAX);
}

static int check_path(const struct listener_spec *listener, size_t index, struct problem *problem)
{
	if (listener->path[0] != '/')
		return listen_problem(problem, 400, index, "path",
			"the path of a socket is absolute: it begins with '/'");
	if (!text_is_clean(listener->path) || listener->path[strlen(listener->path) - 1] == '/')
		return listen_problem(
			problem, 400, index, "path", "this cannot be the path of a socket");
	if (listener->mode > 0777)
		return listen_problem(
			problem, 400, index, "mode", "the mode of a socket is 0000 to 0777, octal");
	return 0;
}

static int stands_twice(struct problem *problem, size_t index, const char *path)
{
	char detail[160];

	snprintf(detail, sizeof(detail), "%s stands twice in the session", path);
	return listen_problem(problem, 409, index, "path", detail);
}

static int check_listeners(const struct session_spec *spec, struct problem *problem)
{
	if (spec->n_listeners > SESSION_LISTENERS_MAX)
		return problem_set(problem, 400, "/listen", "a session has at most %u listeners",
			SESSION_LISTENERS_MAX);
	for (size_t i = 0; i < spec->n_listeners; i++) {
		if (check_path(&spec->listeners[i], i, problem) < 0)
			return -1;
		for (size_t j = 0; j < i; j++) {
			if (strcmp(spec->listeners[i].path, spec->listeners[j].path) == 0)
				return stands_twice(problem, i, spec->listeners[i].path);
		}
	}
	return 0;
}

static int check_vnc(const struct session_spec *spec, const char *fallback, struct problem *problem)
{
	const char *text = spec_vnc_address(spec, fallback);
	struct address address;

	if (address_parse(text, spec->vnc_port, &address) < 0)
		return problem_set(problem, 400, "/vnc/address",
			"'%s' is not a numeric IPv4 or IPv6 address", text);
	if (!text_is_clean(spec->vnc_password))
		return problem_set(problem, 400, "/vnc/password",
			"a password has no control characters and is UTF-8");
	if (!spec->vnc_password[0] && !address_is_loopback(&address))
		return problem_set(problem, 400, "/vnc/password",
			"%s is not a loopback address: VNC needs a password there", text);
	return 0;
}

int spec_check(const struct session_spec *spec, const char *address, struct problem *ret_problem)
{
	if (check_name(spec->name, ret_problem) < 0 || check_listeners(spec, ret_problem) < 0)
		return -1;
	return check_vnc(spec, address, ret_problem);
}

static int check_ports(const struct session_spec *spec, const struct session_spec *other,
	const char *fallback, struct problem *problem)
{
	const char *text = spec_vnc_address(spec, fallback);
	struct address a, b;

	if (spec->vnc_port == 0 || spec->vnc_port != other->vnc_port)
		return 0;
	if (address_parse(text, spec->vnc_port, &a) < 0 ||
		address_parse(spec_vnc_address(other, fallback), other->vnc_port, &b) < 0 ||
		!address_equal(&a, &b))
		return 0;
	return problem_set(problem, 409, "/vnc/port", "session '%s' has VNC address %s port %u",
		other->name, text, (unsigned)spec->vnc_port);
}

int spec_conflict(const struct session_spec *spec, const struct session_spec *other,
	const char *address, struct problem *ret_problem)
{
	char detail[256];

	if (strcmp(spec->name, other->name) == 0)
		return problem_set(
			ret_problem, 409, "/name", "there is a session '%s' already", spec->name);
	for (size_t i = 0; i < spec->n_listeners; i++) {
		for (size_t j = 0; j < other->n_listeners; j++) {
			if (strcmp(spec->listeners[i].path, other->listeners[j].path) != 0)
				continue;
			snprintf(detail, sizeof(detail), "session '%s' listens at %s already",
				other->name, other->listeners[j].path);
			return listen_problem(ret_problem, 409, i, "path", detail);
		}
	}
	return check_ports(spec, other, address, ret_problem);
}
