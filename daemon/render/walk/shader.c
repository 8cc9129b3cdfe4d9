/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk/shader.h"

#include <string.h>

#include "util.h"

#define DIMENSION_MAX 31u /* first index of two: a buffer's, a vertex's */
#define SEMANTIC_MAX  63u
#define ARRAY_MAX     79u
#define VARYINGS_MAX  128u /* virglrenderer has room for 160 */
#define BUFFERS       4u   /* of transform feedback */
#define COMPONENTS    4u
#define REGISTER_MAX  63u /* of an output that is fed back */

/* Largest index of each kind of register; of semantics and all else SEMANTIC_MAX. */
static const struct {
	const char *word;
	uint32_t limit;
} files[] = {
	{ "IN", 79 },
	{ "OUT", 79 },
	{ "TEMP", 4095 },
	{ "IMM", 4095 },
	{ "CONST", 4095 },
	{ "HWATOMIC", 4095 },
	{ "SAMP", 31 },
	{ "SVIEW", 31 },
	{ "BUFFER", 31 },
	{ "IMAGE", 31 },
};

static uint32_t limit_of(const struct shader_text *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (strlen(files[i].word) == text->length &&
			memcmp(files[i].word, text->word, text->length) == 0)
			return files[i].limit;
	}
	return SEMANTIC_MAX;
}

static void open_bracket(struct shader_text *text, uint32_t limit)
{
	if (text->depth == SHADER_TEXT_DEPTH) {
		text->wrong = true;
		return;
	}
	text->depth++;
	text->levels[text->depth].limit = limit;
	text->levels[text->depth].largest = 0;
}

/* A bracket right behind another one: that was a dimension, and both are of one file. */
static void open_index(struct shader_text *text)
{
	uint32_t limit = limit_of(text);

	if (text->closed && text->depth < SHADER_TEXT_DEPTH) {
		limit = text->levels[text->depth + 1].limit;
		text->wrong = text->wrong || text->levels[text->depth + 1].largest > DIMENSION_MAX;
	}
	open_bracket(text, limit);
}

static void end_number(struct shader_text *text)
{
	text->in_number = false;
	if (text->depth == 0)
		return;
	if (text->ranged && text->number < text->from)
		text->wrong = true;
	text->ranged = false;
	if (text->number > text->levels[text->depth].largest)
		text->levels[text->depth].largest = text->number;
	if (text->number > text->levels[text->depth].limit)
		text->wrong = true;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || c == '_';
}

static void read_word(struct shader_text *text, char c)
{
	if (!text->in_word)
		text->length = 0;
	text->in_word = true;
	/* One that is longer than the room is none of those with a name. */
	if (text->length < sizeof(text->word))
		text->word[text->length++] = c;
}

static void read_digit(struct shader_text *text, char c)
{
	if (!text->in_number)
		text->number = 0;
	text->in_number = true;
	if (text->number < UINT32_MAX / 16)
		text->number = text->number * 10 + (uint32_t)(c - '0');
}

static void read_sign(struct shader_text *text, char c)
{
	switch (c) {
	case '.':
		if (++text->dots == 2) {
			text->ranged = true;
			text->from = text->number;
		}
		break;
	case '[':
		open_index(text);
		break;
	case '(':
		open_bracket(text, ARRAY_MAX);
		break;
	case ']':
	case ')':
		text->depth -= text->depth > 0;
		break;
	default:
		break;
	}
	text->closed = c == ']';
}

static void read_character(struct shader_text *text, char c)
{
	bool digit = c >= '0' && c <= '9';

	if (c != '.')
		text->dots = 0;
	if (c >= 'a' && c <= 'z') /* the parser does not mind */
		c = (char)(c - 'a' + 'A');
	if (text->in_number && !digit)
		end_number(text);
	if (is_letter(c) || (digit && text->in_word)) {
		read_word(text, c);
		text->closed = false;
		return;
	}
	text->in_word = false;
	if (digit) {
		read_digit(text, c);
		text->closed = false;
	} else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
		read_sign(text, c);
	}
}

bool shader_text_read(struct shader_text *text, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size && !text->wrong; i++)
		read_character(text, (char)data[i]);
	return !text->wrong;
}

/* Entries for a gap of so many components, four to each; what goes back needs none. */
static uint64_t entries(int64_t gap)
{
	return gap > 0 ? ((uint64_t)gap + 3) / 4 : 0;
}

bool shader_feedback_right(const uint32_t *strides, uint32_t outputs)
{
	uint64_t varyings = 0;
	uint32_t last = 0;
	int64_t at = 0;

	if (outputs > VARYINGS_MAX)
		return false;
	for (uint32_t i = 0; i < outputs; i++) {
		uint32_t output = strides[BUFFERS + (size_t)i * 2];
		uint32_t first = output >> 8 & 3, count = output >> 10 & 7;
		uint32_t buffer = output >> 13 & 7, offset = output >> 16;
		if ((output & 0xff) > REGISTER_MAX || buffer >= BUFFERS || first + count > COMPONENTS)
			return false;
		if (buffer != last) {
			varyings += entries((int32_t)strides[last] - at);
			varyings += buffer > last ? buffer - last : 0;
			last = buffer;
			at = 0;
		}
		varyings += entries((int64_t)offset - at) + 1;
		at = (int64_t)offset + count;
	}
	varyings += entries((int32_t)strides[last] - at);
	return varyings <= VARYINGS_MAX;
}
