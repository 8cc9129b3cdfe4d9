/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of restarts, of hangs, of ports and of texts, each by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "child/backoff.h"
#include "child/procfs.h"
#include "listen/address.h"
#include "listen/ports.h"
#include "log.h"
#include "session/heartbeat.h"
#include "text.h"
#include "util.h"

static void delays_grow(void **state)
{
	static const int64_t delays[] = { 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000 };
	struct backoff backoff = { 0 };
	uint64_t now = 1000000;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		now += 20000; /* never six in a minute */
		assert_int_equal(backoff_crash(&backoff, now, 20000), delays[i]);
	}
	assert_int_equal(backoff_crash(&backoff, now + 100000, BACKOFF_GOOD_MS), 100);
}

static void six_crashes_in_a_minute_are_too_many(void **state)
{
	struct backoff backoff = { 0 };

	(void)state;
	for (uint64_t i = 0; i < BACKOFF_CRASHES; i++)
		assert_true(backoff_crash(&backoff, 5 + i * 12000, 10) > 0);
	assert_int_equal(backoff_crash(&backoff, 5 + 60000, 10), -1);
	memset(&backoff, 0, sizeof(backoff));
	for (uint64_t i = 0; i < BACKOFF_CRASHES; i++)
		assert_true(backoff_crash(&backoff, 5 + i * 12000, 10) > 0);
	assert_true(backoff_crash(&backoff, 5 + 60001, 10) > 0);
}

static bool render_hangs(const struct heartbeat *heartbeat, uint64_t now)
{
	char reason[256];

	return heartbeat_render_hangs(heartbeat, now, 60, reason, sizeof(reason));
}

static void silence_is_a_hang(void **state)
{
	struct heartbeat heartbeat = { .serial = 3 };

	(void)state;
	heartbeat_reset(&heartbeat, 1000);
	assert_false(render_hangs(&heartbeat, 5999));
	assert_true(render_hangs(&heartbeat, 6000));
	heartbeat_answer(&heartbeat, 3, 6000);
	assert_false(render_hangs(&heartbeat, 10999));
	heartbeat_answer(&heartbeat, 4, 10000); /* not asked yet */
	assert_true(render_hangs(&heartbeat, 11000));
}

/* A worker in one command from 0 on: answers each second, `cpu` CPU milliseconds a second. When it counts as hung. */
static unsigned seconds_until_hang(uint32_t cpu)
{
	struct heartbeat heartbeat = { .serial = 1000 };

	heartbeat_reset(&heartbeat, 0);
	for (uint32_t second = 1; second < 200; second++) {
		const struct ipc_render_pong pong = {
			.serial = second,
			.busy_ms = second * 1000,
			.busy_cpu_ms = second * cpu,
			.command = "SUBMIT_CMD",
		};
		heartbeat_render_answer(&heartbeat, &pong, second * 1000);
		if (render_hangs(&heartbeat, second * 1000))
			return second;
	}
	return 0;
}

static void a_compile_is_no_hang(void **state)
{
	(void)state;
	assert_int_equal(seconds_until_hang(1000), 60); /* command_timeout */
	assert_int_equal(seconds_until_hang(100), 60);
	assert_int_equal(seconds_until_hang(0), 10);
	assert_int_equal(seconds_until_hang(1), 10);
}

static void many_commands_are_no_hang(void **state)
{
	struct heartbeat heartbeat = { .serial = 1000 };

	(void)state;
	heartbeat_reset(&heartbeat, 0);
	for (uint32_t second = 1; second < 200; second++) {
		const struct ipc_render_pong pong = { .serial = second, .busy_ms = 9000 - second };
		heartbeat_render_answer(&heartbeat, &pong, second * 1000);
		assert_false(render_hangs(&heartbeat, second * 1000));
	}
}

static void a_view_that_works_is_let_be(void **state)
{
	struct heartbeat heartbeat = { .serial = 1 };
	char reason[256];
	uint64_t second;

	(void)state;
	heartbeat_reset(&heartbeat, 0);
	for (second = 1; second < 100; second++) {
		if (heartbeat_view_hangs(
			    &heartbeat, second * 1000, second * 500, reason, sizeof(reason)))
			break;
	}
	assert_int_equal(second, 30);
	heartbeat_reset(&heartbeat, 0);
	for (second = 1; second < 100; second++) {
		if (heartbeat_view_hangs(&heartbeat, second * 1000, 50000, reason, sizeof(reason)))
			break;
	}
	assert_int_equal(second, 5);
}

/* ---- ports */

static struct {
	bool taken[UINT16_MAX + 1];
	const char *present;
} world;

static int world_bind(void *data, uint16_t port)
{
	(void)data;
	if (world.taken[port])
		return -EADDRINUSE;
	world.taken[port] = true;
	return (int)port;
}

static bool world_present(void *data, const char *name)
{
	(void)data;
	return world.present && strcmp(world.present, name) == 0;
}

static void ports_are_kept(void **state)
{
	const struct ports_range range = {
		.first = 5900, .last = 5902, .bind = world_bind, .present = world_present
	};
	char directory[] = "/tmp/oriel-ports-XXXXXX", path[64];
	struct ports ports;
	uint16_t port = 0;

	(void)state;
	memset(&world, 0, sizeof(world));
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/ports", directory);
	assert_int_equal(ports_load(&ports, path), 0);
	assert_int_equal(ports_bind(&ports, "a", &range, &port), 5900);
	assert_int_equal(port, 5900);
	assert_int_equal(ports_bind(&ports, "b", &range, &port), 5901);
	ports_finish(&ports);

	/* Another life: the other order, the same ports. */
	memset(world.taken, 0, sizeof(world.taken));
	assert_int_equal(ports_load(&ports, path), 0);
	assert_int_equal(ports_bind(&ports, "b", &range, &port), 5901);
	assert_int_equal(ports_bind(&ports, "c", &range, &port), 5902);
	/* The range is used up: the port of a session that is not there goes, one that is stays. */
	world.present = "a";
	assert_int_equal(ports_bind(&ports, "d", &range, &port), -EADDRINUSE);
	world.present = "b";
	assert_int_equal(ports_bind(&ports, "d", &range, &port), 5900);
	ports_finish(&ports);
	memset(world.taken, 0, sizeof(world.taken));
	assert_int_equal(ports_load(&ports, path), 0);
	assert_int_equal(ports.n_entries, 3);
	assert_int_equal(ports_bind(&ports, "d", &range, &port), 5900);
	ports_finish(&ports);
	unlink(path);
	rmdir(directory);
}

static void a_taken_port_is_replaced(void **state)
{
	const struct ports_range range = {
		.first = 5900, .last = 5910, .bind = world_bind, .present = world_present
	};
	struct ports ports = { 0 };
	uint16_t port;

	(void)state;
	memset(&world, 0, sizeof(world));
	assert_int_equal(ports_bind(&ports, "a", &range, &port), 5900);
	assert_int_equal(ports_bind(&ports, "a", &range, &port), 5901);
	assert_int_equal(ports.n_entries, 1);
	ports_finish(&ports);
}

static void a_spoilt_file_is_read_as_far_as_it_makes_sense(void **state)
{
	char path[] = "/tmp/oriel-ports-XXXXXX";
	const char text[] = "5900 a\nx\n99999 b\n5900 c\n0 d\n5903 a\n5904 \n5905 e\n";
	int fd = mkstemp(path);
	struct ports ports;

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_int_equal(ports_load(&ports, path), 0);
	assert_int_equal(ports.n_entries, 2);
	assert_int_equal(ports.entries[0].port, 5900);
	assert_string_equal(ports.entries[1].name, "e");
	ports_finish(&ports);
	unlink(path);
}

static void loopback_is_known(void **state)
{
	static const struct {
		const char *text;
		int valid, loopback;
	} rows[] = {
		{ "127.0.0.1", 1, 1 },
		{ "127.9.9.9", 1, 1 },
		{ "::1", 1, 1 },
		{ "::ffff:127.0.0.1", 1, 1 },
		{ "0.0.0.0", 1, 0 },
		{ "::", 1, 0 },
		{ "::ffff:10.0.0.1", 1, 0 },
		{ "10.0.0.1", 1, 0 },
		{ "2130706433", 0, 0 },
		{ "127.1", 0, 0 },
		{ "localhost", 0, 0 },
		{ "", 0, 0 },
	};
	struct address address;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(
			address_parse(rows[i].text, 5900, &address), rows[i].valid ? 0 : -EINVAL);
		if (rows[i].valid)
			assert_int_equal(address_is_loopback(&address), rows[i].loopback);
	}
}

static void texts_are_cleaned_and_cut(void **state)
{
	static const struct {
		const char *text, *clean;
	} rows[] = {
		{ "plain", "plain" },
		{ "a\nb\x7f", "a?b?" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xc2\x9b", "??" },
		{ "\xc0\xaf", "??" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "cut\xe2\x82", "cut??" },
	};

	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		strcpy(text, rows[i].text);
		assert_int_equal(text_is_clean(text), strcmp(rows[i].text, rows[i].clean) == 0);
		text_clean(text);
		assert_string_equal(text, rows[i].clean);
	}
	text_copy(text, 5, "abc\xc3\xbc");
	assert_string_equal(text, "abc");
	text_format(text, 6, "%s", "abc\xc3\xbc");
	assert_string_equal(text, "abc\xc3\xbc");
}

static void procfs_tells_of_this_process(void **state)
{
	volatile uint64_t work = 0;

	(void)state;
	assert_true(procfs_rss(getpid()) > 100000);
	while (procfs_cpu_ms(getpid()) < 20)
		work++;
	assert_int_equal(procfs_rss(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_grow),
		cmocka_unit_test(six_crashes_in_a_minute_are_too_many),
		cmocka_unit_test(silence_is_a_hang),
		cmocka_unit_test(a_compile_is_no_hang),
		cmocka_unit_test(many_commands_are_no_hang),
		cmocka_unit_test(a_view_that_works_is_let_be),
		cmocka_unit_test(ports_are_kept),
		cmocka_unit_test(a_taken_port_is_replaced),
		cmocka_unit_test(a_spoilt_file_is_read_as_far_as_it_makes_sense),
		cmocka_unit_test(loopback_is_known),
		cmocka_unit_test(texts_are_cleaned_and_cut),
		cmocka_unit_test(procfs_tells_of_this_process),
	};

	log_init(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
