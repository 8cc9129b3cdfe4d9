/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter.h"

#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

#include "calls.h"

#define LISTS (SANDBOX_LISTS_MAX + 2)

/* The profile's lists with what is added to them; how many there are. */
static size_t collect(
	enum sandbox_profile profile, bool landlocked, const struct sandbox_list *ret_lists[LISTS])
{
	size_t n = 0;

	for (size_t i = 0; i < SANDBOX_LISTS_MAX && sandbox_lists[profile][i]; i++)
		ret_lists[n++] = sandbox_lists[profile][i];
	if (landlocked && sandbox_landlocked[profile])
		ret_lists[n++] = sandbox_landlocked[profile];
	if (sandbox_sanitizer_list.n > 0)
		ret_lists[n++] = &sandbox_sanitizer_list;
	return n;
}

static struct scmp_arg_cmp compare(const struct sandbox_check *check)
{
	if (check->kind == CHECK_SELF)
		return (struct scmp_arg_cmp){ .arg = check->index,
			.op = SCMP_CMP_MASKED_EQ,
			.datum_a = UINT32_MAX,
			.datum_b = (scmp_datum_t)getpid() };
	return (struct scmp_arg_cmp){ .arg = check->index,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = check->mask,
		.datum_b = check->value };
}

static int add(scmp_filter_ctx filter, const struct sandbox_call *call)
{
	struct scmp_arg_cmp compares[SANDBOX_CHECKS_MAX];
	unsigned n = 0;

	while (n < SANDBOX_CHECKS_MAX && call->checks[n].kind != CHECK_NONE) {
		compares[n] = compare(&call->checks[n]);
		n++;
	}
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call->number, n, compares);
}

static int fill(scmp_filter_ctx filter, enum sandbox_profile profile, bool landlocked)
{
	const struct sandbox_list *lists[LISTS];
	size_t n = collect(profile, landlocked, lists);
	/* The C library falls back to clone, whose flags can be looked at. */
	int r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < lists[i]->n && r == 0; j++)
			r = add(filter, &lists[i]->calls[j]);
	}
	return r;
}

int filter_load(enum sandbox_profile profile, bool landlocked)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!filter)
		return -ENOMEM;
	r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = fill(filter, profile, landlocked);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

static bool seen(const struct sandbox_list **lists, size_t list, size_t row)
{
	for (size_t i = 0; i <= list; i++) {
		for (size_t j = 0; j < lists[i]->n && (i < list || j < row); j++) {
			if (lists[i]->calls[j].number == lists[list]->calls[row].number)
				return true;
		}
	}
	return false;
}

size_t filter_count(enum sandbox_profile profile, bool landlocked)
{
	const struct sandbox_list *lists[LISTS];
	size_t n = collect(profile, landlocked, lists), count = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < lists[i]->n; j++)
			count += !seen(lists, i, j);
	}
	return count;
}
