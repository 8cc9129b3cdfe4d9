// SPDX-License-Identifier: GPL-2.0-or-later
// vtest0.so: with it in LD_PRELOAD, virgl_test_server answers PROTOCOL_VERSION with 0, so that a Mesa
// which asks for more speaks version 0 to it: commands and pixels in the stream, no shared memory.
//
// The server writes that reply in two pieces, a header of two dwords {1, 11} and one dword of
// version; all other writes pass through as they are.
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { VTEST_PROTOCOL_VERSION = 11 };

// Whether the last write was that header. The server has one thread for a client.
static _Thread_local int header_fd = -1;

// In place of libc's.
ssize_t write(int fd, const void *data, size_t size)
{
	static const uint32_t header[2] = { 1, VTEST_PROTOCOL_VERSION }, version = 0;
	if (size == sizeof version && fd == header_fd)
		data = &version;
	header_fd = size == sizeof header && !memcmp(data, header, sizeof header) ? fd : -1;
	return syscall(SYS_write, fd, data, size);
}
