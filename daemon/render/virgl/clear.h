/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORIEL_VIRGL_CLEAR_H
#define ORIEL_VIRGL_CLEAR_H

#include "virgl/resource.h"

/*
 * Zeroes a new resource. Drivers of hardware give a process memory again that it has freed, and so
 * one client's pictures to another; Mesa's software driver clears what it makes. 0 or negative errno.
 */
int virgl_resource_clear(const struct virgl_resource *resource);

#endif
