/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The intrusive list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "list.h"

struct item {
	int value;
	struct list link; // the list under test
};

static void expect(struct list *head, const int *values, size_t count)
{
	struct item *item;
	size_t i = 0;

	list_for_each(item, head, link) {
		assert_true(i < count);
		assert_int_equal(item->value, values[i++]);
	}
	assert_int_equal(i, count);
	assert_int_equal(list_empty(head), count == 0);
}

static void test_append_and_remove(void **state)
{
	struct item items[] = { { .value = 1 }, { .value = 2 }, { .value = 3 } };
	struct list head, other;

	(void)state;
	list_init(&head);
	list_init(&other);
	expect(&head, NULL, 0);
	for (size_t i = 0; i < 3; i++)
		list_append(&head, &items[i].link);
	expect(&head, (int[]){ 1, 2, 3 }, 3);
	list_remove(&items[1].link);
	expect(&head, (int[]){ 1, 3 }, 2);
	list_remove(&items[1].link); /* again, harmlessly */
	expect(&head, (int[]){ 1, 3 }, 2);
	list_append(&other, &items[1].link);
	expect(&other, (int[]){ 2 }, 1);
	list_append(&head, &items[0].link);
	list_remove(&items[0].link);
	list_remove(&items[2].link);
	assert_ptr_equal(list_entry(other.next, struct item, link), &items[1]);
}

static void test_remove_while_walking(void **state)
{
	struct item items[] = { { .value = 1 }, { .value = 2 }, { .value = 3 }, { .value = 4 } };
	struct item *item, *next;
	struct list head;

	(void)state;
	list_init(&head);
	for (size_t i = 0; i < 4; i++)
		list_append(&head, &items[i].link);
	list_for_each_safe(item, next, &head, link) {
		if (item->value % 2 == 0)
			list_remove(&item->link);
	}
	expect(&head, (int[]){ 1, 3 }, 2);
	list_for_each_safe(item, next, &head, link)
		list_remove(&item->link);
	expect(&head, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append_and_remove),
		cmocka_unit_test(test_remove_while_walking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
