/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox_calls.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "util.h"

#define ALLOW(name)                                 \
	{                                           \
		SCMP_SYS(name), CHECK_NONE, 0, 0, 0 \
	}
#define ALLOW_SELF(name)                            \
	{                                           \
		SCMP_SYS(name), CHECK_SELF, 0, 0, 0 \
	}
#define ALLOW_IF(name, index, mask, wanted)                      \
	{                                                        \
		SCMP_SYS(name), CHECK_VALUE, index, mask, wanted \
	}
#define EXACT UINT32_MAX

/* A thread of this process; no new process, no new namespace. */
#define THREAD_FLAGS (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
#define NAMESPACE_FLAGS                                                                \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
		CLONE_NEWPID | CLONE_NEWNET)

const struct sandbox_call sandbox_calls[] = {
	/* open descriptors: the log, links, guests, rings */
	ALLOW(read),
	ALLOW(write),
	ALLOW(readv),
	ALLOW(writev),
	ALLOW(close),
	ALLOW(recvfrom),
	ALLOW(recvmsg),
	ALLOW(sendto),
	ALLOW(sendmsg),
	ALLOW(shutdown),
	ALLOW(epoll_ctl),
	ALLOW(epoll_wait),
	ALLOW(epoll_pwait),
	ALLOW_IF(ioctl, 1, EXACT, FIONBIO),
	ALLOW_IF(fcntl, 1, EXACT, F_DUPFD_CLOEXEC),
	ALLOW_IF(fcntl, 1, EXACT, F_GETFL),
	ALLOW_IF(fcntl, 1, EXACT, F_SETFL),
	ALLOW_IF(fcntl, 1, EXACT, F_GETFD),
	ALLOW_IF(fcntl, 1, EXACT, F_SETFD),
	ALLOW_IF(fcntl, 1, EXACT, F_ADD_SEALS),
	/* memory; the shader compiler makes code */
	ALLOW(memfd_create),
	ALLOW(ftruncate),
	ALLOW(mmap),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(mprotect),
	ALLOW(madvise),
	ALLOW(brk),
	/* threads */
	ALLOW_IF(clone, 0, THREAD_FLAGS | NAMESPACE_FLAGS, THREAD_FLAGS),
	ALLOW(futex),
	ALLOW(set_robust_list),
	ALLOW(rseq),
	ALLOW(sched_yield),
	ALLOW(sched_getaffinity),
	ALLOW_IF(prctl, 0, EXACT, PR_SET_NAME),
	ALLOW(exit),
	ALLOW(exit_group),
	/* signals: to ourselves, as abort() does */
	ALLOW_SELF(tgkill),
	ALLOW(rt_sigaction),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(sigaltstack),
	ALLOW(restart_syscall),
	/* time, identity, chance */
	ALLOW(clock_gettime),
	ALLOW(clock_getres),
	ALLOW(clock_nanosleep),
	ALLOW(nanosleep),
	ALLOW(gettimeofday),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getuid),
	ALLOW(geteuid),
	ALLOW(getrandom),
};
const size_t sandbox_n_calls = ARRAY_SIZE(sandbox_calls);

const struct sandbox_call sandbox_hardware_calls[] = {
	/* on what is open: sockets, and the device nodes that the driver opened at its start */
	ALLOW(ioctl),
	ALLOW(poll),
	ALLOW(ppoll),
	ALLOW(mincore),
};
const size_t sandbox_n_hardware_calls = ARRAY_SIZE(sandbox_hardware_calls);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
const struct sandbox_call sandbox_sanitizer_calls[] = {
	ALLOW(open),
	ALLOW(openat),
	ALLOW(readlink),
	ALLOW(newfstatat),
	ALLOW(fstat),
	ALLOW(lseek),
	ALLOW(getdents64),
	ALLOW(clone),
	ALLOW(ptrace),
	ALLOW(wait4),
	ALLOW(prctl),
	ALLOW(getppid),
	ALLOW(prlimit64),
	ALLOW(sysinfo),
	ALLOW(ioctl),
	ALLOW(pipe),
	ALLOW(pipe2),
	ALLOW(arch_prctl),
	ALLOW(uname),
	ALLOW(tgkill),
	ALLOW(getrlimit),
	ALLOW(unlink),
	ALLOW(rt_tgsigqueueinfo),
};
const size_t sandbox_n_sanitizer_calls = ARRAY_SIZE(sandbox_sanitizer_calls);
#else
const struct sandbox_call sandbox_sanitizer_calls[] = { ALLOW(read) };
const size_t sandbox_n_sanitizer_calls = 0;
#endif
