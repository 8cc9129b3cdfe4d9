/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes and changes messages of forwarded OpenGL by the table that traces them. */
#ifndef GL_MUTATOR_H
#define GL_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* As LLVMFuzzerCustomMutator; the input is a byte and then messages of at most message_max bytes. */
size_t gl_mutate(
	uint8_t *data, size_t size, size_t max_size, uint32_t message_max, unsigned int seed);

#endif
