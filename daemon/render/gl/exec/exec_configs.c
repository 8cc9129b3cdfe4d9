/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host can offer before there is a context: configurations and versions. */
#include <stdlib.h>
#include <string.h>

#include "exec.h"

#define CONFIGS_MAX 1024

static EGLint attribute(EGLDisplay display, EGLConfig config, EGLint name)
{
	EGLint value = 0;

	eglGetConfigAttrib(display, config, name, &value);
	return value;
}

static uint8_t bits(EGLDisplay display, EGLConfig config, EGLint name)
{
	const EGLint value = attribute(display, config, name);

	return value < 0 || value > UINT8_MAX ? 0 : (uint8_t)value;
}

/* Whether it is one for pbuffers of OpenGL, and what it is. */
static bool describe(EGLDisplay display, EGLConfig config, struct glm_config *ret)
{
	if (!(attribute(display, config, EGL_SURFACE_TYPE) & EGL_PBUFFER_BIT) ||
		!(attribute(display, config, EGL_RENDERABLE_TYPE) & EGL_OPENGL_BIT) ||
		attribute(display, config, EGL_COLOR_BUFFER_TYPE) != EGL_RGB_BUFFER ||
		attribute(display, config, EGL_CONFIG_CAVEAT) == EGL_NON_CONFORMANT_CONFIG)
		return false;
	*ret = (struct glm_config){ .id = (uint32_t)attribute(display, config, EGL_CONFIG_ID) };
	ret->red = bits(display, config, EGL_RED_SIZE);
	ret->green = bits(display, config, EGL_GREEN_SIZE);
	ret->blue = bits(display, config, EGL_BLUE_SIZE);
	ret->alpha = bits(display, config, EGL_ALPHA_SIZE);
	ret->depth = bits(display, config, EGL_DEPTH_SIZE);
	ret->stencil = bits(display, config, EGL_STENCIL_SIZE);
	ret->samples = bits(display, config, EGL_SAMPLES);
	if (epoxy_has_egl_extension(display, "EGL_EXT_pixel_format_float"))
		ret->floats = attribute(display, config, EGL_COLOR_COMPONENT_TYPE_EXT) ==
			      EGL_COLOR_COMPONENT_TYPE_FLOAT_EXT;
	return ret->red + ret->green + ret->blue > 0;
}

/* 8 bits of colour before others, then plain before multisampled, then as EGL has them. */
static unsigned int rank(const struct glm_config *config)
{
	return (config->red == 8 && config->green == 8 && config->blue == 8 ? 0 : 8u) +
	       (config->floats ? 4u : 0) + (config->samples ? 2u : 0);
}

static bool same(const struct glm_config *a, const struct glm_config *b)
{
	return a->red == b->red && a->green == b->green && a->blue == b->blue &&
	       a->alpha == b->alpha && a->depth == b->depth && a->stencil == b->stencil &&
	       a->samples == b->samples && a->floats == b->floats;
}

static void add(struct glm_caps *caps, const struct glm_config *config)
{
	uint16_t at = caps->n_configs;

	for (uint16_t i = 0; i < caps->n_configs; i++)
		if (same(&caps->configs[i], config))
			return;
	if (caps->n_configs == GLM_CONFIGS_MAX)
		return;
	while (at > 0 && rank(&caps->configs[at - 1]) > rank(config)) {
		caps->configs[at] = caps->configs[at - 1];
		at--;
	}
	caps->configs[at] = *config;
	caps->n_configs++;
}

static void list_configs(EGLDisplay display, struct glm_caps *caps)
{
	EGLConfig *configs = calloc(CONFIGS_MAX, sizeof(*configs));
	struct glm_config config;
	EGLint n = 0;

	if (!configs || !eglGetConfigs(display, configs, CONFIGS_MAX, &n))
		n = 0;
	for (EGLint i = 0; i < n; i++)
		if (describe(display, configs[i], &config))
			add(caps, &config);
	free(configs);
}

EGLConfig exec_config(EGLDisplay display, uint32_t id)
{
	const EGLint attributes[] = { EGL_CONFIG_ID, (EGLint)id, EGL_NONE };
	struct glm_config config;
	EGLConfig found;
	EGLint n = 0;

	if (id == 0 || id > INT32_MAX || !eglChooseConfig(display, attributes, &found, 1, &n) ||
		n != 1 || !describe(display, found, &config))
		return EGL_NO_CONFIG_KHR;
	return found;
}

/* Whether a context of that version can be made. */
static bool can_make(const struct egl *egl, const EGLint *attributes)
{
	const EGLContext context =
		eglCreateContext(egl->display, egl->config, EGL_NO_CONTEXT, attributes);

	if (context == EGL_NO_CONTEXT)
		return false;
	eglDestroyContext(egl->display, context);
	return true;
}

static uint32_t highest(const struct egl *egl, EGLint profile)
{
	static const uint8_t versions[] = { 46, 45, 44, 43, 42, 41, 40, 33, 32, 31, 30, 21, 20 };

	for (size_t i = 0; i < sizeof(versions); i++) {
		const bool profiles = versions[i] >= 32 && profile;
		const EGLint attributes[] = { EGL_CONTEXT_MAJOR_VERSION, versions[i] / 10,
			EGL_CONTEXT_MINOR_VERSION, versions[i] % 10,
			profiles ? EGL_CONTEXT_OPENGL_PROFILE_MASK : EGL_NONE, profile, EGL_NONE };

		if (profile == EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT && !profiles)
			return 0;
		if (can_make(egl, attributes))
			return versions[i];
	}
	return 0;
}

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void list_versions(const struct egl *egl, bool compute, struct glm_caps *caps)
{
	const EGLenum api = eglQueryAPI();

	if (eglBindAPI(EGL_OPENGL_API)) {
		caps->gl = highest(egl, EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT);
		caps->gl_core = highest(egl, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT);
	}
	if (eglBindAPI(EGL_OPENGL_ES_API)) {
		static const uint8_t versions[] = { 32, 31, 30, 20 };

		for (size_t i = 0; i < sizeof(versions) && caps->es == 0; i++) {
			const EGLint attributes[] = { EGL_CONTEXT_MAJOR_VERSION, versions[i] / 10,
				EGL_CONTEXT_MINOR_VERSION, versions[i] % 10, EGL_NONE };

			if (can_make(egl, attributes))
				caps->es = versions[i];
		}
	}
	eglBindAPI(api);
	if (compute)
		return;
	caps->gl = lower(caps->gl, 42);
	caps->gl_core = lower(caps->gl_core, 42);
	caps->es = lower(caps->es, 30);
}

size_t gl_exec_caps(const struct egl *egl, bool compute, uint32_t refresh, void *ret_caps, size_t room)
{
	struct glm_caps *caps = calloc(1, sizeof(*caps));
	struct wire_writer writer;
	size_t size = 0;

	if (!caps)
		return 0;
	caps->refresh = refresh;
	caps->surface_side = egl->max_texture > 0 ? (uint32_t)egl->max_texture : 0;
	list_configs(egl->display, caps);
	list_versions(egl, compute, caps);
	if (caps->n_configs && caps->gl) {
		wire_writer_init(&writer, ret_caps, room);
		glm_caps_type.encode(&writer, caps);
		size = writer.failed ? 0 : writer.at;
	}
	free(caps);
	return size;
}
