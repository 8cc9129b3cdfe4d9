/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Executes the messages of one channel of forwarded OpenGL (proto/gl/stream.md): its contexts,
 * their objects and default framebuffers, on the host's EGL. It knows nothing of sockets, shared
 * memory or viewers: whoever owns it hands it messages and takes what it sends, be that the render
 * process or the program that replays captures.
 *
 * All of it belongs to one thread, from gl_exec_create() to gl_exec_destroy(), but for what says
 * otherwise. Messages are hostile; what is wrong with one is refused with an OpenGL error, a status
 * in the reply, or by a negative return where the channel cannot go on.
 */
#ifndef GL_EXEC_H
#define GL_EXEC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "egl.h"
#include "rects.h"
#include "wire.h"

struct gl_exec;

/* What the session's limits count (daemon/common/limit.h), as far as OpenGL has it. */
enum gl_exec_take {
	GL_EXEC_CONTEXTS,
	GL_EXEC_RESOURCES,      /* buffers, textures, renderbuffers, default framebuffers */
	GL_EXEC_RESOURCE_BYTES, /* their memory, as far as it can be told */
	GL_EXEC_OBJECTS,        /* shaders, programs, queries and all else that has a name */
	GL_EXEC_SHADER_BYTES,
	GL_EXEC_TAKES,
};

struct gl_exec_ops {
	/*
	 * A whole message for the guest, header included; returns when its bytes are taken, which
	 * may take until the guest reads. Negative: there is nobody any more, the channel ends.
	 */
	int (*send)(void *data, const void *message, size_t size);
	/*
	 * A surface's frame is complete: pixels can be read with gl_exec_read() until the next message
	 * is executed. The owner answers the guest with `presented` when the next frame may begin.
	 */
	void (*present)(
		void *data, uint32_t surface, uint32_t width, uint32_t height, uint32_t interval);
	/* A window is gone. */
	void (*surface_gone)(void *data, uint32_t surface);
	/*
	 * Whether so much more may be taken; `size` is of this one object, where it is known, else
	 * 0. False is refused with GL_OUT_OF_MEMORY. Given back by give().
	 */
	bool (*take)(void *data, enum gl_exec_take what, uint64_t amount, uint64_t size);
	void (*give)(void *data, enum gl_exec_take what, uint64_t amount);
};

struct gl_exec_config {
	const struct egl *egl; /* borrowed; its display is open, in another thread */
	bool compute; /* compute shaders are allowed; else OpenGL 4.2 and ES 3.0 are the highest */
	uint32_t refresh;              /* of the display, in 1000 seconds: for the caps */
	uint64_t shader_size;          /* most bytes of one shader's text */
	uint64_t resource_size;        /* most bytes of one buffer or texture */
	const struct gl_exec_ops *ops; /* borrowed, as is data */
	void *data;
};

/* 0 or negative errno. */
int gl_exec_create(const struct gl_exec_config *config, struct gl_exec **ret_exec);
/* Ends all contexts and surfaces. NULL is fine. */
void gl_exec_destroy(struct gl_exec *exec);

/*
 * The payload of `caps` for channel_opened (gl_messages.json), from any thread that may use the
 * display; returns its bytes, or 0 where the host has no such thing to offer.
 */
size_t gl_exec_caps(
	const struct egl *egl, bool compute, uint32_t refresh, void *ret_caps, size_t room);

/*
 * Bytes of fixed fields of a message after which its data may lie in memory that the guest can
 * change meanwhile, as nothing of it is looked at (pixels, a buffer's data); 0: the whole payload
 * must be copied out first.
 */
size_t gl_exec_in_place(uint16_t opcode);

/*
 * Executes a message with an opcode of 0x100 or above. `fixed`: its payload, 8-aligned, not to be
 * changed by the guest; all `size` bytes of it, or the gl_exec_in_place() bytes of fixed fields,
 * and then `rest` is where the other bytes lie (else NULL). A payload that came as bulk is handed
 * in here, put together, with the flag still set. 0; -EPROTO: it was malformed or unknown and
 * counts as not sent; or another negative errno: the channel must end.
 */
int gl_exec_message(struct gl_exec *exec, const struct wire_header *header, const void *fixed,
	size_t size, const void *rest);

/*
 * Executes commands from the front of `size` bytes of messages, 8-aligned and not to be changed by
 * the guest, for as long as they are of the simplest kind: without flags, of that channel, whole.
 * Returns their bytes; the rest is for gl_exec_message(). `steps`, which only the caller's thread
 * changes, grows by one with each.
 */
size_t gl_exec_plain(struct gl_exec *exec, uint8_t channel, const uint8_t *messages, size_t size,
	_Atomic uint64_t *steps);

/* Nothing is to be executed for the moment: what was begun is handed to the GPU. */
void gl_exec_idle(struct gl_exec *exec);

/*
 * Between a present and the next message: writes rectangles of the surface's newest frame, or of the
 * copy that gl_exec_retain() made, into a picture at `pixels` of `stride` bytes a row, top row first, in
 * the format RING_FORMAT_BGRX (B, G, R and an unused byte in memory). 0 or negative errno.
 */
int gl_exec_read(struct gl_exec *exec, uint32_t surface, bool retained, const struct rects *rects,
	uint8_t *pixels, uint32_t stride);
/* Copies the newest frame on the GPU, inside of `rect`. 0 or negative errno. */
int gl_exec_retain(struct gl_exec *exec, uint32_t surface, const struct ipc_rect *rect);

/* What is being executed, or was last, until gl_exec_idle(): for a watchdog, from any thread. A literal, or NULL. */
const char *gl_exec_command(const struct gl_exec *exec);

#endif
