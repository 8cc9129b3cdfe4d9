/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a context can do: as far as the host must know, and as its guest is told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"
#include "exec_limits.h"

#define CREATED_ROOM (GLM_EXTENSIONS_MAX + 4 * GLM_STRING_MAX + GLM_LIMITS_MAX * 16 + 1024)

/* ---- extensions */

static const char *extension(struct exec_context *context, GLuint i)
{
	return (const char *)context->exec->more.GetStringi(GL_EXTENSIONS, i);
}

static bool in_text(const char *text, const char *name)
{
	const size_t length = strlen(name);

	for (const char *at = text; at && (at = strstr(at, name)) != NULL; at += length)
		if ((at == text || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

bool exec_has_extension(struct exec_context *context, const char *name)
{
	GLint n = 0;

	if (context->has.version < 30)
		return in_text((const char *)context->exec->more.GetString(GL_EXTENSIONS), name);
	context->gl.GetIntegerv(GL_NUM_EXTENSIONS, &n);
	for (GLint i = 0; i < n; i++)
		if (!strcmp(extension(context, (GLuint)i), name))
			return true;
	return false;
}

static int version_of(const char *text)
{
	int major = 0, minor = 0;

	if (!text)
		return 0;
	if (!strncmp(text, "OpenGL ES ", 10))
		text += 10;
	if (sscanf(text, "%d.%d", &major, &minor) != 2)
		return 0;
	return major * 10 + minor;
}

static bool is_core(const struct exec_context *context)
{
	GLint mask = 0;

	if (context->has.es || context->has.version < 31)
		return false;
	context->gl.GetIntegerv(GL_CONTEXT_PROFILE_MASK, &mask);
	if (context->has.version >= 32)
		return (mask & (GLint)GL_CONTEXT_CORE_PROFILE_BIT) != 0;
	return false;
}

static void has_buffers(struct exec_context *context)
{
	struct exec_has *has = &context->has;
	const int v = has->version;

	has->pixel_buffers =
		has->es ? v >= 30
			: v >= 21 || exec_has_extension(context, "GL_ARB_pixel_buffer_object");
	has->draw_indirect =
		has->es ? v >= 31 : v >= 40 || exec_has_extension(context, "GL_ARB_draw_indirect");
	has->compute =
		has->es ? v >= 31 : v >= 43 || exec_has_extension(context, "GL_ARB_compute_shader");
	has->dispatch_indirect = has->compute;
	has->parameters =
		!has->es && (v >= 46 || exec_has_extension(context, "GL_ARB_indirect_parameters"));
	has->query_buffers =
		!has->es && (v >= 44 || exec_has_extension(context, "GL_ARB_query_buffer_object"));
	has->map_range = v >= 30 || exec_has_extension(context, "GL_ARB_map_buffer_range") ||
			 exec_has_extension(context, "GL_EXT_map_buffer_range");
	has->buffer_storage = !has->es && has->map_range && v >= 32 &&
			      (v >= 44 || exec_has_extension(context, "GL_ARB_buffer_storage"));
	has->attribute_bindings =
		has->es ? v >= 31
			: v >= 43 || exec_has_extension(context, "GL_ARB_vertex_attrib_binding");
	has->named_buffers =
		!has->es && (v >= 45 || exec_has_extension(context, "GL_ARB_direct_state_access"));
	has->pack_rows = has->es && exec_has_extension(context, "GL_NV_pack_subimage");
	has->unpack_rows = has->es && exec_has_extension(context, "GL_EXT_unpack_subimage");
	has->uniform_blocks =
		has->es ? v >= 30
			: v >= 31 || exec_has_extension(context, "GL_ARB_uniform_buffer_object");
}

void exec_has_init(struct exec_context *context)
{
	struct exec_has *has = &context->has;

	has->version = version_of((const char *)context->exec->more.GetString(GL_VERSION));
	has->core = is_core(context);
	/* 3.1 without GL_ARB_compatibility has no name for it. */
	if (!has->es && has->version == 31 && !exec_has_extension(context, "GL_ARB_compatibility"))
		has->core = true;
	has->fixed_arrays = !has->es && !has->core;
	has->textures_3d = !has->es || has->version >= 30;
	has->program_interfaces =
		has->es ? has->version >= 31
			: has->version >= 43 ||
				  exec_has_extension(context, "GL_ARB_program_interface_query");
	has_buffers(context);
	context->gl.GetIntegerv(GL_MAX_VERTEX_ATTRIBS, &has->n_attributes);
	if (has->fixed_arrays)
		context->gl.GetIntegerv(GL_MAX_TEXTURE_COORDS, &has->n_coords);
	exec_errors_drop(context);
}

/* ---- what the guest is told */

/* Extensions that stand for compute shaders. */
static bool is_compute(const char *name)
{
	static const char *const names[] = { "GL_ARB_compute_shader",
		"GL_ARB_compute_variable_group_size", "GL_ARB_ES3_1_compatibility",
		"GL_ARB_ES3_2_compatibility", "GL_NV_compute_shader_derivatives",
		"GL_ANDROID_extension_pack_es31a" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

struct names {
	char text[GLM_EXTENSIONS_MAX];
	size_t length;
};

static void add_name(
	const struct exec_context *context, struct names *names, const char *name, size_t length)
{
	char copy[128];

	if (length == 0 || length >= sizeof(copy) ||
		names->length + length + 1 >= sizeof(names->text))
		return;
	memcpy(copy, name, length);
	copy[length] = '\0';
	if (!context->exec->config.compute && is_compute(copy))
		return;
	if (names->length)
		names->text[names->length++] = ' ';
	memcpy(names->text + names->length, copy, length);
	names->length += length;
}

static void list_extensions(struct exec_context *context, struct names *names)
{
	GLint n = 0;

	if (context->has.version >= 30) {
		context->gl.GetIntegerv(GL_NUM_EXTENSIONS, &n);
		for (GLint i = 0; i < n; i++)
			add_name(context, names, extension(context, (GLuint)i),
				strlen(extension(context, (GLuint)i)));
		return;
	}
	for (const char *at = (const char *)context->exec->more.GetString(GL_EXTENSIONS); at && *at;) {
		const size_t length = strcspn(at, " ");

		add_name(context, names, at, length);
		at += length;
		at += strspn(at, " ");
	}
}

/* Text of glGetString; where compute shaders are off, with a version that has none. */
static void get_text(struct exec_context *context, GLenum name, const char *prefix,
	const char *lower, char text[GLM_STRING_MAX + 1])
{
	const char *said = (const char *)context->exec->more.GetString(name);
	size_t length;

	if (!said)
		return;
	length = strlen(prefix);
	if (!lower || context->exec->config.compute || strncmp(said, prefix, length) != 0 ||
		version_of(said + length) <= version_of(lower)) {
		snprintf(text, GLM_STRING_MAX + 1, "%s", said);
		return;
	}
	snprintf(text, GLM_STRING_MAX + 1, "%s%s%s", prefix, lower,
		said + length + strspn(said + length, "0123456789."));
}

static void add_limit(struct glm_context_created *created, GLenum pname, int64_t value)
{
	created->limits[created->n_limits++] =
		(struct glm_limit){ .value = (uint64_t)value, .pname = pname };
}

/* Version numbers as they are told. */
static bool told_version(struct exec_context *context, GLenum pname, int64_t *value)
{
	const int most = context->has.es ? 30 : 42;

	if (context->exec->config.compute || context->has.version <= most)
		return false;
	if (pname != GL_MAJOR_VERSION && pname != GL_MINOR_VERSION)
		return false;
	*value = pname == GL_MAJOR_VERSION ? most / 10 : most % 10;
	return true;
}

static void list_limits(struct exec_context *context, struct glm_context_created *created)
{
	const bool wide =
		context->has.version >= 32 || (context->has.es && context->has.version >= 30);

	exec_errors_drop(context);
	for (size_t i = 0; i < EXEC_LIMITS && created->n_limits < GLM_LIMITS_MAX; i++) {
		const GLenum pname = exec_limits[i].pname;
		GLint64 value = 0;
		GLint narrow = 0;

		if (exec_limits[i].compute && !context->exec->config.compute)
			continue;
		if (wide) {
			context->gl.GetInteger64v(pname, &value);
		} else {
			context->gl.GetIntegerv(pname, &narrow);
			value = narrow;
		}
		told_version(context, pname, &value);
		if (context->gl.GetError() == GL_NO_ERROR)
			add_limit(created, pname, value);
	}
	/* None that a program may load. */
	add_limit(created, GL_NUM_PROGRAM_BINARY_FORMATS, 0);
	add_limit(created, GL_NUM_SHADER_BINARY_FORMATS, 0);
}

void exec_context_tell(struct exec_context *context)
{
	struct glm_context_created *created = calloc(1, sizeof(*created));
	struct names *names = calloc(1, sizeof(*names));
	const bool es = context->has.es;

	if (created && names) {
		created->id = context->id;
		created->status = GLM_STATUS_DONE;
		get_text(context, GL_VENDOR, "", NULL, created->vendor);
		get_text(context, GL_RENDERER, "", NULL, created->renderer);
		get_text(context, GL_VERSION, es ? "OpenGL ES " : "", es ? "3.0" : "4.2",
			created->version);
		if (es || context->has.version >= 20)
			get_text(context, GL_SHADING_LANGUAGE_VERSION, es ? "OpenGL ES GLSL ES " : "",
				es ? "3.00" : "4.20", created->language);
		list_extensions(context, names);
		created->extensions =
			(struct wire_blob){ .data = names->text, .size = (uint32_t)names->length };
		list_limits(context, created);
		exec_errors_drop(context);
		exec_send_message(context->exec, &glm_context_created_type, created, CREATED_ROOM);
	} else {
		context->exec->status = -ENOMEM;
	}
	free(created);
	free(names);
}
