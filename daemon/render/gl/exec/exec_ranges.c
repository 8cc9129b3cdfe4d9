/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of buffers that are bound for shaders. Mesa has them read and write where such a part begins,
 * though the buffer may end before: what does not begin in its buffer is not bound, or not any more.
 */
#include "exec.h"
#include "exec_host.h"

/* Most bindings of one kind that are looked at. */
#define INDICES_MAX 1024

static const struct kind {
	GLenum target, binding, start, count;
	int since, since_es; /* versions */
} kinds[] = {
	{ GL_UNIFORM_BUFFER, GL_UNIFORM_BUFFER_BINDING, GL_UNIFORM_BUFFER_START,
		GL_MAX_UNIFORM_BUFFER_BINDINGS, 30, 30 },
	{ GL_ATOMIC_COUNTER_BUFFER, GL_ATOMIC_COUNTER_BUFFER_BINDING,
		GL_ATOMIC_COUNTER_BUFFER_START, GL_MAX_ATOMIC_COUNTER_BUFFER_BINDINGS, 30, 31 },
	{ GL_SHADER_STORAGE_BUFFER, GL_SHADER_STORAGE_BUFFER_BINDING,
		GL_SHADER_STORAGE_BUFFER_START, GL_MAX_SHADER_STORAGE_BUFFER_BINDINGS, 30, 31 },
};

static void note(struct exec_object *buffer, uint64_t start)
{
	if (start > buffer->ranged)
		buffer->ranged = start;
}

/* What is bound to that index begins behind its buffer's end. */
static bool is_beyond(struct exec_context *context, const struct kind *kind, GLuint i)
{
	struct exec_object *buffer;
	GLint name = 0, start = 0;
	GLint64 start64 = 0;

	context->gl.GetIntegeri_v(kind->binding, i, &name);
	if (name == 0)
		return false;
	if (context->gl.GetInteger64i_v) {
		context->gl.GetInteger64i_v(kind->start, i, &start64);
	} else {
		context->gl.GetIntegeri_v(kind->start, i, &start);
		start64 = start;
	}
	if (start64 == 0)
		return false;
	buffer = exec_object_of_host(context, GL_CLASS_BUFFER, (GLuint)name);
	/* Of one that was deleted in another context nothing can be asked. */
	if (!buffer)
		return true;
	note(buffer, gl_natural(start64));
	return gl_natural(start64) >= exec_buffer_size(context, (GLuint)name);
}

static void look_at(struct exec_context *context, const struct kind *kind)
{
	GLint n = 0, bound = 0;

	context->gl.GetIntegerv(kind->count, &n);
	context->gl.GetIntegerv(kind->binding, &bound);
	if (!exec_object_of_host(context, GL_CLASS_BUFFER, (GLuint)bound))
		bound = 0;
	for (GLint i = 0; i < n && i < INDICES_MAX; i++)
		if (is_beyond(context, kind, (GLuint)i)) {
			context->gl.BindBufferBase(kind->target, (GLuint)i, 0);
			context->gl.BindBuffer(kind->target, (GLuint)bound);
		}
}

void exec_ranges_look(struct exec_context *context)
{
	const struct exec_has *has = &context->has;

	context->ranges_stale = false;
	if (!context->gl.GetIntegeri_v || !context->gl.BindBufferBase)
		return;
	exec_errors_settle(context);
	/* Where there is no such kind, or none of another version, nothing is bound. */
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (has->version >= (has->es ? kinds[i].since_es : kinds[i].since))
			look_at(context, &kinds[i]);
	exec_errors_drop(context);
}

bool exec_range_fits(struct exec_context *context, uint64_t start, GLuint guest)
{
	const GLuint host = exec_host_name(context, GL_CLASS_BUFFER, guest, GL_USE_BIND);
	struct exec_object *buffer = exec_object_of_host(context, GL_CLASS_BUFFER, host);

	if (!buffer)
		return true;
	note(buffer, start);
	return start == 0 || buffer->bytes == 0 || start < buffer->bytes;
}

bool exec_ranges_may_change(
	const struct exec_context *context, const struct exec_object *buffer, uint64_t bytes)
{
	const struct exec_context *other;

	list_for_each(other, &context->exec->contexts, link)
		if (other != context && other->group == context->group && other->begun)
			return buffer->ranged == 0 || bytes > buffer->ranged;
	return true;
}

void exec_ranges_changed(
	struct exec_context *context, const struct exec_object *buffer, uint64_t bytes)
{
	struct exec_context *other;

	if (buffer->ranged == 0 || bytes > buffer->ranged)
		return;
	list_for_each(other, &context->exec->contexts, link)
		other->ranges_stale |= other->group == context->group;
	exec_ranges_look(context);
}
