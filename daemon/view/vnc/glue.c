/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/glue.h"

#include <errno.h>
#include <rfb/rfb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "log.h"
#include "util.h"
#include "vnc/auth.h"
#include "vnc/channel.h"

enum {
	SEEN_READ = 1,
	SEEN_PEEK = 2,
	SEEN_WRITE = 4,
	SEEN_RANDOM = 8,
	SEEN_ALL = 15,
};

static unsigned seen;

/* What the library says helps developers only: a viewer that makes it talk must not fill the log. */
#define LIBRARY_LINES 50u

static struct {
	uint64_t since_ms;
	unsigned lines;
} library;

static struct channel *channel_of(const rfbClientRec *client)
{
	return client->screen->screenData;
}

int rfbReadExactTimeout(rfbClientPtr cl, char *buf, int len, int timeout)
{
	(void)timeout;
	seen |= SEEN_READ;
	if (len >= 0 && channel_read(channel_of(cl), buf, (size_t)len))
		return 1;
	errno = EPROTO;
	return -1;
}

int rfbReadExact(rfbClientPtr cl, char *buf, int len)
{
	return rfbReadExactTimeout(cl, buf, len, 0);
}

/* The library looks at a new connection for a WebSocket or TLS greeting: it is told that this is RFB. */
int rfbPeekExactTimeout(rfbClientPtr cl, char *buf, int len, int timeout)
{
	(void)cl;
	(void)timeout;
	seen |= SEEN_PEEK;
	if (len == 4) {
		memcpy(buf, "RFB ", 4);
		return 1;
	}
	errno = EPROTO;
	return -1;
}

int rfbWriteExact(rfbClientPtr cl, const char *buf, int len)
{
	seen |= SEEN_WRITE;
	if (len >= 0 && channel_write(channel_of(cl), buf, (size_t)len))
		return 1;
	errno = ENOBUFS;
	return -1;
}

void rfbRandomBytes(unsigned char *bytes)
{
	seen |= SEEN_RANDOM;
	/* Never short for so few bytes (getrandom(2)). */
	if (getrandom(bytes, AUTH_CHALLENGE_SIZE, 0) != AUTH_CHALLENGE_SIZE)
		abort();
}

__attribute__((format(printf, 1, 2))) static void library_log(const char *format, ...)
{
	uint64_t now_ms = clock_ms();
	char line[256];
	va_list args;

	if (now_ms - library.since_ms >= 1000) {
		library.since_ms = now_ms;
		library.lines = 0;
	}
	if (++library.lines > LIBRARY_LINES)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	line[strcspn(line, "\n")] = '\0';
	log_debug("libvncserver: %s", line);
}

/* Gives the library a message as a viewer would. */
static void feed(rfbClientPtr client, struct channel *channel, const char *text, size_t size)
{
	memcpy(channel->in, text, size);
	channel->in_at = 0;
	channel->in_end = channel->window = size;
	rfbProcessClientMessage(client);
}

static void exercise(rfbScreenInfoPtr screen, int fd)
{
	struct channel channel;
	size_t total = 0;
	char mark;
	rfbClientPtr client;

	channel_init(&channel, -1, &total, 4096);
	screen->screenData = &channel;
	screen->authPasswdData = &mark;
	screen->cursor = NULL;
	client = rfbNewClient(screen, fd);
	/* Unless writing is ours the rest would go to the socket and block. */
	if (client && (seen & SEEN_WRITE)) {
		feed(client, &channel, "RFB 003.008\n", 12);
		feed(client, &channel, "\2", 1);
	}
	rfbScreenCleanup(screen);
	channel_finish(&channel);
}

int glue_init(void)
{
	rfbScreenInfoPtr screen;
	int fds[2];

	rfbLog = library_log;
	rfbErr = library_log;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	screen = rfbGetScreen(NULL, NULL, 4, 4, 8, 3, 4);
	/* The library closes its end. */
	if (screen)
		exercise(screen, fds[0]);
	else
		close(fds[0]);
	close(fds[1]);
	if (seen == SEEN_ALL)
		return 0;
	log_error("libvncserver does not call our functions (seen: %#x)", seen);
	return -ENOSYS;
}
