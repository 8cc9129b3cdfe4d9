/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures into files. */
#ifndef REPLAY_PNG_FILE_H
#define REPLAY_PNG_FILE_H

#include <stdint.h>

/* pixels: B, G, R and an unused byte each, top row first. 0 or negative errno. */
int png_file_write(const char *path, const uint8_t *pixels, uint32_t width, uint32_t height);

#endif
