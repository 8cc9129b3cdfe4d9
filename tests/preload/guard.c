// SPDX-License-Identifier: GPL-2.0-or-later
// guard.so: finds what virglrenderer, which AddressSanitizer does not instrument, does to its own
// memory. Each of its allocations ends at the end of pages of its own, behind which there is
// nothing; the pages go when it is freed, never to come again. New memory is filled with 0xa5.
//
// For programs without AddressSanitizer:
//   make programs
//   make O=build/fuzz-plain CC=clang SAN=fuzzer-no-link build/fuzz-plain/fuzz_render_vtest
//   LD_PRELOAD=build/host/tests/guard.so build/fuzz-plain/fuzz_render_vtest -fork=1 FOLDER
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE   4096u
#define REGION (UINT64_C(1) << 42) /* bytes of addresses, used once */
#define ALIGN  8u
#define MOST   (UINT64_C(1) << 32)

/* glibc's own, behind those below. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

/* In a page in front of the allocation's. */
struct head {
	size_t mapped, size; /* bytes of all pages, and as asked for */
	uint8_t *memory;
};

static uintptr_t code_begin, code_end;
static uint8_t *region;
static size_t used; /* bytes of it */

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; strstr(info->dlpi_name, "libvirglrenderer") && i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		if (part->p_type == PT_LOAD && (part->p_flags & PF_X)) {
			code_begin = info->dlpi_addr + part->p_vaddr;
			code_end = code_begin + part->p_memsz;
		}
	}
	return 0;
}

static void *reserve(void *where, size_t size)
{
	return mmap(where, size, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (where ? MAP_FIXED : 0), -1, 0);
}

__attribute__((constructor)) static void begin(void)
{
	void *memory = reserve(NULL, REGION);

	dl_iterate_phdr(look, NULL);
	if (memory != MAP_FAILED)
		region = memory;
}

static int guards(const void *caller)
{
	return region && (uintptr_t)caller >= code_begin && (uintptr_t)caller < code_end;
}

static int guarded(const void *memory)
{
	return region && (uintptr_t)memory - (uintptr_t)region < REGION;
}

static struct head *head_of(void *memory)
{
	uint8_t *page = (uint8_t *)memory - (uintptr_t)memory % PAGE - PAGE;

	while (((struct head *)(void *)page)->memory != memory)
		page -= PAGE;
	return (struct head *)(void *)page;
}

static void *allocate(size_t size)
{
	size_t aligned = size > 0 ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
	size_t pages = (aligned + PAGE - 1) / PAGE * PAGE;
	struct head *head;
	uint8_t *first;

	errno = ENOMEM;
	if (size > MOST)
		return NULL;
	first = region + __atomic_fetch_add(&used, pages + 2u * PAGE, __ATOMIC_RELAXED);
	if (first + pages + 2u * PAGE > region + REGION ||
		mprotect(first, pages + PAGE, PROT_READ | PROT_WRITE) < 0)
		return __libc_malloc(size);
	head = (struct head *)(void *)first;
	*head = (struct head){ pages + 2u * PAGE, size, first + PAGE + pages - aligned };
	return memset(head->memory, 0xa5, aligned);
}

void *malloc(size_t size)
{
	return guards(__builtin_return_address(0)) ? allocate(size) : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	size_t all;
	void *memory;

	if (!guards(__builtin_return_address(0)))
		return __libc_calloc(n, size);
	if (__builtin_mul_overflow(n, size, &all))
		return NULL;
	memory = allocate(all);
	return memory ? memset(memory, 0, all) : NULL;
}

void free(void *memory)
{
	struct head *head;

	if (!guarded(memory)) {
		__libc_free(memory);
		return;
	}
	/* Mapped anew, so that the kernel joins it with its neighbours. */
	head = head_of(memory);
	reserve(head, head->mapped);
}

void *realloc(void *memory, size_t size)
{
	void *moved;

	if (!guarded(memory) && (memory || !guards(__builtin_return_address(0))))
		return __libc_realloc(memory, size);
	moved = allocate(size);
	if (!moved || !memory)
		return moved;
	memcpy(moved, memory, head_of(memory)->size < size ? head_of(memory)->size : size);
	free(memory);
	return moved;
}
