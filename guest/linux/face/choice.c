/* SPDX-License-Identifier: MIT */
#include "choice.h"

/* ---- attributes */

static const struct choice_attribute *find(const struct choice_face *face, int name)
{
	for (size_t i = 0; i < face->n_attributes; i++) {
		if (face->attributes[i].name == name)
			return &face->attributes[i];
	}
	return NULL;
}

static int value_of(const struct choice_face *face, const void *config,
	const struct choice_attribute *attribute)
{
	const struct glm_config *host = config;

	switch (attribute->source) {
	case CHOICE_OWN:
		return face->own(config, attribute->name);
	case CHOICE_RED:
		return host->red;
	case CHOICE_GREEN:
		return host->green;
	case CHOICE_BLUE:
		return host->blue;
	case CHOICE_ALPHA:
		return host->alpha;
	case CHOICE_COLOURS:
		return host->red + host->green + host->blue + host->alpha;
	case CHOICE_DEPTH:
		return host->depth;
	case CHOICE_STENCIL:
		return host->stencil;
	case CHOICE_SAMPLES:
		return host->samples;
	case CHOICE_SAMPLE_BUFFERS:
		return host->samples > 0;
	case CHOICE_CONSTANT:
	case CHOICE_NONE:
		break;
	}
	return attribute->constant;
}

bool choice_value(const struct choice_face *face, const void *config, int name, int *ret_value)
{
	const struct choice_attribute *attribute = find(face, name);

	if (!attribute || attribute->source == CHOICE_NONE)
		return false;
	*ret_value = value_of(face, config, attribute);
	return true;
}

/* ---- wishes */

void choice_wish_init(struct choice_wish *wish, const struct choice_face *face)
{
	wish->face = face;
	for (size_t i = 0; i < face->n_attributes; i++)
		wish->values[i] = face->attributes[i].fallback;
}

int *choice_wished(struct choice_wish *wish, int name)
{
	const struct choice_attribute *attribute = find(wish->face, name);

	return attribute && attribute->rule != CHOICE_REFUSED
		       ? &wish->values[attribute - wish->face->attributes]
		       : NULL;
}

bool choice_wish_read(struct choice_wish *wish, const struct choice_face *face, const int *list)
{
	choice_wish_init(wish, face);
	for (; list && list[0] != face->end; list += 2) {
		int *value = choice_wished(wish, list[0]);

		if (!value || (face->strict && find(face, list[0])->rule == CHOICE_AT_LEAST &&
				      list[1] < 0 && list[1] != CHOICE_ANY))
			return false;
		*value = list[1];
	}
	return true;
}

/* ---- the choice */

static bool satisfies(enum choice_rule rule, int have, int want)
{
	switch (rule) {
	case CHOICE_AT_LEAST:
		return have >= want;
	case CHOICE_EXACT:
		return have == want;
	case CHOICE_MASK:
		return (have & want) == want;
	case CHOICE_IGNORED:
	case CHOICE_REFUSED:
		break;
	}
	return true;
}

static bool fits(struct choice_wish *wish, const void *config)
{
	const struct choice_face *face = wish->face;
	const int id = *choice_wished(wish, face->id);

	if (id != CHOICE_ANY)
		return value_of(face, config, find(face, face->id)) == id;
	for (size_t i = 0; i < face->n_attributes; i++) {
		const struct choice_attribute *attribute = &face->attributes[i];
		const int want = wish->values[i];

		if (want != CHOICE_ANY && attribute->source != CHOICE_NONE &&
			!satisfies(attribute->rule, value_of(face, config, attribute), want))
			return false;
	}
	return true;
}

static int wished_colour(const struct choice_wish *wish, const void *config)
{
	const struct choice_face *face = wish->face;
	int bits = 0;

	for (size_t i = 0; i < face->n_attributes; i++) {
		const enum choice_source source = face->attributes[i].source;

		if (source >= CHOICE_RED && source <= CHOICE_ALPHA && wish->values[i] > 0)
			bits += value_of(face, config, &face->attributes[i]);
	}
	return bits;
}

/* Negative: `a` comes before `b`. */
static int compare(
	struct choice_wish *wish, const struct choice_key *key, const void *a, const void *b)
{
	const struct choice_face *face = wish->face;
	const struct choice_attribute *attribute;
	int difference;

	if (key->order == CHOICE_MORE_COLOUR)
		return wished_colour(wish, b) - wished_colour(wish, a);
	attribute = find(face, key->name);
	difference = value_of(face, a, attribute) - value_of(face, b, attribute);
	return key->order == CHOICE_LARGER_IF_WISHED && *choice_wished(wish, key->name) > 0
		       ? -difference
		       : difference;
}

static bool before(struct choice_wish *wish, const void *a, const void *b)
{
	int difference = 0;

	for (size_t i = 0; i < wish->face->n_keys && difference == 0; i++)
		difference = compare(wish, &wish->face->keys[i], a, b);
	return difference < 0;
}

int choice_make(struct choice_wish *wish, const void *configs, size_t bytes, int n, int *ret_places)
{
	const char *first = configs;
	int chosen = 0;

	for (int i = 0; i < n; i++) {
		const char *config = first + (size_t)i * bytes;
		int at = chosen;

		if (!fits(wish, config))
			continue;
		for (; at > 0 && before(wish, config, first + (size_t)ret_places[at - 1] * bytes);
			at--)
			ret_places[at] = ret_places[at - 1];
		ret_places[at] = i;
		chosen++;
	}
	return chosen;
}
