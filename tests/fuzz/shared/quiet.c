/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the place of the log's own: lines are made, so that their arguments are read, and dropped. */
#include <stdarg.h>
#include <stdio.h>

#include "log.h"

void log_write(enum log_level level, const char *format, ...)
{
	char line[2048];
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
}
