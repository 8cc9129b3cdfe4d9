/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keysym.h"

#include <stddef.h>
#include <string.h>

#include "util.h"

static const struct {
	const char *name;
	uint32_t keysym;
} names[] = {
	{ "space", 0x20 },
	{ "BackSpace", 0xff08 },
	{ "Tab", 0xff09 },
	{ "Linefeed", 0xff0a },
	{ "Clear", 0xff0b },
	{ "Return", 0xff0d },
	{ "Enter", 0xff0d },
	{ "Pause", 0xff13 },
	{ "Scroll_Lock", 0xff14 },
	{ "Sys_Req", 0xff15 },
	{ "Escape", 0xff1b },
	{ "Multi_key", 0xff20 },
	{ "Home", 0xff50 },
	{ "Left", 0xff51 },
	{ "Up", 0xff52 },
	{ "Right", 0xff53 },
	{ "Down", 0xff54 },
	{ "Page_Up", 0xff55 },
	{ "Prior", 0xff55 },
	{ "Page_Down", 0xff56 },
	{ "Next", 0xff56 },
	{ "End", 0xff57 },
	{ "Begin", 0xff58 },
	{ "Select", 0xff60 },
	{ "Print", 0xff61 },
	{ "Execute", 0xff62 },
	{ "Insert", 0xff63 },
	{ "Undo", 0xff65 },
	{ "Redo", 0xff66 },
	{ "Menu", 0xff67 },
	{ "Find", 0xff68 },
	{ "Cancel", 0xff69 },
	{ "Help", 0xff6a },
	{ "Break", 0xff6b },
	{ "Mode_switch", 0xff7e },
	{ "Num_Lock", 0xff7f },
	{ "KP_Space", 0xff80 },
	{ "KP_Tab", 0xff89 },
	{ "KP_Enter", 0xff8d },
	{ "KP_Home", 0xff95 },
	{ "KP_Left", 0xff96 },
	{ "KP_Up", 0xff97 },
	{ "KP_Right", 0xff98 },
	{ "KP_Down", 0xff99 },
	{ "KP_Page_Up", 0xff9a },
	{ "KP_Page_Down", 0xff9b },
	{ "KP_End", 0xff9c },
	{ "KP_Begin", 0xff9d },
	{ "KP_Insert", 0xff9e },
	{ "KP_Delete", 0xff9f },
	{ "KP_Multiply", 0xffaa },
	{ "KP_Add", 0xffab },
	{ "KP_Separator", 0xffac },
	{ "KP_Subtract", 0xffad },
	{ "KP_Decimal", 0xffae },
	{ "KP_Divide", 0xffaf },
	{ "KP_Equal", 0xffbd },
	{ "Shift_L", 0xffe1 },
	{ "Shift_R", 0xffe2 },
	{ "Control_L", 0xffe3 },
	{ "Control_R", 0xffe4 },
	{ "Caps_Lock", 0xffe5 },
	{ "Shift_Lock", 0xffe6 },
	{ "Meta_L", 0xffe7 },
	{ "Meta_R", 0xffe8 },
	{ "Alt_L", 0xffe9 },
	{ "Alt_R", 0xffea },
	{ "Super_L", 0xffeb },
	{ "Super_R", 0xffec },
	{ "Hyper_L", 0xffed },
	{ "Hyper_R", 0xffee },
	{ "ISO_Level3_Shift", 0xfe03 },
	{ "ISO_Left_Tab", 0xfe20 },
	{ "Delete", 0xffff },
};

/* Names that end in a number: F1 is 0xffbe, KP_0 is 0xffb0. */
static const struct {
	const char *prefix;
	uint32_t first, last, keysym;
} ranges[] = {
	{ "F", 1, 35, 0xffbe },
	{ "KP_", 0, 9, 0xffb0 },
};

/* Latin-1 has its own numbers; every other character its code with bit 24 set. */
static uint32_t keysym_of_code(uint32_t code)
{
	if ((code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff))
		return code;
	if (code < 0x100 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return 0x01000000u | code;
}

/* The code of a text that is one character of UTF-8, which is known to be well formed; 0: it is not. */
static uint32_t single_code(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t code = *at;
	size_t more = code >= 0xf0 ? 3 : code >= 0xe0 ? 2 : code >= 0xc0 ? 1 : 0;

	if (strlen(text) != more + 1)
		return 0;
	if (more > 0)
		code &= 0x3fu >> more;
	for (size_t i = 1; i <= more; i++)
		code = code << 6 | (at[i] & 0x3fu);
	return code;
}

/* A number of these digits and no others; -1 when it is none or more than max. */
static int64_t number(const char *text, const char *digits, uint32_t max)
{
	int64_t value = 0;
	int64_t base = (int64_t)strlen(digits);

	if (!*text)
		return -1;
	for (; *text; text++) {
		const char *digit = strchr(digits, *text);

		if (!digit)
			return -1;
		value = value * base + (digit - digits);
		if (value > max)
			return -1;
	}
	return value;
}

uint32_t keysym_parse(const char *text)
{
	uint32_t code = single_code(text);
	int64_t value;

	if (code)
		return keysym_of_code(code);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i].name, text) == 0)
			return names[i].keysym;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		size_t length = strlen(ranges[i].prefix);

		if (strncmp(ranges[i].prefix, text, length) != 0)
			continue;
		value = number(text + length, "0123456789", ranges[i].last);
		if (value >= ranges[i].first)
			return ranges[i].keysym + (uint32_t)value - ranges[i].first;
	}
	value = text[0] == 'U' ? number(text + 1, "0123456789ABCDEF", 0x10ffff) : -1;
	return value > 0 ? keysym_of_code((uint32_t)value) : 0;
}
