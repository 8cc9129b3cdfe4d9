/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virglrenderer, started once in the virgl thread on a chosen GPU with contexts of our own making.
 * Everything in this folder belongs to that thread.
 */
#ifndef ORIEL_VIRGL_H
#define ORIEL_VIRGL_H

#include <stdbool.h>
#include <stdint.h>

#include "egl.h"

#define VIRGL_CAPSET_MAX   8192u /* bytes of a capability set */
#define VIRGL_CONTEXT_HOST 1u    /* the context of Oriel's own copies */

/* A capability set as clients are told. */
struct virgl_capset {
	uint32_t size;
	uint8_t data[VIRGL_CAPSET_MAX];
};

/* `egl` is borrowed for good. False with a reason (IPC_TEXT_MAX + 1 bytes). */
bool virgl_start(struct egl *egl, bool compute, char *reason);
/*
 * Called once when the GPU was reset or lost, in the midst of a call of this folder; after it returns
 * nothing here works any more. The reason is a literal, for people. `data` is borrowed for good.
 */
void virgl_on_lost(void (*lost)(void *data, const char *reason), void *data);
/* Destroys all contexts and resources. */
void virgl_stop(void);

/* Capability set 1 or 2, for clients with or without shared memory. */
const struct virgl_capset *virgl_capset(uint32_t set, bool shared);
/* Compute shaders are allowed. */
bool virgl_compute(void);

/* The driver renders with the CPU. */
bool virgl_software(void);

/* A context of a client's; 0 when there is none to be had. Its name goes to the log. */
uint32_t virgl_context_create(const char *name);
void virgl_context_destroy(uint32_t context);
/* 0, or negative errno when virglrenderer does not take the commands. */
int virgl_submit(uint32_t context, uint32_t *dwords, uint32_t n);

/*
 * Makes a context's GL context current. virglrenderer makes and destroys resources and fences in
 * whatever GL context is current, and that context loses the texture and the framebuffer that it
 * had bound: so it has to be their own.
 */
void virgl_enter(uint32_t context);

/* Puts a fence behind all that was submitted in a context; its number, never 0. */
uint32_t virgl_fence_create(uint32_t context);
/* Waits until all that was submitted in a context is done. */
void virgl_finish(uint32_t context);
/* The fence is behind us. */
bool virgl_fence_passed(uint32_t fence);
/* The same, after `ns` nanoseconds of waiting for the GPU at most: sooner known than by a timer. */
bool virgl_fence_wait(uint32_t fence, uint64_t ns);

#endif
