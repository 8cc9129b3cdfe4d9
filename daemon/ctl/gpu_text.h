/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shown of the "gpu" of the host or of a session. */
#ifndef ORIEL_CTL_GPU_TEXT_H
#define ORIEL_CTL_GPU_TEXT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* A member such as "renderer", or words for there being none, or none yet. `failed`: there will not be one. */
const char *gpu_member(const cJSON *gpu, const char *key, bool failed);

/* Which were tried, and why they were taken or not. Nothing when that is not known. */
void gpu_print_candidates(const cJSON *gpu);

#endif
