/* SPDX-License-Identifier: MIT */
/*
 * Inside of the guest library: what a context, a share group and a link are.
 *
 * A context belongs to the thread that has it current; what other threads touch of it is atomic or
 * guarded by the link's lock. The encoder is a context's first member, so that an entry point hands
 * on the pointer that it has.
 */
#ifndef GL_CONTEXT_H
#define GL_CONTEXT_H

#include <stdatomic.h>

#include "gl_encoder.h"
#include "gl_enums.h"
#include "gl_guest.h"
#include "shadow/state.h"
#include "table.h"

#if defined(__GNUC__) && !defined(_WIN32)
#define GL_THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))
#else
#define GL_THREAD_LOCAL _Thread_local
#endif

#define GL_BATCH_SIZE 65536u
/* GL_MAX_DEBUG_LOGGED_MESSAGES: more are dropped. */
#define GL_DEBUG_MESSAGES_MAX 256u

/* What contexts that share objects have in common. Guarded by `lock`, held for moments only. */
struct gl_share {
	atomic_uint refs, contexts;
	atomic_flag lock;
	_Atomic GLuint next[GL_CLASSES]; /* the lowest name that was never handed out */
	struct table taken[GL_CLASSES];  /* names above it that the program chose itself */
	_Atomic uintptr_t next_sync;
	struct table buffers;         /* struct gl_buffer */
	struct table programs;        /* struct gl_program */
	struct gl_buffer *persistent; /* those that stay mapped */
	atomic_uint n_persistent;
};

struct gl_debug_message;

struct gl_context {
	struct gl_encoder enc;
	struct gl_link *link;    /* borrowed */
	struct gl_share *share;  /* a reference */
	struct gl_context *next; /* link.contexts */
	uint32_t id;
	uint32_t flags; /* of glm_context_create */
	uint8_t api, profile;
	bool no_error, no_flush; /* of gl_context_request */
	bool holding;            /* the link's lock is ours */
	bool destroyed;          /* and goes when it is no more current */
	atomic_bool current;
	struct gl_surface *draw, *read; /* references */
	GLenum error;                   /* what glGetError says next */
	_Atomic GLenum host_error;      /* the same, of gl_error */
	_Atomic uint32_t lost;          /* enum glm_lost_kind */
	bool lost_told;
	bool exact; /* glGetError waits for the host */
	struct glm_context_created caps;
	char *extensions; /* NUL between names */
	struct gl_strings *strings;
	struct gl_debug_message *messages, **messages_end; /* guarded by the link's lock */
	atomic_uint n_messages;
	struct gl_state state;
	_Alignas(64) uint8_t batch[GL_BATCH_SIZE];
};

struct gl_surface {
	struct gl_link *link;
	struct gl_surface *next; /* link.surfaces */
	atomic_uint refs;
	uint32_t id;
	uint32_t width, height;
	bool double_buffered, window, destroyed;
	void (*look)(void *data); /* or NULL */
	void *look_data;
};

extern GL_THREAD_LOCAL struct gl_context *gl_current_context;

/* ---- generated (gl_entry_table.c, gl_offered.c) */

extern const gl_function gl_entries[];
extern const char *const gl_offered[];
extern const unsigned int gl_n_offered;

/* ---- errors (shadow/errors.c) */

/* Sets what glGetError is to say, unless something is set already. */
void gl_error(struct gl_context *ctx, GLenum error);

/* shadow/begin.c */
bool gl_really_inside(struct gl_context *ctx);

/* Whether a command that cannot stand between glBegin and glEnd does; it is an error then. */
static inline bool gl_inside(struct gl_context *ctx)
{
	return ctx->state.begun && gl_really_inside(ctx);
}

/* ---- names (names.c) */

struct gl_share *gl_share_create(void);
struct gl_share *gl_share_ref(struct gl_share *share);
void gl_share_unref(struct gl_share *share);
void gl_share_lock(struct gl_share *share);
void gl_share_unlock(struct gl_share *share);

/* n new names into `names`. False: n is negative, which sets GL_INVALID_VALUE. */
bool gl_names_make(struct gl_context *ctx, enum gl_class cls, GLsizei n, GLuint *names);
GLuint gl_name_make(struct gl_context *ctx, enum gl_class cls);
/* Of a shader or a program. False: there has never been one of that name. */
bool gl_name_may_be(struct gl_context *ctx, enum gl_class cls, GLuint name);
uint64_t gl_sync_make(struct gl_context *ctx);

/* The program binds this name, which it may have chosen itself. */
void gl_name_chosen(struct gl_context *ctx, enum gl_class cls, GLuint name);

static inline void gl_name_used(struct gl_context *ctx, enum gl_class cls, GLuint name)
{
	if (name >= atomic_load_explicit(&ctx->share->next[cls], memory_order_relaxed))
		gl_name_chosen(ctx, cls, name);
}

static inline GLsync gl_sync_pointer(uint64_t name)
{
	return (GLsync)(uintptr_t)name;
}

/* Something was made: other contexts that share it can use it at once. */
static inline void gl_made(struct gl_context *ctx)
{
	if (atomic_load_explicit(&ctx->share->contexts, memory_order_relaxed) > 1)
		gl_encoder_flush(&ctx->enc);
}

/* ---- what entry points note before they hand a call on ("notes" in gl_overrides.json) */

/* Framebuffers may have become complete or not. */
static inline void gl_note_attachments(struct gl_context *ctx)
{
	ctx->state.attachments_age++;
}

/* shadow/persistent.c */
void gl_persistent_changes(struct gl_context *ctx);

/* What the program has written to memory that stays mapped is to be seen. */
static inline void gl_note_memory(struct gl_context *ctx)
{
	if (atomic_load_explicit(&ctx->share->n_persistent, memory_order_relaxed))
		gl_persistent_changes(ctx);
}

/* The host's state may be another now. */
static inline void gl_note_unknown(struct gl_context *ctx)
{
	ctx->state.age++;
}

/*
 * shadow/buffer_writes.c: the host is to read, or write to, a buffer, which has that name or is
 * bound there. False, and an error is set: it may not.
 */
bool gl_may_read_buffer(struct gl_context *ctx, GLuint name);
bool gl_may_read_buffer_at(struct gl_context *ctx, GLenum target);
bool gl_may_write_buffer(struct gl_context *ctx, GLuint name);
bool gl_may_write_buffer_at(struct gl_context *ctx, GLenum target);
/* The same of a part of it. */
bool gl_may_write_part(struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length);
bool gl_may_write_part_at(struct gl_context *ctx, GLenum target, GLintptr offset, GLsizeiptr length);
bool gl_may_invalidate(struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length);
/* From now on it may be written to at any time. */
void gl_note_buffer_by_gpu(struct gl_context *ctx, GLuint name);

/* shadow/program.c: it is linked or compiled anew, or its log may have changed. */
void gl_note_program_changed(struct gl_context *ctx, GLuint name);

/* shadow/vao.c: an array is enabled or disabled; `index` is that of an attribute or a texture unit. */
void gl_note_attrib(struct gl_context *ctx, GLuint index, bool on);
void gl_note_client_state(struct gl_context *ctx, GLenum array, bool on);
void gl_note_client_state_of(struct gl_context *ctx, GLenum array, GLuint index, bool on);
void gl_note_vao_array(struct gl_context *ctx, GLuint vaobj, GLenum array, bool on);
void gl_note_vao_attrib(struct gl_context *ctx, GLuint vaobj, GLuint index, bool on);

#endif
