/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look at shaders before virglrenderer has them: their text is TGSI, in which virglrenderer 0.10
 * takes most numbers for indices into tables of its own without a look at the tables' ends.
 */
#ifndef ORIEL_WALK_SHADER_H
#define ORIEL_WALK_SHADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHADER_TEXT_DEPTH 4u /* of brackets in brackets */

/* How far a text has been read. Zeroes are its beginning. */
struct shader_text {
	char word[12]; /* the last one, cut off */
	uint8_t length;
	bool in_word, in_number;
	bool closed; /* nothing but a closing bracket came last */
	bool wrong;
	bool ranged;     /* the next number ends a range that `number` began */
	uint8_t dots;    /* in a row, just now */
	uint32_t number; /* the last one */
	uint32_t from;   /* where the range begins */
	uint32_t depth;

	struct {
		uint32_t limit, largest; /* of the numbers in this bracket */
	} levels[SHADER_TEXT_DEPTH + 1]; /* 0: outside of all; that of the last bracket is kept */
};

/* Reads on. False: a number is over what there can be of its kind, now or before. */
bool shader_text_read(struct shader_text *text, const uint8_t *data, size_t size);

/*
 * What a shader writes for transform feedback: `outputs` stand in pairs of dwords after four
 * strides. False when one is no output, or when virglrenderer's list of them would not hold it.
 */
bool shader_feedback_right(const uint32_t *strides, uint32_t outputs);

#endif
