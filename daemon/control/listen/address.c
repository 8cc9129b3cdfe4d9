/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listen/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

int address_parse(const char *text, uint16_t port, struct address *ret_address)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found;
	struct in_addr strict;
	char service[8];

	/* getaddrinfo takes "127.1" and "2130706433" too; only the common form is meant. */
	if (!strchr(text, ':') && inet_pton(AF_INET, text, &strict) != 1)
		return -EINVAL;
	snprintf(service, sizeof(service), "%u", (unsigned)port);
	if (getaddrinfo(text, service, &hints, &found) != 0)
		return -EINVAL;
	memset(ret_address, 0, sizeof(*ret_address));
	memcpy(&ret_address->storage, found->ai_addr, found->ai_addrlen);
	ret_address->length = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

bool address_is_loopback(const struct address *address)
{
	const void *data = &address->storage;

	if (address->storage.ss_family == AF_INET) {
		const struct sockaddr_in *v4 = data;
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	}
	const struct sockaddr_in6 *v6 = data;
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return v6->sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->length == b->length && memcmp(&a->storage, &b->storage, a->length) == 0;
}
