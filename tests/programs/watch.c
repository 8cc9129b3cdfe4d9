/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VNC viewer (RFC 6143, no password, raw) that prints the number of each frame of the pattern
 * that it is shown, with the time at which the last of its pixels came: CLOCK_MONOTONIC in seconds.
 * It is in C so that what it takes for a picture does not count as the server's delay.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCK        8 /* pattern.c */
#define BITS         16
#define BYTES_MAX    (64u << 20)
#define DESKTOP_SIZE (-223)

struct viewer {
	int fd;
	unsigned width, height;
	uint8_t *pixels;     /* of one rectangle */
	uint8_t level[BITS]; /* green at the middle of each block */
};

static void die(const char *what)
{
	printf("watch: %s\n", what);
	exit(1);
}

static void get(const struct viewer *viewer, void *data, size_t size)
{
	for (uint8_t *at = data; size > 0;) {
		ssize_t n = recv(viewer->fd, at, size, MSG_WAITALL);
		if (n <= 0)
			die("the connection ended");
		at += n;
		size -= (size_t)n;
	}
}

static unsigned get_u8(const struct viewer *viewer)
{
	uint8_t value;

	get(viewer, &value, 1);
	return value;
}

static unsigned get_u16(const struct viewer *viewer)
{
	uint16_t value;

	get(viewer, &value, 2);
	return ntohs(value);
}

static uint32_t get_u32(const struct viewer *viewer)
{
	uint32_t value;

	get(viewer, &value, 4);
	return ntohl(value);
}

static void skip(const struct viewer *viewer, uint32_t size)
{
	uint8_t bytes[256];

	for (uint32_t n; size > 0; size -= n) {
		n = size < sizeof(bytes) ? size : sizeof(bytes);
		get(viewer, bytes, n);
	}
}

static void put(const struct viewer *viewer, const void *data, size_t size)
{
	if (send(viewer->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		die("the connection does not take what is sent");
}

static void request(const struct viewer *viewer, bool incremental)
{
	uint8_t message[10] = { 3, incremental, 0, 0, 0, 0, (uint8_t)(viewer->width >> 8),
		(uint8_t)viewer->width, (uint8_t)(viewer->height >> 8), (uint8_t)viewer->height };

	put(viewer, message, sizeof(message));
}

static void shake_hands(struct viewer *viewer)
{
	/* 32 bits, depth 24, little-endian, true colour: blue, green, red, nothing */
	static const uint8_t format[20] = { 0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8,
		0 };
	static const uint8_t encodings[12] = { 2, 0, 0, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x21 };

	skip(viewer, 12);
	put(viewer, "RFB 003.008\n", 12);
	skip(viewer, get_u8(viewer));
	put(viewer, "\1", 1);
	if (get_u32(viewer) != 0)
		die("refused");
	put(viewer, "\1", 1);
	viewer->width = get_u16(viewer);
	viewer->height = get_u16(viewer);
	skip(viewer, 16);
	skip(viewer, get_u32(viewer));
	put(viewer, format, sizeof(format));
	put(viewer, encodings, sizeof(encodings));
	request(viewer, false);
}

static void rectangle(struct viewer *viewer)
{
	unsigned x = get_u16(viewer), y = get_u16(viewer);
	unsigned width = get_u16(viewer), height = get_u16(viewer);
	int32_t encoding = (int32_t)get_u32(viewer);

	if (encoding == DESKTOP_SIZE) {
		viewer->width = width;
		viewer->height = height;
		return;
	}
	if (encoding != 0 || (size_t)width * height * 4 > BYTES_MAX)
		die("a rectangle that was not asked for");
	get(viewer, viewer->pixels, (size_t)width * height * 4);
	for (unsigned bit = 0; bit < BITS; bit++) {
		unsigned column = bit * BLOCK + BLOCK / 2, row = BLOCK / 2;
		if (column >= x && column < x + width && row >= y && row < y + height)
			viewer->level[bit] =
				viewer->pixels[((size_t)(row - y) * width + column - x) * 4 + 1];
	}
}

/* Reads a message. True: it was an update. */
static bool message(struct viewer *viewer)
{
	switch (get_u8(viewer)) {
	case 0:
		skip(viewer, 1);
		for (unsigned n = get_u16(viewer); n > 0; n--)
			rectangle(viewer);
		return true;
	case 2:
		return false;
	case 3:
		skip(viewer, 3);
		skip(viewer, get_u32(viewer));
		return false;
	default:
		die("an unknown message");
		return false;
	}
}

/* The number that the blocks show; 0: none. */
static unsigned number(const struct viewer *viewer)
{
	unsigned value = 0;

	for (unsigned bit = 0; bit < BITS; bit++) {
		if (viewer->level[bit] >= 50 && viewer->level[bit] <= 205)
			return 0;
		value |= (viewer->level[bit] > 205 ? 1u : 0u) << bit;
	}
	return value;
}

static void watch(struct viewer *viewer)
{
	for (unsigned before = 0;;) {
		struct timespec now;
		unsigned frame;
		if (!message(viewer))
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		request(viewer, true);
		frame = number(viewer);
		if (frame == 0 || frame == before)
			continue;
		printf("%u %ld.%06ld\n", frame, (long)now.tv_sec, now.tv_nsec / 1000);
		fflush(stdout);
		before = frame;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct viewer viewer = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
	int yes = 1;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
		fprintf(stderr, "usage: watch ADDRESS PORT\n");
		return 2;
	}
	address.sin_port = htons((uint16_t)atoi(argv[2]));
	viewer.pixels = malloc(BYTES_MAX);
	if (!viewer.pixels || viewer.fd < 0 ||
		connect(viewer.fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("cannot connect");
	setsockopt(viewer.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	shake_hands(&viewer);
	watch(&viewer);
}
