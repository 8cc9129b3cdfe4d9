/* SPDX-License-Identifier: MIT */
/*
 * The handshake (wire.md, "Handshake"), both sides, as functions over buffers: the caller reads,
 * writes, keeps time and brings random numbers.
 *
 * A connection may begin with bytes of an earlier one. Each side therefore looks for markers, byte
 * by byte: a marker has a magic number, a nonce, and, if it has a body, the nonce once more at its
 * end, so that one that was cut off and ran into another is not taken for whole.
 *
 *	guest                                  host
 *	HELLO   its nonce, versions, names ─►
 *	                                   ◄─  WELCOME its nonce, the guest's, version, limits
 *	READY   the host's nonce           ─►
 *	(messages)                        ◄─►  (messages)
 *	                                   ◄─  RESYNC the guest's nonce: start over
 */
#ifndef ORIEL_HELLO_H
#define ORIEL_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oriel_limits.h"

/* Bytes of each marker. */
#define HELLO_SIZE         128u
#define HELLO_WELCOME_SIZE 112u
#define HELLO_REFUSE_SIZE  128u
#define HELLO_READY_SIZE   32u
#define HELLO_RESYNC_SIZE  32u
#define HELLO_MARKER_MAX   128u

enum hello_marker {
	HELLO_MARKER_HELLO,
	HELLO_MARKER_WELCOME,
	HELLO_MARKER_READY,
	HELLO_MARKER_REFUSE,
	HELLO_MARKER_RESYNC,
	HELLO_MARKERS,
};

/* Looks for markers in a byte stream. */
struct hello_scan {
	uint8_t window[HELLO_MARKER_MAX]; /* the beginning of what may become a marker */
	size_t have;
	uint64_t discarded;              /* bytes that were none, since the last marker */
	uint8_t nonce[ORIEL_NONCE_SIZE]; /* every marker but HELLO must bear it */
	unsigned wanted;                 /* mask of 1 << enum hello_marker */
};

/* What a guest says of itself. */
struct hello_info {
	uint8_t nonce[ORIEL_NONCE_SIZE];
	uint16_t version_min, version_max;
	uint8_t role; /* enum oriel_role_kind, or what a later version knows */
	char program[ORIEL_PROGRAM_MAX + 1]; /* up to its first NUL; not checked to be UTF-8 */
};

/* What a host answers: the version and its limits (oriel_limits.h says what each is). */
struct hello_terms {
	uint16_t version;
	uint16_t channels;
	uint32_t message_max;
	uint32_t bulk_total_max;
	uint32_t bulk_open_max;
	uint32_t credit;
	uint32_t frames_ahead;
};

/* Why a host declines. */
struct hello_refusal {
	uint16_t version_min, version_max; /* the host's */
	char reason[ORIEL_PROGRAM_MAX + 1];
};

/* ---- host ---- */

struct hello_host {
	struct hello_scan scan;
	uint16_t version_min, version_max;
	struct hello_info guest; /* of the last HELLO */
};

enum hello_host_event {
	HELLO_HOST_MORE,   /* all bytes were taken */
	HELLO_HOST_HELLO,  /* a HELLO with a version in common: send hello_host_welcome */
	HELLO_HOST_REFUSE, /* a HELLO without: send hello_host_refuse */
	HELLO_HOST_READY,  /* the guest is ready; the next byte begins a message */
	HELLO_HOST_LOST,   /* over ORIEL_RESYNC_SCAN_MAX bytes without a marker */
};

void hello_host_init(struct hello_host *host, uint16_t version_min, uint16_t version_max);
/* Takes bytes up to the next event and moves *data and *size past them. */
enum hello_host_event hello_host_feed(struct hello_host *host, const uint8_t **data, size_t *size);
/* Writes WELCOME and awaits READY with a nonce made of `random`, from the system's source. terms->version is filled in. */
void hello_host_welcome(struct hello_host *host, const uint8_t random[ORIEL_NONCE_SIZE],
	struct hello_terms *terms, uint8_t ret_marker[HELLO_WELCOME_SIZE]);
/* Writes REFUSE; awaits another HELLO. `reason` is cut at ORIEL_PROGRAM_MAX bytes. */
void hello_host_refuse(
	struct hello_host *host, const char *reason, uint8_t ret_marker[HELLO_REFUSE_SIZE]);
/* Writes RESYNC for the guest that had said HELLO with `nonce`. */
void hello_resync(const uint8_t nonce[ORIEL_NONCE_SIZE], uint8_t ret_marker[HELLO_RESYNC_SIZE]);

/* ---- guest ---- */

struct hello_guest {
	struct hello_scan scan;
	struct hello_info info;
	uint8_t host_nonce[ORIEL_NONCE_SIZE];
	struct hello_terms terms;     /* after WELCOME */
	struct hello_refusal refusal; /* after REFUSE */
};

enum hello_guest_event {
	HELLO_GUEST_MORE,    /* all bytes were taken */
	HELLO_GUEST_WELCOME, /* send hello_guest_ready; the next byte begins a message */
	HELLO_GUEST_REFUSED, /* no version in common */
	HELLO_GUEST_RESYNC,  /* start over: drop what is queued and send hello_guest_hello */
};

/* `info` says everything but the nonce. */
void hello_guest_init(struct hello_guest *guest, const struct hello_info *info);
/*
 * Writes HELLO with a nonce made of `random`, from the system's source. Never twice with the same:
 * an answer to the first would pass for one to the second.
 */
void hello_guest_hello(struct hello_guest *guest, const uint8_t random[ORIEL_NONCE_SIZE],
	uint8_t ret_marker[HELLO_SIZE]);
/*
 * Takes bytes up to the next event and moves *data and *size past them. While the stream runs every
 * byte goes through here before it goes to the frame reader; a RESYNC makes all bytes before it void.
 */
enum hello_guest_event hello_guest_feed(
	struct hello_guest *guest, const uint8_t **data, size_t *size);
/* Writes READY. */
void hello_guest_ready(struct hello_guest *guest, uint8_t ret_marker[HELLO_READY_SIZE]);

#endif
