/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct scanner {
	const unsigned char *text, *at, *end;
	const char *what; /* the first thing wrong, at `at`; NULL: nothing yet */
	unsigned depth;
};

static bool fail(struct scanner *scanner, const char *what)
{
	if (!scanner->what)
		scanner->what = what;
	return false;
}

/* The next byte; -1 at the end. A NUL in the text is an ordinary wrong byte. */
static int peek(const struct scanner *scanner)
{
	return scanner->at < scanner->end ? *scanner->at : -1;
}

static void skip_space(struct scanner *scanner)
{
	int c = peek(scanner);

	while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		scanner->at++;
		c = peek(scanner);
	}
}

static bool take(struct scanner *scanner, int c)
{
	if (peek(scanner) != c)
		return false;
	scanner->at++;
	return true;
}

static bool scan_word(struct scanner *scanner, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0)
		return fail(scanner, "expected a value");
	scanner->at += length;
	return true;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool scan_digits(struct scanner *scanner)
{
	if (!is_digit(peek(scanner)))
		return fail(scanner, "expected a digit");
	while (is_digit(peek(scanner)))
		scanner->at++;
	return true;
}

static bool scan_number(struct scanner *scanner)
{
	take(scanner, '-');
	if (take(scanner, '0')) {
		if (is_digit(peek(scanner)))
			return fail(scanner, "a number does not begin with 0");
	} else if (!scan_digits(scanner)) {
		return false;
	}
	if (take(scanner, '.') && !scan_digits(scanner))
		return false;
	if (take(scanner, 'e') || take(scanner, 'E')) {
		if (!take(scanner, '+'))
			take(scanner, '-');
		return scan_digits(scanner);
	}
	return true;
}

/* Four digits of a \u escape; -1 with the failure. */
static int32_t scan_hex(struct scanner *scanner)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++) {
		int c = peek(scanner);

		if (is_digit(c)) {
			value = value * 16 + c - '0';
		} else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
			value = value * 16 + (c | 0x20) - 'a' + 10;
		} else {
			fail(scanner, "expected four hexadecimal digits");
			return -1;
		}
		scanner->at++;
	}
	return value;
}

static bool scan_unicode_escape(struct scanner *scanner)
{
	int32_t unit = scan_hex(scanner);

	if (unit < 0)
		return false;
	if (unit == 0)
		return fail(scanner, "a string cannot have \\u0000");
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return fail(scanner, "the second half of a surrogate pair without the first");
	if (unit < 0xd800 || unit > 0xdbff)
		return true;
	if (!take(scanner, '\\') || !take(scanner, 'u'))
		return fail(scanner, "expected the second half of a surrogate pair");
	unit = scan_hex(scanner);
	if (unit >= 0 && (unit < 0xdc00 || unit > 0xdfff))
		return fail(scanner, "expected the second half of a surrogate pair");
	return unit >= 0;
}

static bool scan_escape(struct scanner *scanner)
{
	int c = peek(scanner);

	if (c < 0 || c == 0 || !strchr("\"\\/bfnrtu", c))
		return fail(scanner, "not an escape that JSON has");
	scanner->at++;
	return c != 'u' || scan_unicode_escape(scanner);
}

/* One character of more than one byte (RFC 3629: shortest form, no surrogates, to U+10FFFF). */
static bool scan_utf8(struct scanner *scanner)
{
	static const struct {
		uint8_t mask, lead, more;
		uint32_t least;
	} forms[] = {
		{ 0xe0, 0xc0, 1, 0x80 },
		{ 0xf0, 0xe0, 2, 0x800 },
		{ 0xf8, 0xf0, 3, 0x10000 },
	};

	const unsigned char *at = scanner->at;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		uint32_t code = *at & (uint32_t)(uint8_t)~forms[i].mask;
		size_t n = 0;

		if ((*at & forms[i].mask) != forms[i].lead)
			continue;
		while (n < forms[i].more && at + n + 1 < scanner->end && (at[n + 1] & 0xc0) == 0x80)
			code = code << 6 | (at[++n] & 0x3fu);
		if (n < forms[i].more || code < forms[i].least || code > 0x10ffff ||
			(code >= 0xd800 && code <= 0xdfff))
			break;
		scanner->at += n + 1;
		return true;
	}
	return fail(scanner, "a string has bytes that are not UTF-8");
}

static bool scan_string(struct scanner *scanner)
{
	for (;;) {
		int c = peek(scanner);

		if (c < 0)
			return fail(scanner, "a string does not end");
		if (c < 0x20)
			return fail(scanner, "a string has a control character");
		if (c >= 0x80) {
			if (!scan_utf8(scanner))
				return false;
			continue;
		}
		scanner->at++;
		if (c == '"')
			return true;
		if (c == '\\' && !scan_escape(scanner))
			return false;
	}
}

static bool scan_value(struct scanner *scanner);

static bool scan_member(struct scanner *scanner)
{
	skip_space(scanner);
	if (!take(scanner, '"'))
		return fail(scanner, "expected a key in quotation marks");
	if (!scan_string(scanner))
		return false;
	skip_space(scanner);
	if (!take(scanner, ':'))
		return fail(scanner, "expected ':'");
	return scan_value(scanner);
}

/* Object or array, behind its first bracket. */
static bool scan_list(struct scanner *scanner, int close, bool (*element)(struct scanner *))
{
	if (++scanner->depth > JSON_DEPTH_MAX)
		return fail(scanner, "objects and arrays lie too deep within each other");
	skip_space(scanner);
	if (!take(scanner, close)) {
		do {
			if (!element(scanner))
				return false;
			skip_space(scanner);
		} while (take(scanner, ','));
		if (!take(scanner, close))
			return fail(scanner,
				close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
	}
	scanner->depth--;
	return true;
}

static bool scan_value(struct scanner *scanner)
{
	skip_space(scanner);
	switch (peek(scanner)) {
	case '{':
		scanner->at++;
		return scan_list(scanner, '}', scan_member);
	case '[':
		scanner->at++;
		return scan_list(scanner, ']', scan_value);
	case '"':
		scanner->at++;
		return scan_string(scanner);
	case 't':
		return scan_word(scanner, "true");
	case 'f':
		return scan_word(scanner, "false");
	case 'n':
		return scan_word(scanner, "null");
	case -1:
		return fail(scanner, "the text ends where a value is expected");
	default:
		if (peek(scanner) == '-' || is_digit(peek(scanner)))
			return scan_number(scanner);
		return fail(scanner, "expected a value");
	}
}

static void locate(const struct scanner *scanner, struct json_error *error)
{
	const unsigned char *line = scanner->text;

	error->line = 1;
	for (const unsigned char *c = scanner->text; c < scanner->at; c++) {
		if (*c == '\n') {
			error->line++;
			line = c + 1;
		}
	}
	error->column = (unsigned)(scanner->at - line) + 1;
	error->what = scanner->what;
}

int json_check(const char *text, size_t size, struct json_error *ret_error)
{
	struct scanner scanner = { .text = (const unsigned char *)text };

	scanner.at = scanner.text;
	scanner.end = scanner.text + size;
	if (scan_value(&scanner)) {
		skip_space(&scanner);
		if (scanner.at == scanner.end)
			return 0;
		fail(&scanner, "something follows the value");
	}
	locate(&scanner, ret_error);
	return -1;
}
