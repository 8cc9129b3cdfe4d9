/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes inputs of fuzz_render_vtest with knowledge of what they are: a byte of flags, and vtest
 * commands; in SUBMIT_CMD virgl commands (virgl_model.h). Lengths are made right again.
 */
#ifndef ORIEL_FUZZ_VTEST_MUTATOR_H
#define ORIEL_FUZZ_VTEST_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* As LLVMFuzzerCustomMutator: in place, the new size. */
size_t vtest_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed);
/* As LLVMFuzzerCustomCrossOver. */
size_t vtest_cross(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2,
	uint8_t *out, size_t max_size, unsigned seed);

#endif
