/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of buffers, textures and renderbuffers, taken before the driver allocates it. Which
 * object a command is for the driver is asked; and whether it did it, as what was there before is
 * given back only then.
 */
#include <stdlib.h>

#include "exec.h"
#include "exec_host.h"
#include "exec_memory.h"

/* Most bytes of an image in a display list. */
#define LIST_IMAGE_MAX (UINT64_C(8) << 20)
/* Of what a picture as large takes, what an array of rows does. */
#define ARRAY_1D_TIMES 4
/* Levels of a texture that a driver may have. */
#define LEVELS_MAX 16

const struct exec_target exec_texture_targets[EXEC_TARGETS] = {
	{ GL_TEXTURE_2D, GL_TEXTURE_BINDING_2D },
	{ GL_TEXTURE_1D, GL_TEXTURE_BINDING_1D },
	{ GL_TEXTURE_3D, GL_TEXTURE_BINDING_3D },
	{ GL_TEXTURE_CUBE_MAP, GL_TEXTURE_BINDING_CUBE_MAP },
	{ GL_TEXTURE_1D_ARRAY, GL_TEXTURE_BINDING_1D_ARRAY },
	{ GL_TEXTURE_2D_ARRAY, GL_TEXTURE_BINDING_2D_ARRAY },
	{ GL_TEXTURE_RECTANGLE, GL_TEXTURE_BINDING_RECTANGLE },
	{ GL_TEXTURE_CUBE_MAP_ARRAY, GL_TEXTURE_BINDING_CUBE_MAP_ARRAY },
	{ GL_TEXTURE_2D_MULTISAMPLE, GL_TEXTURE_BINDING_2D_MULTISAMPLE },
	{ GL_TEXTURE_2D_MULTISAMPLE_ARRAY, GL_TEXTURE_BINDING_2D_MULTISAMPLE_ARRAY },
	{ GL_TEXTURE_BUFFER, GL_TEXTURE_BINDING_BUFFER },
};

const struct exec_target exec_buffer_targets[] = {
	{ GL_ARRAY_BUFFER, GL_ARRAY_BUFFER_BINDING },
	{ GL_ELEMENT_ARRAY_BUFFER, GL_ELEMENT_ARRAY_BUFFER_BINDING },
	{ GL_PIXEL_PACK_BUFFER, GL_PIXEL_PACK_BUFFER_BINDING },
	{ GL_PIXEL_UNPACK_BUFFER, GL_PIXEL_UNPACK_BUFFER_BINDING },
	{ GL_UNIFORM_BUFFER, GL_UNIFORM_BUFFER_BINDING },
	{ GL_TEXTURE_BUFFER, GL_TEXTURE_BUFFER_BINDING },
	{ GL_TRANSFORM_FEEDBACK_BUFFER, GL_TRANSFORM_FEEDBACK_BUFFER_BINDING },
	{ GL_COPY_READ_BUFFER, GL_COPY_READ_BUFFER_BINDING },
	{ GL_COPY_WRITE_BUFFER, GL_COPY_WRITE_BUFFER_BINDING },
	{ GL_DRAW_INDIRECT_BUFFER, GL_DRAW_INDIRECT_BUFFER_BINDING },
	{ GL_SHADER_STORAGE_BUFFER, GL_SHADER_STORAGE_BUFFER_BINDING },
	{ GL_DISPATCH_INDIRECT_BUFFER, GL_DISPATCH_INDIRECT_BUFFER_BINDING },
	{ GL_QUERY_BUFFER, GL_QUERY_BUFFER_BINDING },
	{ GL_ATOMIC_COUNTER_BUFFER, GL_ATOMIC_COUNTER_BUFFER_BINDING },
	{ GL_PARAMETER_BUFFER, GL_PARAMETER_BUFFER_BINDING },
	{ 0, 0 },
};

/* The driver's name of what is bound; 0 also where there is no such binding. */
static GLuint bound(struct exec_context *context, GLenum binding)
{
	GLint name = 0;

	context->gl.GetIntegerv(binding, &name);
	/* A target that this context does not have: the command will say so itself. */
	exec_errors_drop(context);
	return (GLuint)name;
}

/*
 * What is bound, by the driver's name. One that is not known here was deleted in another context,
 * and nothing can be counted for it any more: the command is refused.
 */
static struct exec_object *bound_object(
	struct exec_context *context, enum gl_class cls, GLuint host, GLenum *ret_error)
{
	struct exec_object *object = exec_object_of_host(context, cls, host);

	if (host && !object)
		*ret_error = GL_INVALID_OPERATION;
	return object;
}

static struct exec_object *bound_buffer(struct exec_context *context, GLenum target, GLenum *ret_error)
{
	for (size_t i = 0; exec_buffer_targets[i].target; i++)
		if (exec_buffer_targets[i].target == target)
			return bound_object(context, GL_CLASS_BUFFER,
				bound(context, exec_buffer_targets[i].binding), ret_error);
	*ret_error = GL_INVALID_ENUM;
	return NULL;
}

/* The target that an image's target belongs to, as an index; EXEC_TARGETS: none, or a proxy. */
static unsigned int target_index(GLenum target, unsigned int *ret_face)
{
	*ret_face = 0;
	if (target >= GL_TEXTURE_CUBE_MAP_POSITIVE_X && target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z) {
		*ret_face = target - GL_TEXTURE_CUBE_MAP_POSITIVE_X;
		target = GL_TEXTURE_CUBE_MAP;
	}
	for (unsigned int i = 0; i < EXEC_TARGETS; i++)
		if (exec_texture_targets[i].target == target && target != 0)
			return i;
	return EXEC_TARGETS;
}

static GLuint bound_texture(
	struct exec_context *context, const struct exec_request *request, GLenum binding)
{
	GLint active = GL_TEXTURE0;
	GLuint name;

	if (!request->unit)
		return bound(context, binding);
	context->gl.GetIntegerv(GL_ACTIVE_TEXTURE, &active);
	context->gl.ActiveTexture(request->unit);
	name = bound(context, binding);
	context->gl.ActiveTexture((GLenum)active);
	return name;
}

static struct exec_object *texture_of(struct exec_context *context,
	const struct exec_request *request, unsigned int *ret_face, GLenum *ret_error)
{
	unsigned int target;
	GLuint host;

	*ret_face = 0;
	target = request->target ? target_index(request->target, ret_face) : 0;
	if (target == EXEC_TARGETS)
		return NULL;
	if (request->by_name) {
		/* Commands of GL_EXT_direct_state_access make what they name. */
		host = exec_host_name(context, GL_CLASS_TEXTURE, request->name,
			request->target ? GL_USE_BIND : GL_USE_NAME);
		return host ? exec_object_of_host(context, GL_CLASS_TEXTURE, host)
			    : &context->group->defaults[target];
	}
	host = bound_texture(context, request, exec_texture_targets[target].binding);
	return host ? bound_object(context, GL_CLASS_TEXTURE, host, ret_error)
		    : &context->group->defaults[target];
}

/* A shader or a program, whose names are of one space. */
static struct exec_object *compiled_of(struct exec_context *context, enum gl_class cls, GLuint guest)
{
	const GLuint host = exec_host_name(context, cls, guest, GL_USE_NAME);
	struct exec_object *object = exec_object_of_host(context, cls, host);

	return object && object->cls == cls ? object : NULL;
}

/* What GL_ARB_vertex_program and the like load a text into. */
static struct exec_object *assembly_of(
	struct exec_context *context, const struct exec_request *request, GLenum *ret_error)
{
	const bool fragment = request->target == GL_FRAGMENT_PROGRAM_ARB;
	GLint host = 0;

	if (!context->gl.GetProgramivARB)
		return NULL;
	if (!fragment && request->target != GL_VERTEX_PROGRAM_ARB) {
		*ret_error = GL_INVALID_ENUM;
		return NULL;
	}
	if (request->by_name) {
		host = (GLint)exec_host_name(
			context, GL_CLASS_ARB_PROGRAM, request->name, GL_USE_BIND);
		return host ? exec_object_of_host(context, GL_CLASS_ARB_PROGRAM, (GLuint)host)
			    : &context->group->assembly[fragment];
	}
	context->gl.GetProgramivARB(request->target, GL_PROGRAM_BINDING_ARB, &host);
	exec_errors_drop(context);
	return host ? bound_object(context, GL_CLASS_ARB_PROGRAM, (GLuint)host, ret_error)
		    : &context->group->assembly[fragment];
}

/* NULL, and *ret_error unset: the driver will refuse the command itself, or it takes nothing. */
static struct exec_object *object_of(struct exec_context *context,
	const struct exec_request *request, unsigned int *ret_face, GLenum *ret_error)
{
	enum gl_class cls = GL_CLASS_BUFFER;

	*ret_face = 0;
	switch (request->kind) {
	case EXEC_REQUEST_BUFFER:
		if (!request->by_name)
			return bound_buffer(context, request->target, ret_error);
		break;
	case EXEC_REQUEST_RENDERBUFFER:
		if (!request->by_name)
			return bound_object(context, GL_CLASS_RENDERBUFFER,
				bound(context, GL_RENDERBUFFER_BINDING), ret_error);
		cls = GL_CLASS_RENDERBUFFER;
		break;
	case EXEC_REQUEST_SHADER:
		return compiled_of(context, GL_CLASS_SHADER, request->name);
	case EXEC_REQUEST_PROGRAM:
		return &context->text;
	case EXEC_REQUEST_NAMES:
		return compiled_of(context, GL_CLASS_PROGRAM, request->name);
	case EXEC_REQUEST_ASSEMBLY:
		return assembly_of(context, request, ret_error);
	case EXEC_REQUEST_STRING:
		return &context->group->strings;
	case EXEC_REQUEST_IMAGE:
	case EXEC_REQUEST_STORAGE:
	case EXEC_REQUEST_VIEW:
		return texture_of(context, request, ret_face, ret_error);
	case EXEC_REQUEST_NONE:
		return NULL;
	}
	return exec_object_of_host(context, cls,
		exec_host_name(
			context, cls, request->name, request->makes ? GL_USE_BIND : GL_USE_NAME));
}

/* Where the bytes of one image of a texture are counted; NULL: no memory, or no such image. */
static uint64_t *image_of(struct exec_object *object, unsigned int face, GLint level)
{
	if (level < 0 || (unsigned int)level >= EXEC_LEVELS)
		return NULL;
	if (!object->levels)
		object->levels = calloc(1, sizeof(*object->levels));
	return object->levels ? &object->levels->bytes[face][level] : NULL;
}

/* Whether a dimension of level 0 is larger than that of the other levels. */
static bool shrinks(GLenum target, unsigned int dimension)
{
	if (dimension == 0)
		return true;
	if (dimension == 1)
		return target != GL_TEXTURE_1D && target != GL_TEXTURE_1D_ARRAY;
	return target == GL_TEXTURE_3D;
}

/* What level 0 is if there are no others than this image's. */
static struct exec_base base_by(const struct exec_request *request)
{
	struct exec_base base = { .format = request->format };

	for (unsigned int i = 0; i < 3; i++) {
		const int shift = shrinks(request->target, i) ? request->level : 0;

		base.size[i] = (GLsizei)gl_min(gl_natural(request->size[i]) << shift, INT32_MAX);
	}
	return base;
}

static bool is_level_of(const struct exec_request *request, const struct exec_base *base)
{
	for (unsigned int i = 0; i < 3; i++) {
		const int shift = shrinks(request->target, i) ? request->level : 0;
		const GLsizei size = base->size[i] >> shift;

		if (request->size[i] != (size || shift == 0 ? size : 1))
			return false;
	}
	return request->format == base->format;
}

/*
 * A driver that gets an image of another level than 0, and has no texture that it is a level of,
 * makes one with all levels. Not of a size that there cannot be: that image it refuses.
 */
static void count_levels(struct exec_context *context, struct exec_request *request,
	const struct exec_levels *levels, struct exec_base *ret_base)
{
	const struct exec_base base = base_by(request);
	const GLsizei most = (GLsizei)context->exec->config.egl->max_texture;

	*ret_base = base;
	if (levels && is_level_of(request, &levels->base))
		*ret_base = levels->base;
	else if (base.size[0] <= most && base.size[1] <= most && base.size[2] <= most)
		request->bytes =
			exec_image_bytes(base.format, base.size[0], base.size[1], base.size[2]);
}

/*
 * An image goes into a display list, and no texture has it before the list is called. Which one
 * then is looked at afterwards: for that it must not be large. 0 where no list is compiled.
 */
static GLenum list_image(struct exec_context *context, uint64_t bytes, bool *ret_later)
{
	GLint mode = 0;

	if (context->list.number == 0)
		return GL_NO_ERROR;
	if (bytes > LIST_IMAGE_MAX || context->has.version < 45)
		return GL_OUT_OF_MEMORY;
	context->gl.GetIntegerv(GL_LIST_MODE, &mode);
	*ret_later = mode == GL_COMPILE;
	context->list.images = context->group->image_lists = true;
	return GL_NO_ERROR;
}

static enum gl_exec_take counted_as(const struct exec_object *object)
{
	return object->cls == GL_CLASS_SHADER || object->cls == GL_CLASS_PROGRAM ||
			       object->cls == GL_CLASS_ARB_PROGRAM
		       ? GL_EXEC_SHADER_BYTES
		       : GL_EXEC_RESOURCE_BYTES;
}

static bool take(struct exec_context *context, const struct exec_object *object, uint64_t bytes)
{
	const enum gl_exec_take what = counted_as(object);
	const struct gl_exec_config *config = &context->exec->config;

	if (bytes > (what == GL_EXEC_SHADER_BYTES ? config->shader_size : config->resource_size))
		return false;
	return exec_take(context->exec, what, bytes, bytes) ||
	       (what == GL_EXEC_RESOURCE_BYTES && exec_limbo_look(context) &&
		       exec_take(context->exec, what, bytes, bytes));
}

/* How long the sides of an image may be for the driver. */
static GLint longest_side(struct exec_context *context, const struct exec_request *request)
{
	GLenum pname = GL_MAX_TEXTURE_SIZE;
	GLint side = 0;

	if (request->kind == EXEC_REQUEST_RENDERBUFFER)
		pname = GL_MAX_RENDERBUFFER_SIZE;
	else if (request->target == GL_TEXTURE_3D)
		pname = GL_MAX_3D_TEXTURE_SIZE;
	else if (request->target == GL_TEXTURE_RECTANGLE)
		pname = GL_MAX_RECTANGLE_TEXTURE_SIZE;
	else if (request->target >= GL_TEXTURE_CUBE_MAP_POSITIVE_X &&
		 request->target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z)
		pname = GL_MAX_CUBE_MAP_TEXTURE_SIZE;
	context->gl.GetIntegerv(pname, &side);
	exec_errors_drop(context);
	return side ? side >> request->level : INT32_MAX;
}

/* What there is too little memory for may be an image that no driver makes: that is another error. */
static GLenum take_error(struct exec_context *context, const struct exec_request *request)
{
	const GLint side = longest_side(context, request);

	/* Layers are fewer than a side is long. */
	for (unsigned int i = 0; i < 3; i++)
		if (request->size[i] > side)
			return GL_INVALID_VALUE;
	return GL_OUT_OF_MEMORY;
}

/* Its rows are images of their own, each with as many rows as a driver has at least. */
static void count_rows(struct exec_request *request)
{
	if (request->target == GL_TEXTURE_1D_ARRAY)
		request->bytes = gl_mul(ARRAY_1D_TIMES, request->bytes);
}

/* Of one of a texture's images. *ret_later: it is counted when the list is called that it goes into. */
static GLenum image_before(struct exec_context *context, struct exec_request *request,
	unsigned int face, struct exec_charge *charge, bool *ret_later)
{
	GLenum error;

	if (request->level < 0 || (unsigned int)request->level >= EXEC_LEVELS)
		return GL_INVALID_VALUE;
	/* It is not known yet which texture a list will be called for. */
	count_levels(context, request, context->list.number ? NULL : charge->object->levels,
		&charge->base);
	count_rows(request);
	error = list_image(context, request->bytes, ret_later);
	if (error || *ret_later)
		return error;
	charge->image = image_of(charge->object, face, request->level);
	return charge->image ? GL_NO_ERROR : GL_OUT_OF_MEMORY;
}

/* Of all that is made in one piece. */
static GLenum whole_before(
	struct exec_context *context, struct exec_request *request, struct exec_charge *charge)
{
	const struct exec_object *of;

	count_rows(request);
	if (request->kind == EXEC_REQUEST_BUFFER &&
		!exec_ranges_may_change(context, charge->object, request->bytes))
		return GL_OUT_OF_MEMORY;
	if (request->kind == EXEC_REQUEST_VIEW) {
		of = exec_object(context, GL_CLASS_TEXTURE, request->of);
		request->bytes = of ? of->bytes : 0;
	}
	charge->kept = request->kind == EXEC_REQUEST_STRING || request->kind == EXEC_REQUEST_NAMES;
	charge->made = request->kind == EXEC_REQUEST_PROGRAM ? request->name : 0;
	return GL_NO_ERROR;
}

GLenum exec_memory_before(struct exec_context *context, uint16_t opcode, const void *wire)
{
	struct exec_charge charge = { 0 };
	struct exec_request request;
	GLenum error = GL_NO_ERROR;
	bool later = false;
	unsigned int face;

	if (!exec_request_of(opcode, wire, &request))
		return GL_NO_ERROR;
	/* An error inside of glBegin and glEnd anyway, where nothing can be asked. */
	if (context->begun)
		return GL_INVALID_OPERATION;
	exec_errors_settle(context);
	charge.object = object_of(context, &request, &face, &error);
	if (!charge.object || error)
		return error;
	if (request.kind == EXEC_REQUEST_IMAGE)
		error = image_before(context, &request, face, &charge, &later);
	else
		error = whole_before(context, &request, &charge);
	if (error || later)
		return error;
	if (!take(context, charge.object, request.bytes))
		return take_error(context, &request);
	charge.bytes = request.bytes;
	context->charge = charge;
	return GL_NO_ERROR;
}

/* A text goes over to the program that was made of it. */
static void hand_over(struct exec_context *context)
{
	struct exec_object *program = exec_object(context, GL_CLASS_PROGRAM, context->charge.made);

	if (program)
		program->bytes += context->text.bytes;
	else
		exec_give(context->exec, GL_EXEC_SHADER_BYTES, context->text.bytes);
	context->text.bytes = 0;
}

void exec_memory_after(struct exec_context *context, bool done)
{
	struct exec_charge *charge = &context->charge;
	struct exec_object *object = charge->object;
	const GLenum error = context->gl.GetError();
	uint64_t was = charge->image ? *charge->image : object->bytes;

	charge->object = NULL;
	if (error && !context->error)
		context->error = error;
	if (!done || error) {
		exec_give(context->exec, counted_as(object), charge->bytes);
		return;
	}
	if (charge->kept)
		was = 0;
	exec_give(context->exec, counted_as(object), was);
	object->bytes = object->bytes - was + charge->bytes;
	if (charge->image) {
		*charge->image = *charge->image - was + charge->bytes;
		object->levels->base = charge->base;
	} else {
		/* All in one piece: its images are no more. */
		free(object->levels);
		object->levels = NULL;
	}
	if (object == &context->text)
		hand_over(context);
	if (object->cls == GL_CLASS_BUFFER)
		exec_ranges_changed(context, object, charge->bytes);
}

void exec_memory_forget(struct gl_exec *exec, struct exec_object *object)
{
	exec_give(exec, counted_as(object), object->bytes);
	object->bytes = 0;
}

/* ---- what a display list has made */

static void image_look(
	struct exec_context *context, struct exec_object *object, unsigned int faces, GLint level)
{
	GLint size[3] = { 0 }, format = 0;

	context->gl.GetTextureLevelParameteriv(object->host, level, GL_TEXTURE_WIDTH, &size[0]);
	if (size[0] == 0)
		return;
	context->gl.GetTextureLevelParameteriv(object->host, level, GL_TEXTURE_HEIGHT, &size[1]);
	context->gl.GetTextureLevelParameteriv(object->host, level, GL_TEXTURE_DEPTH, &size[2]);
	context->gl.GetTextureLevelParameteriv(
		object->host, level, GL_TEXTURE_INTERNAL_FORMAT, &format);
	for (unsigned int face = 0; face < faces; face++) {
		uint64_t *image = image_of(object, face, level);
		struct exec_request request = {
			.target = faces > 1     ? GL_TEXTURE_CUBE_MAP
				  : size[1] > 1 ? GL_TEXTURE_2D
						: GL_TEXTURE_1D,
			.level = level,
			.format = (GLenum)format,
			.size = { size[0], size[1], size[2] },
			.bytes = exec_image_bytes((GLenum)format, size[0], size[1], size[2]),
		};
		struct exec_base base;

		if (!image)
			continue;
		count_levels(context, &request, object->levels, &base);
		if (*image >= request.bytes)
			continue;
		if (!exec_take(context->exec, GL_EXEC_RESOURCE_BYTES, request.bytes - *image,
			    request.bytes)) {
			exec_error(context, GL_OUT_OF_MEMORY);
			continue;
		}
		object->bytes += request.bytes - *image;
		*image = request.bytes;
		object->levels->base = base;
	}
}

/* What is no cube cannot be bound as one; the target itself is not told in each profile. */
static bool is_cube(struct exec_context *context, GLuint host)
{
	GLuint was = bound(context, GL_TEXTURE_BINDING_CUBE_MAP);
	bool cube;

	context->gl.BindTexture(GL_TEXTURE_CUBE_MAP, host);
	cube = context->gl.GetError() == GL_NO_ERROR;
	if (!exec_object_of_host(context, GL_CLASS_TEXTURE, was))
		was = 0;
	context->gl.BindTexture(GL_TEXTURE_CUBE_MAP, was);
	return cube;
}

void exec_memory_look(struct exec_context *context)
{
	const struct exec_map *textures = &context->names[GL_CLASS_TEXTURE]->guest;

	if (context->begun)
		return;
	exec_errors_settle(context);
	for (uint32_t i = 0; i < textures->n_slots; i++) {
		struct exec_object *object = textures->slots[i].value;
		unsigned int faces;

		/* One that was made in one piece gets no images. */
		if (textures->slots[i].key == 0 || (object->bytes && !object->levels) ||
			!context->gl.IsTexture(object->host))
			continue;
		faces = is_cube(context, object->host) ? EXEC_FACES : 1;
		for (GLint level = 0; level < LEVELS_MAX; level++)
			image_look(context, object, faces, level);
	}
	exec_errors_drop(context);
}
