/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/vtest_mutator.h"

#include <string.h>

#include "render/virgl_model.h"
#include "util.h"
#include "virgl/resource.h"

#define HEADER           8u
#define TRANSFER_FIELDS  11u
#define TRANSFER2_FIELDS 10u
#define TRANSFER_MAX     16384u /* bytes in a write that is made here */
#define HANDLES          24u
#define SUBMIT_MAX       (128u << 10)

enum {
	RESOURCE_CREATE = 2,
	RESOURCE_UNREF = 3,
	TRANSFER_GET = 4,
	TRANSFER_PUT = 5,
	SUBMIT_CMD = 6,
	BUSY_WAIT = 7,
	CREATE_RENDERER = 8,
	PROTOCOL_VERSION = 11,
	RESOURCE_CREATE2 = 12,
	TRANSFER_GET2 = 13,
	TRANSFER_PUT2 = 14,
};

/* Roles as in virgl_model.c; t is a target. */
static const char *const roles[] = {
	[0] = "",
	[1] = "",
	[RESOURCE_CREATE] = "rtfbddddnn",
	[RESOURCE_UNREF] = "r",
	[TRANSFER_GET] = "rnyyddddddy",
	[TRANSFER_PUT] = "rnyyddddddy",
	[SUBMIT_CMD] = "",
	[BUSY_WAIT] = "re",
	[CREATE_RENDERER] = "",
	[9] = "",
	[10] = "",
	[PROTOCOL_VERSION] = "n",
	[RESOURCE_CREATE2] = "rtfbddddnny",
	[TRANSFER_GET2] = "rnddddddyy",
	[TRANSFER_PUT2] = "rnddddddyy",
};

static struct pieces stream, other, commands;

/* ---- bytes to pieces and back */

/* Bytes of a command's body; -1: there is no such command. */
static int64_t body_size(const uint8_t *at, size_t size)
{
	uint32_t length, id, data_size;

	if (size < HEADER)
		return -1;
	memcpy(&length, at, 4);
	memcpy(&id, at + 4, 4);
	if (id == CREATE_RENDERER)
		return length;
	if (id == TRANSFER_PUT2)
		return TRANSFER2_FIELDS * 4;
	if (id != TRANSFER_PUT || size < HEADER + TRANSFER_FIELDS * 4)
		return (int64_t)length * 4;
	memcpy(&data_size, at + HEADER + (TRANSFER_FIELDS - 1) * 4, 4);
	return (int64_t)TRANSFER_FIELDS * 4 + data_size;
}

static void parse(const uint8_t *data, size_t size, struct pieces *pieces)
{
	pieces->n = 0;
	while (pieces->n < PIECES_MAX) {
		int64_t body = body_size(data, size);
		uint32_t id;
		if (body < 0 || (uint64_t)body > size - HEADER)
			return;
		memcpy(&id, data + 4, 4);
		pieces_insert(pieces, pieces->n, piece_make(id, data + HEADER, (size_t)body));
		data += HEADER + body;
		size -= HEADER + (size_t)body;
	}
}

static size_t write_out(const struct pieces *pieces, uint8_t *data, size_t max)
{
	size_t at = 0;

	for (size_t i = 0; i < pieces->n; i++) {
		const struct piece *piece = &pieces->items[i];
		uint32_t length = (uint32_t)(piece->kind == CREATE_RENDERER ? piece->size
									    : (piece->size + 3) / 4);
		if (HEADER + piece->size > max - at)
			break;
		memcpy(data + at, &length, 4);
		memcpy(data + at + 4, &piece->kind, 4);
		memcpy(data + at + HEADER, piece->body, piece->size);
		at += HEADER + piece->size;
	}
	return at;
}

static bool is_resource(const struct piece *piece)
{
	return piece->kind == RESOURCE_CREATE || piece->kind == RESOURCE_CREATE2;
}

/* The client has chosen version 2, behind its name. */
static bool is_shared(void)
{
	return stream.n > 1 && stream.items[1].kind == PROTOCOL_VERSION &&
	       piece_dword(&stream.items[1], 0) >= 2;
}

/* What the input makes, wherever in it. */
static void learn(void)
{
	virgl_forget();
	for (size_t i = 0; i < stream.n; i++) {
		const struct piece *piece = &stream.items[i];
		if (is_resource(piece))
			virgl_learn_resource(piece_dword(piece, 0), piece_dword(piece, 1),
				piece_dword(piece, 2));
		if (piece->kind != SUBMIT_CMD)
			continue;
		virgl_parse(piece->body, piece->size, &commands);
		virgl_learn(&commands);
	}
}

/* ---- commands that hold */

static void describe(const struct piece *create, struct virgl_resource *ret_resource)
{
	*ret_resource = (struct virgl_resource){ .desc = {
							 .target = piece_dword(create, 1),
							 .format = piece_dword(create, 2),
							 .bind = piece_dword(create, 3),
							 .width = piece_dword(create, 4),
							 .height = piece_dword(create, 5),
							 .depth = piece_dword(create, 6),
							 .array_size = piece_dword(create, 7),
							 .last_level = piece_dword(create, 8),
							 .samples = piece_dword(create, 9),
						 } };
}

/* A resource that lives before the piece `end`: its handle, 0 if there is none. */
static uint32_t choose_resource(size_t end, struct virgl_resource *ret_resource)
{
	size_t from = pieces_random((uint32_t)end);

	for (size_t i = 0; i < end; i++) {
		const struct piece *piece = &stream.items[(from + i) % end];
		if (!is_resource(piece))
			continue;
		describe(piece, ret_resource);
		if (!virgl_resource_check(ret_resource))
			return piece_dword(piece, 0);
	}
	return 0;
}

/* A handle that no resource has. */
static uint32_t free_handle(void)
{
	uint32_t handle = 1;

	for (size_t i = 0; i < stream.n; i++) {
		uint32_t taken = piece_dword(&stream.items[i], 0);
		if (is_resource(&stream.items[i]) && taken >= handle && taken < UINT16_MAX)
			handle = taken + 1;
	}
	return handle;
}

static struct piece make_resource(void)
{
	static const uint32_t binds[] = { 0x10, 0x20, 0x40, 0x8, 0xa, 0x8a, 0x1, 0x9, 0x4000,
		0x20000, 0x800, 0x8000, 0x4008, 0x100000 };
	bool shared = is_shared();
	struct piece piece =
		piece_make(shared ? RESOURCE_CREATE2 : RESOURCE_CREATE, NULL, shared ? 44 : 40);
	uint32_t target = pieces_random(10), side = 1 + pieces_random(pieces_chance(3) ? 64 : 8);
	bool flat = target == 1 || target == 6, cube = target == 4 || target == 8;
	bool array = target >= 6;
	const uint32_t fields[10] = {
		pieces_chance(10) ? pieces_random(HANDLES) : free_handle(),
		target,
		target == 0 ? 64 : virgl_value('f', 0),
		binds[pieces_random(ARRAY_SIZE(binds))],
		target == 0 ? 4u << pieces_random(13) : side,
		target == 0 || flat ? 1
		: cube              ? side
				    : 1 + pieces_random(16),
		target == 3 ? 1 + pieces_random(8) : 1,
		cube    ? 6u
		: array ? 1 + pieces_random(4)
			: 1u,
		target == 0 || pieces_chance(2) ? 0 : pieces_random(4),
		target == 2 && pieces_chance(5) ? pieces_random(9) : 0,
	};

	for (size_t i = 0; piece.body && i < ARRAY_SIZE(fields); i++)
		piece_set_dword(&piece, i, fields[i]);
	if (shared && piece.body) {
		struct virgl_resource resource;
		describe(&piece, &resource);
		piece_set_dword(&piece, 10,
			virgl_resource_check(&resource) || pieces_chance(8)
				? pieces_random(4096)
				: (uint32_t)resource.bytes);
	}
	return piece;
}

static uint32_t within(uint32_t size, uint32_t *ret_from)
{
	*ret_from = pieces_chance(2) ? 0 : pieces_random(size);
	return pieces_chance(2) ? size - *ret_from : 1 + pieces_random(size - *ret_from);
}

static uint32_t least(uint32_t size, uint32_t level)
{
	return size >> level > 0 ? size >> level : 1;
}

static void choose_box(const struct virgl_resource_desc *desc, struct virgl_transfer *transfer)
{
	transfer->level = pieces_random(desc->last_level + 1);
	transfer->box.w = within(least(desc->width, transfer->level), &transfer->box.x);
	transfer->box.h = within(least(desc->height, transfer->level), &transfer->box.y);
	transfer->box.d = desc->target == VIRGL_TARGET_3D
				  ? within(least(desc->depth, transfer->level), &transfer->box.z)
				  : within(desc->array_size ? desc->array_size : 1, &transfer->box.z);
}

/* The same between a resource and its memory. */
static struct piece make_transfer2(uint32_t id, size_t at)
{
	struct piece piece = piece_make(id, NULL, TRANSFER2_FIELDS * 4);
	struct virgl_transfer transfer = { 0 };
	struct virgl_resource resource;
	uint32_t handle = choose_resource(at, &resource);

	if (handle == 0 || !piece.body)
		return make_resource();
	choose_box(&resource.desc, &transfer);
	piece_set_dword(&piece, 0, handle);
	piece_set_dword(&piece, 1, transfer.level);
	for (size_t i = 0; i < 6; i++)
		piece_set_dword(&piece, 2 + i, (&transfer.box.x)[i]);
	piece_set_dword(&piece, 9, pieces_chance(2) ? 0 : pieces_random(256));
	return piece;
}

/* A transfer inside of a resource, with as many bytes as it needs. */
static struct piece make_transfer(uint32_t id, size_t at)
{
	struct piece piece = piece_make(id, NULL, TRANSFER_FIELDS * 4);
	struct virgl_transfer transfer = { 0 };
	struct virgl_resource resource;
	uint32_t handle = choose_resource(at, &resource);
	uint64_t need;

	if (handle == 0 || !piece.body)
		return make_resource();
	choose_box(&resource.desc, &transfer);
	need = virgl_transfer_size(&resource, &transfer);
	if (id == TRANSFER_PUT && need < TRANSFER_MAX)
		piece = piece_make(id, NULL, TRANSFER_FIELDS * 4 + need);
	for (size_t i = 0; i < 6; i++)
		piece_set_dword(&piece, 4 + i, (&transfer.box.x)[i]);
	piece_set_dword(&piece, 0, handle);
	piece_set_dword(&piece, 1, transfer.level);
	piece_set_dword(&piece, 2, transfer.stride);
	piece_set_dword(&piece, 3, transfer.layer_stride);
	piece_set_dword(&piece, 10,
		id == TRANSFER_GET ? (uint32_t)need : (uint32_t)piece.size - TRANSFER_FIELDS * 4);
	return piece;
}

static struct piece make_submit(void)
{
	struct piece piece = piece_make(SUBMIT_CMD, NULL, SUBMIT_MAX);

	commands.n = 0;
	virgl_mutate(&commands);
	piece.size = piece.body ? virgl_write(&commands, piece.body, SUBMIT_MAX) : 0;
	return piece;
}

static struct piece make_simple(uint32_t id, const char *fields)
{
	struct piece piece = piece_make(id, NULL, strlen(fields) * 4);

	for (size_t i = 0; piece.body && fields[i]; i++)
		piece_set_dword(&piece, i, virgl_value(fields[i], 0));
	return piece;
}

/* A read of the front buffer and what Mesa sends after it. */
static void insert_present(size_t at)
{
	struct piece get =
		is_shared() ? make_transfer2(TRANSFER_GET2, at) : make_transfer(TRANSFER_GET, at);
	const uint32_t wait[2] = { piece_dword(&get, 0), 1 };

	if (!is_resource(&get))
		pieces_insert(&stream, at, piece_make(BUSY_WAIT, wait, sizeof(wait)));
	pieces_insert(&stream, at, get);
}

static void insert_something(void)
{
	size_t at = stream.n > 0 ? 1 + pieces_random((uint32_t)stream.n) : 0;
	uint32_t id = 1 + pieces_random(ARRAY_SIZE(roles) - 1);

	switch (pieces_random(6)) {
	case 0:
		pieces_insert(&stream, at, make_resource());
		break;
	case 1:
		pieces_insert(&stream, at,
			is_shared()
				? make_transfer2(pieces_chance(2) ? TRANSFER_GET2 : TRANSFER_PUT2, at)
				: make_transfer(pieces_chance(2) ? TRANSFER_GET : TRANSFER_PUT, at));
		break;
	case 2:
		insert_present(at);
		break;
	case 3:
		pieces_insert(&stream, at, make_simple(id, roles[id]));
		break;
	default:
		pieces_insert(&stream, at, make_submit());
		break;
	}
}

/* ---- commands that are changed */

static void change_submit(struct piece *piece)
{
	virgl_parse(piece->body, piece->size, &commands);
	virgl_mutate(&commands);
	*piece = piece_make(SUBMIT_CMD, NULL, SUBMIT_MAX);
	piece->size = piece->body ? virgl_write(&commands, piece->body, SUBMIT_MAX) : 0;
}

static void change(struct piece *piece)
{
	const char *fields = piece->kind < ARRAY_SIZE(roles) ? roles[piece->kind] : "";
	uint32_t n = (uint32_t)strlen(fields), at = pieces_random(n);

	if (piece->kind == SUBMIT_CMD && !pieces_chance(50))
		change_submit(piece);
	else if (pieces_chance(200))
		piece->kind = pieces_random(45);
	else if (n == 0 || pieces_chance(8))
		piece_mutate_bytes(piece, pieces_chance(4) ? 16 : 0);
	else if (fields[at] == 't')
		piece_set_dword(piece, at, pieces_random(10));
	else
		piece_set_dword(piece, at, virgl_value(fields[at], piece_dword(piece, at)));
}

/* One of the buffers of commands if there is one: most of what can go wrong is in them. */
static size_t choose_piece(void)
{
	size_t at = pieces_random((uint32_t)stream.n);

	for (size_t i = 0; i < stream.n && !pieces_chance(4); i++) {
		size_t submit = (at + i) % stream.n;
		if (stream.items[submit].kind == SUBMIT_CMD)
			return submit;
	}
	return at;
}

size_t vtest_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	static const char name[] = "fuzz";
	static const uint32_t version = 2;
	uint32_t n;

	pieces_begin(seed);
	if (max_size < 2)
		return 0;
	if (size == 0)
		data[0] = (uint8_t)pieces_random(256);
	parse(data + 1, size > 0 ? size - 1 : 0, &stream);
	if (stream.n == 0)
		pieces_insert(&stream, 0, piece_make(CREATE_RENDERER, name, sizeof(name)));
	if (stream.n == 1 && pieces_chance(2))
		pieces_insert(&stream, 1, piece_make(PROTOCOL_VERSION, &version, sizeof(version)));
	learn();
	if (pieces_chance(32))
		data[0] = (uint8_t)pieces_random(256);
	n = 1 + pieces_random(pieces_chance(4) ? 12 : 3);
	for (uint32_t i = 0; i < n && stream.n > 0; i++) {
		if (pieces_chance(5))
			insert_something();
		else if (pieces_chance(8))
			pieces_rearrange(&stream);
		else
			change(&stream.items[choose_piece()]);
	}
	return 1 + write_out(&stream, data + 1, max_size - 1);
}

size_t vtest_cross(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2,
	uint8_t *out, size_t max_size, unsigned seed)
{
	pieces_begin(seed);
	if (size1 < 1 || size2 < 1 || max_size < 2)
		return 0;
	parse(data1 + 1, size1 - 1, &stream);
	parse(data2 + 1, size2 - 1, &other);
	for (size_t i = other.n; i > 0; i--) { /* only one hello */
		if (other.items[i - 1].kind == CREATE_RENDERER)
			pieces_remove(&other, i - 1);
	}
	pieces_splice(&stream, &other);
	out[0] = data1[0];
	return 1 + write_out(&stream, out + 1, max_size - 1);
}
