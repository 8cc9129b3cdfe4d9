/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/virgl_model.h"

#include <string.h>

#include "render/tgsi.h"
#include "util.h"

#define CREATE_OBJECT 1u
#define OBJECT_SHADER 4u
#define SHADER_FIELDS 5u /* dwords before the text, without stream output */
#define BODY_MAX      4096u
#define KNOWN_MAX     128u

/*
 * Roles of dwords: r resource, f format, F format with a target on top, n a count or index, y an offset
 * or stride in bytes, d a coordinate or size, x a float, b bits, s shader type, p primitive, c vertices
 * or instances, e one of a few, l layers or levels, u anything. Objects: o of the type in the header,
 * N a new one, others by their type's letter. What follows '*' is repeated; '$' has no meaning.
 */
static const struct {
	uint8_t id;
	const char *roles;
} commands[] = {
	{ 0, "" },
	{ 2, "o" },
	{ 3, "o" },
	{ 4, "n*xxxxxx" },
	{ 5, "nU*U" },
	{ 6, "*yyr" },
	{ 7, "bxxxxxxn" },
	{ 8, "ccpeccyeuuuT" },
	{ 8, "ccpeccyeuuuTnn" },
	{ 8, "ccpeccyeuuuTnnryynyr" },
	{ 9, "rnbyyddddddd$" },
	{ 10, "sn*V" },
	{ 11, "rny" },
	{ 12, "sn*x" },
	{ 13, "u" },
	{ 14, "xxxx" },
	{ 15, "n*uu" },
	{ 16, "buurnfddddddrnfdddddd" },
	{ 17, "rndddrndddddd" },
	{ 18, "sn*M" },
	{ 19, "Q" },
	{ 20, "Q" },
	{ 21, "Qe" },
	{ 22, "*u" },
	{ 23, "*x" },
	{ 24, "u" },
	{ 25, "b*T" },
	{ 26, "Qee" },
	{ 27, "snyyr" },
	{ 28, "n" },
	{ 29, "n" },
	{ 30, "n" },
	{ 31, "Ss" },
	{ 32, "xxxxxx" },
	{ 33, "n" },
	{ 34, "sn*yyr" },
	{ 35, "sn*feyyr" },
	{ 36, "b" },
	{ 37, "nnnnnnry" },
	{ 38, "uu" },
	{ 39, "b" },
	{ 40, "n*yyr" },
	{ 41, "$" },
	{ 42, "Qreeyn" },
	{ 43, "rnbyyddddddye" },
	{ 44, "$" },
	{ 45, "rnbyyddddddryn" },
	{ 46, "nu" },
	{ 47, "rnddddddxxxx" },
	{ 48, "nfbnddddnnn" },
	{ 51, "y$" },
	{ 52, "SSSSSS" },
	{ 62, "bUxxxxdddd" },
};

#define OBJECTS 12u

static const struct {
	const char *roles;
	char letter;
} objects[OBJECTS] = {
	[1] = { "Nbebbbbbbbb", 'B' },
	[2] = { "Nbxbuxxxx", 'R' },
	[3] = { "Nbbbx", 'D' },
	[4] = { "Nsynn$", 'S' },
	[5] = { "N*yenf", 'E' },
	[6] = { "NrFllb", 'V' },
	[7] = { "Nbxxxxxxx", 'M' },
	[8] = { "Nrfll", 'U' },
	[9] = { "Neyr", 'Q' },
	[10] = { "Nryy", 'T' },
	[11] = { "Nrflln", 'U' },
};

/* What an input has made so far. */
static struct {
	uint32_t handles[OBJECTS][KNOWN_MAX];
	uint32_t n[OBJECTS];
	uint32_t newest;

	struct {
		uint32_t handle, target, format;
	} resources[KNOWN_MAX];

	uint32_t n_resources;
} known;

void virgl_forget(void)
{
	memset(&known, 0, sizeof(known));
}

void virgl_learn_resource(uint32_t handle, uint32_t target, uint32_t format)
{
	uint32_t at = known.n_resources < KNOWN_MAX ? known.n_resources++ : pieces_random(KNOWN_MAX);

	known.resources[at].handle = handle;
	known.resources[at].target = target;
	known.resources[at].format = format;
}

static void learn_object(uint32_t type, uint32_t handle)
{
	uint32_t at = known.n[type] < KNOWN_MAX ? known.n[type]++ : pieces_random(KNOWN_MAX);

	known.handles[type][at] = handle;
	if (handle > known.newest && handle < UINT16_MAX)
		known.newest = handle;
}

void virgl_learn(const struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->n; i++) {
		const struct piece *piece = &pieces->items[i];
		uint32_t object = piece->kind >> 8;
		if ((piece->kind & 0xff) == CREATE_OBJECT && object < OBJECTS && piece->size >= 4)
			learn_object(object, piece_dword(piece, 0));
	}
}

/* A handle of an object of this type; a random one if there is none. */
static uint32_t object_of(uint32_t type)
{
	if (type >= OBJECTS || known.n[type] == 0)
		return pieces_random(24);
	return known.handles[type][pieces_random(known.n[type])];
}

/* The type of the letter, or 0. */
static uint32_t type_of(char role)
{
	for (uint32_t type = 1; type < OBJECTS; type++) {
		if (objects[type].letter == role)
			return type;
	}
	return 0;
}

static uint32_t resource(void)
{
	if (known.n_resources == 0)
		return pieces_random(24);
	return known.resources[pieces_random(known.n_resources)].handle;
}

static const char *find_roles(uint32_t kind)
{
	uint32_t id = kind & 0xff, object = kind >> 8;

	if (id == CREATE_OBJECT)
		return object < OBJECTS && objects[object].roles ? objects[object].roles : "$";
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].id == id)
			return commands[i].roles;
	}
	return "$";
}

/* The role of a command's dword, '$' for none. */
static char role_at(const char *roles, size_t index)
{
	const char *star = strchr(roles, '*');
	size_t fixed = star ? (size_t)(star - roles) : strlen(roles);

	if (index < fixed)
		return roles[index];
	if (!star || !star[1])
		return '$';
	return star[1 + (index - fixed) % strlen(star + 1)];
}

static uint32_t format(void)
{
	static const uint32_t usual[] = { 1, 2, 5, 7, 8, 16, 17, 19, 20, 21, 22, 23, 28, 29, 30, 31,
		48, 64, 65, 67, 70, 91, 94, 100, 104, 105, 109, 113, 124, 125, 126, 127, 131, 134,
		177, 193, 196, 200, 262, 263, 264 };

	if (pieces_chance(6))
		return pieces_random(480);
	return usual[pieces_random(ARRAY_SIZE(usual))];
}

static uint32_t as_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint32_t real(void)
{
	static const float usual[] = { 0.f, 1.f, -1.f, .5f, 2.f, 16.f, 32.f, 1e9f, -1e9f, 1e38f };

	if (pieces_chance(12))
		return pieces_chance(2) ? 0x7fc00000u : 0x7f800000u; /* not a number, infinity */
	return as_bits(usual[pieces_random(ARRAY_SIZE(usual))]);
}

uint32_t virgl_value(char role, uint32_t old)
{
	uint32_t type = type_of(role);

	if (type > 0)
		return pieces_chance(16)   ? pieces_boundary()
		       : pieces_chance(16) ? 0
					   : object_of(type);
	switch (role) {
	case 'r':
		return pieces_chance(16) ? pieces_boundary() : resource();
	case 'N':
		return pieces_chance(3) ? pieces_random(24) : known.newest + 1;
	case 'l':
		return pieces_chance(2)   ? 0
		       : pieces_chance(4) ? pieces_boundary()
					  : pieces_random(4) << 16;
	case 'f':
		return format();
	case 'F':
		return format() | pieces_random(10) << 24;
	case 'n':
		return pieces_chance(12) ? pieces_boundary()
					 : pieces_random(pieces_chance(3) ? 40 : 5);
	case 'y':
		return pieces_chance(8) ? pieces_boundary() : pieces_random(64) * 4;
	case 'd':
		return pieces_chance(10) ? pieces_boundary()
					 : pieces_random(pieces_chance(2) ? 3 : 65);
	case 'x':
		return pieces_chance(8) ? pieces_boundary() : real();
	case 's':
		return pieces_chance(16) ? pieces_boundary() : pieces_random(6);
	case 'p':
		return pieces_chance(16) ? pieces_boundary() : pieces_random(16);
	case 'c': /* no more than a few: what is drawn takes time */
		return pieces_random(pieces_chance(3) ? 100 : 7);
	case 'e':
		return pieces_chance(16) ? pieces_boundary() : pieces_random(12);
	case 'b':
		return pieces_chance(2) ? old ^ 1u << pieces_random(32) : pieces_boundary();
	default:
		return pieces_boundary();
	}
}

static struct piece generate_shader(void)
{
	static char text[BODY_MAX];
	uint32_t type;
	size_t size = tgsi_choose(text, sizeof(text), &type) + 1; /* with its NUL */
	uint32_t fields[SHADER_FIELDS] = { virgl_value('N', 0), type, (uint32_t)size, 300, 0 };
	struct piece piece = piece_make(CREATE_OBJECT | OBJECT_SHADER << 8, NULL,
		sizeof(fields) + ((size + 3) & ~(size_t)3));

	if (!piece.body)
		return piece;
	memcpy(piece.body, fields, sizeof(fields));
	memcpy(piece.body + sizeof(fields), text, size);
	return piece;
}

/* Objects made with a resource mostly have its format. */
static void match_format(struct piece *piece)
{
	uint32_t object = piece->kind >> 8, at = pieces_random(known.n_resources);
	bool view = object == 6, surface = object == 8 || object == 11;

	if ((piece->kind & 0xff) != CREATE_OBJECT || (!view && !surface) ||
		known.n_resources == 0 || pieces_chance(4))
		return;
	piece_set_dword(piece, 1, known.resources[at].handle);
	piece_set_dword(piece, 2,
		known.resources[at].format | (view ? known.resources[at].target << 24 : 0));
}

static struct piece generate(uint32_t kind, const char *roles)
{
	const char *star = strchr(roles, '*');
	size_t n = strlen(roles), repeats = star ? pieces_random(pieces_chance(4) ? 17 : 4) : 0;
	struct piece piece;

	if (star)
		n = (size_t)(star - roles) + strlen(star + 1) * repeats;
	else if (n > 0 && roles[n - 1] == '$')
		n += pieces_random(32);
	piece = piece_make(kind, NULL, n * 4);
	for (size_t i = 0; piece.body && i < n; i++)
		piece_set_dword(&piece, i, virgl_value(role_at(roles, i), 0));
	if (!piece.body)
		return piece;
	/* Binding and destroying name the object's type in the header. */
	if (roles[0] == 'o' && !pieces_chance(16))
		piece_set_dword(&piece, 0, object_of(kind >> 8));
	match_format(&piece);
	return piece;
}

struct piece virgl_generate(void)
{
	uint32_t object = 1 + pieces_random(OBJECTS - 1);
	uint32_t at = pieces_random(ARRAY_SIZE(commands));
	uint32_t kind = commands[at].id;

	if (pieces_chance(8))
		return generate_shader();
	if (pieces_chance(3))
		return generate(CREATE_OBJECT | object << 8, objects[object].roles);
	if (commands[at].roles[0] == 'o')
		kind |= object << 8;
	return generate(kind, commands[at].roles);
}

static void change_shader(struct piece *piece)
{
	static char text[BODY_MAX];
	uint32_t outputs = piece_dword(piece, 4);
	size_t fields = (SHADER_FIELDS + (outputs > 0 && outputs < 64 ? 4 + 2 * outputs : 0)) * 4;
	size_t size = piece->size > fields ? piece->size - fields : 0;
	struct piece made;

	if (size == 0 || size >= sizeof(text))
		return;
	memcpy(text, piece->body + fields, size);
	text[size] = '\0';
	size = tgsi_mutate(text, sizeof(text)) + 1;
	made = piece_make(piece->kind, NULL, fields + ((size + 3) & ~(size_t)3));
	if (!made.body)
		return;
	memcpy(made.body, piece->body, fields);
	memcpy(made.body + fields, text, size);
	if (!pieces_chance(12))
		piece_set_dword(&made, 2, (uint32_t)size);
	*piece = made;
}

/* Longer by a repetition or some dwords, or shorter. */
static void change_length(struct piece *piece)
{
	size_t size = piece->size;
	struct piece made;

	if (pieces_chance(2))
		size -= size < 16 ? size : 4 * (size_t)pieces_random(5);
	else
		size += 4 * (size_t)(1 + pieces_random(6));
	made = piece_make(piece->kind, NULL, size);
	if (!made.body)
		return;
	memcpy(made.body, piece->body, size < piece->size ? size : piece->size);
	*piece = made;
}

void virgl_change(struct piece *piece)
{
	const char *roles = find_roles(piece->kind);
	bool shader = piece->kind == (CREATE_OBJECT | OBJECT_SHADER << 8);
	uint32_t n = (uint32_t)(piece->size / 4);
	uint32_t at = pieces_random(n);

	if (shader && !pieces_chance(4)) {
		change_shader(piece);
		return;
	}
	if (pieces_chance(40)) {
		piece->kind ^= 1u << pieces_random(12);
		return;
	}
	if (n == 0 || pieces_chance(20)) {
		change_length(piece);
		return;
	}
	if (pieces_chance(6) && role_at(roles, at) != 'c')
		piece_poke(piece);
	else
		piece_set_dword(piece, at, virgl_value(role_at(roles, at), piece_dword(piece, at)));
}

void virgl_mutate(struct pieces *pieces)
{
	uint32_t n = 1 + pieces_random(4);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = pieces_random((uint32_t)pieces->n);
		if (pieces->n == 0 || pieces_chance(3))
			pieces_insert(
				pieces, pieces_random((uint32_t)pieces->n + 1), virgl_generate());
		else if (pieces_chance(4))
			pieces_rearrange(pieces);
		else
			virgl_change(&pieces->items[at]);
	}
}

void virgl_parse(const uint8_t *data, size_t size, struct pieces *pieces)
{
	pieces->n = 0;
	for (size_t at = 0; at + 4 <= size && pieces->n < PIECES_MAX;) {
		uint32_t header;
		size_t length;
		memcpy(&header, data + at, 4);
		length = (size_t)(header >> 16) * 4;
		if (length > size - at - 4)
			return;
		pieces_insert(pieces, pieces->n, piece_make(header & 0xffffu, data + at + 4, length));
		at += 4 + length;
	}
}

size_t virgl_write(const struct pieces *pieces, uint8_t *data, size_t max)
{
	size_t at = 0;

	for (size_t i = 0; i < pieces->n; i++) {
		const struct piece *piece = &pieces->items[i];
		size_t length = piece->size / 4 < UINT16_MAX ? piece->size / 4 : UINT16_MAX;
		uint32_t header = piece->kind | (uint32_t)length << 16;
		if (4 + length * 4 > max - at)
			break;
		memcpy(data + at, &header, 4);
		memcpy(data + at + 4, piece->body, length * 4);
		at += 4 + length * 4;
	}
	return at;
}
