/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPLAY_DETACH_H
#define REPLAY_DETACH_H

/*
 * Leaves a process nothing that it inherited but the pipe that it reports to: the standard
 * descriptors are /dev/null, all others are closed. The pipe's new number, or negative.
 */
int detach(int pipe);

#endif
