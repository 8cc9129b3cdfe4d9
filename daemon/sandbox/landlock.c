/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "util.h"

/* Rights of later kernels than the headers that this is built with may be. */
#define FS_REFER     (1ull << 13) /* ABI 2 */
#define FS_TRUNCATE  (1ull << 14) /* ABI 3 */
#define FS_IOCTL_DEV (1ull << 15) /* ABI 5 */
#define NET_TCP      3ull         /* ABI 4: bind and connect */
#define SCOPED       3ull         /* ABI 6: abstract sockets and signals */

#define FS_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* landlock_ruleset_attr as ABI 6 has it; the kernel takes shorter ones. */
struct ruleset {
	uint64_t fs, net, scoped;
};

/* What a profile's driver opens while it starts, and of that what it opens while it works. Patterns of glob(7). */
static const struct {
	const char *start[4], *work[3];
} nodes[SANDBOX_PROFILES] = {
	[SANDBOX_RENDER_NODE] = { .start = { "/dev/dri/*", "/dev/udmabuf" } },
	/* Each mapping of its memory wants a descriptor of its own. The rest of its nodes is for
	 * displays, for profilers and for MIG. */
	[SANDBOX_NVIDIA] = { .start = { "/dev/nvidia*", "/dev/nvidia-caps/*", "/dev/dri/*" },
		.work = { "/dev/nvidiactl", "/dev/nvidia[0-9]*", "/dev/nvidia-uvm" } },
};

int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* A ruleset that handles all rights that the kernel knows. Its descriptor, or negative errno. */
static int ruleset_create(int abi)
{
	struct ruleset rules = { .fs = FS_REFER - 1 };
	size_t size = sizeof(rules.fs);
	long fd;

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
	fd = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	return fd < 0 ? -errno : (int)fd;
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

static void allow_node(int ruleset, int abi, const char *pattern)
{
	uint64_t rights = FS_FILE | (abi >= 5 ? FS_IOCTL_DEV : 0);
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		ruleset_allow(ruleset, found.gl_pathv[i], rights);
	globfree(&found);
}

static void allow_system(int ruleset, int abi)
{
	static const char *const readable[] = { "/usr", "/lib", "/lib32", "/lib64", "/libx32",
		"/opt", "/etc", "/proc", "/sys" };
	static const char *const always[] = { "/dev/null", "/dev/zero", "/dev/random",
		"/dev/urandom" };

	for (size_t i = 0; i < ARRAY_SIZE(readable); i++)
		ruleset_allow(ruleset, readable[i], FS_READ | LANDLOCK_ACCESS_FS_EXECUTE);
	ruleset_allow(ruleset, "/dev", LANDLOCK_ACCESS_FS_READ_DIR);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		allow_node(ruleset, abi, always[i]);
}

/* The sanitizers of a build for tests read the process's own maps, and the programs for their reports. */
static void allow_sanitizers(int ruleset)
{
	if (sandbox_sanitizer_list.n > 0)
		ruleset_allow(ruleset, "/", FS_READ | LANDLOCK_ACCESS_FS_EXECUTE);
}

int landlock_begin(unsigned profiles)
{
	int abi = landlock_abi();
	_cleanup_fd_ int ruleset = abi > 0 ? ruleset_create(abi) : -1;

	if (abi == 0 || ruleset < 0)
		return abi == 0 ? 0 : ruleset;
	if (profiles & SANDBOX_RENDER)
		allow_system(ruleset, abi);
	for (size_t i = 0; i < SANDBOX_PROFILES; i++) {
		for (size_t j = 0; j < ARRAY_SIZE(nodes[i].start) && nodes[i].start[j]; j++) {
			if (profiles & SANDBOX_BIT(i))
				allow_node(ruleset, abi, nodes[i].start[j]);
		}
	}
	allow_sanitizers(ruleset);
	return ruleset_enforce(ruleset);
}

int landlock_finish(enum sandbox_profile profile)
{
	int abi = landlock_abi();
	_cleanup_fd_ int ruleset = abi > 0 ? ruleset_create(abi) : -1;

	if (abi == 0 || ruleset < 0)
		return abi == 0 ? 0 : ruleset;
	for (size_t j = 0; j < ARRAY_SIZE(nodes[profile].work) && nodes[profile].work[j]; j++)
		allow_node(ruleset, abi, nodes[profile].work[j]);
	allow_sanitizers(ruleset);
	return ruleset_enforce(ruleset);
}
