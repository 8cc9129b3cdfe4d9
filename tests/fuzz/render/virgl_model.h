/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands of the virgl protocol (virgl_protocol.h) look like, for making and changing them:
 * what each dword means. A kind is the low 16 bits of a command's header: number and object type.
 */
#ifndef ORIEL_FUZZ_VIRGL_MODEL_H
#define ORIEL_FUZZ_VIRGL_MODEL_H

#include "shared/pieces.h"

/*
 * What the commands of an input may name: forget all, then learn each resource that it makes, and
 * the objects that a command buffer makes.
 */
void virgl_forget(void);
void virgl_learn_resource(uint32_t handle, uint32_t target, uint32_t format);
void virgl_learn(const struct pieces *pieces);

/* Takes a command buffer apart. What does not fit is left out. */
void virgl_parse(const uint8_t *data, size_t size, struct pieces *pieces);
/* The bytes of a list as a command buffer, at most max (a multiple of 4). */
size_t virgl_write(const struct pieces *pieces, uint8_t *data, size_t max);
/* A command of any kind, with plausible contents. */
struct piece virgl_generate(void);
/* Changes one command a little. */
void virgl_change(struct piece *piece);
/* Changes one buffer's list of commands: some of them, or their order and number. */
void virgl_mutate(struct pieces *pieces);

/* A dword for a role (virgl_model.c) near `old`. */
uint32_t virgl_value(char role, uint32_t old);

#endif
