/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "events.h"

#include <stdio.h>

/* A JSON string; bytes over 127 are taken for UTF-8. */
static void put_string(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < ' ')
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static void finish(void)
{
	puts("}");
	fflush(stdout);
}

void event_plain(const char *name)
{
	printf("{\"event\": \"%s\"", name);
	finish();
}

void event_text(const char *name, const char *key, const char *text)
{
	printf("{\"event\": \"%s\", \"%s\": ", name, key);
	put_string(text);
	finish();
}

void event_number(const char *name, const char *key, unsigned number)
{
	printf("{\"event\": \"%s\", \"%s\": %u", name, key, number);
	finish();
}

void event_ready(const struct hello_terms *terms)
{
	printf("{\"event\": \"ready\", \"version\": %u, \"message_max\": %u, \"credit\": %u, "
	       "\"frames_ahead\": %u",
		terms->version, terms->message_max, terms->credit, terms->frames_ahead);
	finish();
}

void event_refused(const struct hello_refusal *refusal)
{
	printf("{\"event\": \"refused\", \"version_min\": %u, \"version_max\": %u, \"reason\": ",
		refusal->version_min, refusal->version_max);
	put_string(refusal->reason);
	finish();
}

void event_error(const struct oriel_error *error)
{
	printf("{\"event\": \"error\", \"code\": %u, \"opcode\": %u, \"channel\": %u, \"text\": ",
		error->code, error->opcode, error->channel);
	put_string(error->text);
	finish();
}

void event_key(const struct oriel_input_key *key)
{
	printf("{\"event\": \"key\", \"display\": %u, \"keysym\": %u, \"keycode\": %u, \"down\": %s",
		key->display, key->keysym, key->keycode, key->down ? "true" : "false");
	finish();
}

void event_pointer(const struct oriel_input_pointer *pointer)
{
	printf("{\"event\": \"pointer\", \"display\": %u, \"x\": %u, \"y\": %u, \"buttons\": %u, "
	       "\"width\": %u, \"height\": %u",
		pointer->display, pointer->x, pointer->y, pointer->buttons, pointer->width,
		pointer->height);
	finish();
}
