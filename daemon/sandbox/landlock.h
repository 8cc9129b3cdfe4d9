/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files the calling thread, and those that it makes, may open: landlock(7). Rules only ever get narrower. */
#ifndef ORIEL_SANDBOX_LANDLOCK_H
#define ORIEL_SANDBOX_LANDLOCK_H

#include "sandbox.h"

/* 0: the kernel has no Landlock, and nothing here does anything. */
int landlock_abi(void);

/* What drivers read and open while they start: libraries, the system, their device nodes. 0 or negative errno. */
int landlock_begin(unsigned profiles);
/* Nothing, or what the profile's driver opens while it works. 0 or negative errno. */
int landlock_finish(enum sandbox_profile profile);

#endif
