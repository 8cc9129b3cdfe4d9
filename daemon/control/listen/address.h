/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numeric IPv4 and IPv6 addresses; no name is ever looked up. */
#ifndef ORIEL_ADDRESS_H
#define ORIEL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage storage;
	socklen_t length;
};

/* "127.0.0.1", "::1", "fe80::1%eth0". 0 or -EINVAL. */
int address_parse(const char *text, uint16_t port, struct address *ret_address);

/* 127.0.0.0/8, ::1, and the first as mapped into IPv6. */
bool address_is_loopback(const struct address *address);

/* The same interface and port. */
bool address_equal(const struct address *a, const struct address *b);

#endif
