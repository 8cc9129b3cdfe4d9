/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/auth.h"

#include <netinet/in.h>
#include <rfb/rfb.h>
#include <string.h>

struct auth_address auth_address_of(const struct sockaddr *address)
{
	struct auth_address key = { { 0 } };

	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof(v4));
		key.bytes[0] = 4;
		memcpy(key.bytes + 1, &v4.sin_addr, sizeof(v4.sin_addr));
		/* Whoever is on this host has all of 127.0.0.0/8 to guess from. */
		if (key.bytes[1] == IN_LOOPBACKNET)
			memset(key.bytes + 2, 0, 3);
	} else if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof(v6));
		key.bytes[0] = 6;
		/* A host has the rest of the bits to itself; of a mapped IPv4 address they are the address. */
		if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
			memcpy(key.bytes + 1, v6.sin6_addr.s6_addr + 12, 4);
		else
			memcpy(key.bytes + 1, v6.sin6_addr.s6_addr, 8);
	}
	return key;
}

static int find_entry(const struct auth_limit *limit, const struct auth_address *address)
{
	for (unsigned i = 0; i < AUTH_ADDRESSES; i++) {
		if (limit->entries[i].failures > 0 &&
			memcmp(&limit->entries[i].address, address, sizeof(*address)) == 0)
			return (int)i;
	}
	return -1;
}

/* An unused entry, or the one that is oldest. */
static unsigned oldest_entry(const struct auth_limit *limit)
{
	unsigned oldest = 0;

	for (unsigned i = 0; i < AUTH_ADDRESSES; i++) {
		if (limit->entries[i].failures == 0)
			return i;
		if (limit->entries[i].since_ms < limit->entries[oldest].since_ms)
			oldest = i;
	}
	return oldest;
}

bool auth_allowed(const struct auth_limit *limit, const struct auth_address *address, uint64_t now_ms)
{
	int at = find_entry(limit, address);

	return at < 0 || limit->entries[at].failures < AUTH_FAILURES_MAX ||
	       now_ms - limit->entries[at].since_ms >= AUTH_WINDOW_MS;
}

void auth_failed(struct auth_limit *limit, const struct auth_address *address, uint64_t now_ms)
{
	int found = find_entry(limit, address);
	unsigned at = found >= 0 ? (unsigned)found : oldest_entry(limit);

	if (found < 0 || now_ms - limit->entries[at].since_ms >= AUTH_WINDOW_MS)
		limit->entries[at].failures = 0;
	limit->entries[at].address = *address;
	limit->entries[at].failures++;
	/* The last failure that counts starts the minute of refusal. */
	if (limit->entries[at].failures == 1 || limit->entries[at].failures == AUTH_FAILURES_MAX)
		limit->entries[at].since_ms = now_ms;
}

void auth_passed(struct auth_limit *limit, const struct auth_address *address)
{
	int at = find_entry(limit, address);

	if (at >= 0)
		limit->entries[at].failures = 0;
}

void auth_prepare(void)
{
	uint8_t nothing[AUTH_CHALLENGE_SIZE] = { 0 };
	char key[9] = "prepares";

	rfbEncryptBytes(nothing, key);
}

bool auth_response_right(const uint8_t *challenge, const uint8_t *response, const char *password)
{
	uint8_t expected[AUTH_CHALLENGE_SIZE];
	char key[9] = { 0 };
	unsigned difference = 0, encrypted = 0;

	strncpy(key, password, sizeof(key) - 1);
	memcpy(expected, challenge, sizeof(expected));
	rfbEncryptBytes(expected, key);
	for (unsigned i = 0; i < AUTH_CHALLENGE_SIZE; i++)
		difference |= (unsigned)(expected[i] ^ response[i]);
	/* The cipher leaves the challenge as it is with a key that it finds weak. */
	for (unsigned i = 0; i < AUTH_CHALLENGE_SIZE; i++)
		encrypted |= (unsigned)(expected[i] ^ challenge[i]);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(expected, sizeof(expected));
	return difference == 0 && encrypted != 0;
}
