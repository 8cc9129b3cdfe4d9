/* SPDX-License-Identifier: MIT */
#include "strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"

struct gl_strings {
	char renderer[GLM_STRING_MAX + 32];
	char *all;         /* extensions with spaces between */
	char *names;       /* the same with NULs between */
	const char **each; /* into names */
	unsigned int n;
	int version; /* major * 10 + minor */
};

static int compare(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

static bool offered(const char *name)
{
	return bsearch(name, gl_offered, gl_n_offered, sizeof(gl_offered[0]), compare);
}

/* Splits the host's list and keeps what can be offered. */
static void choose(struct gl_strings *strings)
{
	char *to = strings->all;

	for (char *name = strings->names; *name;) {
		const size_t length = strcspn(name, " ");
		const bool last = name[length] == 0;

		name[length] = 0;
		if (length && offered(name)) {
			strings->each[strings->n++] = name;
			memcpy(to, name, length);
			to[length] = ' ';
			to += length + 1;
		}
		if (last)
			break;
		name += length + 1;
	}
	*to = 0;
}

/* The number that the text begins with, after the words that OpenGL ES has before it. */
static int version_of(const char *text)
{
	while (*text && (*text < '0' || *text > '9'))
		text++;
	return text[0] && text[1] == '.' && text[2] >= '0' && text[2] <= '9'
		       ? (text[0] - '0') * 10 + text[2] - '0'
		       : 0;
}

bool gl_strings_version(const struct gl_context *ctx, int version)
{
	return ctx->api == GLM_API_GL && ctx->strings->version >= version;
}

bool gl_strings_init(struct gl_context *ctx)
{
	const size_t size = ctx->caps.extensions.size;
	struct gl_strings *strings = calloc(1, sizeof(*strings));

	ctx->strings = strings;
	if (!strings)
		return false;
	strings->all = malloc(size + 2);
	strings->names = calloc(1, size + 1);
	strings->each = calloc(size / 2 + 1, sizeof(*strings->each));
	if (!strings->all || !strings->names || !strings->each)
		return false;
	if (size)
		memcpy(strings->names, ctx->caps.extensions.data, size);
	ctx->caps.extensions.data = NULL; /* lies in the message */
	choose(strings);
	strings->version = version_of(ctx->caps.version);
	snprintf(strings->renderer, sizeof(strings->renderer), "Oriel on %s", ctx->caps.renderer);
	return true;
}

void gl_strings_finish(struct gl_context *ctx)
{
	struct gl_strings *strings = ctx->strings;

	if (!strings)
		return;
	free(strings->all);
	free(strings->names);
	free(strings->each);
	free(strings);
}

unsigned int gl_strings_extensions(const struct gl_context *ctx)
{
	return ctx->strings->n;
}

static const char *find(const struct gl_context *ctx, GLenum name)
{
	switch (name) {
	case GL_VENDOR:
		return "Oriel";
	case GL_RENDERER:
		return ctx->strings->renderer;
	case GL_VERSION:
		return ctx->caps.version;
	case GL_SHADING_LANGUAGE_VERSION:
		return ctx->caps.language;
	case GL_PROGRAM_ERROR_STRING_ARB:
		/* Why a program's text was refused the host does not tell. */
		return gl_strings_version(ctx, 10) && ctx->profile != GLM_PROFILE_CORE ? "" : NULL;
	case GL_EXTENSIONS:
		return ctx->profile == GLM_PROFILE_CORE ? NULL : ctx->strings->all;
	default:
		return NULL;
	}
}

const GLubyte *gl_shadow_GetString(struct gl_context *ctx, GLenum name)
{
	const char *text = find(ctx, name);

	if (!text)
		gl_error(ctx, GL_INVALID_ENUM);
	return (const GLubyte *)text;
}

const GLubyte *gl_shadow_GetStringi(struct gl_context *ctx, GLenum name, GLuint index)
{
	if (name == GL_EXTENSIONS && index < ctx->strings->n)
		return (const GLubyte *)ctx->strings->each[index];
	gl_error(ctx, name == GL_EXTENSIONS ? GL_INVALID_VALUE : GL_INVALID_ENUM);
	return NULL;
}
