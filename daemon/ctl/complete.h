/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion for shells: what the last word of a command line may be, one on a line. */
#ifndef ORIEL_CTL_COMPLETE_H
#define ORIEL_CTL_COMPLETE_H

#include <stdio.h>

#include "command.h"

/*
 * `words` are those behind "orielctl", the last being the one to complete, perhaps "". Asks orield
 * for names where they are wanted, and stays silent when it does not answer.
 */
void complete(const struct context *context, int n_words, char **words, FILE *out);

#endif
