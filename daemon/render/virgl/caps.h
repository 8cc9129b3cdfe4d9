/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capability sets of the virgl protocol (virgl_hw.h, struct virgl_caps_v2), less what Oriel does not offer. */
#ifndef ORIEL_VIRGL_CAPS_H
#define ORIEL_VIRGL_CAPS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Takes out of a set of `size` bytes what needs memory that stays the GPU's and the guest's at
 * once, or changes the host: persistent buffer maps, blobs, the host's debug log. Without `compute`
 * also compute shaders, which makes it OpenGL 4.2; without `shared` transfers in the command
 * stream, which need memory shared with the guest.
 */
void virgl_caps_mask(uint8_t *data, uint32_t size, bool compute, bool shared);

#endif
