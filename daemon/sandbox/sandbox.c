/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "calls.h"
#include "filter.h"
#include "landlock.h"
#include "log.h"

#define NOFILE_RENDER 1024u  /* at least; more where orield has far more, ... */
#define NOFILE_MOST   16384u /* ... up to this */
#define NOFILE_VIEW   1000u  /* libvncserver keeps descriptors in an fd_set, which ends at 1024 */
#define DATA_VIEW     (12ull << 30) /* bytes: pictures, and the queues of many viewers */

const char *sandbox_name(enum sandbox_profile profile)
{
	static const char *const names[SANDBOX_PROFILES] = {
		[SANDBOX_SOFTWARE] = "software",
		[SANDBOX_RENDER_NODE] = "render-node",
		[SANDBOX_NVIDIA] = "nvidia",
		[SANDBOX_VIEW] = "view",
	};

	return names[profile];
}

/* A lower hard limit than this stays. */
static void limit(__rlimit_resource_t which, rlim_t most)
{
	struct rlimit limits;

	if (getrlimit(which, &limits) < 0)
		return;
	if (limits.rlim_max > most)
		limits.rlim_max = most;
	limits.rlim_cur = limits.rlim_max;
	if (setrlimit(which, &limits) < 0)
		log_debug("resource limit %d: %s", (int)which, strerror(errno));
}

void sandbox_limit_memory(uint64_t bytes)
{
	if (bytes > 0 && sandbox_sanitizer_list.n == 0)
		limit(RLIMIT_DATA, bytes);
}

/*
 * So many descriptors may also be under way to guests of all render processes together (unix(7),
 * ETOOMANYREFS). The part leaves room for orield, if one of them was taken over.
 */
static rlim_t nofile_render(void)
{
	struct rlimit files = { 0, 0 };

	getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_max / 4 < NOFILE_RENDER)
		return NOFILE_RENDER;
	return files.rlim_max / 4 < NOFILE_MOST ? files.rlim_max / 4 : NOFILE_MOST;
}

int sandbox_begin(unsigned profiles)
{
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	/* No other process of this user looks inside; the leak checker of sanitized builds has to. */
	if (sandbox_sanitizer_list.n == 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (profiles & SANDBOX_BIT(SANDBOX_VIEW))
		sandbox_limit_memory(DATA_VIEW);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, profiles & SANDBOX_BIT(SANDBOX_VIEW) ? NOFILE_VIEW : nofile_render());
	limit(RLIMIT_MEMLOCK, 0);
	limit(RLIMIT_MSGQUEUE, 0);
	limit(RLIMIT_RTPRIO, 0);
	r = landlock_begin(profiles);
	if (r < 0)
		log_warning("Landlock rules cannot be enforced: %s", strerror(-r));
	return 0;
}

void sandbox_forget_files(enum sandbox_profile profile)
{
	int r = landlock_finish(profile);

	if (r < 0)
		log_warning("Landlock rules cannot be enforced: %s", strerror(-r));
}

int sandbox_finish(enum sandbox_profile profile, char *ret_text, size_t size)
{
	int abi = landlock_abi(), r;
	bool landlocked = landlock_finish(profile) == 0 && abi > 0;
	char landlock[32] = "no landlock";

	if (landlocked)
		snprintf(landlock, sizeof(landlock), "landlock ABI %d", abi);
	r = filter_load(profile, landlocked);
	if (r < 0)
		return r;
	snprintf(ret_text, size, "%s: seccomp (%zu calls), %s, no_new_privs%s",
		sandbox_name(profile), filter_count(profile, landlocked), landlock,
		sandbox_sanitizer_list.n > 0 ? ", loosened for sanitizers" : "");
	return 0;
}
