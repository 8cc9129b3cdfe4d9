/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resources of virglrenderer, which has one table for the whole process and accepts absurd ones:
 * everything is checked here first. The virgl thread alone.
 */
#ifndef ORIEL_VIRGL_RESOURCE_H
#define ORIEL_VIRGL_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "quota.h"
#include "virgl/formats.h"

#define VIRGL_RESOURCE_BYTES_MAX (1ull << 34) /* bytes of one resource, whatever the limit is */
#define VIRGL_BUFFER_BYTES_MAX   (1u << 28)   /* bytes of a buffer */
#define VIRGL_TRANSFER_BYTES_MAX (1u << 28)   /* bytes of one transfer */
#define VIRGL_LAYERS_MAX         2048u        /* layers of an array, depth of a 3D texture */
#define VIRGL_SAMPLES_MAX        32u

#define VIRGL_BIND_DISPLAY_TARGET (1u << 7)
#define VIRGL_BIND_CUSTOM         (1u << 17)

enum virgl_target { /* gallium's numbers */
	VIRGL_TARGET_BUFFER,
	VIRGL_TARGET_1D,
	VIRGL_TARGET_2D,
	VIRGL_TARGET_3D,
	VIRGL_TARGET_CUBE,
	VIRGL_TARGET_RECT,
	VIRGL_TARGET_1D_ARRAY,
	VIRGL_TARGET_2D_ARRAY,
	VIRGL_TARGET_CUBE_ARRAY,
	VIRGL_TARGETS,
};

/* As a client describes it. */
struct virgl_resource_desc {
	uint32_t target, format, bind;
	uint32_t width, height, depth; /* pixels; a buffer's width is its bytes */
	uint32_t array_size, last_level, samples;
};

/* Pixels; z and depth are layers of arrays and faces of cubes too. */
struct virgl_box {
	uint32_t x, y, z, w, h, d;
};

struct virgl_resource {
	uint32_t id;         /* virglrenderer's; 0: it was refused */
	uint32_t context;    /* virglrenderer's, whose it is */
	struct quota *owner; /* whose it counts as; NULL: the process's own */
	struct virgl_resource_desc desc;
	struct virgl_format format;
	uint64_t bytes;
	bool late; /* used, or written, while a draw is under way: by shaders, or by hardware */
};

/* A transfer between a resource and a client's rows. */
struct virgl_transfer {
	uint32_t level;
	uint32_t stride, layer_stride; /* bytes; 0: rows and layers without gaps */
	struct virgl_box box;
};

/* Limits from the driver; before the first resource. */
void virgl_resource_limits(uint32_t max_texture_side);
/* Whether new resources are to be cleared: the driver does not do it. */
void virgl_resource_clears(bool clears);

/* NULL when the description is sound, else what is wrong with it. Sets format and bytes. */
const char *virgl_resource_check(struct virgl_resource *resource);
/*
 * Makes a checked resource and attaches it to a context, in which everything happens that is done with
 * it from here: what virglrenderer keeps with it to read it belongs to one GL context. That context
 * outlives it; its owner is borrowed for its life. When a
 * limit (counted) or the driver refuses, its id is 0, which every command takes for a wrong one.
 */
void virgl_resource_create(struct virgl_resource *resource, uint32_t context);
void virgl_resource_destroy(struct virgl_resource *resource);

/* All of a level: layers, faces and slices are its depth. */
struct virgl_box virgl_resource_box(const struct virgl_resource *resource, uint32_t level);

/*
 * The bytes that a transfer needs, from the resource's own size and format: 0 when the box is not
 * inside it, the strides are too small, or it is over VIRGL_TRANSFER_BYTES_MAX. Makes the strides
 * explicit.
 */
uint64_t virgl_transfer_size(const struct virgl_resource *resource, struct virgl_transfer *transfer);
/* Both take a transfer that virgl_transfer_size passed, and at least that many bytes. 0 or negative errno. */
int virgl_transfer_get(const struct virgl_resource *resource, const struct virgl_transfer *transfer,
	void *data, uint64_t size);
int virgl_transfer_put(const struct virgl_resource *resource, const struct virgl_transfer *transfer,
	void *data, uint64_t size);

/* The bytes from the first to the last that such a transfer touches. */
uint64_t virgl_transfer_span(
	const struct virgl_resource *resource, const struct virgl_transfer *transfer);
/* Makes the strides those of the whole level, without gaps. */
void virgl_transfer_whole_rows(
	const struct virgl_resource *resource, struct virgl_transfer *transfer);

#endif
