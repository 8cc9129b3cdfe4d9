/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "by_hand.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int by_hand(int argc, char **argv, const char *program, int control_fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("%s " ORIEL_VERSION "\n", program);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		printf("%s is started by orield(8); it has no options.\n", program);
		return 0;
	}
	if (argc <= 1 && getsockopt(control_fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		type == SOCK_SEQPACKET)
		return -1;
	fprintf(stderr, "%s is started by orield(8), not by hand.\n", program);
	return 2;
}
