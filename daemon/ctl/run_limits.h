/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORIEL_CTL_RUN_LIMITS_H
#define ORIEL_CTL_RUN_LIMITS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Adds what "NAME=VALUE" or "NAME=default" says to an object as the API takes it. False: said why not. */
bool limits_add_text(cJSON *object, const char *text);

#endif
