/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <stdlib.h>
#include <string.h>

#include "gl_link.h"
#include "wire.h"

/* Bytes of a record before its name (stream.md). */
#define RECORD_HEAD 28u

static void clear(struct gl_program *program)
{
	while (program->asked) {
		struct gl_asked *asked = program->asked;

		program->asked = asked->next;
		free(asked);
	}
	free(program->log);
	free(program->records);
	free(program->resources);
	*program = (struct gl_program){ 0 };
}

void gl_program_release(void *program)
{
	clear(program);
	free(program);
}

/* The one of that name; made if there is none and `make`. */
static struct gl_program *get(struct gl_context *ctx, GLuint name, bool make)
{
	struct gl_share *share = ctx->share;
	struct gl_program *program;

	if (!name)
		return NULL;
	gl_share_lock(share);
	program = table_find(&share->programs, name);
	if (!program && make && (program = calloc(1, sizeof(*program))) &&
		!table_set(&share->programs, name, program)) {
		free(program);
		program = NULL;
	}
	gl_share_unlock(share);
	return program;
}

void gl_note_program_changed(struct gl_context *ctx, GLuint name)
{
	struct gl_program *program = get(ctx, name, false);

	if (program)
		clear(program);
}

bool gl_program_linked(struct gl_context *ctx, GLuint name)
{
	const struct gl_program *program = get(ctx, name, false);

	return program && program->described && program->good;
}

static int compare(const void *a, const void *b)
{
	const struct gl_resource *one = a, *other = b;

	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	return strcmp(one->name, other->name);
}

/* One record; 0: it is not whole. */
static uint32_t read_record(
	struct gl_program *program, uint32_t at, uint32_t size, struct gl_resource *ret_resource)
{
	const uint8_t *record = program->records + at;
	uint32_t words[7];

	if (size - at < RECORD_HEAD)
		return 0;
	memcpy(words, record, sizeof(words));
	if (!words[6] || words[6] > size - at - RECORD_HEAD || record[RECORD_HEAD + words[6] - 1])
		return 0;
	*ret_resource = (struct gl_resource){ .kind = words[0],
		.index = words[1],
		.location = (GLint)words[2],
		.type = words[3],
		.elements = (GLint)words[4],
		.name = (const char *)record + RECORD_HEAD,
		.name_bytes = words[6] };
	return RECORD_HEAD + ((words[6] + 3) & ~3u);
}

static bool read_records(struct gl_program *program, const struct wire_blob *blob)
{
	struct gl_resource resource;
	uint32_t step;

	program->records = malloc(blob->size + 1);
	program->resources = calloc(blob->size / RECORD_HEAD + 1, sizeof(resource));
	if (!program->records || !program->resources)
		return false;
	if (blob->size)
		memcpy(program->records, blob->data, blob->size);
	for (uint32_t at = 0; at < blob->size; at += step) {
		step = read_record(program, at, blob->size, &resource);
		if (!step)
			return false;
		program->resources[program->n_resources++] = resource;
	}
	qsort(program->resources, program->n_resources, sizeof(resource), compare);
	return true;
}

static bool take_log(struct gl_program *program, const struct wire_blob *log)
{
	program->log = malloc(log->size + 1);
	if (!program->log)
		return false;
	if (log->size)
		memcpy(program->log, log->data, log->size);
	program->log[log->size] = 0;
	program->log_bytes = log->size;
	/* The host's own buffer is as large and holds a NUL: what fills it may have been longer. */
	program->log_cut = log->size + 1 >= GLM_LOG_MAX;
	return true;
}

/* With the link entered. */
static bool ask_program(struct gl_context *ctx, GLuint name, struct gl_program *program)
{
	const struct glm_program_describe message = { .program = name };
	struct glm_program_description reply;
	const void *payload;
	size_t size;

	if (!gl_link_send(ctx->link, &glm_program_describe_type, &message) ||
		!gl_link_receive(ctx->link, GLM_PROGRAM_DESCRIPTION, &payload, &size) ||
		!wire_decode(&glm_program_description_type, payload, size, &reply))
		return false;
	program->known = reply.known;
	program->good = reply.linked;
	program->truncated = reply.truncated;
	return take_log(program, &reply.log) && read_records(program, &reply.resources);
}

static bool ask_shader(struct gl_context *ctx, GLuint name, struct gl_program *shader)
{
	const struct glm_shader_describe message = { .shader = name };
	struct glm_shader_description reply;
	const void *payload;
	size_t size;

	if (!gl_link_send(ctx->link, &glm_shader_describe_type, &message) ||
		!gl_link_receive(ctx->link, GLM_SHADER_DESCRIPTION, &payload, &size) ||
		!wire_decode(&glm_shader_description_type, payload, size, &reply))
		return false;
	shader->known = reply.known;
	shader->good = reply.compiled;
	return take_log(shader, &reply.log);
}

static struct gl_program *described(struct gl_context *ctx, GLuint name,
	bool (*ask)(struct gl_context *ctx, GLuint name, struct gl_program *program))
{
	struct gl_program *program = get(ctx, name, true);

	if (!program || ctx->enc.lost)
		return NULL;
	if (!program->described) {
		gl_link_enter(ctx);
		program->described = ask(ctx, name, program);
		gl_link_leave(ctx);
		if (!program->described || !program->known)
			clear(program);
	}
	return program->described ? program : NULL;
}

struct gl_program *gl_program_described(struct gl_context *ctx, GLuint name)
{
	return described(ctx, name, ask_program);
}

struct gl_program *gl_shader_described(struct gl_context *ctx, GLuint name)
{
	return described(ctx, name, ask_shader);
}

const struct gl_resource *gl_resource_find(
	const struct gl_program *program, GLenum kind, const char *name)
{
	const struct gl_resource key = { .kind = kind, .name = name };

	return bsearch(&key, program->resources, program->n_resources, sizeof(key), compare);
}

const struct gl_resource *gl_resource_at(const struct gl_program *program, GLenum kind, GLuint index)
{
	for (unsigned int i = 0; i < program->n_resources; i++)
		if (program->resources[i].kind == kind && program->resources[i].index == index)
			return &program->resources[i];
	return NULL;
}
