/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A buffer for vertices from the program's memory that stays mapped, so that nothing is asked of
 * the driver to write them. Its parts are used in turn; a fence after each tells when what was
 * drawn from it has been drawn.
 */
#include "exec.h"

#define RING_PART (EXEC_RING_SIZE / EXEC_RING_PARTS)
#define WAIT_NS   UINT64_C(1000000000)

static void ring_make(struct exec_context *context)
{
	const GLbitfield flags = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
	struct exec_ring *ring = &context->ring;

	ring->tried = true;
	if (!context->has.buffer_storage || EXEC_RING_SIZE > context->exec->config.resource_size ||
		!exec_take(context->exec, GL_EXEC_RESOURCE_BYTES, EXEC_RING_SIZE, EXEC_RING_SIZE))
		return;
	ring->bytes = EXEC_RING_SIZE;
	context->gl.GenBuffers(1, &ring->buffer);
	context->gl.BindBuffer(GL_ARRAY_BUFFER, ring->buffer);
	context->gl.BufferStorage(GL_ARRAY_BUFFER, EXEC_RING_SIZE, NULL, flags);
	ring->map = context->exec->more.MapBufferRange(GL_ARRAY_BUFFER, 0, EXEC_RING_SIZE, flags);
}

/* A command that hangs here is ended as any is, by who watches over the process. */
static void wait_for(struct exec_context *context, GLsync *fence)
{
	GLenum status = *fence ? GL_TIMEOUT_EXPIRED : GL_ALREADY_SIGNALED;

	while (status == GL_TIMEOUT_EXPIRED)
		status = context->gl.ClientWaitSync(*fence, GL_SYNC_FLUSH_COMMANDS_BIT, WAIT_NS);
	if (*fence)
		context->gl.DeleteSync(*fence);
	*fence = NULL;
}

static void next_part(struct exec_context *context)
{
	struct exec_ring *ring = &context->ring;

	ring->fences[ring->part] = context->gl.FenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	ring->part = (ring->part + 1) % EXEC_RING_PARTS;
	ring->used = 0;
	wait_for(context, &ring->fences[ring->part]);
}

void *exec_ring_room(struct exec_context *context, uint64_t least, uint64_t bytes, uint64_t *ret_at)
{
	struct exec_ring *ring = &context->ring;

	if (context->begun)
		return NULL;
	if (!ring->tried)
		ring_make(context);
	if (!ring->map || bytes > RING_PART || least > EXEC_RING_SIZE - RING_PART)
		return NULL;
	for (;;) {
		const uint64_t start = ring->part * RING_PART;
		const uint64_t at = start + ring->used > least ? start + ring->used : least;

		if (at + bytes <= start + RING_PART) {
			ring->used = ((at + bytes + 63) & ~UINT64_C(63)) - start;
			*ret_at = at;
			return ring->map + at;
		}
		next_part(context);
	}
}
