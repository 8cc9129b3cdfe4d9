/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handshake, both sides, over buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hello.h"
#include "wire.h"

static const uint8_t nonce_a[16] = "guest nonce one", nonce_b[16] = "guest nonce two",
		     nonce_h[16] = "host nonce one.", nonce_i[16] = "host nonce two.";
static const struct hello_info info = {
	.version_min = 1, .version_max = 3, .role = 2, .program = "program"
};
static const struct hello_terms terms = {
	.channels = 256,
	.message_max = ORIEL_MESSAGE_MAX,
	.bulk_total_max = 5,
	.bulk_open_max = 6,
	.credit = 7,
	.frames_ahead = 8,
};

static void make_hello(struct hello_guest *guest, const uint8_t *nonce, uint8_t *ret)
{
	hello_guest_init(guest, &info);
	hello_guest_hello(guest, nonce, ret);
}

static enum hello_host_event host_feed(struct hello_host *host, const void *bytes, size_t size)
{
	const uint8_t *data = bytes;

	return hello_host_feed(host, &data, &size);
}

static enum hello_guest_event guest_feed(struct hello_guest *guest, const void *bytes, size_t size)
{
	const uint8_t *data = bytes;

	return hello_guest_feed(guest, &data, &size);
}

static void welcome(struct hello_host *host, const uint8_t *nonce, uint8_t *ret)
{
	struct hello_terms mine = terms;

	hello_host_welcome(host, nonce, &mine, ret);
}

/* A WELCOME without its last byte is not completed by the first byte of the RESYNC behind it. */
static void test_cut_welcome_and_resync(void **state)
{
	static const uint8_t random[16] = "guest nonce on\x01\x8f";
	struct hello_host host;
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE], answer[HELLO_WELCOME_SIZE + HELLO_RESYNC_SIZE];

	(void)state;
	hello_host_init(&host, 1, 1);
	make_hello(&guest, random, hello);
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
	welcome(&host, random, answer);
	hello_resync(host.guest.nonce, answer + HELLO_WELCOME_SIZE - 1);
	guest.scan.wanted |= 1u << HELLO_MARKER_RESYNC;
	assert_int_equal(guest_feed(&guest, answer, sizeof(answer) - 1), HELLO_GUEST_RESYNC);
	memset(hello + 16 + 15, 0x8f, 1);
	memset(hello + HELLO_SIZE - 1, 0x8f, 1);
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_MORE);
}

static void test_handshake(void **state)
{
	struct hello_host host;
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE], answer[HELLO_WELCOME_SIZE], ready[HELLO_READY_SIZE + 3];
	const uint8_t *data = ready;
	size_t size = sizeof(ready);

	(void)state;
	make_hello(&guest, nonce_a, hello);
	hello_host_init(&host, 1, 2);
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
	assert_memory_equal(host.guest.nonce, nonce_a, 16);
	assert_string_equal(host.guest.program, "program");
	assert_int_equal(host.guest.role, 2);
	assert_int_equal(host.guest.version_max, 3);
	welcome(&host, nonce_h, answer);
	assert_int_equal(guest_feed(&guest, answer, sizeof(answer)), HELLO_GUEST_WELCOME);
	assert_int_equal(guest.terms.version, 2); /* the highest in common */
	assert_int_equal(guest.terms.channels, 256);
	assert_int_equal(guest.terms.message_max, ORIEL_MESSAGE_MAX);
	assert_int_equal(guest.terms.bulk_total_max, 5);
	assert_int_equal(guest.terms.bulk_open_max, 6);
	assert_int_equal(guest.terms.credit, 7);
	assert_int_equal(guest.terms.frames_ahead, 8);
	hello_guest_ready(&guest, ready);
	assert_int_equal(hello_host_feed(&host, &data, &size), HELLO_HOST_READY);
	assert_int_equal(size, 3); /* what follows is messages */
	assert_ptr_equal(data, ready + HELLO_READY_SIZE);
}

/* Every way to cut the bytes in two, and one by one, with garbage before. */
static void test_splits(void **state)
{
	struct hello_guest guest;
	uint8_t bytes[13 + HELLO_SIZE];

	(void)state;
	memcpy(bytes, "\x8fORIE\x8fORIEL\r\n", 13);
	make_hello(&guest, nonce_a, bytes + 13);
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		struct hello_host host;
		enum hello_host_event event;
		hello_host_init(&host, 1, 1);
		event = host_feed(&host, bytes, cut);
		if (cut < sizeof(bytes)) {
			assert_int_equal(event, HELLO_HOST_MORE);
			event = host_feed(&host, bytes + cut, sizeof(bytes) - cut);
		}
		assert_int_equal(event, HELLO_HOST_HELLO);
		assert_memory_equal(host.guest.nonce, nonce_a, 16);
	}
	struct hello_host host;
	hello_host_init(&host, 1, 1);
	for (size_t i = 0; i + 1 < sizeof(bytes); i++)
		assert_int_equal(host_feed(&host, bytes + i, 1), HELLO_HOST_MORE);
	assert_int_equal(host_feed(&host, bytes + sizeof(bytes) - 1, 1), HELLO_HOST_HELLO);
	assert_int_equal(host.scan.discarded, 0);
}

/* A hello cut off anywhere, and a whole one right after it: the whole one is found. */
static void test_cut_hello(void **state)
{
	struct hello_guest guest;
	uint8_t stale[HELLO_SIZE], fresh[HELLO_SIZE];

	(void)state;
	make_hello(&guest, nonce_a, stale);
	make_hello(&guest, nonce_b, fresh);
	for (size_t cut = 0; cut < HELLO_SIZE; cut++) {
		struct hello_host host;
		hello_host_init(&host, 1, 1);
		assert_int_equal(host_feed(&host, stale, cut), HELLO_HOST_MORE);
		assert_int_equal(host_feed(&host, fresh, sizeof(fresh)), HELLO_HOST_HELLO);
		assert_memory_equal(host.guest.nonce, nonce_b, 16);
		assert_int_equal(host.scan.have, 0);
	}
}

/* Both bear the guest's nonce: cut at the right byte, the second would close the first. */
static void test_cut_welcome(void **state)
{
	struct hello_host host;
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE], bytes[HELLO_WELCOME_SIZE + HELLO_RESYNC_SIZE];

	(void)state;
	/* A host ended in the middle of its WELCOME; the next one begins with a RESYNC. */
	for (size_t cut = 0; cut < HELLO_WELCOME_SIZE; cut++) {
		hello_host_init(&host, 1, 2);
		make_hello(&guest, nonce_a, hello);
		assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
		welcome(&host, nonce_h, bytes);
		hello_resync(nonce_a, bytes + cut);
		assert_int_equal(
			guest_feed(&guest, bytes, cut + HELLO_RESYNC_SIZE), HELLO_GUEST_MORE);
		welcome(&host, nonce_i, bytes);
		assert_int_equal(guest_feed(&guest, bytes, HELLO_WELCOME_SIZE), HELLO_GUEST_WELCOME);
		assert_memory_equal(guest.host_nonce, nonce_i, sizeof(nonce_i));
	}
}

/* A whole hello of an earlier guest is answered; its answer and its ready mean nothing to the next. */
static void test_stale_hello(void **state)
{
	struct hello_host host;
	struct hello_guest old, fresh;
	uint8_t hello[HELLO_SIZE], to_old[HELLO_WELCOME_SIZE], to_fresh[HELLO_WELCOME_SIZE];
	uint8_t ready[HELLO_READY_SIZE];

	(void)state;
	hello_host_init(&host, 1, 1);
	make_hello(&old, nonce_a, hello);
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
	welcome(&host, nonce_h, to_old);
	make_hello(&fresh, nonce_b, hello);
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
	welcome(&host, nonce_i, to_fresh);

	assert_int_equal(guest_feed(&fresh, to_old, sizeof(to_old)), HELLO_GUEST_MORE);
	assert_int_equal(guest_feed(&old, to_old, sizeof(to_old)), HELLO_GUEST_WELCOME);
	hello_guest_ready(&old, ready);
	assert_int_equal(host_feed(&host, ready, sizeof(ready)), HELLO_HOST_MORE);
	assert_int_equal(guest_feed(&fresh, to_fresh, sizeof(to_fresh)), HELLO_GUEST_WELCOME);
	hello_guest_ready(&fresh, ready);
	assert_int_equal(host_feed(&host, ready, sizeof(ready)), HELLO_HOST_READY);
}

static void test_forged_nonces(void **state)
{
	struct hello_host host;
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE], answer[HELLO_WELCOME_SIZE], ready[HELLO_READY_SIZE];

	(void)state;
	hello_host_init(&host, 1, 1);
	make_hello(&guest, nonce_a, hello);
	host_feed(&host, hello, sizeof(hello));
	welcome(&host, nonce_h, answer);
	for (size_t i = 0; i < sizeof(answer); i++) {
		if (i >= 32 && i < 96)
			continue; /* the host's nonce, terms, and what is reserved */
		answer[i] ^= 1;
		assert_int_equal(guest_feed(&guest, answer, sizeof(answer)), HELLO_GUEST_MORE);
		answer[i] ^= 1;
	}
	assert_int_equal(guest_feed(&guest, answer, sizeof(answer)), HELLO_GUEST_WELCOME);
	hello_guest_ready(&guest, ready);
	for (size_t i = 0; i < sizeof(ready); i++) {
		ready[i] ^= 1;
		assert_int_equal(host_feed(&host, ready, sizeof(ready)), HELLO_HOST_MORE);
		ready[i] ^= 1;
	}
	assert_int_equal(host_feed(&host, ready, sizeof(ready)), HELLO_HOST_READY);
}

/* A ready before any welcome, even one that a guest guessed to be all zero. */
static void test_early_ready(void **state)
{
	struct hello_host host;
	struct hello_guest guest = { 0 };
	uint8_t ready[HELLO_READY_SIZE];

	(void)state;
	hello_host_init(&host, 1, 1);
	hello_guest_ready(&guest, ready);
	assert_int_equal(host_feed(&host, ready, sizeof(ready)), HELLO_HOST_MORE);
	assert_int_equal(host.scan.discarded, sizeof(ready));
}

static void test_version_mismatch(void **state)
{
	struct hello_host host;
	struct hello_guest guest;
	struct hello_info newer = info;
	uint8_t hello[HELLO_SIZE], refusal[HELLO_REFUSE_SIZE];
	static const uint16_t ranges[][2] = { { 4, 9 }, { 0, 0 }, { 2, 1 }, { 65535, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		newer.version_min = ranges[i][0];
		newer.version_max = ranges[i][1];
		hello_guest_init(&guest, &newer);
		hello_guest_hello(&guest, nonce_a, hello);
		hello_host_init(&host, 1, 3);
		assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_REFUSE);
		hello_host_refuse(&host, "too new", refusal);
		assert_int_equal(guest_feed(&guest, refusal, sizeof(refusal)), HELLO_GUEST_REFUSED);
		assert_int_equal(guest.refusal.version_min, 1);
		assert_int_equal(guest.refusal.version_max, 3);
		assert_string_equal(guest.refusal.reason, "too new");
	}
	make_hello(&guest, nonce_b, hello); /* another hello on the same connection */
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
	assert_int_equal(guest_feed(&guest, refusal, sizeof(refusal)), HELLO_GUEST_MORE);
}

/* A host that breaks the protocol is not believed. */
static void test_bad_terms(void **state)
{
	struct hello_host host;
	struct hello_guest guest;
	struct hello_terms bad = terms;
	uint8_t hello[HELLO_SIZE], answer[HELLO_WELCOME_SIZE];

	(void)state;
	hello_host_init(&host, 1, 1);
	make_hello(&guest, nonce_a, hello);
	host_feed(&host, hello, sizeof(hello));
	bad.message_max = ORIEL_MESSAGE_LEAST - 1;
	hello_host_welcome(&host, nonce_h, &bad, answer);
	assert_int_equal(guest_feed(&guest, answer, sizeof(answer)), HELLO_GUEST_MORE);
	welcome(&host, nonce_h, answer);
	answer[48] = 4; /* a version that was not offered */
	assert_int_equal(guest_feed(&guest, answer, sizeof(answer)), HELLO_GUEST_MORE);
}

/* The marker is found wherever it is, also in what looks like a message; another's is not. */
static void test_resync(void **state)
{
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE], marker[HELLO_RESYNC_SIZE], other[HELLO_RESYNC_SIZE];
	uint8_t bytes[200], ready[HELLO_READY_SIZE];

	(void)state;
	hello_resync(nonce_a, marker);
	hello_resync(nonce_b, other);
	for (size_t at = 0; at < 100; at++) {
		make_hello(&guest, nonce_a, hello);
		hello_guest_ready(&guest, ready);
		memset(bytes, 0x8f, sizeof(bytes));
		memcpy(bytes + at, marker, sizeof(marker));
		memcpy(bytes + 150, other, sizeof(other));
		for (size_t i = 0; i < sizeof(bytes); i++) {
			enum hello_guest_event event = guest_feed(&guest, bytes + i, 1);
			assert_int_equal(event, i == at + sizeof(marker) - 1 ? HELLO_GUEST_RESYNC
									     : HELLO_GUEST_MORE);
		}
	}
}

static void test_scan_limit(void **state)
{
	struct hello_host host;
	static uint8_t garbage[65536];
	uint64_t fed = 0;
	enum hello_host_event event = HELLO_HOST_MORE;

	(void)state;
	memset(garbage, 0x8f, sizeof(garbage));
	hello_host_init(&host, 1, 1);
	while (event == HELLO_HOST_MORE && fed < 2ull * ORIEL_RESYNC_SCAN_MAX) {
		event = host_feed(&host, garbage, sizeof(garbage));
		fed += sizeof(garbage);
	}
	assert_int_equal(event, HELLO_HOST_LOST);
	assert_true(fed >= ORIEL_RESYNC_SCAN_MAX && fed <= ORIEL_RESYNC_SCAN_MAX + 2 * 65536u);
}

static void test_program_names(void **state)
{
	struct hello_host host;
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE];

	(void)state;
	hello_host_init(&host, 1, 1);
	make_hello(&guest, nonce_a, hello);
	memset(hello + 48, 'x', 64);
	hello[37] = 255; /* longer than its field */
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
	assert_int_equal(strlen(host.guest.program), ORIEL_PROGRAM_MAX);
	hello[37] = 3;
	hello_host_init(&host, 1, 1);
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_HELLO);
	assert_string_equal(host.guest.program, "xxx");
}

/* No nonce is no hello: zeros stand for "no stream" between the host's processes. */
static void test_zero_nonce(void **state)
{
	static const uint8_t zeros[16];
	struct hello_host host;
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE];

	(void)state;
	hello_host_init(&host, 1, 1);
	make_hello(&guest, zeros, hello);
	assert_int_equal(host_feed(&host, hello, sizeof(hello)), HELLO_HOST_MORE);
}

/* In the middle of a stream a hello is never taken for a message. */
static void test_no_message(void **state)
{
	struct hello_guest guest;
	uint8_t hello[HELLO_SIZE];
	struct wire_header header;

	(void)state;
	make_hello(&guest, nonce_a, hello);
	assert_false(wire_read_header(hello, UINT32_MAX, &header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_welcome_and_resync),
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_cut_hello),
		cmocka_unit_test(test_cut_welcome),
		cmocka_unit_test(test_stale_hello),
		cmocka_unit_test(test_forged_nonces),
		cmocka_unit_test(test_early_ready),
		cmocka_unit_test(test_version_mismatch),
		cmocka_unit_test(test_bad_terms),
		cmocka_unit_test(test_resync),
		cmocka_unit_test(test_scan_limit),
		cmocka_unit_test(test_program_names),
		cmocka_unit_test(test_zero_nonce),
		cmocka_unit_test(test_no_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
