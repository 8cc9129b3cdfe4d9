/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gpu.h"

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "util.h"

#define GPU_AUTO "device,render-node,surfaceless,software"

struct choice {
	const char *name; /* as asked for; empty: any */
	struct egl *egl;
	struct ipc_render_gpu *report;
	bool taken;
	char reason[IPC_TEXT_MAX + 1];
};

static void report(struct choice *choice, const char *kind, const char *name, bool taken)
{
	struct ipc_gpu *gpu;

	log_info("GPU: %s%s%s: %s: %s", kind, *name ? " " : "", name,
		taken ? "taken" : "passed over", choice->reason);
	choice->taken = taken;
	if (choice->report->n_gpus >= IPC_GPUS_MAX)
		return;
	gpu = &choice->report->gpus[choice->report->n_gpus++];
	snprintf(gpu->kind, sizeof(gpu->kind), "%s", kind);
	snprintf(gpu->name, sizeof(gpu->name), "%s", name);
	snprintf(gpu->reason, sizeof(gpu->reason), "%s", choice->reason);
	gpu->taken = taken;
}

static void __attribute__((format(printf, 2, 3))) say(struct choice *choice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(choice->reason, sizeof(choice->reason), format, args);
	va_end(args);
}

/* A display that opened: taken if it renders as its kind should. */
static void judge(struct choice *choice, const char *kind, const char *name, bool want_software)
{
	struct egl *egl = choice->egl;
	bool taken = egl->software == want_software;

	if (taken)
		say(choice, "it works: %.120s, OpenGL %.100s", egl->renderer, egl->version);
	else if (egl->software)
		say(choice, "it renders in software (%.200s)", egl->renderer);
	else
		say(choice, "it is no software renderer (%.200s)", egl->renderer);
	report(choice, kind, name, taken);
	if (!taken)
		egl_close(egl);
}

static bool named(const struct choice *choice, const char *node, const char *renderer)
{
	if (*choice->name == '\0' || strcmp(choice->name, node) == 0)
		return true;
	return renderer && strstr(renderer, choice->name) != NULL;
}

static void try_device(struct choice *choice, const struct egl_device *device, size_t index)
{
	char name[IPC_TEXT_MAX + 1];

	snprintf(name, sizeof(name), "%s", device->node);
	if (!*name)
		snprintf(name, sizeof(name), "EGL device %zu", index);
	if (device->software) {
		say(choice, "it is a software renderer");
		report(choice, "device", name, false);
	} else if (!egl_open_device(choice->egl, device->device, choice->reason)) {
		report(choice, "device", name, false);
	} else if (!named(choice, device->node, choice->egl->renderer)) {
		say(choice, "it is not the one asked for (%.200s)", choice->egl->renderer);
		report(choice, "device", name, false);
		egl_close(choice->egl);
	} else {
		judge(choice, "device", name, false);
	}
}

static void try_devices(struct choice *choice)
{
	struct egl_device devices[EGL_DEVICES_MAX];
	size_t n = egl_devices(devices, EGL_DEVICES_MAX);

	for (size_t i = 0; i < n && !choice->taken; i++)
		try_device(choice, &devices[i], i);
	if (choice->taken || (n > 0 && !*choice->name))
		return;
	say(choice, n > 0 ? "EGL names no such device" : "EGL names no devices");
	report(choice, "device", choice->name, false);
}

static void try_render_node(struct choice *choice, const char *path)
{
	if (!egl_open_render_node(choice->egl, path, choice->reason))
		report(choice, "render-node", path, false);
	else
		judge(choice, "render-node", path, false);
}

static void try_render_nodes(struct choice *choice)
{
	glob_t found;

	if (*choice->name) {
		try_render_node(choice, choice->name);
		return;
	}
	if (glob("/dev/dri/renderD*", 0, NULL, &found) != 0) {
		say(choice, "there is no /dev/dri/renderD*");
		report(choice, "render-node", "", false);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc && !choice->taken; i++)
		try_render_node(choice, found.gl_pathv[i]);
	globfree(&found);
}

static void try_surfaceless(struct choice *choice)
{
	if (!egl_open_surfaceless(choice->egl, choice->reason))
		report(choice, "surfaceless", "", false);
	else
		judge(choice, "surfaceless", "", false);
}

/* EGL's software device where there is one; else what surfaceless EGL comes to without a GPU. */
static void try_software(struct choice *choice)
{
	struct egl_device devices[EGL_DEVICES_MAX];
	size_t n = egl_devices(devices, EGL_DEVICES_MAX);

	for (size_t i = 0; i < n && !choice->taken; i++) {
		if (!devices[i].software)
			continue;
		if (egl_open_device(choice->egl, devices[i].device, choice->reason))
			judge(choice, "software", "EGL software device", true);
		else
			report(choice, "software", "EGL software device", false);
	}
	if (choice->taken)
		return;
	if (egl_open_surfaceless(choice->egl, choice->reason))
		judge(choice, "software", "surfaceless", true);
	else
		report(choice, "software", "surfaceless", false);
}

static const struct {
	const char *kind;
	void (*try)(struct choice *choice);
} kinds[] = {
	{ "device", try_devices },
	{ "render-node", try_render_nodes },
	{ "surfaceless", try_surfaceless },
	{ "software", try_software },
};

/* Takes the next item of an order apart; false at its end. `rest` moves on. */
static bool next_item(const char **rest, char *kind, char *name)
{
	size_t length = strcspn(*rest, ",");
	char item[IPC_TEXT_MAX + 1];
	char *colon;

	if (**rest == '\0')
		return false;
	snprintf(item, sizeof(item), "%.*s", (int)length, *rest);
	*rest += length + ((*rest)[length] == ',');
	colon = strchr(item, ':');
	if (colon)
		*colon = '\0';
	snprintf(kind, IPC_TEXT_MAX + 1, "%s", item);
	snprintf(name, IPC_TEXT_MAX + 1, "%s", colon ? colon + 1 : "");
	return true;
}

static int find_kind(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return (int)i;
	}
	return -1;
}

static const char *expand(const char *order)
{
	return *order == '\0' || strcmp(order, "auto") == 0 ? GPU_AUTO : order;
}

bool gpu_order_valid(const char *order)
{
	char kind[IPC_TEXT_MAX + 1], name[IPC_TEXT_MAX + 1];
	const char *rest = expand(order);

	while (next_item(&rest, kind, name)) {
		if (find_kind(kind) < 0)
			return false;
	}
	return true;
}

bool gpu_choose(const char *order, struct egl *egl, struct ipc_render_gpu *ret_report, char *reason)
{
	char kind[IPC_TEXT_MAX + 1], name[IPC_TEXT_MAX + 1];
	struct choice choice = { .name = name, .egl = egl, .report = ret_report };
	const char *rest = expand(order);
	bool found = false;

	while (next_item(&rest, kind, name)) {
		int i = find_kind(kind);
		if (found) {
			say(&choice, "not tried: one before it was taken");
			report(&choice, kind, name, false);
			continue;
		}
		if (i < 0) {
			say(&choice, "there is no such kind");
			report(&choice, kind, name, false);
		} else {
			kinds[i].try(&choice);
		}
		found = choice.taken;
	}
	if (!found) {
		snprintf(reason, IPC_TEXT_MAX + 1, "no GPU can be used (%.120s): %.100s",
			expand(order), choice.reason);
		return false;
	}
	snprintf(ret_report->renderer, sizeof(ret_report->renderer), "%s", egl->renderer);
	snprintf(ret_report->version, sizeof(ret_report->version), "%s", egl->version);
	ret_report->max_texture = egl->max_texture > 0 ? (uint32_t)egl->max_texture : 0;
	return true;
}

unsigned gpu_profiles(uint8_t configured)
{
	switch (configured) {
	case IPC_SANDBOX_SOFTWARE:
		return SANDBOX_BIT(SANDBOX_SOFTWARE);
	case IPC_SANDBOX_RENDER_NODE:
		return SANDBOX_BIT(SANDBOX_RENDER_NODE);
	case IPC_SANDBOX_NVIDIA:
		return SANDBOX_BIT(SANDBOX_NVIDIA);
	default:
		return SANDBOX_RENDER;
	}
}

enum sandbox_profile gpu_profile(uint8_t configured, const struct egl *egl)
{
	enum sandbox_profile fits = SANDBOX_RENDER_NODE;
	unsigned allowed = gpu_profiles(configured);

	if (egl->software)
		fits = SANDBOX_SOFTWARE;
	else if (egl->nvidia)
		fits = SANDBOX_NVIDIA;
	if (allowed & SANDBOX_BIT(fits))
		return fits;
	for (size_t i = 0; i < SANDBOX_PROFILES; i++) {
		if (allowed & SANDBOX_BIT(i))
			fits = (enum sandbox_profile)i;
	}
	return fits;
}
