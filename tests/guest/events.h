/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to the guest, as one JSON object a line on standard output, flushed. */
#ifndef TEST_GUEST_EVENTS_H
#define TEST_GUEST_EVENTS_H

#include "hello.h"
#include "oriel_messages.h"

/* {"event": NAME} */
void event_plain(const char *name);
/* {"event": NAME, KEY: "TEXT"} */
void event_text(const char *name, const char *key, const char *text);
/* {"event": NAME, KEY: NUMBER} */
void event_number(const char *name, const char *key, unsigned number);
void event_ready(const struct hello_terms *terms);
void event_refused(const struct hello_refusal *refusal);
void event_error(const struct oriel_error *error);
void event_key(const struct oriel_input_key *key);
void event_pointer(const struct oriel_input_pointer *pointer);

#endif
