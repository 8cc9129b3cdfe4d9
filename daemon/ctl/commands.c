/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "command.h"
#include "util.h"

const struct option_spec global_options[] = {
	{ "socket", '\0', "PATH", "orield's socket" },
	{ "json", '\0', NULL, "print what the API answers, not a table" },
	{ "help", 'h', NULL, "show this help, or that of a command" },
	{ "version", '\0', NULL, "show the version" },
	{ NULL, '\0', NULL, NULL },
};

const struct command commands[] = {
	{ .name = "list", .run = run_list, .help = "all sessions" },
	{ .name = "show",
		.params = { "NAME" },
		.run = run_show,
		.help = "a session: its streams, displays, restarts" },
	{ .name = "create",
		.params = { "NAME" },
		.options = { { "listen", 'l', "KIND:PATH[:MODE]",
				     "a guest's socket, local:/run/x.sock or vm:/run/x.sock:0660; once or more" },
			{ "vtest-version", '\0', "VERSION",
				"highest version of the vtest protocol, 0 or 2; else as configured" },
			{ "compute-shaders", '\0', "WORD", "auto, on or off; else as configured" },
			{ "vnc-port", '\0', "PORT", "its VNC port; else one of orield's range" },
			{ "vnc-address", '\0', "ADDRESS", "where viewers connect; else as configured" },
			{ "vnc-password-file", '\0', "FILE",
				"its first line is the VNC password; - is standard input" },
			{ "limit", '\0', "LIMIT=VALUE",
				"in place of the configured one; once or more" } },
		.run = run_create,
		.help = "create a session" },
	{ .name = "delete",
		.params = { "NAME" },
		.run = run_delete,
		.help = "end a session that was created with create" },
	{ .name = "screenshot",
		.params = { "NAME" },
		.options = { { "display", 'd', "DISPLAY", "which one; else 0" },
			{ "output", 'o', "FILE", "where to write; - is standard output" },
			{ "wait", 'w', NULL, "wait for the next frame" },
			{ "timeout", 't', "MS", "wait at most so many milliseconds" } },
		.run = run_screenshot,
		.help = "save a picture of a display as PNG" },
	{ .name = "show-surface",
		.params = { "NAME", "DISPLAY", "SURFACE" },
		.run = run_show_surface,
		.help = "choose the surface that a display shows, by its id; auto: the newest" },
	{ .name = "input",
		.params = { "NAME", "DISPLAY", "EVENT..." },
		.run = run_input,
		.help = "type: key KEYSYM..., or move: pointer X Y [BUTTONS]" },
	{ .name = "capture",
		.params = { "NAME" },
		.options = { { "checksums", '\0', NULL, "with a checksum of each frame" } },
		.run = run_capture,
		.help = "capture the OpenGL of programs that are started from now on" },
	{ .name = "stop-capture",
		.params = { "NAME" },
		.run = run_stop_capture,
		.help = "stop capturing" },
	{ .name = "captures", .params = { "NAME" }, .run = run_captures, .help = "a session's captures" },
	{ .name = "save-capture",
		.params = { "NAME", "CAPTURE" },
		.options = { { "output", 'o', "FILE", "where to write; - is standard output" } },
		.run = run_save_capture,
		.help = "save a capture, for oriel-replay" },
	{ .name = "delete-capture",
		.params = { "NAME", "CAPTURE" },
		.run = run_delete_capture,
		.help = "remove a capture" },
	{ .name = "viewers", .params = { "NAME" }, .run = run_viewers, .help = "who looks at a session" },
	{ .name = "disconnect",
		.params = { "NAME", "VIEWER" },
		.run = run_disconnect,
		.help = "disconnect a viewer, by its id" },
	{ .name = "limits",
		.params = { "NAME" },
		.run = run_limits,
		.help = "a session's limits, what is used of them, and how often each was reached" },
	{ .name = "set-limits",
		.params = { "NAME", "LIMIT=VALUE..." },
		.run = run_set_limits,
		.help = "change limits of a session that runs; VALUE may be default" },
	{ .name = "set-guest-log",
		.params = { "NAME", "LEVEL" },
		.run = run_set_guest_log,
		.help = "which lines guests log: error, warning, info, debug; default: as orield" },
	{ .name = "host", .run = run_host, .help = "the GPU that was chosen, and why; limits" },
};
const size_t n_commands = ARRAY_SIZE(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

const char *context_option(const struct context *context, const char *name)
{
	const char *text = NULL;

	for (size_t i = 0; i < context->n_values; i++) {
		if (strcmp(context->values[i].option->name, name) == 0)
			text = context->values[i].text;
	}
	return text;
}
