/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "ioctls.h"
#include "sanitized.h"
#include "util.h"

/* clang-format off */
#define IS(index, value)           { CHECK_MASKED, index, UINT32_MAX, (uint32_t)(value) }
#define BITS(index, mask, value)   { CHECK_MASKED, index, mask, value }
#define NULL_POINTER(index)        { CHECK_MASKED, index, UINT64_MAX, 0 }
#define SELF(index)                { CHECK_SELF, index, 0, 0 }
#define ALLOW(name)                { SCMP_SYS(name), { { CHECK_NONE, 0, 0, 0 } } }
#define ALLOW_IF(name, ...)        { SCMP_SYS(name), { __VA_ARGS__ } }
#define LIST(rows)                 { rows, ARRAY_SIZE(rows) }

/* A thread of this process; no new process, no new namespace. */
#define THREAD_FLAGS (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
#define NAMESPACE_FLAGS                                                                \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
		CLONE_NEWPID | CLONE_NEWNET)
/* Opening what is there: nothing is made, cut off or opened as a mere name. */
#define LARGE_FILE 0100000u /* the kernel's O_LARGEFILE, which is 0 for 64-bit programs */
#define OPEN_FLAGS (O_ACCMODE | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | LARGE_FILE)
#define KCMP_FILE 0u /* linux/kcmp.h */
/* An ioctl by its type and number, whatever its size and direction: ioctls.h. */
#define ALLOW_IOCTL(type, number)  ALLOW_IF(ioctl, BITS(1, 0xffff, (type) << 8 | (number)))

/* ---- all processes */

static const struct sandbox_call every_call[] = {
	/* open descriptors: the log, links, guests, viewers, rings */
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
	ALLOW_IF(ioctl, IS(1, FIONBIO)), /* libuv's way to make one nonblocking */
	ALLOW_IF(ioctl, IS(1, SIOCOUTQ)), /* what a guest or a viewer has not taken yet */
	ALLOW_IF(fcntl, IS(1, F_DUPFD_CLOEXEC)),
	ALLOW_IF(fcntl, IS(1, F_GETFL)),
	ALLOW_IF(fcntl, IS(1, F_SETFL)),
	ALLOW_IF(fcntl, IS(1, F_GETFD)),
	ALLOW_IF(fcntl, IS(1, F_SETFD)),
	ALLOW_IF(fcntl, IS(1, F_ADD_SEALS)),
	ALLOW(fstat), /* glibc's fstat() from 2.39 on; before, it is newfstatat */
	/* memory */
	ALLOW(memfd_create),
	ALLOW(ftruncate),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(madvise),
	ALLOW(brk),
	/* threads */
	ALLOW_IF(clone, BITS(0, THREAD_FLAGS | NAMESPACE_FLAGS, THREAD_FLAGS)),
	ALLOW(futex),
	ALLOW(set_robust_list),
	ALLOW(rseq),
	ALLOW(sched_yield),
	ALLOW(sched_getaffinity),
	ALLOW_IF(prctl, IS(0, PR_SET_NAME)),
	ALLOW(exit),
	ALLOW(exit_group),
	/* signals: to ourselves, as abort() does */
	ALLOW_IF(tgkill, SELF(0)),
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
	ALLOW_IF(prlimit64, IS(0, 0), NULL_POINTER(2)), /* ask, not set */
};

/* ---- render processes */

/* The shader compiler makes code. */
static const struct sandbox_call render_calls[] = {
	ALLOW(mmap),
	ALLOW(mprotect),
};

/* What drivers of hardware do besides their ioctls, with what is open and with this process alone. */
static const struct sandbox_call driver_calls[] = {
	ALLOW(poll),
	ALLOW(ppoll),
	ALLOW(lseek),
	ALLOW(mincore),
	ALLOW(dup),
	ALLOW(eventfd2),
	ALLOW(pipe2),
	ALLOW(sysinfo),
	ALLOW_IF(newfstatat, IS(3, AT_EMPTY_PATH)),
	ALLOW_IF(kcmp, SELF(0), SELF(1), IS(2, KCMP_FILE)),
};

/* Mesa on a render node: what is not tied to a screen, the driver's own, fences, shared buffers. */
static const struct sandbox_call drm_calls[] = {
	ALLOW_IOCTL(DRM_TYPE, DRM_VERSION),
	ALLOW_IOCTL(DRM_TYPE, DRM_GEM_CLOSE),
	ALLOW_IOCTL(DRM_TYPE, DRM_GET_CAP),
	ALLOW_IOCTL(DRM_TYPE, DRM_PRIME_HANDLE_TO_FD),
	ALLOW_IOCTL(DRM_TYPE, DRM_PRIME_FD_TO_HANDLE),
	ALLOW_IF(ioctl, BITS(1, 0xffc0, DRM_TYPE << 8 | DRM_DRIVER_40)),
	ALLOW_IF(ioctl, BITS(1, 0xffe0, DRM_TYPE << 8 | DRM_DRIVER_80)),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_CREATE),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_DESTROY),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_HANDLE_TO_FD),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_FD_TO_HANDLE),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_WAIT),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_RESET),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_SIGNAL),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_TIMELINE_WAIT),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_QUERY),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_TRANSFER),
	ALLOW_IOCTL(DRM_TYPE, DRM_SYNCOBJ_TIMELINE_SIGNAL),
	ALLOW_IOCTL(SYNC_FILE_TYPE, SYNC_FILE_MERGE),
	ALLOW_IOCTL(SYNC_FILE_TYPE, SYNC_FILE_INFO),
	ALLOW_IOCTL(DMA_BUF_TYPE, DMA_BUF_SYNC),
	ALLOW_IOCTL(DMA_BUF_TYPE, DMA_BUF_EXPORT_SYNC_FILE),
	ALLOW_IOCTL(DMA_BUF_TYPE, DMA_BUF_IMPORT_SYNC_FILE),
};

/*
 * NVIDIA's nodes do not look at an ioctl's type, only at its number; so the numbers are what is
 * filtered. Not among them: the call that wraps another one, settings, registers, I2C, objects
 * handed to other processes.
 */
static const struct sandbox_call nvidia_calls[] = {
	ALLOW_IOCTL(NV_TYPE, NV_RM_ALLOC_MEMORY),
	ALLOW_IOCTL(NV_TYPE, NV_RM_ALLOC_OBJECT),
	ALLOW_IOCTL(NV_TYPE, NV_RM_FREE),
	ALLOW_IOCTL(NV_TYPE, NV_RM_CONTROL),
	ALLOW_IOCTL(NV_TYPE, NV_RM_ALLOC),
	ALLOW_IOCTL(NV_TYPE, NV_RM_DUP_OBJECT),
	ALLOW_IOCTL(NV_TYPE, NV_RM_SHARE),
	ALLOW_IOCTL(NV_TYPE, NV_RM_IDLE_CHANNELS),
	ALLOW_IOCTL(NV_TYPE, NV_RM_VID_HEAP_CONTROL),
	ALLOW_IOCTL(NV_TYPE, NV_RM_MAP_MEMORY),
	ALLOW_IOCTL(NV_TYPE, NV_RM_UNMAP_MEMORY),
	ALLOW_IOCTL(NV_TYPE, NV_RM_GET_EVENT_DATA),
	ALLOW_IOCTL(NV_TYPE, NV_RM_ALLOC_CONTEXT_DMA),
	ALLOW_IOCTL(NV_TYPE, NV_RM_MAP_MEMORY_DMA),
	ALLOW_IOCTL(NV_TYPE, NV_RM_UNMAP_MEMORY_DMA),
	ALLOW_IOCTL(NV_TYPE, NV_RM_BIND_CONTEXT_DMA),
	ALLOW_IOCTL(NV_TYPE, NV_RM_UPDATE_DEVICE_MAPPING),
	ALLOW_IOCTL(NV_TYPE, NV_CARD_INFO),
	ALLOW_IOCTL(NV_TYPE, NV_REGISTER_FD),
	ALLOW_IOCTL(NV_TYPE, NV_ALLOC_OS_EVENT),
	ALLOW_IOCTL(NV_TYPE, NV_FREE_OS_EVENT),
	ALLOW_IOCTL(NV_TYPE, NV_STATUS_CODE),
	ALLOW_IOCTL(NV_TYPE, NV_CHECK_VERSION),
	ALLOW_IOCTL(NV_TYPE, NV_ATTACH_GPUS_TO_FD),
	ALLOW_IOCTL(NV_TYPE, NV_SYS_PARAMS),
	ALLOW_IOCTL(NV_TYPE, NV_WAIT_OPEN_COMPLETE),
	/* Unified memory's are bare numbers. Not among them: those of profilers, which reach into processes. */
	ALLOW_IF(ioctl, IS(1, UVM_INITIALIZE)),
	ALLOW_IF(ioctl, IS(1, UVM_DEINITIALIZE)),
	ALLOW_IF(ioctl, IS(1, UVM_REGISTER_GPU_VASPACE)),
	ALLOW_IF(ioctl, IS(1, UVM_UNREGISTER_GPU_VASPACE)),
	ALLOW_IF(ioctl, IS(1, UVM_REGISTER_CHANNEL)),
	ALLOW_IF(ioctl, IS(1, UVM_UNREGISTER_CHANNEL)),
	ALLOW_IF(ioctl, IS(1, UVM_MAP_EXTERNAL_ALLOCATION)),
	ALLOW_IF(ioctl, IS(1, UVM_FREE)),
	ALLOW_IF(ioctl, IS(1, UVM_REGISTER_GPU)),
	ALLOW_IF(ioctl, IS(1, UVM_UNREGISTER_GPU)),
	ALLOW_IF(ioctl, IS(1, UVM_PAGEABLE_MEM_ACCESS)),
	ALLOW_IF(ioctl, IS(1, UVM_UNMAP_EXTERNAL)),
	ALLOW_IF(ioctl, IS(1, UVM_VALIDATE_VA_RANGE)),
	ALLOW_IF(ioctl, IS(1, UVM_CREATE_EXTERNAL_RANGE)),
	ALLOW_IF(ioctl, IS(1, UVM_MM_INITIALIZE)),
};

/* It opens its nodes as long as it works; looking at names tells what there is, and no more. */
static const struct sandbox_call nvidia_files[] = {
	ALLOW_IF(openat, BITS(2, (uint32_t)~OPEN_FLAGS, 0)),
	ALLOW(newfstatat),
};

/* ---- view processes */

/* Viewers' connections. Nothing here makes code: no memory can be made executable. */
static const struct sandbox_call view_calls[] = {
	ALLOW(accept4),
	ALLOW(getpeername),
	ALLOW_IF(setsockopt, IS(1, SOL_SOCKET), IS(2, SO_KEEPALIVE)),
	ALLOW_IF(setsockopt, IS(1, IPPROTO_TCP), IS(2, TCP_NODELAY)),
	ALLOW_IF(setsockopt, IS(1, IPPROTO_TCP), IS(2, TCP_KEEPIDLE)),
	ALLOW(uname),                     /* libvncserver asks for the host's name */
	ALLOW_IF(mmap, BITS(2, PROT_EXEC, 0)),
	ALLOW_IF(mprotect, BITS(2, PROT_EXEC, 0)),
	ALLOW_IF(newfstatat, IS(3, AT_EMPTY_PATH)),
	ALLOW_IF(fcntl, IS(1, F_GET_SEALS)),
	ALLOW(fstatfs), /* is it plain memory? */
	ALLOW(lseek),
};
/* clang-format on */

/* ---- sanitizers */

#ifdef SANITIZED
static const struct sandbox_call sanitizer_calls[] = {
	ALLOW(open),
	ALLOW(openat),
	ALLOW(readlink),
	ALLOW(newfstatat),
	ALLOW(lseek),
	ALLOW(getdents),
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
	ALLOW(mmap),
	ALLOW(mprotect),
	ALLOW(arch_prctl),
	ALLOW(uname),
	ALLOW(tgkill),
	ALLOW(getrlimit),
	ALLOW(unlink),
	ALLOW(rt_tgsigqueueinfo),
};
const struct sandbox_list sandbox_sanitizer_list = LIST(sanitizer_calls);
#else
const struct sandbox_list sandbox_sanitizer_list = { NULL, 0 };
#endif

static const struct sandbox_list every = LIST(every_call);
static const struct sandbox_list render = LIST(render_calls);
static const struct sandbox_list driver = LIST(driver_calls);
static const struct sandbox_list drm = LIST(drm_calls);
static const struct sandbox_list nvidia = LIST(nvidia_calls);
static const struct sandbox_list nvidia_open = LIST(nvidia_files);
static const struct sandbox_list view = LIST(view_calls);

const struct sandbox_list *const sandbox_lists[SANDBOX_PROFILES][SANDBOX_LISTS_MAX] = {
	[SANDBOX_SOFTWARE] = { &every, &render },
	[SANDBOX_RENDER_NODE] = { &every, &render, &driver, &drm },
	[SANDBOX_NVIDIA] = { &every, &render, &driver, &nvidia },
	[SANDBOX_VIEW] = { &every, &view },
};

const struct sandbox_list *const sandbox_landlocked[SANDBOX_PROFILES] = {
	[SANDBOX_NVIDIA] = &nvidia_open,
};
