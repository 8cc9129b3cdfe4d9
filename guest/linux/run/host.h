/* SPDX-License-Identifier: MIT */
/* An orield for one program, in a folder of its own that goes with it. */
#ifndef RUN_HOST_H
#define RUN_HOST_H

#include <stdbool.h>
#include <sys/types.h>

struct host {
	char folder[64];
	char socket[96]; /* of its one session */
	pid_t pid;       /* 0: there is none */
	int port;        /* of its VNC server, on 127.0.0.1 */
};

/* Starts it and waits until its guests can connect. 0, or negative errno: why has been said. */
int host_start(struct host *host, const char *orield, bool debug);
/* Ends it and takes its folder away. */
void host_stop(struct host *host);

#endif
