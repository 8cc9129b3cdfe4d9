/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors that a hostile process may pass where shared memory is expected. */
#ifndef ORIEL_FUZZ_FDS_H
#define ORIEL_FUZZ_FDS_H

#include <stdint.h>

#define FDS_KINDS 17u

/*
 * `size` bytes are what would be right; `kind` says what is made of it: sealed as it should be,
 * with more or fewer seals, too small, too large, holed, read-only, of another kind altogether. The
 * caller's. -1 for the last kind, and when it cannot be made.
 */
int fds_make(uint8_t kind, uint64_t size);

#endif
