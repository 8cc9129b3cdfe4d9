/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listen/ports.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"
#include "util.h"

static struct port_entry *find_name(const struct ports *ports, const char *name)
{
	for (size_t i = 0; i < ports->n_entries; i++) {
		if (strcmp(ports->entries[i].name, name) == 0)
			return &ports->entries[i];
	}
	return NULL;
}

static struct port_entry *find_port(const struct ports *ports, uint16_t port)
{
	for (size_t i = 0; i < ports->n_entries; i++) {
		if (ports->entries[i].port == port)
			return &ports->entries[i];
	}
	return NULL;
}

static void remove_entry(struct ports *ports, struct port_entry *entry)
{
	size_t index = (size_t)(entry - ports->entries);

	memmove(entry, entry + 1, (ports->n_entries - index - 1) * sizeof(*entry));
	ports->n_entries--;
}

static int add_entry(struct ports *ports, const char *name, uint16_t port)
{
	struct port_entry *entries =
		reallocarray(ports->entries, ports->n_entries + 1, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	ports->entries = entries;
	entries[ports->n_entries].port = port;
	snprintf(entries[ports->n_entries].name, sizeof(entries->name), "%s", name);
	ports->n_entries++;
	return 0;
}

static void load_line(struct ports *ports, const char *line)
{
	char name[IPC_NAME_MAX + 1];
	unsigned port;

	_Static_assert(IPC_NAME_MAX == 63, "the width in the format below");
	if (sscanf(line, "%5u %63s", &port, name) != 2 || port == 0 || port > UINT16_MAX ||
		find_name(ports, name) || find_port(ports, (uint16_t)port))
		return;
	add_entry(ports, name, (uint16_t)port);
}

int ports_load(struct ports *ports, const char *path)
{
	char line[128];
	FILE *file;

	*ports = (struct ports){ 0 };
	if (strlen(path) + 5 > sizeof(ports->path))
		return -ENAMETOOLONG;
	snprintf(ports->path, sizeof(ports->path), "%s", path);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (fgets(line, sizeof(line), file))
		load_line(ports, line);
	fclose(file);
	return 0;
}

void ports_finish(struct ports *ports)
{
	free(ports->entries);
	*ports = (struct ports){ 0 };
}

static int write_entries(const struct ports *ports, const char *path)
{
	FILE *file = fopen(path, "we");
	int r = 0;

	if (!file)
		return -errno;
	fchmod(fileno(file), 0644);
	for (size_t i = 0; i < ports->n_entries; i++)
		fprintf(file, "%u %s\n", ports->entries[i].port, ports->entries[i].name);
	if (fflush(file) != 0 || ferror(file) || fdatasync(fileno(file)) < 0)
		r = -errno;
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	return r;
}

/* Whole or not at all: a new file takes the old one's name. */
static void ports_save(const struct ports *ports)
{
	char path[sizeof(ports->path) + 8];
	int r;

	if (!ports->path[0])
		return;
	snprintf(path, sizeof(path), "%s.new", ports->path);
	r = write_entries(ports, path);
	if (r == 0 && rename(path, ports->path) < 0)
		r = -errno;
	if (r < 0)
		log_warning("%s: VNC ports are not kept: %s", ports->path, strerror(-r));
}

static void keep(struct ports *ports, const char *name, uint16_t port)
{
	struct port_entry *entry;

	while ((entry = find_port(ports, port)) || (entry = find_name(ports, name)))
		remove_entry(ports, entry);
	if (add_entry(ports, name, port) == 0)
		ports_save(ports);
}

static bool in_range(const struct ports_range *range, uint16_t port)
{
	return port >= range->first && port <= range->last;
}

static int bind_unknown(const struct ports *ports, const struct ports_range *range, uint16_t *ret_port)
{
	for (uint32_t port = range->first; port <= range->last; port++) {
		int fd;
		if (find_port(ports, (uint16_t)port))
			continue;
		fd = range->bind(range->data, (uint16_t)port);
		if (fd != -EADDRINUSE) {
			*ret_port = (uint16_t)port;
			return fd;
		}
	}
	return -EADDRINUSE;
}

static int bind_abandoned(
	const struct ports *ports, const struct ports_range *range, uint16_t *ret_port)
{
	for (size_t i = 0; i < ports->n_entries; i++) {
		const struct port_entry *entry = &ports->entries[i];
		int fd;
		if (!in_range(range, entry->port) || range->present(range->data, entry->name))
			continue;
		fd = range->bind(range->data, entry->port);
		if (fd != -EADDRINUSE) {
			*ret_port = entry->port;
			return fd;
		}
	}
	return -EADDRINUSE;
}

int ports_bind(
	struct ports *ports, const char *name, const struct ports_range *range, uint16_t *ret_port)
{
	const struct port_entry *own = find_name(ports, name);
	uint16_t port = 0;
	int fd = -EADDRINUSE;

	if (own && in_range(range, own->port)) {
		fd = range->bind(range->data, own->port);
		if (fd >= 0) {
			*ret_port = own->port;
			return fd;
		}
	}
	if (fd == -EADDRINUSE)
		fd = bind_unknown(ports, range, &port);
	if (fd == -EADDRINUSE)
		fd = bind_abandoned(ports, range, &port);
	if (fd < 0)
		return fd;
	if (own)
		log_warning("%s: its VNC port %u cannot be had any more: it gets %u", name,
			own->port, port);
	keep(ports, name, port);
	*ret_port = port;
	return fd;
}
