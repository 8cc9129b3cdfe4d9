/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lengths of the messages that a viewer sends, by the state of its connection (RFC 6143, sections
 * 7.1, 7.2 and 7.5). libvncserver is given whole messages only: it would wait for the rest.
 */
#ifndef ORIEL_VNC_MESSAGE_H
#define ORIEL_VNC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_ENCODINGS_MAX 1024u      /* encodings in one SetEncodings */
#define MESSAGE_CUT_TEXT_MAX  (1u << 20) /* bytes of clipboard */
#define MESSAGE_SIZE_MAX                                                     \
	(8u + 255u * 16u > 4u + MESSAGE_ENCODINGS_MAX * 4u ? 8u + 255u * 16u \
							   : 4u + MESSAGE_ENCODINGS_MAX * 4u)

enum message_phase {
	PHASE_VERSION,
	PHASE_SECURITY,
	PHASE_PASSWORD,
	PHASE_INIT,
	PHASE_NORMAL,
};

enum message_type {
	MESSAGE_SET_PIXEL_FORMAT = 0,
	MESSAGE_SET_ENCODINGS = 2,
	MESSAGE_UPDATE_REQUEST = 3,
	MESSAGE_KEY = 4,
	MESSAGE_POINTER = 5,
	MESSAGE_CUT_TEXT = 6,
	MESSAGE_XVP = 250,
	MESSAGE_SET_DESKTOP_SIZE = 251,
	MESSAGE_QEMU = 255,
};

struct message {
	size_t size; /* bytes, at most MESSAGE_SIZE_MAX; 0: more bytes must come to tell */
	size_t skip; /* bytes that follow and are of no interest, at most MESSAGE_CUT_TEXT_MAX */
};

/*
 * Measures the message that starts at `data`, of which `have` bytes are there. False when no such
 * message is taken from a viewer: *ret_reason says why.
 */
bool message_measure(enum message_phase phase, const uint8_t *data, size_t have,
	struct message *ret_message, const char **ret_reason);

/* True for pixel formats that pixels can be translated to: a whole SetPixelFormat. */
bool message_format_valid(const uint8_t *message);

uint16_t message_u16(const uint8_t *at);
uint32_t message_u32(const uint8_t *at);
void message_put_u16(uint8_t *at, uint16_t value);
void message_put_u32(uint8_t *at, uint32_t value);

#endif
