/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of a guest's making, made fit for JSON, logs and terminals. */
#ifndef ORIEL_CLEAN_TEXT_H
#define ORIEL_CLEAN_TEXT_H

#include <stddef.h>

/*
 * Bytes of the character at `at` when it is well-formed UTF-8 and neither controls a terminal, nor
 * ends a line, nor turns the direction of writing; else 0, as for the terminating zero. Nothing is
 * read past that.
 */
size_t clean_character(const char *at);
/* Every byte of what is no such character becomes '?'. */
void clean_text(char *text);

#endif
