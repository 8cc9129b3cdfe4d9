/* SPDX-License-Identifier: MIT */
#include "hello.h"

#include <string.h>

#include "wire.h"

#define MAGIC_SIZE 16u
#define KIND_AT    12u /* the magic's last four bytes name the marker */
#define TEXT_AT    48u /* in HELLO and REFUSE */
#define NONCE_END  (MAGIC_SIZE + ORIEL_NONCE_SIZE)

/*
 * As the beginning of a message the magic would be one of an impossible size (not a multiple of 8),
 * and a vtest client begins with a small number.
 */
static const uint8_t magic_start[KIND_AT] = { 0x8f, 'O', 'R', 'I', 'E', 'L', '\r', '\n', 0x1a, 0xc5,
	0x6b, 0x93 };

static const struct {
	uint8_t kind[MAGIC_SIZE - KIND_AT];
	uint8_t size;
	bool closed; /* ends with the nonce once more */
} markers[HELLO_MARKERS] = {
	[HELLO_MARKER_HELLO] = { { 'H', 'E', 'L', 'O' }, HELLO_SIZE, true },
	[HELLO_MARKER_WELCOME] = { { 'W', 'E', 'L', 'C' }, HELLO_WELCOME_SIZE, true },
	[HELLO_MARKER_READY] = { { 'R', 'E', 'D', 'Y' }, HELLO_READY_SIZE, false },
	[HELLO_MARKER_REFUSE] = { { 'R', 'E', 'F', 'U' }, HELLO_REFUSE_SIZE, true },
	[HELLO_MARKER_RESYNC] = { { 'R', 'S', 'Y', 'N' }, HELLO_RESYNC_SIZE, false },
};

/* ---- the scanner ---- */

static void scan_reset(struct hello_scan *scan, unsigned wanted, const uint8_t *nonce)
{
	scan->have = 0;
	scan->discarded = 0;
	scan->wanted = wanted;
	if (nonce)
		memcpy(scan->nonce, nonce, ORIEL_NONCE_SIZE);
}

/* Whether the `have` bytes of the window agree with `size` bytes of `pattern` that belong at `at`. */
static bool agrees(const struct hello_scan *scan, size_t at, const uint8_t *pattern, size_t size)
{
	if (scan->have <= at)
		return true;
	if (size > scan->have - at)
		size = scan->have - at;
	return memcmp(scan->window + at, pattern, size) == 0;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
	uint8_t any = 0;

	for (size_t i = 0; i < size; i++)
		any |= bytes[i];
	return any == 0;
}

/*
 * Random bytes as a nonce: the magic's first byte does not stand in it. A marker that lost its last
 * byte could else be completed by the first one of the next, which would then be missed.
 */
static void make_nonce(const uint8_t random[ORIEL_NONCE_SIZE], uint8_t ret_nonce[ORIEL_NONCE_SIZE])
{
	for (size_t i = 0; i < ORIEL_NONCE_SIZE; i++)
		ret_nonce[i] = (uint8_t)(random[i] == magic_start[0] ? ~random[i] : random[i]);
}

static bool is_nonce(const uint8_t *bytes)
{
	return !all_zero(bytes, ORIEL_NONCE_SIZE) && !memchr(bytes, magic_start[0], ORIEL_NONCE_SIZE);
}

/* Whether the window can become, or is, this marker. */
static bool may_be(const struct hello_scan *scan, enum hello_marker marker)
{
	size_t size = markers[marker].size;

	if (!(scan->wanted & 1u << marker) || scan->have > size)
		return false;
	if (!agrees(scan, 0, magic_start, KIND_AT) ||
		!agrees(scan, KIND_AT, markers[marker].kind, sizeof(markers[marker].kind)))
		return false;
	if (marker == HELLO_MARKER_HELLO) {
		if (scan->have >= NONCE_END && !is_nonce(scan->window + MAGIC_SIZE))
			return false;
	} else if (!agrees(scan, MAGIC_SIZE, scan->nonce, ORIEL_NONCE_SIZE)) {
		return false;
	}
	return !markers[marker].closed ||
	       agrees(scan, size - ORIEL_NONCE_SIZE, scan->window + MAGIC_SIZE, ORIEL_NONCE_SIZE);
}

/* The marker that the window can become, or HELLO_MARKERS. */
static enum hello_marker candidate(const struct hello_scan *scan)
{
	for (unsigned i = 0; i < HELLO_MARKERS; i++) {
		if (may_be(scan, (enum hello_marker)i))
			return (enum hello_marker)i;
	}
	return HELLO_MARKERS;
}

/* Whether another marker begins inside the window: it was cut off, and the other's nonce closed it. */
static bool holds_another(const struct hello_scan *scan)
{
	for (size_t at = 1; at + KIND_AT <= scan->have; at++) {
		if (memcmp(scan->window + at, magic_start, KIND_AT) == 0)
			return true;
	}
	return false;
}

/* Drops bytes from the front of the window until a marker can begin there. */
static void scan_drop(struct hello_scan *scan)
{
	do {
		const uint8_t *next = memchr(scan->window + 1, magic_start[0], scan->have - 1);
		size_t n = next ? (size_t)(next - scan->window) : scan->have;
		scan->have -= n;
		scan->discarded += n;
		memmove(scan->window, scan->window + n, scan->have);
	} while (scan->have > 0 && candidate(scan) == HELLO_MARKERS);
}

/* Takes bytes up to the end of the next marker, which is then in the window. */
static enum hello_marker scan_next(struct hello_scan *scan, const uint8_t **data, size_t *size)
{
	while (*size > 0) {
		enum hello_marker marker;
		if (scan->have == 0) {
			const uint8_t *start = memchr(*data, magic_start[0], *size);
			size_t skip = start ? (size_t)(start - *data) : *size;
			scan->discarded += skip;
			*data += skip;
			*size -= skip;
			if (*size == 0)
				break;
		}
		scan->window[scan->have++] = **data;
		(*data)++;
		(*size)--;
		marker = candidate(scan);
		if (marker != HELLO_MARKERS && scan->have < markers[marker].size)
			continue;
		if (marker != HELLO_MARKERS && !holds_another(scan))
			return marker;
		scan_drop(scan);
	}
	return HELLO_MARKERS;
}

/* ---- markers ---- */

/* Begins a marker: magic and nonce, and the nonce at the end where it belongs; the rest zero. */
static void marker_begin(
	struct wire_writer *writer, enum hello_marker marker, uint8_t *bytes, const uint8_t *nonce)
{
	size_t size = markers[marker].size;

	memset(bytes, 0, size);
	memcpy(bytes + size - ORIEL_NONCE_SIZE, nonce, ORIEL_NONCE_SIZE);
	wire_writer_init(writer, bytes, size);
	wire_write_bytes(writer, magic_start, KIND_AT);
	wire_write_bytes(writer, markers[marker].kind, sizeof(markers[marker].kind));
	wire_write_bytes(writer, nonce, ORIEL_NONCE_SIZE);
}

/* The length of text that fits into `max` bytes, cut at the start of a UTF-8 character. */
static uint8_t text_length(const char *text, size_t max)
{
	size_t length = strlen(text);

	if (length > max) {
		length = max;
		while (length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80)
			length--;
	}
	return (uint8_t)length;
}

/* The text field of HELLO and REFUSE: ORIEL_PROGRAM_MAX bytes and a zero. */
static void read_text(struct wire_reader *reader, uint8_t length, char *ret_text)
{
	size_t n = length > ORIEL_PROGRAM_MAX ? ORIEL_PROGRAM_MAX : length;

	wire_read_bytes(reader, ret_text, ORIEL_PROGRAM_MAX + 1);
	memset(ret_text + n, 0, ORIEL_PROGRAM_MAX + 1 - n);
}

static void read_hello(const uint8_t *marker, struct hello_info *ret_info)
{
	uint8_t reserved[10], length;
	struct wire_reader reader;

	wire_reader_init(&reader, marker + MAGIC_SIZE, HELLO_SIZE - MAGIC_SIZE);
	wire_read_bytes(&reader, ret_info->nonce, ORIEL_NONCE_SIZE);
	ret_info->version_min = wire_read_u16(&reader);
	ret_info->version_max = wire_read_u16(&reader);
	ret_info->role = wire_read_u8(&reader);
	length = wire_read_u8(&reader);
	wire_read_bytes(&reader, reserved, sizeof(reserved));
	read_text(&reader, length, ret_info->program);
}

static void read_welcome(const uint8_t *marker, uint8_t *ret_nonce, struct hello_terms *ret_terms)
{
	struct wire_reader reader;

	wire_reader_init(&reader, marker + NONCE_END, HELLO_WELCOME_SIZE - NONCE_END);
	wire_read_bytes(&reader, ret_nonce, ORIEL_NONCE_SIZE);
	ret_terms->version = wire_read_u16(&reader);
	ret_terms->channels = wire_read_u16(&reader);
	ret_terms->message_max = wire_read_u32(&reader);
	ret_terms->bulk_total_max = wire_read_u32(&reader);
	ret_terms->bulk_open_max = wire_read_u32(&reader);
	ret_terms->credit = wire_read_u32(&reader);
	ret_terms->frames_ahead = wire_read_u32(&reader);
}

static void read_refusal(const uint8_t *marker, struct hello_refusal *ret_refusal)
{
	uint8_t reserved[11], length;
	struct wire_reader reader;

	wire_reader_init(&reader, marker + NONCE_END, HELLO_REFUSE_SIZE - NONCE_END);
	ret_refusal->version_min = wire_read_u16(&reader);
	ret_refusal->version_max = wire_read_u16(&reader);
	length = wire_read_u8(&reader);
	wire_read_bytes(&reader, reserved, sizeof(reserved));
	read_text(&reader, length, ret_refusal->reason);
}

void hello_resync(const uint8_t nonce[ORIEL_NONCE_SIZE], uint8_t ret_marker[HELLO_RESYNC_SIZE])
{
	struct wire_writer writer;

	marker_begin(&writer, HELLO_MARKER_RESYNC, ret_marker, nonce);
}

/* ---- host ---- */

void hello_host_init(struct hello_host *host, uint16_t version_min, uint16_t version_max)
{
	*host = (struct hello_host){ .version_min = version_min, .version_max = version_max };
	scan_reset(&host->scan, 1u << HELLO_MARKER_HELLO, NULL);
}

/* The highest version that both speak, or 0. */
static uint16_t common_version(const struct hello_host *host)
{
	const struct hello_info *guest = &host->guest;
	uint16_t low =
		guest->version_min > host->version_min ? guest->version_min : host->version_min;
	uint16_t high =
		guest->version_max < host->version_max ? guest->version_max : host->version_max;

	return low <= high ? high : 0;
}

enum hello_host_event hello_host_feed(struct hello_host *host, const uint8_t **data, size_t *size)
{
	enum hello_marker marker = scan_next(&host->scan, data, size);

	if (marker == HELLO_MARKER_READY)
		return HELLO_HOST_READY;
	if (marker == HELLO_MARKER_HELLO) {
		read_hello(host->scan.window, &host->guest);
		scan_reset(&host->scan, 1u << HELLO_MARKER_HELLO, NULL);
		return common_version(host) ? HELLO_HOST_HELLO : HELLO_HOST_REFUSE;
	}
	return host->scan.discarded > ORIEL_RESYNC_SCAN_MAX ? HELLO_HOST_LOST : HELLO_HOST_MORE;
}

void hello_host_welcome(struct hello_host *host, const uint8_t random[ORIEL_NONCE_SIZE],
	struct hello_terms *terms, uint8_t ret_marker[HELLO_WELCOME_SIZE])
{
	struct wire_writer writer;
	uint8_t nonce[ORIEL_NONCE_SIZE];

	make_nonce(random, nonce);
	terms->version = common_version(host);
	marker_begin(&writer, HELLO_MARKER_WELCOME, ret_marker, host->guest.nonce);
	wire_write_bytes(&writer, nonce, ORIEL_NONCE_SIZE);
	wire_write_u16(&writer, terms->version);
	wire_write_u16(&writer, terms->channels);
	wire_write_u32(&writer, terms->message_max);
	wire_write_u32(&writer, terms->bulk_total_max);
	wire_write_u32(&writer, terms->bulk_open_max);
	wire_write_u32(&writer, terms->credit);
	wire_write_u32(&writer, terms->frames_ahead);
	scan_reset(&host->scan, 1u << HELLO_MARKER_HELLO | 1u << HELLO_MARKER_READY, nonce);
}

void hello_host_refuse(
	struct hello_host *host, const char *reason, uint8_t ret_marker[HELLO_REFUSE_SIZE])
{
	uint8_t length = text_length(reason, ORIEL_PROGRAM_MAX);
	struct wire_writer writer;

	marker_begin(&writer, HELLO_MARKER_REFUSE, ret_marker, host->guest.nonce);
	wire_write_u16(&writer, host->version_min);
	wire_write_u16(&writer, host->version_max);
	wire_write_u8(&writer, length);
	memcpy(ret_marker + TEXT_AT, reason, length);
}

/* ---- guest ---- */

void hello_guest_init(struct hello_guest *guest, const struct hello_info *info)
{
	*guest = (struct hello_guest){ .info = *info };
}

void hello_guest_hello(struct hello_guest *guest, const uint8_t random[ORIEL_NONCE_SIZE],
	uint8_t ret_marker[HELLO_SIZE])
{
	uint8_t length = text_length(guest->info.program, ORIEL_PROGRAM_MAX);
	const uint8_t *nonce = guest->info.nonce;
	struct wire_writer writer;

	make_nonce(random, guest->info.nonce);
	marker_begin(&writer, HELLO_MARKER_HELLO, ret_marker, nonce);
	wire_write_u16(&writer, guest->info.version_min);
	wire_write_u16(&writer, guest->info.version_max);
	wire_write_u8(&writer, guest->info.role);
	wire_write_u8(&writer, length);
	memcpy(ret_marker + TEXT_AT, guest->info.program, length);
	scan_reset(&guest->scan, 1u << HELLO_MARKER_WELCOME | 1u << HELLO_MARKER_REFUSE, nonce);
}

/* A WELCOME that keeps to the protocol. */
static bool terms_valid(const struct hello_guest *guest)
{
	const struct hello_terms *terms = &guest->terms;

	return terms->version >= guest->info.version_min &&
	       terms->version <= guest->info.version_max &&
	       terms->message_max >= ORIEL_MESSAGE_LEAST;
}

enum hello_guest_event hello_guest_feed(struct hello_guest *guest, const uint8_t **data, size_t *size)
{
	for (;;) {
		enum hello_marker marker = scan_next(&guest->scan, data, size);
		const uint8_t *window = guest->scan.window;
		if (marker != HELLO_MARKERS)
			guest->scan.have = 0;
		switch (marker) {
		case HELLO_MARKER_RESYNC:
			return HELLO_GUEST_RESYNC;
		case HELLO_MARKER_REFUSE:
			read_refusal(window, &guest->refusal);
			return HELLO_GUEST_REFUSED;
		case HELLO_MARKER_WELCOME:
			read_welcome(window, guest->host_nonce, &guest->terms);
			if (terms_valid(guest))
				return HELLO_GUEST_WELCOME;
			break;
		case HELLO_MARKER_HELLO:
		case HELLO_MARKER_READY:
		case HELLO_MARKERS:
		default:
			return HELLO_GUEST_MORE;
		}
	}
}

void hello_guest_ready(struct hello_guest *guest, uint8_t ret_marker[HELLO_READY_SIZE])
{
	struct wire_writer writer;

	marker_begin(&writer, HELLO_MARKER_READY, ret_marker, guest->host_nonce);
	scan_reset(&guest->scan, 1u << HELLO_MARKER_RESYNC, guest->info.nonce);
}
