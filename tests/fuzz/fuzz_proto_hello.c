/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handshake with both sides real and a line between them that adds and repeats bytes, and keeps
 * half of what an end had sent that is started again, as a serial port does. The input is the versions
 * and what happens. Nobody is taken for another, and in the end two that are willing find each other.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_MAX    32768u
#define LINE_LONG   4096u /* nothing more is done but to deliver, so that what must arrive has room */
#define NONCES_MAX  512u
#define REPEATED    UINT64_MAX
#define MARKERS_MAX 8u

enum step {
	STEP_HELLO,
	STEP_TO_HOST,
	STEP_TO_GUEST,
	STEP_JUNK_TO_HOST,
	STEP_JUNK_TO_GUEST,
	STEP_CUT,
	STEP_RESTART,
	STEP_REPEAT,
	STEPS,
};

struct line {
	uint8_t bytes[LINE_MAX];
	size_t size;
};

/* Which of the other's nonces a nonce was said in answer to; by number, 0: none. */
static struct {
	struct line to_host, to_guest;
	struct hello_host host;
	struct hello_guest guest;
	struct hello_terms terms;
	uint64_t seed;                    /* of nonces: no input can know its own */
	uint32_t nonces;                  /* made so far */
	uint32_t host_nonce, guest_nonce; /* the latest of each */
	uint32_t answered[NONCES_MAX];    /* by host nonce: the guest's that it welcomed */
	uint64_t ends[NONCES_MAX]; /* where in all that was sent that WELCOME ends; 0: cut off */
	uint64_t sent_to_guest;
	bool readied[NONCES_MAX]; /* by host nonce: the guest said READY for it */
	bool host_open, guest_open, refused;
	uint8_t markers[MARKERS_MAX][HELLO_MARKER_MAX];
	uint8_t sizes[MARKERS_MAX];
	size_t n_markers;
} run;

static void make_nonce(uint32_t number, uint8_t ret_nonce[ORIEL_NONCE_SIZE])
{
	uint64_t state = number * 0x9e3779b97f4a7c15u + run.seed;

	for (size_t i = 0; i < ORIEL_NONCE_SIZE; i++) {
		state ^= state >> 29;
		state *= 0xbf58476d1ce4e5b9u;
		ret_nonce[i] = (uint8_t)(state >> 57); /* never a marker's first byte */
	}
}

static uint32_t find_nonce(const uint8_t nonce[ORIEL_NONCE_SIZE])
{
	uint8_t made[ORIEL_NONCE_SIZE];

	for (uint32_t i = 1; i <= run.nonces; i++) {
		make_nonce(i, made);
		if (memcmp(made, nonce, sizeof(made)) == 0)
			return i;
	}
	return 0;
}

static void put(struct line *line, const uint8_t *bytes, size_t size)
{
	if (size > LINE_MAX - line->size)
		return;
	memcpy(line->bytes + line->size, bytes, size);
	line->size += size;
	if (line == &run.to_guest)
		run.sent_to_guest += size;
}

static void put_marker(struct line *line, const uint8_t *marker, size_t size)
{
	size_t slot = run.n_markers++ % MARKERS_MAX;

	memcpy(run.markers[slot], marker, size);
	run.sizes[slot] = (uint8_t)size;
	put(line, marker, size);
}

static void say_hello(void)
{
	uint8_t nonce[ORIEL_NONCE_SIZE], marker[HELLO_SIZE];

	if (run.nonces + 1 >= NONCES_MAX)
		return;
	run.guest_nonce = ++run.nonces;
	make_nonce(run.guest_nonce, nonce);
	hello_guest_hello(&run.guest, nonce, marker);
	run.guest_open = run.refused = false;
	put_marker(&run.to_host, marker, sizeof(marker));
}

static void welcome(void)
{
	uint8_t nonce[ORIEL_NONCE_SIZE], marker[HELLO_WELCOME_SIZE];

	if (run.nonces + 1 >= NONCES_MAX)
		return;
	run.host_nonce = ++run.nonces;
	run.answered[run.host_nonce] = find_nonce(run.host.guest.nonce);
	make_nonce(run.host_nonce, nonce);
	run.terms =
		(struct hello_terms){ .message_max = ORIEL_MESSAGE_MAX, .credit = run.host_nonce };
	hello_host_welcome(&run.host, nonce, &run.terms, marker);
	put_marker(&run.to_guest, marker, sizeof(marker));
	run.ends[run.host_nonce] = run.sent_to_guest;
}

static void host_takes(const uint8_t *data, size_t size)
{
	uint8_t marker[HELLO_REFUSE_SIZE];

	while (size > 0 && !run.host_open) {
		switch (hello_host_feed(&run.host, &data, &size)) {
		case HELLO_HOST_HELLO:
			assert(strlen(run.host.guest.program) <= ORIEL_PROGRAM_MAX);
			welcome();
			break;
		case HELLO_HOST_REFUSE:
			hello_host_refuse(&run.host, "no version in common", marker);
			put_marker(&run.to_guest, marker, sizeof(marker));
			break;
		case HELLO_HOST_READY: /* from whoever was given this very nonce */
			assert(run.readied[run.host_nonce]);
			run.host_open = true;
			break;
		case HELLO_HOST_LOST:
			abort(); /* so much was not sent */
			break;
		case HELLO_HOST_MORE:
			assert(size == 0);
			break;
		}
	}
}

static void guest_takes(const uint8_t *data, size_t size)
{
	uint8_t marker[HELLO_READY_SIZE];
	uint32_t nonce;

	while (size > 0) {
		switch (hello_guest_feed(&run.guest, &data, &size)) {
		case HELLO_GUEST_WELCOME: /* an answer to its latest HELLO */
			nonce = find_nonce(run.guest.host_nonce);
			assert(nonce > 0 && run.answered[nonce] == run.guest_nonce);
			assert(run.ends[nonce] > 0);
			assert(run.guest.terms.credit == nonce);
			run.readied[nonce] = run.guest_open = true;
			hello_guest_ready(&run.guest, marker);
			put_marker(&run.to_host, marker, sizeof(marker));
			break;
		case HELLO_GUEST_REFUSED:
			assert(strlen(run.guest.refusal.reason) <= ORIEL_PROGRAM_MAX);
			run.refused = true;
			break;
		case HELLO_GUEST_RESYNC:
			assert(run.guest_open);
			say_hello();
			break;
		case HELLO_GUEST_MORE:
			assert(size == 0);
			break;
		}
	}
}

static void deliver(struct line *line, size_t n, void (*takes)(const uint8_t *, size_t))
{
	uint8_t bytes[LINE_MAX];

	n = n < line->size ? n : line->size;
	memcpy(bytes, line->bytes, n);
	line->size -= n;
	memmove(line->bytes, line->bytes + n, line->size);
	takes(bytes, n);
}

/* The host process is another one; it knows of the guest what its predecessor reported. */
static void restart(void)
{
	uint8_t marker[HELLO_RESYNC_SIZE], nonce[ORIEL_NONCE_SIZE];

	memcpy(nonce, run.host.guest.nonce, sizeof(nonce));
	hello_host_init(&run.host, 1, 2);
	memcpy(run.host.guest.nonce, nonce, sizeof(nonce));
	run.host_open = false;
	hello_resync(nonce, marker);
	put_marker(&run.to_guest, marker, sizeof(marker));
}

/* An end is started again: of what it had sent the last `n` bytes were not taken, and are gone. */
static void start_again(bool guest, size_t n, const struct hello_info *info)
{
	struct line *line = guest ? &run.to_host : &run.to_guest;

	n = n < line->size ? n : line->size;
	line->size -= n;
	if (!guest) {
		run.sent_to_guest -= n;
		for (uint32_t i = 1; i <= run.nonces; i++) {
			if (run.ends[i] > run.sent_to_guest && run.ends[i] != REPEATED)
				run.ends[i] = 0;
		}
		restart();
		return;
	}
	hello_guest_init(&run.guest, info);
	say_hello();
}

static size_t step(enum step step, uint8_t argument, const uint8_t *rest, size_t size,
	const struct hello_info *info)
{
	size_t slot = argument % MARKERS_MAX, n = argument & 63u;

	n = n < size ? n : size;
	if (run.to_host.size > LINE_LONG || run.to_guest.size > LINE_LONG)
		step = step == STEP_TO_GUEST ? STEP_TO_GUEST : STEP_TO_HOST;
	switch (step) {
	case STEP_HELLO:
		say_hello();
		break;
	case STEP_TO_HOST:
		deliver(&run.to_host, argument + 1u, host_takes);
		break;
	case STEP_TO_GUEST:
		deliver(&run.to_guest, argument + 1u, guest_takes);
		break;
	case STEP_JUNK_TO_HOST:
		put(&run.to_host, rest, n);
		return n;
	case STEP_JUNK_TO_GUEST:
		put(&run.to_guest, rest, n);
		return n;
	case STEP_CUT:
		start_again(argument & 1, (argument >> 1) + 1u, info);
		break;
	case STEP_RESTART:
		restart();
		break;
	case STEP_REPEAT: /* whole or cut */
		n = argument & 0x80 ? (argument & 0x7fu) : HELLO_MARKER_MAX;
		n = n < run.sizes[slot] ? n : run.sizes[slot];
		if (n == HELLO_WELCOME_SIZE) /* one that was cut off is whole after all */
			run.ends[find_nonce(run.markers[slot] + 32)] = REPEATED;
		put(argument & 0x40 ? &run.to_guest : &run.to_host, run.markers[slot], n);
		break;
	case STEPS:
		break;
	}
	return 0;
}

/* A guest that says hello behind all of that to a host that starts. */
static void check_end(bool willing)
{
	deliver(&run.to_guest, LINE_MAX, guest_takes);
	restart();
	say_hello();
	for (unsigned i = 0; i < 64 && run.to_host.size + run.to_guest.size > 0; i++) {
		deliver(&run.to_host, LINE_MAX, host_takes);
		deliver(&run.to_guest, LINE_MAX, guest_takes);
	}
	if (run.nonces + 8 >= NONCES_MAX)
		return;
	assert(willing == (run.host_open && run.guest_open));
	assert(willing || run.refused);
	assert(!willing || find_nonce(run.guest.host_nonce) == run.host_nonce);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hello_info guests[] = {
		{ .version_min = 1, .version_max = 1, .program = "one" },
		{ .version_min = 1, .version_max = 9, .program = "\xc3\xa9" },
		{ .version_min = 2, .version_max = 3 },
		{ .version_min = 3, .version_max = 9 },
	};
	unsigned who;

	if (size == 0)
		return 0;
	who = data[0] & 3u;
	memset(&run, 0, sizeof(run));
	for (size_t i = 0; i < size; i++)
		run.seed = (run.seed ^ data[i]) * 0x100000001b3u;
	hello_host_init(&run.host, 1, 2);
	hello_guest_init(&run.guest, &guests[who]);
	for (size_t at = 1; at + 2 <= size; at += 2)
		at += step(
			data[at] % STEPS, data[at + 1], data + at + 2, size - at - 2, &guests[who]);
	check_end(who != 3);
	return 0;
}
