/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the decoder asks its host. */
#include <string.h>

#include "exec.h"
#include "exec_host.h"
#include "gl_wire_g.h"

/* The class of what is attached to a framebuffer, as the query under way asks of it. */
static enum gl_class attached(struct exec_context *context)
{
	const struct gl_functions *gl = &context->gl;
	const uint16_t opcode = context->exec->dec.opcode;
	const void *wire = context->exec->wire;
	GLint type = GL_NONE;

	if (opcode == GL_OP_GetFramebufferAttachmentParameteriv) {
		const struct gl_wire_GetFramebufferAttachmentParameteriv *w = wire;

		gl->GetFramebufferAttachmentParameteriv(
			w->target, w->attachment, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &type);
	} else if (opcode == GL_OP_GetNamedFramebufferAttachmentParameteriv) {
		const struct gl_wire_GetNamedFramebufferAttachmentParameteriv *w = wire;

		gl->GetNamedFramebufferAttachmentParameteriv(
			exec_host_name(context, GL_CLASS_FRAMEBUFFER, w->framebuffer, GL_USE_NAME),
			w->attachment, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &type);
	} else if (opcode == GL_OP_GetNamedFramebufferAttachmentParameterivEXT) {
		const struct gl_wire_GetNamedFramebufferAttachmentParameterivEXT *w = wire;

		gl->GetNamedFramebufferAttachmentParameterivEXT(
			exec_host_name(context, GL_CLASS_FRAMEBUFFER, w->framebuffer, GL_USE_NAME),
			w->attachment, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &type);
	}
	return type == GL_RENDERBUFFER ? GL_CLASS_RENDERBUFFER : GL_CLASS_TEXTURE;
}

static GLuint guest_name(void *data, enum gl_class cls, GLuint host)
{
	struct exec_context *context = data;
	const struct exec_object *object;

	if (host == 0)
		return 0;
	if (cls == GL_CLASS_ATTACHMENT)
		cls = attached(context);
	object = exec_object_of_host(context, cls, host);
	return object ? object->guest : 0;
}

static void error(void *data, GLenum code, const char *command)
{
	(void)command;
	exec_error(data, code);
}

/* Whether the driver has refused the query under way: it wrote nothing then. */
static bool fruitless(struct exec_context *context)
{
	const GLenum error = context->begun ? GL_NO_ERROR : context->gl.GetError();

	if (error && !context->error)
		context->error = error;
	return context->begun || error;
}

/* Bytes of a reply before its first array's data. */
#define REPLY_BEFORE (WIRE_HEADER_SIZE + sizeof(struct gl_reply_head) + sizeof(uint64_t))

_Static_assert(REPLY_BEFORE <= GL_OUT_BEFORE && REPLY_BEFORE % 8 == GL_OUT_BEFORE % 8,
	"a large array can be sent from where it lies");

/* Where the reply is put together: around the array, if there is but one and it has the room. */
static uint8_t *reply_room(
	struct gl_exec *exec, const struct gl_out *outs, unsigned int n_outs, uint64_t size)
{
	if (n_outs == 1 && outs->roomy)
		return (uint8_t *)outs->data - REPLY_BEFORE;
	return exec_out(exec, size);
}

/* A head, then each array with its length; see stream.md. */
static void reply(void *data, uint16_t opcode, const struct gl_reply_head *head,
	const struct gl_out *outs, unsigned int n_outs)
{
	static const struct gl_reply_head refused = { .status = 1 };
	struct gl_exec *exec = ((struct exec_context *)data)->exec;
	uint64_t size = WIRE_HEADER_SIZE + sizeof(*head);
	uint8_t *message, *at;
	uint32_t size32;

	/* Where nothing was written the program's memory stays as it is. */
	if (n_outs && fruitless(data)) {
		head = &refused;
		n_outs = 0;
	}
	exec_errors_tell(exec);
	for (unsigned int i = 0; i < n_outs; i++)
		size += 8 + gl_part(outs[i].bytes);
	message = at = reply_room(exec, outs, n_outs, size);
	if (!message)
		return;
	size32 = (uint32_t)size;
	memset(at, 0, WIRE_HEADER_SIZE);
	memcpy(at, &size32, sizeof(size32));
	memcpy(at + 4, &opcode, sizeof(opcode));
	at[6] = exec->channel;
	at += WIRE_HEADER_SIZE;
	memcpy(at, head, sizeof(*head));
	at += sizeof(*head);
	for (unsigned int i = 0; i < n_outs; i++) {
		const uint64_t bytes = outs[i].bytes, part = gl_part(bytes);

		memcpy(at, &bytes, sizeof(bytes));
		if (at + 8 != outs[i].data)
			memcpy(at + 8, outs[i].data, bytes);
		memset(at + 8 + bytes, 0, part - bytes);
		at += 8 + part;
	}
	exec_send(exec, message, size);
}

/* What these ask the driver may fail where the command will, and where it will not. */
static uint64_t count(void *data, uint16_t opcode, const void *wire)
{
	struct exec_context *context = data;
	const uint64_t n = exec_count(context, opcode, wire);

	if (!context->begun)
		exec_errors_drop(context);
	return n;
}

static bool dims(void *data, uint16_t opcode, const void *wire, GLsizei ret_dims[3])
{
	struct exec_context *context = data;
	const bool known = exec_dims(context, opcode, wire, ret_dims);

	if (!context->begun)
		exec_errors_drop(context);
	return known;
}

const struct gl_host exec_host = {
	.name = exec_host_name,
	.name_by = exec_host_name_by,
	.guest_name = guest_name,
	.names_free = exec_host_names_free,
	.names_made = exec_host_names_made,
	.names_freed = exec_host_names_freed,
	.sync = exec_host_sync,
	.sync_made = exec_host_sync_made,
	.sync_freed = exec_host_sync_freed,
	.bound = exec_host_bound,
	.range = exec_host_range,
	.pixels = exec_host_pixels,
	.draw = exec_host_draw,
	.count = count,
	.dims = dims,
	.error = error,
	.reply = reply,
};
