/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each command that allocates wants: the one list of them. */
#include <stdbool.h>

#include "exec.h"
#include "exec_memory.h"
#include "gl_wire_a_c.h"
#include "gl_wire_h_m.h"
#include "gl_wire_n_p.h"
#include "gl_wire_q_t.h"

#define CUBE_FACES 6

/* The fixed fields of a command. */
#define WIRE(command) ((const struct gl_wire_##command *)wire)

/* Notes an image's format and size, and says how many bytes it takes. */
static uint64_t image(
	struct exec_request *request, GLint format, GLsizei width, GLsizei height, GLsizei depth)
{
	request->format = (GLenum)format;
	request->size[0] = width;
	request->size[1] = height;
	request->size[2] = depth;
	return exec_image_bytes((GLenum)format, width, height, depth);
}

/* clang-format off */
/* A row of a switch: fields of the request, then its bytes. */
#define ROW(command, fields, wants) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = WIRE(command); \
		*r = (struct exec_request){ fields }; \
		r->bytes = wants; \
		return true; \
	}
#define FIELDS(...) __VA_ARGS__
/* One of an image of a texture: its size, too. */
#define IMAGE(command, fields, ...) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = WIRE(command); \
		*r = (struct exec_request){ .kind = EXEC_REQUEST_IMAGE, \
			.target = w->target, \
			.level = w->level, \
			fields }; \
		r->bytes = image(r, (GLint)w->internalformat, __VA_ARGS__); \
		return true; \
	}
#define IMAGE_1D image(r, (GLint)w->internalformat, w->width, 1, 1)
#define IMAGE_2D image(r, (GLint)w->internalformat, w->width, w->height, 1)
#define IMAGE_3D image(r, (GLint)w->internalformat, w->width, w->height, w->depth)
/* A driver may have no fewer samples than 4. */
#define SAMPLES(n, bytes) gl_mul((n) <= 0 ? 1 : (n) < 4 ? 4 : gl_natural(n), bytes)
/* A texture's target is not said: it may be a cube. */
#define PERHAPS_CUBE(bytes) gl_mul(CUBE_FACES, bytes)
#define CUBE(bytes) gl_mul(w->target == GL_TEXTURE_CUBE_MAP ? CUBE_FACES : 1, bytes)

static bool buffers(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	ROW(BufferData, FIELDS(.kind = EXEC_REQUEST_BUFFER, .target = w->target),
		gl_natural(w->size))
	ROW(BufferStorage, FIELDS(.kind = EXEC_REQUEST_BUFFER, .target = w->target),
		gl_natural(w->size))
	ROW(NamedBufferData, FIELDS(.kind = EXEC_REQUEST_BUFFER, .by_name = true, .name = w->buffer),
		gl_natural(w->size))
	ROW(NamedBufferDataEXT, FIELDS(.kind = EXEC_REQUEST_BUFFER, .by_name = true, .name = w->buffer, .makes = true),
		gl_natural(w->size))
	ROW(NamedBufferStorage, FIELDS(.kind = EXEC_REQUEST_BUFFER, .by_name = true, .name = w->buffer),
		gl_natural(w->size))
	default:
		return false;
	}
}

static bool images(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	IMAGE(TexImage1D, FIELDS(), w->width, 1, 1)
	IMAGE(CompressedTexImage1D, FIELDS(), w->width, 1, 1)
	IMAGE(TexImage2D, FIELDS(), w->width, w->height, 1)
	IMAGE(CompressedTexImage2D, FIELDS(), w->width, w->height, 1)
	IMAGE(TexImage3D, FIELDS(), w->width, w->height, w->depth)
	IMAGE(CompressedTexImage3D, FIELDS(), w->width, w->height, w->depth)
	IMAGE(CopyTexImage1D, FIELDS(), w->width, 1, 1)
	IMAGE(CopyTexImage2D, FIELDS(), w->width, w->height, 1)
	default:
		return false;
	}
}

static bool named_images(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	IMAGE(TextureImage1DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, 1, 1)
	IMAGE(CompressedTextureImage1DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, 1, 1)
	IMAGE(TextureImage2DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, w->height, 1)
	IMAGE(CompressedTextureImage2DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, w->height, 1)
	IMAGE(TextureImage3DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, w->height, w->depth)
	IMAGE(CompressedTextureImage3DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, w->height, w->depth)
	IMAGE(CopyTextureImage1DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, 1, 1)
	IMAGE(CopyTextureImage2DEXT, FIELDS(.by_name = true, .name = w->texture), w->width, w->height, 1)
	default:
		return false;
	}
}

static bool unit_images(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	IMAGE(MultiTexImage1DEXT, FIELDS(.unit = w->texunit), w->width, 1, 1)
	IMAGE(CompressedMultiTexImage1DEXT, FIELDS(.unit = w->texunit), w->width, 1, 1)
	IMAGE(MultiTexImage2DEXT, FIELDS(.unit = w->texunit), w->width, w->height, 1)
	IMAGE(CompressedMultiTexImage2DEXT, FIELDS(.unit = w->texunit), w->width, w->height, 1)
	IMAGE(MultiTexImage3DEXT, FIELDS(.unit = w->texunit), w->width, w->height, w->depth)
	IMAGE(CompressedMultiTexImage3DEXT, FIELDS(.unit = w->texunit), w->width, w->height, w->depth)
	IMAGE(CopyMultiTexImage1DEXT, FIELDS(.unit = w->texunit), w->width, 1, 1)
	IMAGE(CopyMultiTexImage2DEXT, FIELDS(.unit = w->texunit), w->width, w->height, 1)
	default:
		return false;
	}
}

static bool storages(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	ROW(TexStorage1D, FIELDS(.kind = EXEC_REQUEST_STORAGE, .target = w->target),
		CUBE(IMAGE_1D))
	ROW(TextureStorage1D, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture),
		IMAGE_1D)
	ROW(TextureStorage1DEXT, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture, .target = w->target),
		CUBE(IMAGE_1D))
	ROW(TexStorage2D, FIELDS(.kind = EXEC_REQUEST_STORAGE, .target = w->target),
		CUBE(IMAGE_2D))
	ROW(TextureStorage2D, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture),
		PERHAPS_CUBE(IMAGE_2D))
	ROW(TextureStorage2DEXT, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture, .target = w->target),
		CUBE(IMAGE_2D))
	ROW(TexStorage3D, FIELDS(.kind = EXEC_REQUEST_STORAGE, .target = w->target),
		CUBE(IMAGE_3D))
	ROW(TextureStorage3D, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture),
		IMAGE_3D)
	ROW(TextureView, FIELDS(.kind = EXEC_REQUEST_VIEW, .by_name = true, .name = w->texture, .of = w->origtexture),
		0)
	ROW(TextureStorage3DEXT, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture, .target = w->target),
		CUBE(IMAGE_3D))
	default:
		return false;
	}
}

static bool multisampled(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	ROW(TexImage2DMultisample, FIELDS(.kind = EXEC_REQUEST_STORAGE, .target = w->target),
		SAMPLES(w->samples, IMAGE_2D))
	ROW(TexStorage2DMultisample, FIELDS(.kind = EXEC_REQUEST_STORAGE, .target = w->target),
		SAMPLES(w->samples, IMAGE_2D))
	ROW(TextureStorage2DMultisample, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture),
		SAMPLES(w->samples, IMAGE_2D))
	ROW(TextureStorage2DMultisampleEXT, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture, .target = w->target),
		SAMPLES(w->samples, IMAGE_2D))
	ROW(TexImage3DMultisample, FIELDS(.kind = EXEC_REQUEST_STORAGE, .target = w->target),
		SAMPLES(w->samples, IMAGE_3D))
	ROW(TexStorage3DMultisample, FIELDS(.kind = EXEC_REQUEST_STORAGE, .target = w->target),
		SAMPLES(w->samples, IMAGE_3D))
	ROW(TextureStorage3DMultisample, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture),
		SAMPLES(w->samples, IMAGE_3D))
	ROW(TextureStorage3DMultisampleEXT, FIELDS(.kind = EXEC_REQUEST_STORAGE, .by_name = true, .name = w->texture, .target = w->target),
		SAMPLES(w->samples, IMAGE_3D))
	default:
		return false;
	}
}

static bool renderbuffers(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	ROW(RenderbufferStorage, FIELDS(.kind = EXEC_REQUEST_RENDERBUFFER),
		IMAGE_2D)
	ROW(RenderbufferStorageMultisample, FIELDS(.kind = EXEC_REQUEST_RENDERBUFFER),
		SAMPLES(w->samples, IMAGE_2D))
	ROW(NamedRenderbufferStorage, FIELDS(.kind = EXEC_REQUEST_RENDERBUFFER, .by_name = true, .name = w->renderbuffer),
		IMAGE_2D)
	ROW(NamedRenderbufferStorageMultisample, FIELDS(.kind = EXEC_REQUEST_RENDERBUFFER, .by_name = true, .name = w->renderbuffer),
		SAMPLES(w->samples, IMAGE_2D))
	ROW(NamedRenderbufferStorageEXT, FIELDS(.kind = EXEC_REQUEST_RENDERBUFFER, .by_name = true, .name = w->renderbuffer, .makes = true),
		IMAGE_2D)
	ROW(NamedRenderbufferStorageMultisampleEXT, FIELDS(.kind = EXEC_REQUEST_RENDERBUFFER, .by_name = true, .name = w->renderbuffer, .makes = true),
		SAMPLES(w->samples, IMAGE_2D))
	ROW(NamedRenderbufferStorageMultisampleCoverageEXT, FIELDS(.kind = EXEC_REQUEST_RENDERBUFFER, .by_name = true, .name = w->renderbuffer, .makes = true),
		SAMPLES(w->coverageSamples, IMAGE_2D))
	default:
		return false;
	}
}

/*
 * A string by name stays until its group ends, with what the driver has for each part of its path;
 * names of attributes and the like stay until their program ends.
 */
#define NAME_BYTES 64
/* Of a text that was sent. */
#define TEXT(sent) ((sent) == GL_WIRE_NULL ? 0 : (uint64_t)(sent))

static bool texts(uint16_t opcode, const void *wire, struct exec_request *r)
{
	switch (opcode) {
	ROW(ShaderSource, FIELDS(.kind = EXEC_REQUEST_SHADER, .name = w->shader),
		w->string_bytes)
	ROW(CreateShaderProgramv, FIELDS(.kind = EXEC_REQUEST_PROGRAM, .name = w->made_name),
		w->strings_bytes)
	ROW(CreateShaderProgramEXT, FIELDS(.kind = EXEC_REQUEST_PROGRAM, .name = w->made_name),
		w->string_bytes)
	ROW(CompileShaderIncludeARB, FIELDS(.kind = EXEC_REQUEST_PROGRAM),
		w->path_bytes)
	ROW(ProgramStringARB, FIELDS(.kind = EXEC_REQUEST_ASSEMBLY, .target = w->target),
		w->string_bytes)
	ROW(NamedProgramStringEXT, FIELDS(.kind = EXEC_REQUEST_ASSEMBLY, .target = w->target, .by_name = true, .name = w->program),
		w->string_bytes)
	ROW(NamedStringARB, FIELDS(.kind = EXEC_REQUEST_STRING),
		gl_mul(NAME_BYTES, TEXT(w->name_bytes)) + TEXT(w->string_bytes))
	ROW(BindAttribLocation, FIELDS(.kind = EXEC_REQUEST_NAMES, .name = w->program),
		NAME_BYTES + TEXT(w->name_bytes))
	ROW(BindFragDataLocation, FIELDS(.kind = EXEC_REQUEST_NAMES, .name = w->program),
		NAME_BYTES + TEXT(w->name_bytes))
	ROW(BindFragDataLocationIndexed, FIELDS(.kind = EXEC_REQUEST_NAMES, .name = w->program),
		NAME_BYTES + TEXT(w->name_bytes))
	ROW(TransformFeedbackVaryings, FIELDS(.kind = EXEC_REQUEST_NAMES, .name = w->program),
		w->varyings_bytes)
	default:
		return false;
	}
}

/* clang-format on */

bool exec_request_of(uint16_t opcode, const void *wire, struct exec_request *ret_request)
{
	return buffers(opcode, wire, ret_request) || images(opcode, wire, ret_request) ||
	       named_images(opcode, wire, ret_request) || unit_images(opcode, wire, ret_request) ||
	       storages(opcode, wire, ret_request) || multisampled(opcode, wire, ret_request) ||
	       renderbuffers(opcode, wire, ret_request) || texts(opcode, wire, ret_request);
}
