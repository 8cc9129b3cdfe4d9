/* SPDX-License-Identifier: MIT */
/* What GLX uses of libX11, opened at run time as face/xlib.c does. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include "glx.h"

#define FUNCTIONS(X)        \
	X(XDefaultScreen)   \
	X(XGetVisualInfo)   \
	X(XQueryExtension)  \
	X(XSetErrorHandler) \
	X(XQueryFont)       \
	X(XFreeFontInfo)    \
	X(XCreatePixmap)    \
	X(XFreePixmap)      \
	X(XRootWindow)      \
	X(XCreateGC)        \
	X(XChangeGC)        \
	X(XFreeGC)          \
	X(XFillRectangle)   \
	X(XDrawString16)    \
	X(XGetImage)        \
	X(XFree)

static struct {
#define MEMBER(name) __typeof__(&name) name;
	FUNCTIONS(MEMBER)
#undef MEMBER
} xlib;

static bool loaded;

static void load(void)
{
	void *library = dlopen("libX11.so.6", RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return;
	loaded = true;
#define FIND(name)                                             \
	{                                                      \
		void *address = dlsym(library, #name);         \
		memcpy(&xlib.name, &address, sizeof(address)); \
		loaded = loaded && address;                    \
	}
	FUNCTIONS(FIND)
#undef FIND
}

static bool ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return loaded;
}

int xlib_default_screen(Display *display)
{
	return ready() ? xlib.XDefaultScreen(display) : 0;
}

XVisualInfo *xlib_visual(Display *display, int screen, VisualID id)
{
	XVisualInfo wanted = { .visualid = id, .screen = screen };
	int n = 0;

	return ready() ? xlib.XGetVisualInfo(display, VisualIDMask | VisualScreenMask, &wanted, &n)
		       : NULL;
}

void xlib_free(void *memory)
{
	if (memory)
		xlib.XFree(memory);
}

void xlib_codes(Display *display, struct xlib_codes *ret_codes)
{
	*ret_codes = (struct xlib_codes){ .opcode = 160, .event = 110, .error = 160 };
	if (ready())
		xlib.XQueryExtension(display, GLX_EXTENSION_NAME, &ret_codes->opcode,
			&ret_codes->event, &ret_codes->error);
}

void xlib_error(Display *display, int fault, int minor, XID resource)
{
	XErrorEvent event = {
		.display = display,
		.resourceid = resource,
		.minor_code = (unsigned char)minor,
	};
	struct xlib_codes codes;
	XErrorHandler handler;

	if (!display || !ready())
		return;
	xlib_codes(display, &codes);
	event.error_code =
		(unsigned char)(fault >= FAULT_GLX ? codes.error + fault - FAULT_GLX : fault);
	event.request_code = (unsigned char)codes.opcode;
	event.serial = ((_XPrivDisplay)display)->request;
	/* There is no other way to learn which it is. */
	handler = xlib.XSetErrorHandler(NULL);
	xlib.XSetErrorHandler(handler);
	if (handler)
		handler(display, &event);
}

/* ---- fonts, for glXUseXFont */

struct xlib_font {
	Display *display;
	Window root;
	Font id;
	XFontStruct *info;
	uint8_t *bits;
};

struct xlib_font *xlib_font_open(Display *display, int screen, Font font)
{
	struct xlib_font *opened = ready() ? calloc(1, sizeof(*opened)) : NULL;

	if (!opened)
		return NULL;
	opened->display = display;
	opened->root = xlib.XRootWindow(display, screen);
	opened->id = font;
	opened->info = xlib.XQueryFont(display, font);
	if (opened->info)
		return opened;
	free(opened);
	return NULL;
}

void xlib_font_close(struct xlib_font *font)
{
	xlib.XFreeFontInfo(NULL, font->info, 1);
	free(font->bits);
	free(font);
}

static const XCharStruct *metrics(const XFontStruct *info, unsigned character)
{
	const unsigned columns = info->max_char_or_byte2 - info->min_char_or_byte2 + 1;
	const unsigned row = character >> 8, column = character & 0xff;

	if (row < info->min_byte1 || row > info->max_byte1 || column < info->min_char_or_byte2 ||
		column > info->max_char_or_byte2)
		return NULL;
	if (!info->per_char)
		return &info->max_bounds;
	return &info->per_char[(row - info->min_byte1) * columns + column - info->min_char_or_byte2];
}

/* The character alone, as a picture of one bit a pixel. */
static XImage *draw(struct xlib_font *font, unsigned character, const XCharStruct *m,
	unsigned width, unsigned height)
{
	const Pixmap pixmap = xlib.XCreatePixmap(font->display, font->root, width, height, 1);
	XChar2b text = { .byte1 = (unsigned char)(character >> 8), .byte2 = (unsigned char)character };
	XGCValues values = { .foreground = 0, .font = font->id };
	const GC gc = xlib.XCreateGC(font->display, pixmap, GCForeground | GCFont, &values);
	XImage *image;

	xlib.XFillRectangle(font->display, pixmap, gc, 0, 0, width, height);
	values.foreground = 1;
	xlib.XChangeGC(font->display, gc, GCForeground, &values);
	xlib.XDrawString16(font->display, pixmap, gc, -m->lbearing, m->ascent, &text, 1);
	image = xlib.XGetImage(font->display, pixmap, 0, 0, width, height, 1, XYPixmap);
	xlib.XFreeGC(font->display, gc);
	xlib.XFreePixmap(font->display, pixmap);
	return image;
}

static void collect(XImage *image, uint8_t *bits, unsigned stride)
{
	for (int y = 0; y < image->height; y++) {
		uint8_t *row = bits + (size_t)(image->height - 1 - y) * stride;
		for (int x = 0; x < image->width; x++) {
			if (image->f.get_pixel(image, x, y))
				row[x / 8] |= (uint8_t)(0x80 >> x % 8);
		}
	}
}

bool xlib_font_glyph(struct xlib_font *font, unsigned character, struct xlib_glyph *ret_glyph)
{
	const XCharStruct *m = metrics(font->info, character);
	unsigned width, height, stride;
	XImage *image;

	*ret_glyph = (struct xlib_glyph){ 0 };
	if (!m)
		return true;
	ret_glyph->advance = m->width;
	if (m->rbearing <= m->lbearing || m->ascent + m->descent <= 0)
		return true;
	width = (unsigned)(m->rbearing - m->lbearing);
	height = (unsigned)(m->ascent + m->descent);
	stride = (width + 7) / 8;
	free(font->bits);
	font->bits = calloc(stride, height);
	image = font->bits ? draw(font, character, m, width, height) : NULL;
	if (!image)
		return false;
	collect(image, font->bits, stride);
	image->f.destroy_image(image);
	ret_glyph->width = (int)width;
	ret_glyph->height = (int)height;
	ret_glyph->left = m->lbearing;
	ret_glyph->bottom = -m->descent;
	ret_glyph->bits = font->bits;
	return true;
}
