/* SPDX-License-Identifier: MIT */
/*
 * The guest's OpenGL, as the faces of a platform use it (EGL, GLX, WGL): links, contexts, default
 * framebuffers and what is current in each thread. The OpenGL functions themselves are in
 * gl_entry.h; they work on the calling thread's current context.
 *
 * A link is one channel of forwarded OpenGL to the host. Contexts of one link may share objects and
 * may be used by any thread, each by one at a time. Portable C11: memory comes from malloc,
 * everything else of the system from gl_link_ops.
 */
#ifndef GL_GUEST_H
#define GL_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "glm_messages.h"

struct gl_link;
struct gl_context;
struct gl_surface;

/* What a link needs of the platform. All but lock, unlock and log are called with the lock held. */
struct gl_link_ops {
	/* One lock a link; it is never taken twice by a thread. */
	void (*lock)(void *data);
	void (*unlock)(void *data);
	/* Bytes of the channel's stream, cut anywhere. Waits for room. 0, or negative: the link is lost. */
	int (*send)(void *data, const void *bytes, size_t size);
	/*
	 * The next whole message from the host on this channel, bulk put together, 8-aligned, valid until
	 * the next call. 1: there it is; 0: there is none (only unless `wait`); negative: the link is lost.
	 */
	int (*receive)(void *data, bool wait, struct wire_header *ret_header,
		const void **ret_payload, size_t *ret_size);
	/* An id for a bulk transfer, free at this moment. */
	uint32_t (*bulk_id)(void *data);
	/* A line for the host's log and, if the user asked for it, for stderr. level: enum oriel_level_kind. */
	void (*log)(void *data, uint8_t level, const char *text);
};

/* How a program is served; what the user asked for. */
struct gl_link_config {
	uint8_t channel;       /* number of the channel */
	uint32_t message_max;  /* bytes of one message */
	uint32_t frames_ahead; /* presents of credit */
	bool exact_errors;     /* glGetError asks the host each time */
	struct glm_caps caps;  /* of channel_opened */
};

/* 0 or negative errno. ops and data are borrowed. */
int gl_link_create(const struct gl_link_config *config, const struct gl_link_ops *ops, void *data,
	struct gl_link **ret_link);
/* All its contexts and surfaces must be gone, or the link lost. NULL is fine. */
void gl_link_destroy(struct gl_link *link);
const struct glm_caps *gl_link_caps(const struct gl_link *link);
/* The host's process has gone or said so: contexts are lost, calls do nothing. */
bool gl_link_lost(const struct gl_link *link);

struct gl_context_request {
	struct gl_context *share; /* or NULL */
	uint32_t config;          /* glm_config id, or 0 */
	uint32_t flags;           /* of glm_context_create */
	uint8_t api, profile, major, minor;
	/* What GL_CONTEXT_FLAGS and GL_CONTEXT_RELEASE_BEHAVIOR say of it; nothing else is any different. */
	bool no_error, no_flush;
};

/* *ret_status: enum glm_status_code. NULL when it could not be made. */
struct gl_context *gl_context_create(
	struct gl_link *link, const struct gl_context_request *request, uint32_t *ret_status);
/* It goes when no thread has it current any more. */
void gl_context_destroy(struct gl_context *context);
/* 0, or enum glm_lost_kind: it is lost, and another may be made on a new link. Never waits. */
uint32_t gl_context_status(struct gl_context *context);
/* Of what context_created told. */
const struct glm_context_created *gl_context_caps(const struct gl_context *context);

/* NULL with *ret_status when it could not be made. double_buffered: what GL_DOUBLEBUFFER says. */
struct gl_surface *gl_surface_create(struct gl_link *link, uint32_t config, uint8_t kind,
	bool double_buffered, bool srgb, uint32_t width, uint32_t height, uint32_t *ret_status);
void gl_surface_destroy(struct gl_surface *surface);
/* From the next command on; nothing is sent when the size is the same. */
void gl_surface_resize(struct gl_surface *surface, uint32_t width, uint32_t height);
/*
 * `look` is called where a program may have heard of a new size of its window (glViewport), in the
 * thread that has the surface current, and may resize it. NULL: no more.
 */
void gl_surface_watch(struct gl_surface *surface, void (*look)(void *data), void *data);
/*
 * The frame is complete, the current context's commands included. Waits while as many frames are
 * ahead as the link allows. 0, or negative: the link is lost.
 */
int gl_surface_present(struct gl_surface *surface, uint32_t interval);

/* What the calling thread has current; NULL: none. Makes what was current before done with (an implicit flush). */
void gl_make_current(struct gl_context *context, struct gl_surface *draw, struct gl_surface *read);
struct gl_context *gl_current(void);
struct gl_surface *gl_current_draw(void);
struct gl_surface *gl_current_read(void);

/* Sends what the current context has queued; `finish`: and waits until it has been executed. */
void gl_flush_current(bool finish);

typedef void (*gl_function)(void);
/* The function of that full name (glUniform4fARB), whatever the context; NULL: there is none. */
gl_function gl_proc_address(const char *name);

#endif
