/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of forwarded OpenGL that are read, printed, and compared with themselves. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture_text.h"
#include "message_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct capture_reader *open_input(const uint8_t *data, size_t size)
{
	char reason[CAPTURE_REASON_MAX];
	struct capture_reader *reader = NULL;
	/* fmemopen takes no empty buffer, and writes to none that is opened for reading. */
	FILE *file = size > 0 ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;

	if (!file || capture_reader_create(file, &reader, reason) < 0)
		return NULL;
	return reader;
}

/* Texts end where their room does. */
static void check_text(const struct capture_item *item)
{
	char text[64];

	for (size_t room = 0; room < sizeof(text); room += 7)
		assert(message_text(item->data, item->size, item->kind == GL_CAPTURE_GUEST,
			       item->bulk, (size_t)item->bulk_size, text, room) < room ||
			room == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	const struct capture_range all = { 0, UINT64_MAX };
	char reason[CAPTURE_REASON_MAX];
	struct capture_reader *reader = open_input(data, size), *other;
	struct capture_item item;
	int printed, read;

	if (!nowhere)
		nowhere = fopen("/dev/null", "we");
	if (!reader)
		return 0;
	printed = capture_print(reader, &all, nowhere, reason);
	assert(capture_reader_rewind(reader) == 0);
	while ((read = capture_reader_next(reader, &item, reason)) > 0) {
		if (item.kind == GL_CAPTURE_GUEST || item.kind == GL_CAPTURE_HOST)
			check_text(&item);
	}
	assert(read == printed);
	/* It takes much memory, and so much time. */
	if (size % 8 != 0) {
		capture_reader_destroy(reader);
		return 0;
	}
	other = open_input(data, size);
	assert(other && capture_reader_rewind(reader) == 0);
	assert(capture_diff(reader, other, nowhere, reason) == read);
	capture_reader_destroy(reader);
	capture_reader_destroy(other);
	return 0;
}
