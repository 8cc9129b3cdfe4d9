/* SPDX-License-Identifier: MIT */
/*
 * Attributes of configurations, and the choice among these by what a program wishes: as EGL 1.5
 * (3.4.1) and GLX 1.4 (3.3.3) have it alike. A face brings a table with one row for each attribute.
 * What is a configuration to it begins with the host's struct glm_config.
 */
#ifndef GUEST_CHOICE_H
#define GUEST_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "glm_messages.h"

/* EGL_DONT_CARE and GLX_DONT_CARE */
#define CHOICE_ANY      (-1)
#define CHOICE_ROWS_MAX 64u

/* How an attribute is wished for. */
enum choice_rule {
	CHOICE_AT_LEAST,
	CHOICE_EXACT,
	CHOICE_MASK,
	CHOICE_IGNORED, /* it may be, and changes nothing */
	CHOICE_REFUSED,
};

/* Where its value comes from. */
enum choice_source {
	CHOICE_CONSTANT,
	CHOICE_OWN,  /* the face knows */
	CHOICE_NONE, /* it can only be wished for */
	CHOICE_RED,  /* this and all below: the host's configuration */
	CHOICE_GREEN,
	CHOICE_BLUE,
	CHOICE_ALPHA,
	CHOICE_COLOURS, /* the sum of the four */
	CHOICE_DEPTH,
	CHOICE_STENCIL,
	CHOICE_SAMPLES,
	CHOICE_SAMPLE_BUFFERS,
};

struct choice_attribute {
	int name;
	enum choice_rule rule;
	int fallback; /* what holds when it is not wished for */
	enum choice_source source;
	int constant; /* of CHOICE_CONSTANT; else 0 */
};

/* What decides between two configurations that fit, unless it is the same of both. */
enum choice_order {
	CHOICE_SMALLER_FIRST,
	CHOICE_LARGER_IF_WISHED, /* the larger first if more than 0 is wished for, else the smaller */
	CHOICE_MORE_COLOUR, /* more bits of those colours of which some are wished for; no name */
};

struct choice_key {
	int name;
	enum choice_order order;
};

struct choice_face {
	const struct choice_attribute *attributes; /* n_attributes, at most CHOICE_ROWS_MAX */
	const struct choice_key *keys;             /* the first decides first */
	size_t n_attributes, n_keys;
	int id;      /* the attribute that, if it is wished for, alone counts */
	int end;     /* of a list of wishes */
	bool strict; /* a negative size is no wish */
	/* The value of a CHOICE_OWN attribute. */
	int (*own)(const void *config, int name);
};

struct choice_wish {
	const struct choice_face *face;
	int values[CHOICE_ROWS_MAX]; /* in the order of its attributes */
};

/* False: there is no such attribute. */
bool choice_value(const struct choice_face *face, const void *config, int name, int *ret_value);

/* Wishes for nothing. */
void choice_wish_init(struct choice_wish *wish, const struct choice_face *face);
/* Where the value stands that is wished for. NULL: it cannot be. */
int *choice_wished(struct choice_wish *wish, int name);
/* A list of names and values; NULL is an empty one. False: something in it cannot be wished for. */
bool choice_wish_read(struct choice_wish *wish, const struct choice_face *face, const int *list);
/*
 * Of `n` configurations, `bytes` from one to the next, those that fit, by their place, the best
 * first. `ret_places` has room for all. Returns how many.
 */
int choice_make(struct choice_wish *wish, const void *configs, size_t bytes, int n, int *ret_places);

#endif
