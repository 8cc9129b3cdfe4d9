/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's encoder and the host's decoder in one process: what the one sends the other executes at
 * the next flush, and answers.
 */
#ifndef GL_LOOP_H
#define GL_LOOP_H

#include "bulk.h"
#include "gl_record.h"

#define GL_LOOP_STREAM (8u << 20)

struct gl_loop {
	struct gl_encoder enc;
	struct gl_decoder dec;
	struct record_host host;
	_Alignas(8) uint8_t batch[65536];
	uint8_t *stream; /* what was sent and is not executed; GL_LOOP_STREAM bytes, 8-aligned */
	size_t size;
	uint32_t bulk_id;
	struct bulk_set bulk;
	bool hold;                      /* what is sent stays in `stream` */
	unsigned int messages, refused; /* executed or not, bulk pieces apart */
	unsigned int too_large;
	/* Called with each message before it is executed; may be NULL. */
	void (*look)(void *data, uint16_t opcode, const void *payload, size_t size);
	void *look_data;
};

/* gl: the driver. Ends with gl_loop_finish(). */
void gl_loop_init(struct gl_loop *loop, const struct gl_functions *gl, uint32_t message_max);
void gl_loop_finish(struct gl_loop *loop);
/* Flushes and executes everything. */
void gl_loop_run(struct gl_loop *loop);

#endif
