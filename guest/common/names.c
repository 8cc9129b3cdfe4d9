/* SPDX-License-Identifier: MIT */
/*
 * Names of objects. The guest hands them out, and never the same twice: so a name that is gone
 * can be told from a new one, whatever the other contexts of its share group know by then.
 *
 * Of the names that shaders and programs have in common shaders get the even ones, programs the odd
 * ones: so it can be told which of them a name is not.
 */
#include <stdlib.h>

#include "gl_context.h"
#include "shadow/buffers.h"
#include "shadow/program.h"

/* Shaders and programs have one space of names. */
static enum gl_class space(enum gl_class cls)
{
	return cls == GL_CLASS_SHADER ? GL_CLASS_PROGRAM : cls;
}

struct gl_share *gl_share_create(void)
{
	struct gl_share *share = calloc(1, sizeof(*share));

	if (!share)
		return NULL;
	atomic_init(&share->refs, 1);
	for (unsigned int cls = 0; cls < GL_CLASSES; cls++)
		atomic_init(&share->next[cls], 1);
	atomic_init(&share->next_sync, 1);
	atomic_flag_clear(&share->lock);
	return share;
}

struct gl_share *gl_share_ref(struct gl_share *share)
{
	atomic_fetch_add(&share->refs, 1);
	return share;
}

void gl_share_unref(struct gl_share *share)
{
	if (!share || atomic_fetch_sub(&share->refs, 1) != 1)
		return;
	for (unsigned int cls = 0; cls < GL_CLASSES; cls++)
		table_finish(&share->taken[cls], NULL);
	table_finish(&share->buffers, gl_buffer_release);
	table_finish(&share->programs, gl_program_release);
	free(share);
}

void gl_share_lock(struct gl_share *share)
{
	while (atomic_flag_test_and_set_explicit(&share->lock, memory_order_acquire))
		;
}

void gl_share_unlock(struct gl_share *share)
{
	atomic_flag_clear_explicit(&share->lock, memory_order_release);
}

/* The next name that is one for the class. */
static GLuint fitting(enum gl_class cls, GLuint name)
{
	if (cls == GL_CLASS_SHADER)
		return name + (name & 1);
	return cls == GL_CLASS_PROGRAM ? name | 1 : name;
}

bool gl_names_make(struct gl_context *ctx, enum gl_class cls, GLsizei n, GLuint *names)
{
	const enum gl_class of = space(cls);
	struct gl_share *share = ctx->share;
	GLuint next;

	if (n < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	gl_share_lock(share);
	next = atomic_load_explicit(&share->next[of], memory_order_relaxed);
	for (GLsizei i = 0; i < n; i++) {
		while (table_find(&share->taken[of], next))
			table_remove(&share->taken[of], next++);
		names[i] = fitting(cls, next);
		next = names[i] + 1;
	}
	atomic_store_explicit(&share->next[of], next, memory_order_relaxed);
	gl_share_unlock(share);
	return true;
}

GLuint gl_name_make(struct gl_context *ctx, enum gl_class cls)
{
	GLuint name = 0;

	gl_names_make(ctx, cls, 1, &name);
	return name;
}

bool gl_name_may_be(struct gl_context *ctx, enum gl_class cls, GLuint name)
{
	return name && fitting(cls, name) == name &&
	       name < atomic_load_explicit(&ctx->share->next[space(cls)], memory_order_relaxed);
}

uint64_t gl_sync_make(struct gl_context *ctx)
{
	return atomic_fetch_add_explicit(&ctx->share->next_sync, 1, memory_order_relaxed);
}

void gl_name_chosen(struct gl_context *ctx, enum gl_class cls, GLuint name)
{
	struct gl_share *share = ctx->share;

	cls = space(cls);
	gl_share_lock(share);
	if (name >= atomic_load_explicit(&share->next[cls], memory_order_relaxed))
		table_set(&share->taken[cls], name, share);
	gl_share_unlock(share);
}
