/* SPDX-License-Identifier: MIT */
/* Display lists of the characters of a font of X. */
#include "glx.h"

/* What is set while the bitmaps go into display lists. */
static const struct {
	GLenum name;
	GLint value;
} store[] = {
	{ GL_UNPACK_SWAP_BYTES, GL_FALSE },
	{ GL_UNPACK_LSB_FIRST, GL_FALSE },
	{ GL_UNPACK_ROW_LENGTH, 0 },
	{ GL_UNPACK_SKIP_ROWS, 0 },
	{ GL_UNPACK_SKIP_PIXELS, 0 },
	{ GL_UNPACK_ALIGNMENT, 1 },
};

#define STORED (sizeof(store) / sizeof(store[0]))

static void make_list(struct xlib_font *font, unsigned character, GLuint list)
{
	static const uint8_t blank;
	struct xlib_glyph glyph;

	if (!xlib_font_glyph(font, character, &glyph))
		return;
	/* Drivers lose an empty bitmap that is in a list, and its advance with it. */
	if (!glyph.bits) {
		glyph.width = glyph.height = 1;
		glyph.bits = &blank;
	}
	glNewList(list, GL_COMPILE);
	glBitmap(glyph.width, glyph.height, (GLfloat)-glyph.left, (GLfloat)-glyph.bottom,
		(GLfloat)glyph.advance, 0, glyph.bits);
	glEndList();
}

void glXUseXFont(Font id, int first, int count, int list)
{
	const struct glx_thread *thread = glx_thread();
	GLint before[STORED];
	struct xlib_font *font;

	if (!thread->context)
		return;
	font = xlib_font_open(thread->display, thread->context->screen->number, id);
	if (!font) {
		xlib_error(thread->display, BadFont, X_GLXUseXFont, id);
		return;
	}
	for (size_t i = 0; i < STORED; i++) {
		glGetIntegerv(store[i].name, &before[i]);
		glPixelStorei(store[i].name, store[i].value);
	}
	for (int i = 0; i < count; i++)
		make_list(font, (unsigned)(first + i), (GLuint)(list + i));
	for (size_t i = 0; i < STORED; i++)
		glPixelStorei(store[i].name, before[i]);
	xlib_font_close(font);
}
