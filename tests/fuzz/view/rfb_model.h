/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of RFB viewers (RFC 6143, 7.5, and the registered extensions), for making and changing them. */
#ifndef ORIEL_FUZZ_RFB_MODEL_H
#define ORIEL_FUZZ_RFB_MODEL_H

#include "shared/pieces.h"

/* Takes what a viewer sends after its handshake apart; what is behind the last message is one too. */
void rfb_parse(const uint8_t *data, size_t size, struct pieces *pieces);
/* The bytes of a list, at most max. */
size_t rfb_write(const struct pieces *pieces, uint8_t *data, size_t max);
/* A message of any kind, plausible on the whole. */
struct piece rfb_generate(void);
/* Changes a message a little; its length stays right, mostly. */
void rfb_change(struct piece *piece);

#endif
