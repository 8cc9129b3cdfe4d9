/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "exec.h"

/* The exec whose commands this thread executes: drivers call back from other threads, too. */
static _Thread_local struct gl_exec *mine;

static void GL_APIENTRY on_message(GLenum source, GLenum type, GLuint id, GLenum severity,
	GLsizei length, const GLchar *text, const void *data)
{
	struct gl_exec *exec = mine;
	const size_t bytes = length < 0 ? strlen(text) : (size_t)length;
	const struct glm_debug_message message = {
		.context = (uint32_t)(uintptr_t)data,
		.source = source,
		.type = type,
		.number = id,
		.severity = severity,
		.text = { .data = text,
			.size = (uint32_t)(bytes > GLM_LOG_MAX ? GLM_LOG_MAX : bytes) },
	};
	uint8_t room[GLM_LOG_MAX + 64];
	struct wire_writer writer;
	size_t size;

	if (!exec || !exec->current)
		return;
	/* Not exec_out(): a reply may lie there. */
	wire_writer_init(&writer, room, sizeof(room));
	size = wire_write_message(&writer, &glm_debug_message_type, exec->channel, 0, &message);
	if (size)
		exec_send(exec, room, size);
}

void exec_debug(struct gl_exec *exec, const struct glm_debug *message)
{
	struct exec_context *context = exec->current;

	if (!context || context->lost || !exec->more.DebugMessageCallback ||
		!context->gl.DebugMessageControl || !exec_current_again(exec))
		return;
	mine = exec;
	exec->more.DebugMessageCallback(
		message->enabled ? on_message : NULL, (const void *)(uintptr_t)context->id);
	if (message->enabled)
		context->gl.Enable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
}
