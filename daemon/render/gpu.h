/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which GPU renders. Candidates are tried in the order asked for, the first that works is taken,
 * and each is reported with the reason why it was taken or passed over:
 *
 *	device       an EGL device that is no software renderer; NAME: its node, or a part of its
 *	             renderer's name
 *	render-node  a DRM render node by gbm; NAME: its path
 *	surfaceless  EGL's own choice, if that is no software renderer
 *	software     a software renderer (llvmpipe)
 */
#ifndef ORIEL_GPU_H
#define ORIEL_GPU_H

#include "egl.h"
#include "sandbox.h"

/*
 * `order`: "auto", or kinds separated by commas, each KIND or KIND:NAME. On true the display is
 * open in the calling thread and ret_report says which. On false the report has the reasons and
 * `reason` (IPC_TEXT_MAX + 1 bytes) the conclusion. Every candidate is logged.
 */
bool gpu_choose(const char *order, struct egl *egl, struct ipc_render_gpu *ret_report, char *reason);

/* The sandbox that a configuration (enum ipc_sandbox, not none) comes to, with the driver that was found. */
enum sandbox_profile gpu_profile(uint8_t configured, const struct egl *egl);
/* The profiles that it may come to, as SANDBOX_BITs. */
unsigned gpu_profiles(uint8_t configured);

/* Checks an order without trying it. */
bool gpu_order_valid(const char *order);

#endif
