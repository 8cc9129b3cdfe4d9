/* SPDX-License-Identifier: MIT */
/* The memory that a program shares with its host: a page of control words and two pipes. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* Maps `size` bytes at `offset` twice, one behind the other. NULL with errno. */
static void *map_twice(int fd, uint32_t size, off_t offset)
{
	uint8_t *at = mmap(NULL, (size_t)size * 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	for (size_t i = 0; i < 2; i++) {
		if (mmap(at + i * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			    offset) == MAP_FAILED) {
			munmap(at, (size_t)size * 2);
			return NULL;
		}
	}
	return at;
}

static int check(const struct oriel_shared_memory *shared, int fd)
{
	struct stat status;

	if (!pipe_size_valid(shared->to_host) || !pipe_size_valid(shared->to_guest) ||
		shared->size != pipe_memory_size(shared->to_host, shared->to_guest))
		return -EBADMSG;
	if (fstat(fd, &status))
		return -errno;
	return status.st_size >= 0 && (uint64_t)status.st_size >= shared->size ? 0 : -EBADMSG;
}

static int map_all(struct connection *connection, int fd)
{
	off_t offset = (off_t)PIPE_CONTROL_SIZE;

	connection->memory = mmap(NULL, PIPE_CONTROL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (connection->memory == MAP_FAILED) {
		connection->memory = NULL;
		return -errno;
	}
	for (int i = 0; i < 2; i++) {
		connection->pipe_data[i] = map_twice(fd, connection->pipe_size[i], offset);
		if (!connection->pipe_data[i])
			return -errno;
		offset += (off_t)connection->pipe_size[i];
	}
	return 0;
}

int memory_map(struct connection *connection, const struct oriel_shared_memory *shared, int fd)
{
	int error = check(shared, fd);
	uint8_t *words;

	if (error)
		return error;
	connection->pipe_size[0] = shared->to_host;
	connection->pipe_size[1] = shared->to_guest;
	connection->pipe_buffer = malloc(ORIEL_MESSAGE_MAX);
	error = connection->pipe_buffer ? map_all(connection, fd) : -ENOMEM;
	if (error) {
		memory_unmap(connection);
		return error;
	}
	words = connection->memory;
	pipe_init(&connection->out, (struct pipe_words *)(void *)words, connection->pipe_data[0],
		shared->to_host);
	pipe_init(&connection->in, (struct pipe_words *)(void *)(words + PIPE_WORDS_STRIDE),
		connection->pipe_data[1], shared->to_guest);
	frame_reader_init(&connection->pipe_frames, connection->pipe_buffer, ORIEL_MESSAGE_MAX);
	connection->shared = true;
	return 0;
}

void memory_unmap(struct connection *connection)
{
	if (connection->memory)
		munmap(connection->memory, PIPE_CONTROL_SIZE);
	for (int i = 0; i < 2; i++) {
		if (connection->pipe_data[i])
			munmap(connection->pipe_data[i], (size_t)connection->pipe_size[i] * 2);
		connection->pipe_data[i] = NULL;
	}
	connection->memory = NULL;
	free(connection->pipe_buffer);
	connection->pipe_buffer = NULL;
	connection->shared = false;
}
