/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "execute.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "configs.h"
#include "frame_sum.h"
#include "gl_exec.h"
#include "gl_sizes.h"
#include "gpu.h"
#include "limit.h"
#include "replies.h"
#include "util.h"

/* Bytes that the driver and what a capture makes in it may take: a session's default. */
#define MEMORY (UINT64_C(12) << 30)

struct replay {
	const struct execute_config *config;
	int pipe;
	struct capture_reader *reader;
	struct egl egl;
	struct gl_exec *exec;
	struct replies *replies;
	struct configs *configs;
	uint8_t *translated; /* ORIEL_MESSAGE_MAX bytes: a payload that is changed */
	struct frame_pixels pixels;
	bool has_frame; /* `frame` is to be reported */
	struct report_frame frame;
	struct report_end end;
	uint64_t taken[GL_EXEC_TAKES];
};

static const enum limit_id take_limits[GL_EXEC_TAKES] = {
	[GL_EXEC_CONTEXTS] = LIMIT_CONTEXTS,
	[GL_EXEC_RESOURCES] = LIMIT_RESOURCES,
	[GL_EXEC_RESOURCE_BYTES] = LIMIT_RESOURCE_BYTES,
	[GL_EXEC_OBJECTS] = LIMIT_OBJECTS,
	[GL_EXEC_SHADER_BYTES] = LIMIT_SHADER_BYTES,
};

__attribute__((format(printf, 2, 3))) static int fail(
	const struct replay *replay, const char *format, ...)
{
	struct report report = { .kind = REPORT_FAILED };
	va_list args;

	va_start(args, format);
	vsnprintf(report.reason, sizeof(report.reason), format, args);
	va_end(args);
	report_write(replay->pipe, &report, sizeof(report));
	return -1;
}

/* ---- for gl_exec */

static int on_send(void *data, const void *message, size_t size)
{
	struct replay *replay = data;

	replies_sent(replay->replies, message, size);
	return 0;
}

static bool in_range(const struct replay *replay, uint64_t frame)
{
	return frame >= replay->config->range.first && frame <= replay->config->range.last;
}

static void on_present(
	void *data, uint32_t surface, uint32_t width, uint32_t height, uint32_t interval)
{
	struct replay *replay = data;
	struct report_frame *frame = &replay->frame;

	(void)interval;
	if (!in_range(replay, frame->number) ||
		frame_read(&replay->pixels, gl_exec_read, replay->exec, surface, width, height) < 0)
		return;
	frame->has_picture = 1;
	frame->surface = surface;
	frame->width = width;
	frame->height = height;
	frame->sum = frame_sum(&replay->pixels, width, height);
}

static void on_surface_gone(void *data, uint32_t surface)
{
	(void)data;
	(void)surface;
}

/* As a session at its defaults would have it. */
static bool on_take(void *data, enum gl_exec_take what, uint64_t amount, uint64_t size)
{
	struct replay *replay = data;
	const uint64_t most = limit_fallback(take_limits[what]);

	(void)size;
	if (amount > most - replay->taken[what])
		return false;
	replay->taken[what] += amount;
	return true;
}

static void on_give(void *data, enum gl_exec_take what, uint64_t amount)
{
	struct replay *replay = data;

	replay->taken[what] -= amount < replay->taken[what] ? amount : replay->taken[what];
}

static const struct gl_exec_ops ops = {
	.send = on_send,
	.present = on_present,
	.surface_gone = on_surface_gone,
	.take = on_take,
	.give = on_give,
};

/* ---- frames */

/* What is known of the last frame is complete. 0 or negative errno. */
static int flush_frame(struct replay *replay)
{
	struct report report = { .kind = REPORT_FRAME };
	const struct report_frame *frame = &replay->frame;
	int r;

	if (!replay->has_frame)
		return 0;
	replay->has_frame = false;
	report.frame = *frame;
	report.frame.has_pixels = frame->has_picture && replay->config->pixels;
	r = report_write(replay->pipe, &report, sizeof(report));
	if (r == 0 && report.frame.has_pixels)
		r = report_write(replay->pipe, replay->pixels.pixels,
			(uint64_t)frame->width * frame->height * 4);
	return r;
}

static void note_recorded(struct replay *replay, const struct capture_item *item)
{
	replay->frame.recorded = item->sum.checksum;
	replay->frame.has_recorded = 1;
}

/* ---- messages */

/* The payload; or a copy in which configurations have the numbers that they have here. */
static const void *own_configs(
	struct replay *replay, const struct wire_header *header, const void *payload, size_t size)
{
	if ((header->opcode != GLM_CONTEXT_CREATE && header->opcode != GLM_SURFACE_CREATE) ||
		size > ORIEL_MESSAGE_MAX)
		return payload;
	memcpy(replay->translated, payload, size);
	configs_translate(replay->configs, header->opcode, replay->translated, size);
	return replay->translated;
}

/* 0, or -1 when the channel ends. */
static int run_message(struct replay *replay, const struct capture_item *item)
{
	const bool present = item->header.opcode == GLM_PRESENT;
	const void *payload = (const uint8_t *)item->data + WIRE_HEADER_SIZE;
	size_t size = item->size - WIRE_HEADER_SIZE;
	int r;

	replies_settle(replay->replies, &replay->end);
	if (flush_frame(replay) < 0)
		return -1;
	if (item->header.opcode < ORIEL_OPCODE_CHANNEL)
		return 0;
	if (item->header.flags & GL_FLAG_BULK) {
		size = item->bulk ? (size_t)item->bulk_size : 0;
		payload = item->bulk ? item->bulk : payload;
	}
	payload = own_configs(replay, &item->header, payload, size);
	if (present)
		replay->frame =
			(struct report_frame){ .number = item->frame, .time_ns = item->time_ns };
	replay->end.messages++;
	r = gl_exec_message(replay->exec, &item->header, payload, size, NULL);
	if (r < 0)
		return fail(replay, "record %llu cannot be executed: %s",
			(unsigned long long)item->number, strerror(-r));
	replay->has_frame = present && in_range(replay, item->frame);
	return 0;
}

static int run_item(struct replay *replay, const struct capture_item *item)
{
	switch (item->kind) {
	case GL_CAPTURE_GUEST:
		return run_message(replay, item);
	case GL_CAPTURE_HOST:
		replies_recorded(replay->replies, item->data, item->size);
		break;
	case GL_CAPTURE_FRAME:
		note_recorded(replay, item);
		break;
	case GL_CAPTURE_END:
	case GL_CAPTURE_HEAD:
		break;
	}
	return 0;
}

static int run_all(struct replay *replay)
{
	char reason[CAPTURE_REASON_MAX] = "";
	struct report report = { .kind = REPORT_END };
	struct capture_item item;
	int r;

	while ((r = capture_reader_next(replay->reader, &item, reason)) > 0) {
		/* The frame behind the last one that is wanted begins with a message of the guest. */
		if (item.kind == GL_CAPTURE_GUEST && item.frame >= replay->config->range.last &&
			item.header.opcode != GLM_PRESENT)
			break;
		if (item.frame > replay->config->range.last)
			break;
		if (run_item(replay, &item) < 0)
			return -1;
	}
	if (r < 0)
		return fail(replay, "%s", reason);
	gl_exec_idle(replay->exec);
	replies_settle(replay->replies, &replay->end);
	if (flush_frame(replay) < 0)
		return -1;
	report.end = replay->end;
	return report_write(replay->pipe, &report, sizeof(report));
}

/* ---- start and end */

static int open_gpu(struct replay *replay)
{
	const unsigned profiles = gpu_profiles(IPC_SANDBOX_AUTO);
	const bool sandbox = replay->config->sandbox;
	char reason[IPC_TEXT_MAX + 1] = "", text[IPC_TEXT_MAX + 1];
	struct ipc_render_gpu report;

	if (sandbox)
		sandbox_limit_memory(MEMORY);
	if (sandbox && sandbox_begin(profiles) < 0)
		return fail(replay, "the sandbox cannot be made");
	if (!gpu_choose(replay->config->gpu, &replay->egl, &report, reason))
		return fail(replay, "%s", reason);
	if (sandbox &&
		sandbox_finish(gpu_profile(IPC_SANDBOX_AUTO, &replay->egl), text, sizeof(text)) < 0)
		return fail(replay, "the sandbox cannot be made");
	return 0;
}

static uint64_t at_most(uint64_t value, enum limit_id id)
{
	return value < limits[id].max ? value : limits[id].max;
}

static int create_exec(struct replay *replay)
{
	const struct glm_capture_head *head = capture_reader_head(replay->reader);
	const enum execute_compute compute = replay->config->compute;
	const struct gl_exec_config config = { .egl = &replay->egl,
		.compute = compute == EXECUTE_COMPUTE_ON ||
			   (compute == EXECUTE_COMPUTE_AS_CAPTURED &&
				   (head->flags & GL_CAPTURE_COMPUTE)),
		.refresh = configs_refresh(head),
		.shader_size = at_most(head->shader_size, LIMIT_SHADER_SIZE),
		.resource_size = at_most(head->resource_size, LIMIT_RESOURCE_SIZE),
		.ops = &ops,
		.data = replay };
	int r = gl_exec_create(&config, &replay->exec);

	replay->translated = malloc(ORIEL_MESSAGE_MAX);
	replay->configs = configs_create(head, &replay->egl, config.compute, config.refresh);
	if (r == 0 && (!replay->translated || !replay->configs))
		r = -ENOMEM;
	return r < 0 ? fail(replay, "OpenGL cannot be had: %s", strerror(-r)) : 0;
}

void execute(const struct execute_config *config, int pipe)
{
	struct replay replay = { .config = config, .pipe = pipe };
	char reason[CAPTURE_REASON_MAX];

	replay.replies = replies_create();
	if (!replay.replies) {
		fail(&replay, "there is no memory");
		return;
	}
	if (capture_reader_open(config->path, &replay.reader, reason) < 0)
		fail(&replay, "%s", reason);
	else if (open_gpu(&replay) == 0 && create_exec(&replay) == 0)
		run_all(&replay);
	gl_exec_destroy(replay.exec);
	frame_pixels_finish(&replay.pixels);
	capture_reader_destroy(replay.reader);
	replies_destroy(replay.replies);
	configs_destroy(replay.configs);
	free(replay.translated);
}
