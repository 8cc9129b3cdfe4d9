/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest and its host in one process: a thread that executes a channel of forwarded OpenGL with
 * the real gl_exec on llvmpipe, and the stream to it and from it. What a guest library needs of its
 * platform (gl_link_ops) is gl_pair_link_ops, with a struct gl_pair as its data.
 *
 * One thread may be the guest at a time, but for gl_pair_link_ops.lock and unlock.
 */
#ifndef GL_PAIR_H
#define GL_PAIR_H

#include "gl_exec.h"
#include "gl_guest.h"
#include "glm_messages.h"

#define GL_PAIR_CHANNEL     1
#define GL_PAIR_MESSAGE_MAX (1u << 20)

struct gl_pair;

struct gl_pair_config {
	bool no_compute;    /* compute shaders are off */
	bool read_frames;   /* each frame that is presented is read, for gl_pair_frame() */
	bool retain_frames; /* each is retained, too */
	bool own_configs; /* contexts have a configuration, as with a driver that has none without */
	uint64_t limits[GL_EXEC_TAKES];      /* 0: none */
	uint64_t shader_size, resource_size; /* 0: as much as one wants */
	/* Called in the host's thread with each whole message from the guest; may be NULL. */
	void (*look)(void *data, const struct wire_header *header, const void *payload, size_t size);
	void *look_data;
};

/* NULL where there is no surfaceless EGL to test with. config may be NULL. */
struct gl_pair *gl_pair_create(const struct gl_pair_config *config);
void gl_pair_destroy(struct gl_pair *pair);

/* What channel_opened would have brought. */
const struct glm_caps *gl_pair_caps(const struct gl_pair *pair);
extern const struct gl_link_ops gl_pair_link_ops;

/* Bytes of the stream, cut anywhere. 0, or negative when the channel has ended. */
int gl_pair_send(struct gl_pair *pair, const void *bytes, size_t size);
/*
 * The next whole message from the host, valid until the next call. 1, or 0: there is none (only
 * unless `wait`), or negative when the channel has ended and all has been received.
 */
int gl_pair_receive(struct gl_pair *pair, bool wait, struct wire_header *ret_header,
	const void **ret_payload, size_t *ret_size);
/* Waits until everything that was sent has been executed. The channel's state: 0 or negative. */
int gl_pair_drain(struct gl_pair *pair);

/* ---- to be looked at after gl_pair_drain() */

/* What is taken of the session's limits. */
uint64_t gl_pair_taken(struct gl_pair *pair, enum gl_exec_take what);
/* How many frames have been presented, and the newest, BGRX, top row first; NULL: none was read. */
unsigned int gl_pair_frames(struct gl_pair *pair);
const uint8_t *gl_pair_frame(struct gl_pair *pair, uint32_t *ret_width, uint32_t *ret_height);
/* Frames that could not be retained. */
unsigned int gl_pair_not_retained(struct gl_pair *pair);
/* Messages that the host has got, and those of them that were malformed or unknown. */
unsigned int gl_pair_messages(struct gl_pair *pair);
unsigned int gl_pair_malformed(struct gl_pair *pair);

#endif
