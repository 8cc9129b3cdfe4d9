/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that are held, and events on their way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "held.h"
#include "input.h"

static struct ipc_event key(uint32_t keysym, uint32_t keycode, uint8_t down)
{
	return (struct ipc_event){
		.kind = IPC_EVENT_KEY, .keysym = keysym, .keycode = keycode, .down = down
	};
}

static struct ipc_event pointer(uint32_t x, uint32_t y, uint16_t buttons)
{
	return (struct ipc_event){ .kind = IPC_EVENT_POINTER, .x = x, .y = y, .buttons = buttons };
}

static bool note(struct held *held, struct ipc_event event)
{
	return held_note(held, &event);
}

static void test_held(void **state)
{
	struct held held = { 0 };
	struct ipc_event events[HELD_EVENTS_MAX];

	(void)state;
	assert_false(note(&held, key('a', 0, 0)));
	assert_true(note(&held, key('a', 0, 1)));
	assert_true(note(&held, key('a', 0, 1)));
	assert_true(note(&held, key('b', 0, 1)));
	assert_true(note(&held, key('a', 0, 0)));
	assert_false(note(&held, key('a', 0, 0)));
	assert_true(note(&held, pointer(3, 4, 5)));
	assert_int_equal(held_release(&held, events), 2);
	assert_int_equal(events[0].keysym, 'b');
	assert_int_equal(events[0].down, 0);
	assert_int_equal(events[1].kind, IPC_EVENT_POINTER);
	assert_int_equal(events[1].buttons, 0);
	assert_int_equal(events[1].x, 3);
	assert_int_equal(held_release(&held, events), 0);
}

/* Shift pressed, 'A' pressed, shift let go: the same key then sends 'a'. */
static void test_held_by_code(void **state)
{
	struct held held = { 0 };
	struct ipc_event events[HELD_EVENTS_MAX];

	(void)state;
	assert_true(note(&held, key('A', 30, 1)));
	assert_true(note(&held, key('a', 30, 0)));
	assert_int_equal(held_release(&held, events), 0);
}

static void test_held_too_many(void **state)
{
	struct held held = { 0 };
	struct ipc_event events[HELD_EVENTS_MAX];

	(void)state;
	for (uint32_t i = 0; i < HELD_KEYS_MAX; i++)
		assert_true(note(&held, key(100 + i, 0, 1)));
	assert_false(note(&held, key(99, 0, 1)));
	assert_true(note(&held, key(100, 0, 1)));
	assert_true(note(&held, pointer(0, 0, 1)));
	assert_int_equal(held_release(&held, events), HELD_EVENTS_MAX);
}

static bool add(struct input *input, struct ipc_event event)
{
	return input_add(input, &event);
}

/* Only motion is put together: where a button went down or up stays known. */
static void test_motion(void **state)
{
	static struct input input;

	(void)state;
	assert_true(add(&input, pointer(1, 1, 0)));
	assert_true(add(&input, pointer(2, 2, 0)));
	assert_true(add(&input, pointer(3, 3, 1)));
	assert_true(add(&input, pointer(4, 4, 1)));
	assert_true(add(&input, pointer(5, 5, 1)));
	assert_true(add(&input, key('x', 0, 1)));
	assert_true(add(&input, pointer(6, 6, 1)));
	assert_true(add(&input, pointer(7, 7, 0)));
	assert_int_equal(input.n, 6);
	assert_int_equal(input.events[0].x, 2);
	assert_int_equal(input.events[1].x, 3);
	assert_int_equal(input.events[2].x, 5);
	assert_int_equal(input.events[4].x, 6);
	assert_int_equal(input.events[5].x, 7);
}

static void test_full(void **state)
{
	static struct input input;

	(void)state;
	for (uint32_t i = 0; i < IPC_EVENTS_MAX; i++) {
		assert_true(input_room(&input, 1));
		assert_true(add(&input, key('x', 0, 1)));
	}
	assert_false(input_room(&input, 1));
	assert_false(add(&input, key('x', 0, 1)));
	input_send(&input, NULL, 0, 1, 1, 1);
	assert_true(input_room(&input, IPC_EVENTS_MAX));
	assert_false(input_room(&input, IPC_EVENTS_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_held_by_code),
		cmocka_unit_test(test_held_too_many),
		cmocka_unit_test(test_motion),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
