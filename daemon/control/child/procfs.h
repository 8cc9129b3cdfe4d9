/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of a process (proc(5)). The process must not have been reaped. */
#ifndef ORIEL_PROCFS_H
#define ORIEL_PROCFS_H

#include <stdint.h>
#include <sys/types.h>

/* Resident memory in bytes, shared pages included; 0 when it cannot be read. */
uint64_t procfs_rss(pid_t pid);
/* CPU time of all its threads in milliseconds, user and system; 0 when it cannot be read. */
uint64_t procfs_cpu_ms(pid_t pid);

#endif
