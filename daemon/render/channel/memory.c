/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "channel/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* The control page is one page; where pages are larger, there is nothing to be had. */
static bool sizes_valid(uint32_t to_host, uint32_t to_guest)
{
	return sysconf(_SC_PAGESIZE) == (long)PIPE_CONTROL_SIZE && pipe_size_valid(to_host) &&
	       pipe_size_valid(to_guest);
}

static bool map_at(uint8_t *at, size_t size, int fd, uint64_t offset)
{
	return mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (off_t)offset) !=
	       MAP_FAILED;
}

/* Maps a pipe's data at `at`, twice. */
static bool map_twice(uint8_t *at, uint32_t size, int fd, uint64_t offset)
{
	return map_at(at, size, fd, offset) && map_at(at + size, size, fd, offset);
}

static int map_all(struct channel_memory *memory)
{
	void *map = mmap(NULL, memory->map_size, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *data;

	if (map == MAP_FAILED)
		return -errno;
	memory->map = map;
	data = memory->map + PIPE_CONTROL_SIZE;
	if (map_at(memory->map, PIPE_CONTROL_SIZE, memory->fd, 0) &&
		map_twice(data, memory->to_host, memory->fd, PIPE_CONTROL_SIZE) &&
		map_twice(data + (size_t)2 * memory->to_host, memory->to_guest, memory->fd,
			(uint64_t)PIPE_CONTROL_SIZE + memory->to_host))
		return 0;
	return -errno;
}

int channel_memory_create(struct channel_memory *memory, uint32_t to_host, uint32_t to_guest)
{
	struct channel_memory made = {
		.to_host = to_host,
		.to_guest = to_guest,
		.size = pipe_memory_size(to_host, to_guest),
		.map_size = PIPE_CONTROL_SIZE + 2 * ((size_t)to_host + to_guest),
	};
	int r;

	if (!sizes_valid(to_host, to_guest))
		return -EINVAL;
	made.fd = memfd_create("oriel-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (made.fd < 0)
		return -errno;
	if (ftruncate(made.fd, (off_t)made.size) < 0 || fcntl(made.fd, F_ADD_SEALS, SEALS) < 0)
		r = -errno;
	else
		r = map_all(&made);
	if (r < 0)
		channel_memory_finish(&made);
	else
		*memory = made;
	return r;
}

void channel_memory_finish(struct channel_memory *memory)
{
	if (memory->map) {
		/* A guest that keeps its mapping must not keep pages that this session pays for. */
		madvise(memory->map, PIPE_CONTROL_SIZE, MADV_REMOVE);
		madvise(memory->map + PIPE_CONTROL_SIZE, memory->to_host, MADV_REMOVE);
		madvise(memory->map + PIPE_CONTROL_SIZE + (size_t)2 * memory->to_host,
			memory->to_guest, MADV_REMOVE);
		munmap(memory->map, memory->map_size);
	}
	if (memory->size > 0 && memory->fd >= 0)
		close(memory->fd);
	*memory = (struct channel_memory){ .fd = -1 };
}

static struct pipe_words *words_at(const struct channel_memory *memory, size_t offset)
{
	return (struct pipe_words *)(void *)(memory->map + offset);
}

void channel_memory_to_host(const struct channel_memory *memory, struct pipe *ret_pipe)
{
	pipe_init(ret_pipe, words_at(memory, 0), memory->map + PIPE_CONTROL_SIZE, memory->to_host);
}

void channel_memory_to_guest(const struct channel_memory *memory, struct pipe *ret_pipe)
{
	pipe_init(ret_pipe, words_at(memory, PIPE_WORDS_STRIDE),
		memory->map + PIPE_CONTROL_SIZE + (size_t)2 * memory->to_host, memory->to_guest);
}
