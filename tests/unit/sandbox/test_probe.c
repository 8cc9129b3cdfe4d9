/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe: under each profile's real filter, what a process that has been taken over would try.
 * Each row is a call and what comes of it by profile. Filters look at numbers and arguments, so no
 * device is needed: an ioctl that is let through to /dev/null fails with ENOTTY there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "filter.h"
#include "util.h"

/* What an argument stands for when the row is tried; all else is the number itself. */
#define SELF   0xf00d0000L /* our process id */
#define OTHER  0xf00d0001L /* our parent's */
#define THREAD 0xf00d0002L /* our thread id */
#define NULLFD 0xf00d0003L /* a descriptor of /dev/null */
#define SOCKET 0xf00d0004L /* one of a socket */
#define PATH   0xf00d0005L /* a file's name */
#define BUFFER 0xf00d0006L /* memory */
#define EMPTY  0xf00d0007L /* an empty name */
#define PAGE   0xf00d0008L /* a page of memory of its own */
#define MEMFD  0xf00d0009L /* a descriptor of a memfd */

/* What comes of a call. */
#define NO  EPERM /* the filter refuses it */
#define OK  0     /* it succeeds */
#define ANY (-1)  /* it is let through; what the kernel makes of it does not matter */

struct row {
	const char *name;
	int expected[SANDBOX_PROFILES]; /* by profile: NO, OK, ANY or an errno */
	long number;
	long arguments[6];
};

/* clang-format off */
#define ALL(result)   { result, result, result, result }
#define RENDER(result, in_view) { result, result, result, in_view }
#define HARDWARE(result) { NO, result, result, NO }
#define DRM(result)   { NO, result, NO, NO }
#define NVIDIA(result) { NO, NO, result, NO }
#define VIEW(result)  { NO, NO, NO, result }
#define CALL(name)    SYS_##name
#define IOCTL(request) SYS_ioctl, { NULLFD, (long)(request), BUFFER }
/* An ioctl as the kernel's headers make one that reads and writes 16 bytes. */
#define IOWR(type, number) _IOC(_IOC_READ | _IOC_WRITE, type, number, 16)

static const struct row rows[] = {
	/* files: what NVIDIA's driver may try is Landlock's to refuse, see test_sandbox.c */
	{ "open", ALL(NO), CALL(open), { PATH, O_RDONLY } },
	{ "open to write", ALL(NO), CALL(open), { PATH, O_WRONLY } },
	{ "creat", ALL(NO), CALL(creat), { PATH, 0600 } },
	{ "openat to read", NVIDIA(ANY), CALL(openat), { AT_FDCWD, PATH, O_RDONLY } },
	{ "openat to write", NVIDIA(ANY), CALL(openat), { AT_FDCWD, PATH, O_RDWR | O_CLOEXEC } },
	{ "openat to create", ALL(NO), CALL(openat), { AT_FDCWD, PATH, O_RDWR | O_CREAT, 0600 } },
	{ "openat to truncate", ALL(NO), CALL(openat), { AT_FDCWD, PATH, O_WRONLY | O_TRUNC } },
	{ "openat of a name", ALL(NO), CALL(openat), { AT_FDCWD, PATH, O_PATH } },
	{ "openat of a new file", ALL(NO), CALL(openat), { AT_FDCWD, PATH, O_RDWR | O_TMPFILE, 0600 } },
	{ "openat2", ALL(NO), SYS_openat2, { AT_FDCWD, PATH, BUFFER, 24 } },
	{ "open_by_handle_at", ALL(NO), CALL(open_by_handle_at), { AT_FDCWD, BUFFER, O_RDONLY } },
	{ "stat of a name", NVIDIA(ANY), CALL(newfstatat), { AT_FDCWD, PATH, BUFFER, 0 } },
	{ "fstat", ALL(OK), CALL(fstat), { NULLFD, BUFFER } },
	{ "stat of a descriptor", { NO, OK, OK, OK }, CALL(newfstatat), { NULLFD, EMPTY, BUFFER, AT_EMPTY_PATH } },
	{ "statx", ALL(NO), CALL(statx), { AT_FDCWD, PATH, 0, 0x7ff, BUFFER } },
	{ "access", ALL(NO), CALL(access), { PATH, 0 } },
	{ "readlink", ALL(NO), CALL(readlink), { PATH, BUFFER, 64 } },
	{ "getdents64", ALL(NO), CALL(getdents64), { NULLFD, BUFFER, 64 } },
	{ "unlink", ALL(NO), CALL(unlink), { PATH } },
	{ "unlinkat", ALL(NO), CALL(unlinkat), { AT_FDCWD, PATH, 0 } },
	{ "rename", ALL(NO), CALL(rename), { PATH, PATH } },
	{ "link", ALL(NO), CALL(link), { PATH, PATH } },
	{ "symlink", ALL(NO), CALL(symlink), { PATH, PATH } },
	{ "mkdir", ALL(NO), CALL(mkdir), { PATH, 0700 } },
	{ "mknod", ALL(NO), CALL(mknod), { PATH, 0600, 0 } },
	{ "chmod", ALL(NO), CALL(chmod), { PATH, 0777 } },
	{ "fchmod", ALL(NO), CALL(fchmod), { NULLFD, 0777 } },
	{ "chown", ALL(NO), CALL(chown), { PATH, 0, 0 } },
	{ "truncate", ALL(NO), CALL(truncate), { PATH, 0 } },
	{ "setxattr", ALL(NO), CALL(setxattr), { PATH, PATH, BUFFER, 1 } },
	{ "chdir", ALL(NO), CALL(chdir), { PATH } },
	{ "chroot", ALL(NO), CALL(chroot), { PATH } },
	{ "inotify_init1", ALL(NO), CALL(inotify_init1), { 0 } },
	{ "name_to_handle_at", ALL(NO), CALL(name_to_handle_at), { AT_FDCWD, PATH, BUFFER, BUFFER } },
	{ "mount", ALL(NO), CALL(mount), { PATH, PATH, PATH, 0, 0 } },
	{ "umount2", ALL(NO), CALL(umount2), { PATH, 0 } },
	{ "pivot_root", ALL(NO), CALL(pivot_root), { PATH, PATH } },
	{ "fsopen", ALL(NO), CALL(fsopen), { PATH, 0 } },
	{ "open_tree", ALL(NO), CALL(open_tree), { AT_FDCWD, PATH, 0 } },
	{ "move_mount", ALL(NO), CALL(move_mount), { AT_FDCWD, PATH, AT_FDCWD, PATH, 0 } },
	{ "sendfile", ALL(NO), CALL(sendfile), { NULLFD, NULLFD, 0, 0 } },
	{ "splice", ALL(NO), CALL(splice), { NULLFD, 0, NULLFD, 0, 0, 0 } },

	/* sockets */
	{ "socket AF_UNIX", ALL(NO), CALL(socket), { AF_UNIX, SOCK_STREAM, 0 } },
	{ "socket AF_INET", ALL(NO), CALL(socket), { AF_INET, SOCK_STREAM, 0 } },
	{ "socket AF_INET6", ALL(NO), CALL(socket), { AF_INET6, SOCK_DGRAM, 0 } },
	{ "socket AF_NETLINK", ALL(NO), CALL(socket), { AF_NETLINK, SOCK_RAW, 0 } },
	{ "socket AF_PACKET", ALL(NO), CALL(socket), { AF_PACKET, SOCK_RAW, 0 } },
	{ "socket AF_VSOCK", ALL(NO), CALL(socket), { AF_VSOCK, SOCK_STREAM, 0 } },
	{ "socket AF_ALG", ALL(NO), CALL(socket), { AF_ALG, SOCK_SEQPACKET, 0 } },
	{ "socketpair", ALL(NO), CALL(socketpair), { AF_UNIX, SOCK_STREAM, 0, BUFFER } },
	{ "connect", ALL(NO), CALL(connect), { SOCKET, BUFFER, sizeof(struct sockaddr_un) } },
	{ "bind", ALL(NO), CALL(bind), { SOCKET, BUFFER, sizeof(struct sockaddr_un) } },
	{ "listen", ALL(NO), CALL(listen), { SOCKET, 1 } },
	{ "accept", ALL(NO), CALL(accept), { SOCKET, 0, 0 } },
	{ "accept4", VIEW(EINVAL), CALL(accept4), { SOCKET, 0, 0, SOCK_CLOEXEC } },
	{ "getpeername", VIEW(ANY), CALL(getpeername), { SOCKET, BUFFER, BUFFER } },
	{ "setsockopt TCP_NODELAY", VIEW(ANY), CALL(setsockopt), { SOCKET, IPPROTO_TCP, TCP_NODELAY, BUFFER, 4 } },
	{ "setsockopt SO_KEEPALIVE", VIEW(OK), CALL(setsockopt), { SOCKET, SOL_SOCKET, SO_KEEPALIVE, BUFFER, 4 } },
	{ "setsockopt SO_ATTACH_FILTER", ALL(NO), CALL(setsockopt), { SOCKET, SOL_SOCKET, SO_ATTACH_FILTER, BUFFER, 16 } },
	{ "setsockopt TCP_ULP", ALL(NO), CALL(setsockopt), { SOCKET, IPPROTO_TCP, 31, BUFFER, 3 } },
	{ "setsockopt of IP", ALL(NO), CALL(setsockopt), { SOCKET, IPPROTO_IP, 64, BUFFER, 16 } },
	{ "ioctl SIOCOUTQ", ALL(OK), SYS_ioctl, { SOCKET, SIOCOUTQ, BUFFER } },

	/* programs and processes */
	{ "execve", ALL(NO), CALL(execve), { PATH, 0, 0 } },
	{ "execveat of a memfd", ALL(NO), CALL(execveat), { MEMFD, EMPTY, 0, 0, AT_EMPTY_PATH } },
	{ "fork", ALL(NO), CALL(fork), { 0 } },
	{ "vfork", ALL(NO), CALL(vfork), { 0 } },
	{ "clone of a process", ALL(NO), CALL(clone), { SIGCHLD } },
	{ "clone without its own signals", ALL(NO), CALL(clone), { CLONE_VM | CLONE_SIGHAND } },
	{ "clone of a user namespace", ALL(NO), CALL(clone), { CLONE_NEWUSER | SIGCHLD } },
	{ "clone3", ALL(ENOSYS), CALL(clone3), { BUFFER, 64 } },
	{ "unshare", ALL(NO), CALL(unshare), { CLONE_NEWUSER } },
	{ "setns", ALL(NO), CALL(setns), { NULLFD, 0 } },
	{ "ptrace TRACEME", ALL(NO), CALL(ptrace), { PTRACE_TRACEME } },
	{ "ptrace ATTACH", ALL(NO), CALL(ptrace), { PTRACE_ATTACH, OTHER } },
	{ "process_vm_readv", ALL(NO), CALL(process_vm_readv), { OTHER, BUFFER, 0, BUFFER, 0, 0 } },
	{ "process_vm_writev", ALL(NO), CALL(process_vm_writev), { OTHER, BUFFER, 0, BUFFER, 0, 0 } },
	{ "process_madvise", ALL(NO), CALL(process_madvise), { NULLFD, BUFFER, 0, 0, 0 } },
	{ "pidfd_open", ALL(NO), CALL(pidfd_open), { OTHER, 0 } },
	{ "pidfd_getfd", ALL(NO), CALL(pidfd_getfd), { NULLFD, 0, 0 } },
	{ "pidfd_send_signal", ALL(NO), CALL(pidfd_send_signal), { NULLFD, 0, 0, 0 } },
	{ "kcmp of ours", HARDWARE(OK), CALL(kcmp), { SELF, SELF, 0, NULLFD, NULLFD } },
	{ "kcmp of another", ALL(NO), CALL(kcmp), { SELF, OTHER, 0, NULLFD, NULLFD } },
	{ "kcmp of memory", ALL(NO), CALL(kcmp), { SELF, SELF, 1 } },
	{ "wait4", ALL(NO), CALL(wait4), { -1, 0, WNOHANG, 0 } },

	/* signals */
	{ "kill of another", ALL(NO), CALL(kill), { OTHER, 0 } },
	{ "kill of all", ALL(NO), CALL(kill), { -1, 0 } },
	{ "kill of init", ALL(NO), CALL(kill), { 1, 0 } },
	{ "tkill", ALL(NO), CALL(tkill), { THREAD, 0 } },
	{ "tgkill of another", ALL(NO), CALL(tgkill), { OTHER, OTHER, 0 } },
	{ "tgkill of ours", ALL(OK), CALL(tgkill), { SELF, THREAD, 0 } },
	{ "rt_sigqueueinfo", ALL(NO), CALL(rt_sigqueueinfo), { OTHER, SIGTERM, BUFFER } },
	{ "rt_tgsigqueueinfo", ALL(NO), CALL(rt_tgsigqueueinfo), { OTHER, OTHER, SIGTERM, BUFFER } },
	{ "fcntl F_SETOWN", ALL(NO), CALL(fcntl), { SOCKET, F_SETOWN, OTHER } },
	{ "fcntl F_SETSIG", ALL(NO), CALL(fcntl), { SOCKET, F_SETSIG, SIGTERM } },
	{ "timer_create", ALL(NO), CALL(timer_create), { CLOCK_MONOTONIC, 0, BUFFER } },

	/* what a process is and may */
	{ "setuid", ALL(NO), CALL(setuid), { 0 } },
	{ "setresgid", ALL(NO), CALL(setresgid), { 0, 0, 0 } },
	{ "setgroups", ALL(NO), CALL(setgroups), { 0, 0 } },
	{ "capset", ALL(NO), CALL(capset), { BUFFER, BUFFER } },
	{ "personality", ALL(NO), CALL(personality), { 0x0400000 } },
	{ "prctl PR_SET_DUMPABLE", ALL(NO), CALL(prctl), { PR_SET_DUMPABLE, 1 } },
	{ "prctl PR_SET_PDEATHSIG", ALL(NO), CALL(prctl), { PR_SET_PDEATHSIG, 0 } },
	{ "prctl PR_SET_PTRACER", ALL(NO), CALL(prctl), { PR_SET_PTRACER, -1 } },
	{ "prctl PR_SET_MM", ALL(NO), CALL(prctl), { PR_SET_MM, 0 } },
	{ "prctl PR_SET_NAME", ALL(OK), CALL(prctl), { PR_SET_NAME, BUFFER } },
	{ "arch_prctl", ALL(NO), CALL(arch_prctl), { 0x1003, BUFFER } },
	{ "seccomp", ALL(NO), CALL(seccomp), { 0, 0, 0 } },
	{ "prlimit64 to raise", ALL(NO), CALL(prlimit64), { 0, RLIMIT_NOFILE, BUFFER, 0 } },
	{ "prlimit64 of another", ALL(NO), CALL(prlimit64), { OTHER, RLIMIT_NOFILE, 0, BUFFER } },
	{ "prlimit64 to ask", ALL(OK), CALL(prlimit64), { 0, RLIMIT_NOFILE, 0, BUFFER } },
	{ "setrlimit", ALL(NO), CALL(setrlimit), { RLIMIT_NOFILE, BUFFER } },
	{ "setpriority", ALL(NO), CALL(setpriority), { PRIO_PROCESS, OTHER, 0 } },
	{ "sched_setscheduler", ALL(NO), CALL(sched_setscheduler), { OTHER, SCHED_OTHER, BUFFER } },
	{ "sched_setaffinity", ALL(NO), CALL(sched_setaffinity), { OTHER, 8, BUFFER } },
	{ "setsid", ALL(NO), CALL(setsid), { 0 } },
	{ "umask", ALL(NO), CALL(umask), { 0 } },

	/* the kernel's larger engines */
	{ "bpf", ALL(NO), CALL(bpf), { 0, BUFFER, 0 } },
	{ "perf_event_open", ALL(NO), CALL(perf_event_open), { BUFFER, 0, -1, -1, 0 } },
	{ "io_uring_setup", ALL(NO), CALL(io_uring_setup), { 1, BUFFER } },
	{ "userfaultfd", ALL(NO), CALL(userfaultfd), { 0 } },
	{ "add_key", ALL(NO), CALL(add_key), { BUFFER, BUFFER, 0, 0, 0 } },
	{ "keyctl", ALL(NO), CALL(keyctl), { 0, 0 } },
	{ "request_key", ALL(NO), CALL(request_key), { BUFFER, BUFFER, 0, 0 } },
	{ "shmget", ALL(NO), CALL(shmget), { 0, 4096, 01600 } },
	{ "msgget", ALL(NO), CALL(msgget), { 0, 01600 } },
	{ "semget", ALL(NO), CALL(semget), { 0, 1, 01600 } },
	{ "mq_open", ALL(NO), CALL(mq_open), { PATH, O_CREAT, 0600, 0 } },
	{ "memfd_secret", ALL(NO), 447, { 0 } },
	{ "init_module", ALL(NO), CALL(init_module), { BUFFER, 0, BUFFER } },
	{ "kexec_load", ALL(NO), CALL(kexec_load), { 0, 0, 0, 0 } },
	{ "reboot", ALL(NO), CALL(reboot), { 0, 0, 0, 0 } },
	{ "syslog", ALL(NO), CALL(syslog), { 10, 0, 0 } },
	{ "quotactl", ALL(NO), CALL(quotactl), { 0, 0, 0, 0 } },
	{ "acct", ALL(NO), CALL(acct), { 0 } },
	{ "swapon", ALL(NO), CALL(swapon), { PATH, 0 } },
	{ "settimeofday", ALL(NO), CALL(settimeofday), { 0, 0 } },
	{ "clock_settime", ALL(NO), CALL(clock_settime), { 0, BUFFER } },
	{ "sethostname", ALL(NO), CALL(sethostname), { BUFFER, 0 } },
	{ "iopl", ALL(NO), CALL(iopl), { 3 } },
	{ "modify_ldt", ALL(NO), CALL(modify_ldt), { 0, 0, 0 } },
	{ "landlock_create_ruleset", ALL(NO), CALL(landlock_create_ruleset), { 0, 0, 1 } },
	{ "uname", VIEW(OK), CALL(uname), { BUFFER } },

	/* memory: shader compilers make code, view processes do not */
	{ "mmap to execute", RENDER(ANY, NO), CALL(mmap), { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
	{ "mprotect to execute", RENDER(OK, NO), CALL(mprotect), { PAGE, 4096, PROT_READ | PROT_EXEC } },
	{ "mprotect", ALL(OK), CALL(mprotect), { PAGE, 4096, PROT_READ | PROT_WRITE } },
	{ "pkey_mprotect", ALL(NO), CALL(pkey_mprotect), { PAGE, 4096, PROT_READ | PROT_EXEC, -1 } },
	{ "remap_file_pages", ALL(NO), CALL(remap_file_pages), { PAGE, 4096, 0, 0, 0 } },
	{ "mlock", ALL(NO), CALL(mlock), { PAGE, 4096 } },
	{ "madvise", ALL(OK), CALL(madvise), { PAGE, 4096, MADV_DONTNEED } },
	{ "memfd_create", ALL(ANY), CALL(memfd_create), { BUFFER, MFD_CLOEXEC } },
	{ "ftruncate", ALL(OK), CALL(ftruncate), { MEMFD, 4096 } },

	/* open descriptors */
	{ "read", ALL(OK), CALL(read), { NULLFD, BUFFER, 1 } },
	{ "write", ALL(ANY), CALL(write), { NULLFD, BUFFER, 1 } },
	{ "fcntl F_GETFL", ALL(ANY), CALL(fcntl), { NULLFD, F_GETFL } },
	{ "fcntl F_DUPFD_CLOEXEC", ALL(ANY), CALL(fcntl), { NULLFD, F_DUPFD_CLOEXEC, 50 } },
	{ "fcntl F_SETLEASE", ALL(NO), CALL(fcntl), { NULLFD, F_SETLEASE, 0 } },
	{ "fcntl F_NOTIFY", ALL(NO), CALL(fcntl), { NULLFD, F_NOTIFY, 0 } },
	{ "poll", HARDWARE(OK), CALL(poll), { BUFFER, 0, 0 } },
	{ "eventfd2", HARDWARE(ANY), CALL(eventfd2), { 0, EFD_CLOEXEC } },
	{ "recvfrom", ALL(ANY), CALL(recvfrom), { SOCKET, BUFFER, 1, MSG_DONTWAIT, 0, 0 } },
	{ "sched_yield", ALL(OK), CALL(sched_yield), { 0 } },
	{ "getrandom", ALL(ANY), CALL(getrandom), { BUFFER, 8, 0 } },
	{ "getppid", ALL(NO), CALL(getppid), { 0 } },
	{ "sysinfo", HARDWARE(OK), CALL(sysinfo), { BUFFER } },

	/* ioctls of any descriptor */
	{ "ioctl FIONBIO", ALL(OK), SYS_ioctl, { SOCKET, FIONBIO, BUFFER } },
	{ "ioctl FIONBIO with high bits", ALL(OK), SYS_ioctl, { SOCKET, (long)(FIONBIO | 1ull << 32), BUFFER } },
	{ "ioctl FIOASYNC", ALL(NO), SYS_ioctl, { SOCKET, FIOASYNC, BUFFER } },
	{ "ioctl TIOCSTI", ALL(NO), IOCTL(TIOCSTI) },
	{ "ioctl TIOCSTI with high bits", ALL(NO), IOCTL(TIOCSTI | 1ull << 32) },
	{ "ioctl TIOCLINUX", ALL(NO), IOCTL(TIOCLINUX) },
	{ "ioctl FIOCLEX", ALL(NO), IOCTL(FIOCLEX) },
	{ "ioctl SIOCGIFCONF", ALL(NO), IOCTL(0x8912) },
	{ "ioctl of a loop device", ALL(NO), IOCTL(0x4c00) },
	{ "ioctl of KVM", ALL(NO), IOCTL(IOWR(0xae, 1)) },
	{ "ioctl of a framebuffer", ALL(NO), IOCTL(0x4601) },

	/* the DRM */
	{ "DRM version", DRM(ENOTTY), IOCTL(IOWR('d', 0x00)) },
	{ "DRM gem close", DRM(ENOTTY), IOCTL(IOWR('d', 0x09)) },
	{ "DRM get cap", DRM(ENOTTY), IOCTL(IOWR('d', 0x0c)) },
	{ "DRM prime", DRM(ENOTTY), IOCTL(IOWR('d', 0x2d)) },
	{ "DRM prime import", DRM(ENOTTY), IOCTL(IOWR('d', 0x2e)) },
	{ "DRM driver's first", DRM(ENOTTY), IOCTL(IOWR('d', 0x40)) },
	{ "DRM driver's", DRM(ENOTTY), IOCTL(IOWR('d', 0x7f)) },
	{ "DRM driver's later", DRM(ENOTTY), IOCTL(IOWR('d', 0x80)) },
	{ "DRM driver's last", DRM(ENOTTY), IOCTL(IOWR('d', 0x9f)) },
	{ "DRM syncobj create", DRM(ENOTTY), IOCTL(IOWR('d', 0xbf)) },
	{ "DRM syncobj wait", DRM(ENOTTY), IOCTL(IOWR('d', 0xc3)) },
	{ "DRM syncobj timeline", DRM(ENOTTY), IOCTL(IOWR('d', 0xcd)) },
	{ "sync file merge", DRM(ENOTTY), IOCTL(IOWR('>', 3)) },
	{ "sync file info", DRM(ENOTTY), IOCTL(IOWR('>', 4)) },
	{ "dma-buf sync", DRM(ENOTTY), IOCTL(IOWR('b', 0)) },
	{ "dma-buf export of a fence", DRM(ENOTTY), IOCTL(IOWR('b', 2)) },
	{ "dma-buf name", ALL(NO), IOCTL(IOWR('b', 1)) },
	{ "DRM magic", ALL(NO), IOCTL(IOWR('d', 0x02)) },
	{ "DRM flink", ALL(NO), IOCTL(IOWR('d', 0x0a)) },
	{ "DRM gem open", ALL(NO), IOCTL(IOWR('d', 0x0b)) },
	{ "DRM auth magic", ALL(NO), IOCTL(IOWR('d', 0x11)) },
	{ "DRM set master", ALL(NO), IOCTL(IOWR('d', 0x1e)) },
	{ "DRM drop master", ALL(NO), IOCTL(IOWR('d', 0x1f)) },
	{ "DRM mode resources", ALL(NO), IOCTL(IOWR('d', 0xa0)) },
	{ "DRM mode crtc", ALL(NO), IOCTL(IOWR('d', 0xa2)) },
	{ "DRM mode dumb", ALL(NO), IOCTL(IOWR('d', 0xb2)) },
	{ "DRM mode atomic", ALL(NO), IOCTL(IOWR('d', 0xbc)) },
	{ "DRM lease", ALL(NO), IOCTL(IOWR('d', 0xc6)) },

	/* NVIDIA's */
	{ "nvidia card info", NVIDIA(ENOTTY), IOCTL(IOWR('F', 200)) },
	{ "nvidia register fd", NVIDIA(ENOTTY), IOCTL(IOWR('F', 201)) },
	{ "nvidia alloc", NVIDIA(ENOTTY), IOCTL(IOWR('F', 0x2b)) },
	{ "nvidia control", NVIDIA(ENOTTY), IOCTL(IOWR('F', 0x2a)) },
	{ "nvidia free", NVIDIA(ENOTTY), IOCTL(IOWR('F', 0x29)) },
	{ "nvidia map memory", NVIDIA(ENOTTY), IOCTL(IOWR('F', 0x4e)) },
	{ "nvidia map for DMA", NVIDIA(ENOTTY), IOCTL(IOWR('F', 0x57)) },
	{ "nvidia heap", NVIDIA(ENOTTY), IOCTL(IOWR('F', 0x4a)) },
	{ "nvidia control, by another type", ALL(NO), IOCTL(IOWR('G', 0x2a)) },
	{ "nvidia wrapped call", ALL(NO), IOCTL(IOWR('F', 211)) },
	{ "nvidia dma-buf export", ALL(NO), IOCTL(IOWR('F', 217)) },
	{ "nvidia config", ALL(NO), IOCTL(IOWR('F', 0x33)) },
	{ "nvidia I2C", ALL(NO), IOCTL(IOWR('F', 0x39)) },
	{ "nvidia registry", ALL(NO), IOCTL(IOWR('F', 0x4d)) },
	{ "nvidia export of an object", ALL(NO), IOCTL(IOWR('F', 0x5c)) },
	{ "nvidia import of an object", ALL(NO), IOCTL(IOWR('F', 0x5d)) },
	{ "nvidia-modeset", ALL(NO), IOCTL(IOWR('m', 0)) },
	{ "nvidia-uvm initialize", NVIDIA(ENOTTY), IOCTL(0x30000001) },
	{ "nvidia-uvm register", NVIDIA(ENOTTY), IOCTL(37) },
	{ "nvidia-uvm map", NVIDIA(ENOTTY), IOCTL(33) },
	{ "nvidia-uvm reading of a process", ALL(NO), IOCTL(62) },
	{ "nvidia-uvm writing of a process", ALL(NO), IOCTL(63) },
	{ "nvidia-uvm tools", ALL(NO), IOCTL(56) },
};
/* clang-format on */

static _Alignas(64) char buffer[4096];

/* Made before the filter. */
static struct {
	pid_t other;
	int null, socket, memfd;
	void *page;
} things;

static long value(long argument)
{
	switch (argument) {
	case SELF:
		return getpid();
	case OTHER:
		return things.other;
	case THREAD:
		return gettid();
	case NULLFD:
		return things.null;
	case SOCKET:
		return things.socket;
	case MEMFD:
		return things.memfd;
	case PATH:
		return (long)"/proc/self/oriel-probe";
	case EMPTY:
		return (long)"";
	case BUFFER:
		return (long)buffer;
	case PAGE:
		return (long)things.page;
	default:
		return argument;
	}
}

static bool as_expected(const struct row *row, enum sandbox_profile profile)
{
	const int expected = row->expected[profile];
	const long *a = row->arguments;
	long result;
	int error;

	memset(buffer, 0, sizeof(buffer));
	errno = 0;
	result = syscall(row->number, value(a[0]), value(a[1]), value(a[2]), value(a[3]),
		value(a[4]), value(a[5]));
	error = result == -1 ? errno : 0;
	if (expected == ANY ? error != EPERM && error != ENOSYS : error == expected)
		return true;
	fprintf(stderr, "%s: %s: %s, not %s\n", sandbox_name(profile), row->name,
		error ? strerrorname_np(error) : "success",
		expected == ANY ? "let through"
		: expected      ? strerrorname_np(expected)
				: "success");
	return false;
}

static bool prepare(void)
{
	things.other = getppid();
	things.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	things.socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	things.memfd = memfd_create("probe", MFD_CLOEXEC);
	things.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return things.null >= 0 && things.socket >= 0 && things.memfd >= 0 &&
	       things.page != MAP_FAILED;
}

/* In a child: the number of rows that were not as expected. A call that works where it must not may be a fork. */
static int probe(enum sandbox_profile profile)
{
	pid_t self = getpid();
	int wrong = 0;

	if (!prepare() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || filter_load(profile, true) < 0)
		return 255;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		wrong += !as_expected(&rows[i], profile);
		if (getpid() != self)
			_exit(0);
	}
	return wrong < 254 ? wrong : 254;
}

static void run(enum sandbox_profile profile)
{
	int status = 0;
	pid_t child;

	if (sandbox_sanitizer_list.n > 0)
		skip();
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(probe(profile));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_software(void **state)
{
	(void)state;
	run(SANDBOX_SOFTWARE);
}

static void test_render_node(void **state)
{
	(void)state;
	run(SANDBOX_RENDER_NODE);
}

static void test_nvidia(void **state)
{
	(void)state;
	run(SANDBOX_NVIDIA);
}

static void test_view(void **state)
{
	(void)state;
	run(SANDBOX_VIEW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_software),
		cmocka_unit_test(test_render_node),
		cmocka_unit_test(test_nvidia),
		cmocka_unit_test(test_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
