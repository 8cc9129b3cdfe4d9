/* SPDX-License-Identifier: MIT */
/* Surfaces: windows and pixmaps of X, and pbuffers. What X holds of a pixmap does not reach the host. */
#include <stdlib.h>

#include "egl.h"

/* ---- handles */

struct surface *surface_find(const struct display *display, EGLSurface handle)
{
	for (struct surface *s = display->surfaces; s; s = s->next) {
		if (s == handle)
			return s;
	}
	return NULL;
}

void surface_put(struct surface *surface)
{
	if (--surface->references > 0)
		return;
	drawable_put(surface->drawable);
	free(surface);
}

void surface_forget(struct surface *surface)
{
	struct surface **at = &surface->display->surfaces;

	while (*at != surface)
		at = &(*at)->next;
	*at = surface->next;
	surface_put(surface);
}

EGLBoolean egl_destroy_surface(EGLDisplay dpy, EGLSurface handle)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !surface_find(display, handle))
		error = EGL_BAD_SURFACE;
	if (error == EGL_SUCCESS)
		surface_forget(handle);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

/* ---- making one */

struct wish {
	EGLint width, height;
	EGLint colorspace, texture_format, texture_target;
	bool largest, mipmap;
};

static EGLint read_pbuffer_attribute(EGLint name, EGLint value, struct wish *wish)
{
	switch (name) {
	case EGL_WIDTH:
		wish->width = value;
		return value < 0 ? EGL_BAD_PARAMETER : EGL_SUCCESS;
	case EGL_HEIGHT:
		wish->height = value;
		return value < 0 ? EGL_BAD_PARAMETER : EGL_SUCCESS;
	case EGL_LARGEST_PBUFFER:
		wish->largest = value != EGL_FALSE;
		return EGL_SUCCESS;
	case EGL_MIPMAP_TEXTURE:
		wish->mipmap = value != EGL_FALSE;
		return EGL_SUCCESS;
	case EGL_TEXTURE_FORMAT:
		wish->texture_format = value;
		/* No configuration may be bound to a texture. */
		return value == EGL_NO_TEXTURE ? EGL_SUCCESS : EGL_BAD_MATCH;
	case EGL_TEXTURE_TARGET:
		wish->texture_target = value;
		return value == EGL_NO_TEXTURE ? EGL_SUCCESS : EGL_BAD_MATCH;
	default:
		return EGL_BAD_ATTRIBUTE;
	}
}

static EGLint read_attribute(EGLint kind, EGLAttrib name, EGLAttrib value, struct wish *wish)
{
	if (name == EGL_GL_COLORSPACE) {
		wish->colorspace = (EGLint)value;
		return value == EGL_GL_COLORSPACE_SRGB || value == EGL_GL_COLORSPACE_LINEAR
			       ? EGL_SUCCESS
			       : EGL_BAD_ATTRIBUTE;
	}
	if (name == EGL_VG_COLORSPACE || name == EGL_VG_ALPHA_FORMAT)
		return EGL_SUCCESS;
	if (kind == EGL_PBUFFER_BIT)
		return read_pbuffer_attribute((EGLint)name, (EGLint)value, wish);
	if (kind == EGL_WINDOW_BIT && name == EGL_RENDER_BUFFER)
		return value == EGL_BACK_BUFFER || value == EGL_SINGLE_BUFFER ? EGL_SUCCESS
									      : EGL_BAD_ATTRIBUTE;
	return EGL_BAD_ATTRIBUTE;
}

/* One of the two lists. */
static EGLint read_wish(
	EGLint kind, const EGLint *ints, const EGLAttrib *attribs, struct wish *ret_wish)
{
	*ret_wish = (struct wish){
		.colorspace = EGL_GL_COLORSPACE_LINEAR,
		.texture_format = EGL_NO_TEXTURE,
		.texture_target = EGL_NO_TEXTURE,
	};
	for (size_t i = 0; ints || attribs; i += 2) {
		const EGLAttrib name = ints ? ints[i] : attribs[i];
		EGLint error;
		if (name == EGL_NONE)
			break;
		error = read_attribute(kind, name, ints ? ints[i + 1] : attribs[i + 1], ret_wish);
		if (error != EGL_SUCCESS)
			return error;
	}
	return EGL_SUCCESS;
}

static EGLint check_config(const struct display *display, EGLConfig handle, EGLint bit,
	const struct config **ret_config)
{
	*ret_config = config_find(display, handle);
	if (!*ret_config)
		return EGL_BAD_CONFIG;
	return (*ret_config)->surface & bit ? EGL_SUCCESS : EGL_BAD_MATCH;
}

/* A window can have one surface only, and so can a pixmap. */
static EGLint check_native(const struct display *display, uint32_t id)
{
	for (const struct surface *s = display->surfaces; s; s = s->next) {
		if ((s->window || s->pixmap) && s->native == id)
			return EGL_BAD_ALLOC;
	}
	return EGL_SUCCESS;
}

static EGLint pixmap_size(const struct display *display, uint32_t id, struct wish *wish)
{
	uint32_t width, height;

	if (!display->server || !xserver_geometry(display->server, id, &width, &height))
		return EGL_BAD_NATIVE_PIXMAP;
	wish->width = (EGLint)width;
	wish->height = (EGLint)height;
	return EGL_SUCCESS;
}

static EGLint clamp_size(const struct glm_caps *caps, struct wish *wish)
{
	const EGLint side = (EGLint)caps->surface_side;

	if (wish->width > side || wish->height > side) {
		if (!wish->largest)
			return EGL_BAD_ALLOC;
		wish->width = wish->width > side ? side : wish->width;
		wish->height = wish->height > side ? side : wish->height;
	}
	return EGL_SUCCESS;
}

static EGLint make_surface(struct display *display, const struct config *config,
	const struct drawable_request *request, const struct wish *wish, bool pixmap,
	struct surface **ret_surface)
{
	struct surface *surface = calloc(1, sizeof(*surface));
	enum drawable_fault fault;

	if (!surface)
		return EGL_BAD_ALLOC;
	surface->drawable = drawable_create(display->connection, request, &fault);
	if (!surface->drawable) {
		free(surface);
		return fault == DRAWABLE_LOST ? EGL_BAD_ALLOC : egl_error_of_fault(fault);
	}
	surface->references = 1;
	surface->display = display;
	surface->config = config;
	surface->window = request->window;
	surface->pixmap = pixmap;
	surface->native = request->id;
	surface->colorspace = wish->colorspace;
	surface->interval = 1;
	surface->texture_format = wish->texture_format;
	surface->texture_target = wish->texture_target;
	surface->mipmap_texture = wish->mipmap;
	surface->largest = wish->largest;
	surface->resolve = EGL_MULTISAMPLE_RESOLVE_DEFAULT;
	surface->next = display->surfaces;
	display->surfaces = surface;
	*ret_surface = surface;
	return EGL_SUCCESS;
}

/* What has been lost meanwhile is not where a new surface goes. */
static EGLint renew_connection(struct display *display)
{
	struct connection *connection;

	if (!connection_lost(display->connection))
		return EGL_SUCCESS;
	connection = connection_get();
	if (!connection)
		return EGL_BAD_ALLOC;
	connection_put(display->connection);
	display->connection = connection;
	return EGL_SUCCESS;
}

/* A window may still be in what the program has to send to its server. */
void egl_await_native(EGLDisplay dpy)
{
	struct display *display;
	void *native = NULL;

	pthread_mutex_lock(&egl_lock);
	if (display_check(dpy, &display) == EGL_SUCCESS && display->server)
		native = display->native;
	pthread_mutex_unlock(&egl_lock);
	if (native)
		xlib_sync(native);
}

/* kind: EGL_WINDOW_BIT, EGL_PIXMAP_BIT or EGL_PBUFFER_BIT. */
static EGLSurface create(EGLDisplay dpy, EGLConfig handle, EGLint kind, uint32_t id,
	const EGLint *ints, const EGLAttrib *attribs)
{
	const bool window = kind == EGL_WINDOW_BIT, pbuffer = kind == EGL_PBUFFER_BIT;
	struct surface *surface = NULL;
	const struct config *config;
	struct display *display;
	struct wish wish;
	EGLint error;

	if (!pbuffer)
		egl_await_native(dpy);
	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS)
		error = check_config(display, handle, kind, &config);
	if (error == EGL_SUCCESS)
		error = read_wish(kind, ints, attribs, &wish);
	if (error == EGL_SUCCESS && !pbuffer)
		error = check_native(display, id);
	if (error == EGL_SUCCESS && kind == EGL_PIXMAP_BIT)
		error = pixmap_size(display, id, &wish);
	if (error == EGL_SUCCESS)
		error = renew_connection(display);
	if (error == EGL_SUCCESS && !window)
		error = clamp_size(gl_link_caps(connection_link(display->connection)), &wish);
	if (error == EGL_SUCCESS) {
		const struct drawable_request request = {
			.config = config->host.id,
			.window = window,
			.double_buffered = window,
			.srgb = wish.colorspace == EGL_GL_COLORSPACE_SRGB,
			.server = window ? display->server : NULL,
			.id = id,
			.width = wish.width > 0 ? (uint32_t)wish.width : 1,
			.height = wish.height > 0 ? (uint32_t)wish.height : 1,
		};
		error = make_surface(
			display, config, &request, &wish, kind == EGL_PIXMAP_BIT, &surface);
	}
	pthread_mutex_unlock(&egl_lock);
	egl_result(error);
	return surface;
}

EGLSurface egl_create_window_surface(
	EGLDisplay dpy, EGLConfig config, EGLNativeWindowType window, const EGLint *attributes)
{
	return create(dpy, config, EGL_WINDOW_BIT, (uint32_t)(uintptr_t)window, attributes, NULL);
}

/* The platform of X takes the address of the id; no other has windows or pixmaps. */
static EGLSurface create_at(EGLDisplay dpy, EGLConfig config, EGLint kind, const void *native,
	const EGLint *ints, const EGLAttrib *attribs)
{
	if (!native) {
		egl_result(kind == EGL_WINDOW_BIT ? EGL_BAD_NATIVE_WINDOW : EGL_BAD_NATIVE_PIXMAP);
		return EGL_NO_SURFACE;
	}
	return create(dpy, config, kind, (uint32_t) * (const unsigned long *)native, ints, attribs);
}

EGLSurface egl_create_platform_window_surface(
	EGLDisplay dpy, EGLConfig config, void *window, const EGLAttrib *attributes)
{
	return create_at(dpy, config, EGL_WINDOW_BIT, window, NULL, attributes);
}

EGLSurface egl_create_platform_window_surface_ext(
	EGLDisplay dpy, EGLConfig config, void *window, const EGLint *attributes)
{
	return create_at(dpy, config, EGL_WINDOW_BIT, window, attributes, NULL);
}

EGLSurface egl_create_pbuffer_surface(EGLDisplay dpy, EGLConfig config, const EGLint *attributes)
{
	return create(dpy, config, EGL_PBUFFER_BIT, 0, attributes, NULL);
}

EGLSurface egl_create_pixmap_surface(
	EGLDisplay dpy, EGLConfig config, EGLNativePixmapType pixmap, const EGLint *attributes)
{
	return create(dpy, config, EGL_PIXMAP_BIT, (uint32_t)(uintptr_t)pixmap, attributes, NULL);
}

EGLSurface egl_create_platform_pixmap_surface(
	EGLDisplay dpy, EGLConfig config, void *pixmap, const EGLAttrib *attributes)
{
	return create_at(dpy, config, EGL_PIXMAP_BIT, pixmap, NULL, attributes);
}

EGLSurface egl_create_platform_pixmap_surface_ext(
	EGLDisplay dpy, EGLConfig config, void *pixmap, const EGLint *attributes)
{
	return create_at(dpy, config, EGL_PIXMAP_BIT, pixmap, attributes, NULL);
}

/* Buffers of other libraries: there are none here. */
EGLSurface egl_create_pbuffer_from_client_buffer(EGLDisplay dpy, EGLenum type,
	EGLClientBuffer buffer, EGLConfig config, const EGLint *attributes)
{
	struct display *display;
	EGLint error;

	(void)type;
	(void)buffer;
	(void)attributes;
	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS)
		error = config_find(display, config) ? EGL_BAD_PARAMETER : EGL_BAD_CONFIG;
	pthread_mutex_unlock(&egl_lock);
	egl_result(error);
	return EGL_NO_SURFACE;
}

/* ---- attributes */

static EGLint query(struct surface *surface, EGLint name, EGLint *value)
{
	uint32_t width, height;

	drawable_size(surface->drawable, &width, &height);
	switch (name) {
	case EGL_WIDTH:
		*value = (EGLint)width;
		return EGL_SUCCESS;
	case EGL_HEIGHT:
		*value = (EGLint)height;
		return EGL_SUCCESS;
	case EGL_CONFIG_ID:
		*value = surface->config->id;
		return EGL_SUCCESS;
	case EGL_GL_COLORSPACE:
		*value = surface->colorspace;
		return EGL_SUCCESS;
	case EGL_RENDER_BUFFER:
		*value = surface->pixmap ? EGL_SINGLE_BUFFER : EGL_BACK_BUFFER;
		return EGL_SUCCESS;
	case EGL_SWAP_BEHAVIOR:
		*value = EGL_BUFFER_DESTROYED;
		return EGL_SUCCESS;
	case EGL_MULTISAMPLE_RESOLVE:
		*value = surface->resolve;
		return EGL_SUCCESS;
	case EGL_HORIZONTAL_RESOLUTION:
	case EGL_VERTICAL_RESOLUTION:
	case EGL_PIXEL_ASPECT_RATIO:
		*value = EGL_UNKNOWN;
		return EGL_SUCCESS;
	case EGL_VG_COLORSPACE:
		*value = EGL_VG_COLORSPACE_sRGB;
		return EGL_SUCCESS;
	case EGL_VG_ALPHA_FORMAT:
		*value = EGL_VG_ALPHA_FORMAT_NONPRE;
		return EGL_SUCCESS;
	default:
		break;
	}
	/* Of pbuffers alone; a window or pixmap leaves the value as it is. */
	const bool other = surface->window || surface->pixmap;

	switch (name) {
	case EGL_LARGEST_PBUFFER:
		*value = other ? *value : surface->largest;
		return EGL_SUCCESS;
	case EGL_TEXTURE_FORMAT:
		*value = other ? *value : surface->texture_format;
		return EGL_SUCCESS;
	case EGL_TEXTURE_TARGET:
		*value = other ? *value : surface->texture_target;
		return EGL_SUCCESS;
	case EGL_MIPMAP_TEXTURE:
		*value = other ? *value : surface->mipmap_texture;
		return EGL_SUCCESS;
	case EGL_MIPMAP_LEVEL:
		*value = other ? *value : surface->mipmap_level;
		return EGL_SUCCESS;
	default:
		return EGL_BAD_ATTRIBUTE;
	}
}

EGLBoolean egl_query_surface(EGLDisplay dpy, EGLSurface handle, EGLint name, EGLint *value)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !surface_find(display, handle))
		error = EGL_BAD_SURFACE;
	if (error == EGL_SUCCESS)
		error = value ? query(handle, name, value) : EGL_BAD_PARAMETER;
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}

static EGLint set(struct surface *surface, EGLint name, EGLint value)
{
	switch (name) {
	case EGL_MIPMAP_LEVEL:
		surface->mipmap_level = value;
		return EGL_SUCCESS;
	case EGL_MULTISAMPLE_RESOLVE:
		if (value == EGL_MULTISAMPLE_RESOLVE_BOX)
			return EGL_BAD_MATCH;
		return value == EGL_MULTISAMPLE_RESOLVE_DEFAULT ? EGL_SUCCESS : EGL_BAD_ATTRIBUTE;
	case EGL_SWAP_BEHAVIOR:
		if (value == EGL_BUFFER_PRESERVED)
			return EGL_BAD_MATCH;
		return value == EGL_BUFFER_DESTROYED ? EGL_SUCCESS : EGL_BAD_ATTRIBUTE;
	default:
		return EGL_BAD_ATTRIBUTE;
	}
}

EGLBoolean egl_surface_attrib(EGLDisplay dpy, EGLSurface handle, EGLint name, EGLint value)
{
	struct display *display;
	EGLint error;

	pthread_mutex_lock(&egl_lock);
	error = display_check(dpy, &display);
	if (error == EGL_SUCCESS && !surface_find(display, handle))
		error = EGL_BAD_SURFACE;
	if (error == EGL_SUCCESS)
		error = set(handle, name, value);
	pthread_mutex_unlock(&egl_lock);
	return egl_result(error);
}
