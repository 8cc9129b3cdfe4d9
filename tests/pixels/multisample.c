/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Multisampling: of the default framebuffer and of an object, resolved; coverage, samples read one by one. */
#include "scene.h"

#include <math.h>

#define SIDE    96
#define SAMPLES 4

static const char VERTEX[] = "#version 330 compatibility\n"
			     "out vec4 tint;\n"
			     "void main() { tint = gl_Color; gl_Position = ftransform(); }\n";
static const char PLAIN[] = "#version 330 compatibility\n"
			    "in vec4 tint;\n"
			    "void main() { gl_FragColor = tint; }\n";
static const char SAMPLED[] =
	"#version 330 compatibility\n"
	"uniform sampler2DMS image;\n"
	"uniform int which;\n"
	"in vec4 tint;\n"
	"void main() { gl_FragColor = texelFetch(image, ivec2(gl_FragCoord.xy) % 96, which) * tint; }\n";

static GLuint plain, sampled, frame_buffer, color, depth, single, resolved;

static void make_object(void)
{
	glGenFramebuffers(1, &frame_buffer);
	glBindFramebuffer(GL_FRAMEBUFFER, frame_buffer);
	glGenTextures(1, &color);
	glBindTexture(GL_TEXTURE_2D_MULTISAMPLE, color);
	glTexImage2DMultisample(GL_TEXTURE_2D_MULTISAMPLE, SAMPLES, GL_RGBA8, SIDE, SIDE, GL_TRUE);
	glFramebufferTexture2D(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D_MULTISAMPLE, color, 0);
	glGenRenderbuffers(1, &depth);
	glBindRenderbuffer(GL_RENDERBUFFER, depth);
	glRenderbufferStorageMultisample(GL_RENDERBUFFER, SAMPLES, GL_DEPTH24_STENCIL8, SIDE, SIDE);
	glFramebufferRenderbuffer(
		GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_RENDERBUFFER, depth);
	expect("the framebuffer's status", glCheckFramebufferStatus(GL_FRAMEBUFFER),
		GL_FRAMEBUFFER_COMPLETE);
	glGenFramebuffers(1, &single);
	glGenRenderbuffers(1, &resolved);
	glBindFramebuffer(GL_FRAMEBUFFER, single);
	glBindRenderbuffer(GL_RENDERBUFFER, resolved);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, SIDE, SIDE);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, resolved);
}

static void setup(void)
{
	GLint samples = 0, maximum = 0;
	GLfloat place[2];

	plain = make_program(VERTEX, PLAIN);
	sampled = make_program(VERTEX, SAMPLED);
	glGetIntegerv(GL_SAMPLES, &samples);
	expect("samples of the default framebuffer", samples, SAMPLES);
	for (GLuint i = 0; i < SAMPLES; i++) {
		glGetMultisamplefv(GL_SAMPLE_POSITION, i, place);
		if (place[0] < 0 || place[0] > 1 || place[1] < 0 || place[1] > 1)
			die("a sample is nowhere");
	}
	glGetIntegerv(GL_MAX_SAMPLES, &maximum);
	if (maximum < SAMPLES)
		die("too few samples");
	make_object();
}

static void star(int frame, int spikes, float size)
{
	glBegin(GL_TRIANGLES);
	for (int i = 0; i < spikes; i++) {
		float angle = (float)i * 6.2831853f / (float)spikes + (float)frame * 0.07f;

		glColor4f((float)(i % 3) / 2, (float)(i % 5) / 4, 0.8f,
			0.3f + 0.7f * (float)i / (float)spikes);
		glVertex3f(0, 0, 0.2f);
		glVertex3f(size * cosf(angle), size * sinf(angle), -0.5f);
		glVertex3f(size * cosf(angle + 0.2f), size * sinf(angle + 0.2f), 0.5f);
	}
	glEnd();
}

static void draw_object(int frame)
{
	glBindFramebuffer(GL_FRAMEBUFFER, frame_buffer);
	glViewport(0, 0, SIDE, SIDE);
	glClearColor(0, 0.2f, 0.1f, 1);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT);
	glEnable(GL_DEPTH_TEST);
	glUseProgram(plain);
	star(frame, 13, 0.9f);
	glEnable(GL_SAMPLE_MASK);
	glSampleMaski(0, 1u + (GLbitfield)frame % 15u);
	star(-frame, 7, 0.7f);
	glDisable(GL_SAMPLE_MASK);
	glDisable(GL_DEPTH_TEST);
}

/* The object's pixels in a framebuffer with single samples, where they can be read. */
static void resolve(void)
{
	static GLubyte pixels[SIDE * SIDE * 4];

	glBindFramebuffer(GL_READ_FRAMEBUFFER, frame_buffer);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, single);
	glBlitFramebuffer(0, 0, SIDE, SIDE, 0, 0, SIDE, SIDE, GL_COLOR_BUFFER_BIT, GL_NEAREST);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, single);
	glReadPixels(0, 0, SIDE, SIDE, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	checksum(pixels, sizeof pixels);
}

static void draw(int frame)
{
	draw_object(frame);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
	glViewport(0, 0, scene_width, scene_height);
	glClearColor(0.2f, 0.1f, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glUseProgram(sampled);
	glUniform1i(glGetUniformLocation(sampled, "which"), frame % SAMPLES);
	glEnable(GL_SAMPLE_ALPHA_TO_COVERAGE);
	star(frame * 2, 9, 0.95f);
	glDisable(GL_SAMPLE_ALPHA_TO_COVERAGE);
	glUseProgram(plain);
	glEnable(GL_SAMPLE_COVERAGE);
	glSampleCoverage(0.5f, frame & 1);
	star(frame * 3, 5, 0.5f);
	glDisable(GL_SAMPLE_COVERAGE);
	resolve();
}

const struct scene scene = {
	.name = "multisample", .major = 3, .minor = 3, .samples = SAMPLES, .setup = setup, .draw = draw
};
