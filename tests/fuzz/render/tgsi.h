/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shaders in TGSI's text form, whole ones and changed ones. */
#ifndef ORIEL_FUZZ_TGSI_H
#define ORIEL_FUZZ_TGSI_H

#include <stddef.h>
#include <stdint.h>

/* A shader of some type (gallium's number): its text with a NUL, and its length without. */
size_t tgsi_choose(char *text, size_t max, uint32_t *ret_type);
/* Changes a number, a word or a line of `text` in its room of `max` bytes; the new length. */
size_t tgsi_mutate(char *text, size_t max);

#endif
