/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program that orield starts says to people who start it themselves. */
#ifndef ORIEL_BY_HAND_H
#define ORIEL_BY_HAND_H

/*
 * First thing in main. -1: orield has started it, with its link as descriptor `control_fd`; else it
 * has been said what the program is, and this is the exit status.
 */
int by_hand(int argc, char **argv, const char *program, int control_fd);

#endif
