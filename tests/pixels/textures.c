/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Textures: mipmaps, parts of images with pixel store, pixel buffers, 3D, cubes, compressed, read back. */
#include "scene.h"

#include <string.h>

#define SIDE 64

enum { MIPMAPPED, PARTIAL, VOLUME, CUBE, COMPRESSED, COPIED, TEXTURES };

static GLuint textures[TEXTURES], upload, download;
static GLubyte image[SIDE * SIDE * 4];

static void paint(int frame)
{
	for (unsigned int i = 0; i < SIDE * SIDE; i++) {
		unsigned int x = i % SIDE, y = i / SIDE, n = (unsigned int)frame;

		image[4 * i] = (GLubyte)(x * 4 + n * 5);
		image[4 * i + 1] = (GLubyte)(y * 4);
		image[4 * i + 2] = (GLubyte)((x ^ y) * 4 + n);
		image[4 * i + 3] = (GLubyte)(x * y);
	}
}

static void begin_texture(GLenum target, int which)
{
	glBindTexture(target, textures[which]);
	glTexParameteri(target, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
	glTexParameteri(target, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	glTexParameteri(target, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

static void setup(void)
{
	paint(0);
	glGenTextures(TEXTURES, textures);
	begin_texture(GL_TEXTURE_2D, MIPMAPPED);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, SIDE, SIDE, 0, GL_RGBA, GL_UNSIGNED_BYTE, image);
	begin_texture(GL_TEXTURE_2D, PARTIAL);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, SIDE, SIDE, 0, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV,
		image);
	begin_texture(GL_TEXTURE_3D, VOLUME);
	glTexImage3D(GL_TEXTURE_3D, 0, GL_RGBA8, 16, 16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, image);
	begin_texture(GL_TEXTURE_CUBE_MAP, CUBE);
	for (unsigned int face = 0; face < 6; face++)
		glTexImage2D(GL_TEXTURE_CUBE_MAP_POSITIVE_X + face, 0, GL_RGB565, 16, 16, 0, GL_RGB,
			GL_UNSIGNED_SHORT_5_6_5, image + face * 600);
	begin_texture(GL_TEXTURE_2D, COMPRESSED);
	glCompressedTexImage2D(GL_TEXTURE_2D, 0, GL_COMPRESSED_RED_RGTC1, 32, 32, 0, 8 * 64, image);
	begin_texture(GL_TEXTURE_2D, COPIED);
	glGenBuffers(1, &upload);
	glGenBuffers(1, &download);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, download);
	glBufferData(GL_PIXEL_PACK_BUFFER, sizeof image, NULL, GL_STREAM_READ);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
}

/* A part out of the middle of an image in memory, and another one out of a buffer. */
static void update(int frame)
{
	void *mapped;

	paint(frame);
	glBindTexture(GL_TEXTURE_2D, textures[PARTIAL]);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, SIDE);
	glPixelStorei(GL_UNPACK_SKIP_PIXELS, frame % 20);
	glPixelStorei(GL_UNPACK_SKIP_ROWS, 3);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 8, 8, 33, 21, GL_RGBA, GL_UNSIGNED_BYTE, image);
	glBindTexture(GL_TEXTURE_3D, textures[VOLUME]);
	glPixelStorei(GL_UNPACK_IMAGE_HEIGHT, 16);
	glTexSubImage3D(GL_TEXTURE_3D, 0, 2, 2, 2, 7, 9, 3, GL_RGBA, GL_UNSIGNED_BYTE, image);
	glPixelStorei(GL_UNPACK_IMAGE_HEIGHT, 0);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	glPixelStorei(GL_UNPACK_SKIP_PIXELS, 0);
	glPixelStorei(GL_UNPACK_SKIP_ROWS, 0);
	glBindBuffer(GL_PIXEL_UNPACK_BUFFER, upload);
	glBufferData(GL_PIXEL_UNPACK_BUFFER, sizeof image, NULL, GL_STREAM_DRAW);
	mapped = glMapBuffer(GL_PIXEL_UNPACK_BUFFER, GL_WRITE_ONLY);
	if (!mapped)
		die("no map of a pixel buffer");
	memcpy(mapped, image, sizeof image);
	expect("what unmap says", glUnmapBuffer(GL_PIXEL_UNPACK_BUFFER), GL_TRUE);
	glBindTexture(GL_TEXTURE_2D, textures[MIPMAPPED]);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, SIDE, SIDE / 2, GL_RGBA, GL_UNSIGNED_BYTE,
		(const void *)(size_t)(SIDE * 4 * 3));
	glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
	glGenerateMipmap(GL_TEXTURE_2D);
	glTexSubImage2D(GL_TEXTURE_2D, 3, 0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, image);
}

/* Levels come back into memory, and through a buffer. */
static void read_back(void)
{
	static GLubyte level[32 * 32 * 3 + 64];
	const void *mapped;
	GLint width = 0;

	glBindTexture(GL_TEXTURE_2D, textures[MIPMAPPED]);
	glGetTexLevelParameteriv(GL_TEXTURE_2D, 1, GL_TEXTURE_WIDTH, &width);
	expect("the width of a level", width, SIDE / 2);
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	glGetTexImage(GL_TEXTURE_2D, 1, GL_RGB, GL_UNSIGNED_BYTE, level);
	checksum(level, sizeof level);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, download);
	glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	mapped = glMapBufferRange(GL_PIXEL_PACK_BUFFER, 1024, 4096, GL_MAP_READ_BIT);
	if (!mapped)
		die("no map of what was read");
	checksum(mapped, 4096);
	glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
	glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
}

static void patch(GLenum target, int which, float x, float y, float depth)
{
	glBindTexture(target, textures[which]);
	glEnable(target);
	glBegin(GL_TRIANGLE_STRIP);
	for (int corner = 0; corner < 4; corner++) {
		float s = (float)(corner & 1), t = (float)(corner >> 1);

		if (target == GL_TEXTURE_CUBE_MAP)
			glTexCoord3f(s * 2 - 1, depth, t * 2 - 1);
		else
			glTexCoord3f(s, t, depth);
		glVertex2f(x + s * 0.6f, y + t * 0.9f);
	}
	glEnd();
	glDisable(target);
}

static void draw(int frame)
{
	glClearColor(0.2f, 0, 0.2f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	update(frame);
	patch(GL_TEXTURE_2D, MIPMAPPED, -0.98f, -0.98f, 0);
	patch(GL_TEXTURE_2D, PARTIAL, -0.32f, -0.98f, 0);
	patch(GL_TEXTURE_3D, VOLUME, 0.34f, -0.98f, (float)frame / 12);
	patch(GL_TEXTURE_CUBE_MAP, CUBE, -0.98f, 0.02f, (float)frame / 4 - 1);
	patch(GL_TEXTURE_2D, COMPRESSED, -0.32f, 0.02f, 0);
	glBindTexture(GL_TEXTURE_2D, textures[COPIED]);
	glCopyTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, frame, 10, 90, 70, 0);
	glCopyTexSubImage2D(GL_TEXTURE_2D, 0, 20, 20, 0, 100, 30, 30);
	patch(GL_TEXTURE_2D, COPIED, 0.34f, 0.02f, 0);
	read_back();
}

const struct scene scene = { .name = "textures", .setup = setup, .draw = draw };
