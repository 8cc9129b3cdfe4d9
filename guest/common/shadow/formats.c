/* SPDX-License-Identifier: MIT */
/* What the host has said of internal formats, which never changes: there is much to ask. */
#include <stdlib.h>

#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"

/* As many answers of a context are remembered. A power of two. */
#define ANSWERS 4096u

struct gl_format_answer {
	GLenum target, format, pname;
	uint32_t bits; /* of the value; 0: there is none */
	GLint64 value;
};

/* Where the answer is or would be; NULL: no memory. */
static struct gl_format_answer *place(struct gl_context *ctx, const struct gl_format_answer *asked)
{
	struct gl_state *state = &ctx->state;
	uint32_t hash = asked->target * UINT32_C(2654435769);

	if (!state->formats)
		state->formats = calloc(ANSWERS, sizeof(*state->formats));
	hash = (hash ^ asked->format) * UINT32_C(2654435769);
	hash = (hash ^ asked->pname ^ asked->bits) * UINT32_C(2654435769);
	return state->formats ? &state->formats[hash >> 16 & (ANSWERS - 1)] : NULL;
}

static bool answers(const struct gl_format_answer *answer, const struct gl_format_answer *asked)
{
	return answer->target == asked->target && answer->format == asked->format &&
	       answer->pname == asked->pname && answer->bits == asked->bits;
}

/* glGetInternalformat*v: all but the numbers of samples are single values. */
#define GET_FORMAT(command, type)                                                                  \
	void gl_shadow_##command(struct gl_context *ctx, GLenum target, GLenum internalformat,     \
		GLenum pname, GLsizei count, type *params)                                         \
	{                                                                                          \
		struct gl_format_answer asked = { target, internalformat, pname, 8 * sizeof(type), \
			0 };                                                                       \
		struct gl_format_answer *answer =                                                  \
			pname != GL_SAMPLES && count > 0 ? place(ctx, &asked) : NULL;              \
		type value = 0;                                                                    \
                                                                                                   \
		if (!answer) {                                                                     \
			gl_encode_##command(                                                       \
				&ctx->enc, target, internalformat, pname, count, params);          \
			return;                                                                    \
		}                                                                                  \
		if (!answers(answer, &asked)) {                                                    \
			gl_encode_##command(&ctx->enc, target, internalformat, pname, 1, &value);  \
			if (!ctx->enc.done)                                                        \
				return;                                                            \
			asked.value = value;                                                       \
			*answer = asked;                                                           \
		}                                                                                  \
		*params = (type)answer->value;                                                     \
	}

GET_FORMAT(GetInternalformativ, GLint)
GET_FORMAT(GetInternalformati64v, GLint64)
