/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "sandbox_calls.h"
#include "util.h"

#define NOFILE_MAX 1024u
#define DATA_MAX \
	(12ull << 30) /* bytes of memory that only this process has: resources and as much again */

/* Rights of later kernels than the headers that this is built with may be. */
#define FS_REFER     (1ull << 13) /* ABI 2 */
#define FS_TRUNCATE  (1ull << 14) /* ABI 3 */
#define FS_IOCTL_DEV (1ull << 15) /* ABI 5 */
#define NET_TCP      3ull         /* ABI 4: bind and connect */
#define SCOPED       3ull         /* ABI 6: abstract sockets and signals */

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* landlock_ruleset_attr as ABI 6 has it; the kernel takes shorter ones. */
struct ruleset {
	uint64_t fs, net, scoped;
};

static int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* A ruleset that handles all rights that the kernel knows. Its descriptor, or -1. */
static int ruleset_create(int abi)
{
	struct ruleset rules = { .fs = FS_REFER - 1 };
	size_t size = sizeof(rules.fs);

	if (abi >= 2)
		rules.fs |= FS_REFER;
	if (abi >= 3)
		rules.fs |= FS_TRUNCATE;
	if (abi >= 5)
		rules.fs |= FS_IOCTL_DEV;
	if (abi >= 4) {
		rules.net = NET_TCP;
		size = 2 * sizeof(uint64_t);
	}
	if (abi >= 6) {
		rules.scoped = SCOPED;
		size = sizeof(rules);
	}
	return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
}

static int ruleset_enforce(int ruleset)
{
	return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
}

static void ruleset_allow(int ruleset, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };
	_cleanup_fd_ int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return; /* what is not there needs no right */
	rule.parent_fd = fd;
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* Drivers load their libraries, look at the system, and open their device nodes. */
static void files_of_the_system(int abi)
{
	static const char *const readable[] = { "/usr", "/lib", "/lib32", "/lib64", "/libx32",
		"/opt", "/etc", "/proc", "/sys" };
	_cleanup_fd_ int ruleset = ruleset_create(abi);

	if (ruleset < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(readable); i++)
		ruleset_allow(ruleset, readable[i], FS_READ | LANDLOCK_ACCESS_FS_EXECUTE);
	ruleset_allow(ruleset, "/dev",
		FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | (abi >= 5 ? FS_IOCTL_DEV : 0));
	ruleset_enforce(ruleset);
}

static void limit(__rlimit_resource_t which, rlim_t value)
{
	struct rlimit limits = { .rlim_cur = value, .rlim_max = value };

	/* A lower hard limit than this stays. */
	if (setrlimit(which, &limits) < 0)
		log_debug("resource limit %d: %s", (int)which, strerror(errno));
}

int sandbox_begin(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (sandbox_n_sanitizer_calls == 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* No limit of address space: drivers, and sanitizers more so, reserve far more than they use. */
	if (sandbox_n_sanitizer_calls == 0)
		limit(RLIMIT_DATA, DATA_MAX);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, NOFILE_MAX);
	limit(RLIMIT_MEMLOCK, 0);
	limit(RLIMIT_MSGQUEUE, 0);
	limit(RLIMIT_RTPRIO, 0);
	if (landlock_abi() > 0)
		files_of_the_system(landlock_abi());
	return 0;
}

void sandbox_forget_files(void)
{
	int abi = landlock_abi();
	_cleanup_fd_ int ruleset = abi > 0 ? ruleset_create(abi) : -1;

	if (ruleset >= 0 && ruleset_enforce(ruleset) < 0)
		log_warning("Landlock rules cannot be enforced: %s", strerror(errno));
}

static int filter_add(scmp_filter_ctx filter, const struct sandbox_call *call)
{
	struct scmp_arg_cmp value = { .arg = call->index,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = call->mask,
		.datum_b = call->value };
	struct scmp_arg_cmp self = { .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid() };

	switch ((enum sandbox_check)call->check) {
	case CHECK_SELF:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number, 1, self);
	case CHECK_VALUE:
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number, 1, value);
	case CHECK_NONE:
		break;
	}
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call->number, 0);
}

static int filter_add_all(scmp_filter_ctx filter, const struct sandbox_call *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = filter_add(filter, &calls[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int filter_fill(scmp_filter_ctx filter, bool hardware)
{
	int r = filter_add_all(filter, sandbox_calls, sandbox_n_calls);

	/* The C library falls back to clone, whose flags can be looked at. */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (r == 0 && hardware)
		r = filter_add_all(filter, sandbox_hardware_calls, sandbox_n_hardware_calls);
	if (r == 0)
		r = filter_add_all(filter, sandbox_sanitizer_calls, sandbox_n_sanitizer_calls);
	return r;
}

static int filter_load(bool hardware)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!filter)
		return -ENOMEM;
	r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = filter_fill(filter, hardware);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* How many different calls are allowed. */
static size_t count_calls(bool hardware)
{
	size_t n = 0;

	for (size_t i = 0; i < sandbox_n_calls; i++)
		n += i == 0 || sandbox_calls[i].number != sandbox_calls[i - 1].number;
	if (hardware)
		n += sandbox_n_hardware_calls;
	return n + sandbox_n_sanitizer_calls;
}

int sandbox_finish(bool hardware, char *ret_text, size_t size)
{
	int abi = landlock_abi(), r;
	char landlock[32] = "no landlock";

	if (abi > 0)
		snprintf(landlock, sizeof(landlock), "landlock ABI %d", abi);
	sandbox_forget_files();
	r = filter_load(hardware);
	if (r < 0)
		return r;
	snprintf(ret_text, size, "seccomp (%zu calls), %s, no_new_privs%s", count_calls(hardware),
		landlock, sandbox_n_sanitizer_calls > 0 ? ", loosened for sanitizers" : "");
	return 0;
}
