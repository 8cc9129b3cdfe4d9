/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What takes the place of functions of orield and of the C library in its fuzz targets. */
#ifndef ORIEL_FUZZ_STAND_INS_H
#define ORIEL_FUZZ_STAND_INS_H

#include <stdint.h>
#include <sys/socket.h>

/* The monotonic clock goes on by so many milliseconds; it never does by itself. */
void stand_in_clock(uint32_t ms);

/* Where the API listens. */
void stand_in_api_address(struct sockaddr_storage *ret_address, socklen_t *ret_length);

#endif
