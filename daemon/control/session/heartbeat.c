/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/heartbeat.h"

#include <stdio.h>

#include "text.h"

void heartbeat_reset(struct heartbeat *heartbeat, uint64_t now_ms)
{
	const uint32_t serial = heartbeat->serial;

	*heartbeat = (struct heartbeat){ .serial = serial, .answered_ms = now_ms };
	heartbeat->progress_ms = now_ms;
}

void heartbeat_answer(struct heartbeat *heartbeat, uint32_t serial, uint64_t now_ms)
{
	/* An answer given ahead of its question says nothing. */
	if (serial <= heartbeat->serial)
		heartbeat->answered_ms = now_ms;
}

void heartbeat_render_answer(
	struct heartbeat *heartbeat, const struct ipc_render_pong *pong, uint64_t now_ms)
{
	bool another = pong->busy_ms == 0 || pong->busy_ms < heartbeat->busy_ms ||
		       pong->busy_cpu_ms < heartbeat->progress_cpu_ms;

	heartbeat_answer(heartbeat, pong->serial, now_ms);
	heartbeat->busy_ms = pong->busy_ms;
	text_copy(heartbeat->command, sizeof(heartbeat->command), pong->command);
	if (another || pong->busy_cpu_ms - heartbeat->progress_cpu_ms >= HEARTBEAT_CPU_MS) {
		heartbeat->progress_cpu_ms = another && pong->busy_ms == 0 ? 0 : pong->busy_cpu_ms;
		heartbeat->progress_ms = now_ms;
	}
}

bool heartbeat_render_hangs(const struct heartbeat *heartbeat, uint64_t now_ms,
	uint32_t command_timeout_s, char *ret_reason, size_t size)
{
	const char *command = heartbeat->command[0] ? heartbeat->command : "a command";

	if (now_ms - heartbeat->answered_ms >= HEARTBEAT_SILENT_MS)
		text_format(ret_reason, size, "hang: no answer for %u s",
			(unsigned)((now_ms - heartbeat->answered_ms) / 1000));
	else if (heartbeat->busy_ms / 1000 >= command_timeout_s)
		text_format(ret_reason, size,
			"%s, with the shaders that it compiles, took over %u s (limit command_timeout)",
			command, command_timeout_s);
	else if (heartbeat->busy_ms >= HEARTBEAT_STUCK_MS &&
		 now_ms - heartbeat->progress_ms >= HEARTBEAT_STUCK_MS)
		text_format(ret_reason, size, "hang: %s has used no CPU time for %u s", command,
			(unsigned)((now_ms - heartbeat->progress_ms) / 1000));
	else
		return false;
	return true;
}

bool heartbeat_view_hangs(struct heartbeat *heartbeat, uint64_t now_ms, uint64_t cpu_ms,
	char *ret_reason, size_t size)
{
	uint64_t silent = now_ms - heartbeat->answered_ms;
	bool works = cpu_ms >= heartbeat->cpu_ms + HEARTBEAT_CPU_MS;

	heartbeat->cpu_ms = cpu_ms;
	if (silent < HEARTBEAT_SILENT_MS || (works && silent < HEARTBEAT_BUSY_MS))
		return false;
	text_format(ret_reason, size, "hang: no answer for %u s", (unsigned)(silent / 1000));
	return true;
}
