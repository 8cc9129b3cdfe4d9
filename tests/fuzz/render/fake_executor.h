/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Executes nothing, but answers, presents and refuses: what the rest of a channel sees of OpenGL. */
#ifndef ORIEL_FUZZ_FAKE_EXECUTOR_H
#define ORIEL_FUZZ_FAKE_EXECUTOR_H

#include "channel/executor.h"

extern const struct executor fake_executor;

#endif
