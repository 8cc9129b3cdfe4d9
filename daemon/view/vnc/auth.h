/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VNC authentication: the password's check, and how often an address may get it wrong. */
#ifndef ORIEL_VNC_AUTH_H
#define ORIEL_VNC_AUTH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define AUTH_CHALLENGE_SIZE 16u
#define AUTH_FAILURES_MAX   5u
#define AUTH_WINDOW_MS      60000u
#define AUTH_ADDRESSES      64u

/* Who connects: an IPv4 address, the first 64 bits of an IPv6 address, or zeros for a unix socket. */
struct auth_address {
	uint8_t bytes[16];
};

struct auth_limit {
	struct {
		struct auth_address address;
		uint32_t failures;
		uint64_t since_ms;
	} entries[AUTH_ADDRESSES];
};

struct auth_address auth_address_of(const struct sockaddr *address);

/* False while the address has got the password wrong AUTH_FAILURES_MAX times within AUTH_WINDOW_MS. */
bool auth_allowed(
	const struct auth_limit *limit, const struct auth_address *address, uint64_t now_ms);
void auth_failed(struct auth_limit *limit, const struct auth_address *address, uint64_t now_ms);
void auth_passed(struct auth_limit *limit, const struct auth_address *address);

/* Before the sandbox: the cipher's library reads files at its first use. */
void auth_prepare(void);
/* Compares a response to the challenge with the password's (its first 8 bytes), in constant time. */
bool auth_response_right(const uint8_t *challenge, const uint8_t *response, const char *password);

#endif
