/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MIN 4096u
/* More room for messages to the guest does not stay: it is not counted as what the guest takes. */
#define OUT_KEPT (1u << 20)
/* Flags of a message: the payload came as bulk, no reply is wanted (stream.md). */
#define FLAG_NO_REPLY 2u

union exec_message {
	struct glm_context_create context_create;
	struct glm_context_destroy context_destroy;
	struct glm_surface_create surface_create;
	struct glm_surface_destroy surface_destroy;
	struct glm_surface_resize surface_resize;
	struct glm_make_current make_current;
	struct glm_present present;
	struct glm_client_arrays client_arrays;
	struct glm_program_describe program_describe;
	struct glm_shader_describe shader_describe;
	struct glm_debug debug;
	struct glm_errors errors;
};

typedef void exec_handler(struct gl_exec *exec, const union exec_message *message);

/* ---- what goes to the guest */

uint8_t *exec_out(struct gl_exec *exec, size_t size)
{
	if (size > exec->out_size) {
		const size_t room = size < OUT_MIN ? OUT_MIN : size;
		uint8_t *out = realloc(exec->out, room);

		if (!out) {
			exec->status = -ENOMEM;
			return NULL;
		}
		exec->out = out;
		exec->out_size = room;
	}
	return exec->out;
}

static void out_settle(struct gl_exec *exec)
{
	if (exec->out_size <= OUT_KEPT)
		return;
	free(exec->out);
	exec->out = NULL;
	exec->out_size = 0;
}

void exec_send(struct gl_exec *exec, const void *message, size_t size)
{
	if (exec->status < 0)
		return;
	exec->status = exec->config.ops->send(exec->config.data, message, size);
	out_settle(exec);
}

void exec_send_message(
	struct gl_exec *exec, const struct wire_type *type, const void *message, size_t room)
{
	uint8_t *out = exec_out(exec, room);
	struct wire_writer writer;
	size_t size;

	if (!out)
		return;
	wire_writer_init(&writer, out, room);
	size = wire_write_message(&writer, type, exec->channel, 0, message);
	if (size)
		exec_send(exec, out, size);
	else
		exec->status = -EMSGSIZE;
}

bool exec_take(struct gl_exec *exec, enum gl_exec_take what, uint64_t amount, uint64_t size)
{
	return amount == 0 || exec->config.ops->take(exec->config.data, what, amount, size);
}

void exec_give(struct gl_exec *exec, enum gl_exec_take what, uint64_t amount)
{
	if (amount)
		exec->config.ops->give(exec->config.data, what, amount);
}

/* ---- commands */

static void refuse(struct gl_exec *exec, uint16_t opcode, const struct gl_row *row, bool wants_reply)
{
	static const struct gl_reply_head refused = { .status = 1 };

	if ((row->flags & GL_ROW_SYNC) && wants_reply)
		exec_host.reply(&(struct exec_context){ .exec = exec }, opcode, &refused, NULL, 0);
}

static void get_error(struct exec_context *context, bool wants_reply)
{
	const struct gl_reply_head head = { .result = exec_error_take(context) };

	if (wants_reply)
		exec_host.reply(context, GL_OP_GetError, &head, NULL, 0);
}

static void execute(struct gl_exec *exec, const struct gl_row *row,
	const struct wire_header *header, const void *fixed, size_t size, const void *rest)
{
	const uint16_t opcode = header->opcode;
	const bool wants_reply = !(header->flags & FLAG_NO_REPLY);
	struct exec_context *context = exec->current;
	struct exec_reworded reworded;
	GLenum error = 0;
	bool done;

	if (!context || context->lost) {
		refuse(exec, opcode, row, wants_reply);
		return;
	}
	if (!exec_current_again(exec)) {
		refuse(exec, opcode, row, wants_reply);
		exec_error(context, GL_INVALID_OPERATION);
		return;
	}
	if (!(row->flags & GL_ROW_INSIDE) && exec_inside(context) && opcode != GL_OP_GetError) {
		/* The driver has noted the error, as it has been asked. */
		refuse(exec, opcode, row, wants_reply);
		return;
	}
	if (context->no_fronts && !rest)
		fixed = exec_without_fronts(context, opcode, fixed, size, &reworded);
	exec->wire = fixed;
	if (size >= row->min)
		error = exec_before(context, row, opcode, fixed);
	if (error) {
		refuse(exec, opcode, row, wants_reply);
		exec_error(context, error);
		return;
	}
	if (opcode == GL_OP_GetError) {
		get_error(context, wants_reply);
		return;
	}
	if ((row->flags & GL_ROW_SYNC) && !context->begun)
		exec_errors_settle(context);
	done = exec_is_hint(opcode) || exec_store_again(context, opcode, fixed, size) ||
	       gl_decode(&exec->dec, opcode, wants_reply, fixed, size, rest);
	if (size >= row->min)
		exec_after(context, opcode, fixed, done);
}

/* ---- messages */

static void on_context_create(struct gl_exec *exec, const union exec_message *message)
{
	exec_context_create(exec, &message->context_create);
}

static void on_context_destroy(struct gl_exec *exec, const union exec_message *message)
{
	exec_context_destroy(exec, &message->context_destroy);
}

static void on_surface_create(struct gl_exec *exec, const union exec_message *message)
{
	exec_surface_create(exec, &message->surface_create);
}

static void on_surface_destroy(struct gl_exec *exec, const union exec_message *message)
{
	exec_surface_destroy(exec, &message->surface_destroy);
}

static void on_surface_resize(struct gl_exec *exec, const union exec_message *message)
{
	exec_surface_resize(exec, &message->surface_resize);
}

static void on_make_current(struct gl_exec *exec, const union exec_message *message)
{
	exec_make_current(exec, &message->make_current);
}

static void on_present(struct gl_exec *exec, const union exec_message *message)
{
	exec_present(exec, &message->present);
}

static void on_client_arrays(struct gl_exec *exec, const union exec_message *message)
{
	exec_client_arrays(exec, &message->client_arrays);
}

static void on_program_describe(struct gl_exec *exec, const union exec_message *message)
{
	exec_program_describe(exec, &message->program_describe);
}

static void on_shader_describe(struct gl_exec *exec, const union exec_message *message)
{
	exec_shader_describe(exec, &message->shader_describe);
}

static void on_debug(struct gl_exec *exec, const union exec_message *message)
{
	exec_debug(exec, &message->debug);
}

static void on_errors(struct gl_exec *exec, const union exec_message *message)
{
	if (exec->current)
		exec->current->exact = message->errors.mode == GLM_ERRORS_EXACT;
}

static const struct {
	const struct wire_type *type;
	exec_handler *handler;
} rows[] = {
	{ &glm_context_create_type, on_context_create },
	{ &glm_context_destroy_type, on_context_destroy },
	{ &glm_surface_create_type, on_surface_create },
	{ &glm_surface_destroy_type, on_surface_destroy },
	{ &glm_surface_resize_type, on_surface_resize },
	{ &glm_make_current_type, on_make_current },
	{ &glm_present_type, on_present },
	{ &glm_client_arrays_type, on_client_arrays },
	{ &glm_program_describe_type, on_program_describe },
	{ &glm_shader_describe_type, on_shader_describe },
	{ &glm_debug_type, on_debug },
	{ &glm_errors_type, on_errors },
};

/* A message of gl_messages.json. */
static int dispatch(struct gl_exec *exec, uint16_t opcode, const void *payload, size_t size)
{
	union exec_message message;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type->id != opcode)
			continue;
		if (!wire_decode(rows[i].type, payload, size, &message))
			return -EPROTO;
		atomic_store_explicit(&exec->command, rows[i].type->name, memory_order_relaxed);
		rows[i].handler(exec, &message);
		return 0;
	}
	return -EPROTO;
}

int gl_exec_message(struct gl_exec *exec, const struct wire_header *header, const void *fixed,
	size_t size, const void *rest)
{
	int status = 0;

	if (exec->status < 0)
		return exec->status;
	exec->channel = header->channel;
	if (header->opcode >= GL_OP_FIRST) {
		const struct gl_row *row = gl_row_find(header->opcode);

		if (!row)
			return -EPROTO;
		atomic_store_explicit(&exec->command, row->name, memory_order_relaxed);
		exec->passed += WIRE_HEADER_SIZE + size;
		execute(exec, row, header, fixed, size, rest);
	} else {
		status = dispatch(exec, header->opcode, fixed, size);
	}
	atomic_store_explicit(&exec->command, NULL, memory_order_relaxed);
	return status < 0 ? status : exec->status;
}

/*
 * Whether a message is one of those commands of which there are most, with which nothing can be
 * wrong but what the driver says itself: neither flags nor another channel, and of the right size.
 */
static bool is_plain(const struct exec_context *context, const struct gl_row *row, uint64_t header,
	uint8_t channel)
{
	return row && (row->flags & GL_ROW_PLAIN) && header >> 48 == channel &&
	       (uint32_t)header == WIRE_HEADER_SIZE + row->min &&
	       (!context->begun || (row->flags & GL_ROW_INSIDE)) &&
	       gl_row_has_function(row, &context->gl);
}

size_t gl_exec_plain(struct gl_exec *exec, uint8_t channel, const uint8_t *messages, size_t size,
	_Atomic uint64_t *steps)
{
	const struct exec_context *context = exec->current;
	uint64_t step = atomic_load_explicit(steps, memory_order_relaxed), header, last = 0;
	const struct gl_row *row = NULL;
	size_t done = 0;

	if (exec->status < 0 || !context || context->lost || exec->reader_current)
		return 0;
	exec->channel = channel;
	while (size - done >= WIRE_HEADER_SIZE) {
		memcpy(&header, messages + done, sizeof(header)); /* little-endian, as the host is */
		if (!row || header != last) {
			row = gl_row_find((uint16_t)(header >> 32));
			if (!is_plain(context, row, header, channel))
				break;
			last = header;
			atomic_store_explicit(&exec->command, row->name, memory_order_relaxed);
		}
		if (size - done < (uint32_t)header)
			break;
		row->decode(&exec->dec, messages + done + WIRE_HEADER_SIZE);
		done += (uint32_t)header;
		atomic_store_explicit(steps, ++step, memory_order_relaxed);
	}
	exec->passed += done;
	if (context->list.number)
		exec_list_grow(exec->current);
	return done;
}

size_t gl_exec_in_place(uint16_t opcode)
{
	const struct gl_row *row = gl_row_find(opcode);

	return row && (row->flags & GL_ROW_IN_PLACE) ? row->min : 0;
}

void gl_exec_idle(struct gl_exec *exec)
{
	atomic_store_explicit(&exec->command, NULL, memory_order_relaxed);
	if (!exec->current || exec->current->lost || !exec_current_again(exec))
		return;
	if (exec->current->begun)
		return;
	exec_errors_tell(exec);
	exec->gl.Flush();
}

const char *gl_exec_command(const struct gl_exec *exec)
{
	return atomic_load_explicit(&exec->command, memory_order_relaxed);
}

/* ---- the whole */

static gl_function load(void *data, const char *name)
{
	(void)data;
	return (gl_function)eglGetProcAddress(name);
}

static void load_more(struct exec_more *more)
{
	static const struct {
		const char *name;
		size_t offset;
	} table[] = {
		{ "glGetString", offsetof(struct exec_more, GetString) },
		{ "glGetStringi", offsetof(struct exec_more, GetStringi) },
		{ "glGetPointerv", offsetof(struct exec_more, GetPointerv) },
		{ "glGetVertexAttribPointerv", offsetof(struct exec_more, GetVertexAttribPointerv) },
		{ "glDebugMessageCallback", offsetof(struct exec_more, DebugMessageCallback) },
		{ "glMapBufferRange", offsetof(struct exec_more, MapBufferRange) },
		{ "glUnmapBuffer", offsetof(struct exec_more, UnmapBuffer) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const gl_function function = load(NULL, table[i].name);

		memcpy((uint8_t *)more + table[i].offset, &function, sizeof(function));
	}
}

static bool load_fences(EGLDisplay display, struct exec_fences *fence)
{
	if (!epoxy_has_egl_extension(display, "EGL_KHR_fence_sync"))
		return false;
	fence->create = (PFNEGLCREATESYNCKHRPROC)load(NULL, "eglCreateSyncKHR");
	fence->destroy = (PFNEGLDESTROYSYNCKHRPROC)load(NULL, "eglDestroySyncKHR");
	fence->wait = (PFNEGLCLIENTWAITSYNCKHRPROC)load(NULL, "eglClientWaitSyncKHR");
	return fence->create && fence->destroy && fence->wait;
}

int gl_exec_create(const struct gl_exec_config *config, struct gl_exec **ret_exec)
{
	struct gl_exec *exec = calloc(1, sizeof(*exec));

	if (!exec)
		return -ENOMEM;
	exec->config = *config;
	exec->display = config->egl->display;
	exec->reader = EGL_NO_CONTEXT;
	list_init(&exec->contexts);
	list_init(&exec->surfaces);
	exec->configless = config->egl->config == EGL_NO_CONFIG_KHR;
	exec->fences = load_fences(exec->display, &exec->fence);
	exec->srgb = epoxy_has_egl_extension(exec->display, "EGL_KHR_gl_colorspace");
	gl_functions_load(&exec->gl, load, NULL);
	load_more(&exec->more);
	gl_decoder_init(&exec->dec, &exec->gl, &exec_host, NULL);
	*ret_exec = exec;
	return 0;
}

void gl_exec_destroy(struct gl_exec *exec)
{
	if (!exec)
		return;
	exec->status = -ESHUTDOWN;
	exec_surfaces_finish(exec);
	exec_contexts_finish(exec);
	eglReleaseThread();
	free(exec->out);
	free(exec);
}
