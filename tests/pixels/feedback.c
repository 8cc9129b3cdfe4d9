/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Particles by transform feedback, queries of all kinds and draws that depend on them. */
#include "scene.h"

#define COUNT 200

static const char MOVE[] = "#version 400 core\n"
			   "in vec4 state;\n"
			   "out vec4 next;\n"
			   "out float speed;\n"
			   "void main() {\n"
			   "  vec2 place = state.xy + state.zw * 0.05;\n"
			   "  vec2 pull = -place * 0.4;\n"
			   "  next = vec4(place, state.zw * 0.98 + pull * 0.1);\n"
			   "  speed = length(state.zw);\n"
			   "}\n";
static const char SHOW[] = "#version 400 core\n"
			   "in vec4 state;\n"
			   "in float speed;\n"
			   "uniform float size;\n"
			   "out vec3 tint;\n"
			   "void main() {\n"
			   "  tint = vec3(speed, 1.0 - speed, 0.5 + state.x * 0.5);\n"
			   "  gl_PointSize = size;\n"
			   "  gl_Position = vec4(state.xy, state.z * 0.2, 1.0);\n"
			   "}\n";
static const char FRAGMENT[] = "#version 400 core\n"
			       "in vec3 tint;\n"
			       "out vec4 result;\n"
			       "void main() { result = vec4(tint, 1.0); }\n";
static const char NOTHING[] = "#version 400 core\nvoid main() {}\n";

enum { SAMPLES, ANY, WRITTEN, GENERATED, QUERIES };

static GLuint move, show, arrays[2][2], states[2], speeds, queries[QUERIES], feedback, numbers;

static void set_arrays(void)
{
	for (int which = 0; which < 2; which++) {
		GLuint programs[2] = { move, show };

		for (int side = 0; side < 2; side++) {
			GLint state = glGetAttribLocation(programs[which], "state");
			GLint speed = glGetAttribLocation(programs[which], "speed");

			glBindVertexArray(arrays[which][side]);
			glBindBuffer(GL_ARRAY_BUFFER, states[side]);
			glVertexAttribPointer((GLuint)state, 4, GL_FLOAT, GL_FALSE, 0, NULL);
			glEnableVertexAttribArray((GLuint)state);
			if (speed < 0)
				continue;
			glBindBuffer(GL_ARRAY_BUFFER, speeds);
			glVertexAttribPointer((GLuint)speed, 1, GL_FLOAT, GL_FALSE, 0, NULL);
			glEnableVertexAttribArray((GLuint)speed);
		}
	}
}

static void setup(void)
{
	static const GLchar *const outputs[] = { "next", "speed" };
	GLfloat first[COUNT * 4];
	GLsizei size = 0, length = 0;
	GLenum type = 0;
	GLchar name[8] = "";

	move = make_unlinked(MOVE, NOTHING);
	glTransformFeedbackVaryings(move, 2, outputs, GL_SEPARATE_ATTRIBS);
	link_program(move);
	glGetTransformFeedbackVarying(move, 1, sizeof name, &length, &size, &type, name);
	expect("the second output's type", type, GL_FLOAT);
	show = make_program(SHOW, FRAGMENT);
	for (unsigned int i = 0; i < COUNT * 4; i++)
		first[i] = noise(i) * 2 - 1;
	states[0] = make_buffer(GL_ARRAY_BUFFER, first, sizeof first);
	states[1] = make_buffer(GL_ARRAY_BUFFER, NULL, sizeof first);
	speeds = make_buffer(GL_ARRAY_BUFFER, NULL, COUNT * sizeof(GLfloat));
	numbers = make_buffer(GL_QUERY_BUFFER, NULL, 64);
	glBindBuffer(GL_QUERY_BUFFER, 0);
	glGenVertexArrays(4, arrays[0]);
	set_arrays();
	glGenQueries(QUERIES, queries);
	glGenTransformFeedbacks(1, &feedback);
	glEnable(GL_PROGRAM_POINT_SIZE);
	glEnable(GL_DEPTH_TEST);
}

/* One step of the particles, from one buffer to the other. */
static void step(int from)
{
	GLuint written = 0, generated = 0;

	glUseProgram(move);
	glBindVertexArray(arrays[0][from]);
	glBindTransformFeedback(GL_TRANSFORM_FEEDBACK, feedback);
	glBindBufferBase(GL_TRANSFORM_FEEDBACK_BUFFER, 0, states[!from]);
	glBindBufferBase(GL_TRANSFORM_FEEDBACK_BUFFER, 1, speeds);
	glEnable(GL_RASTERIZER_DISCARD);
	glBeginQuery(GL_TRANSFORM_FEEDBACK_PRIMITIVES_WRITTEN, queries[WRITTEN]);
	glBeginQuery(GL_PRIMITIVES_GENERATED, queries[GENERATED]);
	glBeginTransformFeedback(GL_POINTS);
	glDrawArrays(GL_POINTS, 0, COUNT);
	glEndTransformFeedback();
	glEndQuery(GL_PRIMITIVES_GENERATED);
	glEndQuery(GL_TRANSFORM_FEEDBACK_PRIMITIVES_WRITTEN);
	glDisable(GL_RASTERIZER_DISCARD);
	glGetQueryObjectuiv(queries[WRITTEN], GL_QUERY_RESULT, &written);
	glGetQueryObjectuiv(queries[GENERATED], GL_QUERY_RESULT, &generated);
	expect("primitives written", written, COUNT);
	expect("primitives generated", generated, COUNT);
}

static void look(int from)
{
	GLfloat got[32];
	GLuint64 samples = 0;
	GLuint any = 0, available = 0;

	while (!available)
		glGetQueryObjectuiv(queries[SAMPLES], GL_QUERY_RESULT_AVAILABLE, &available);
	glGetQueryObjectui64v(queries[SAMPLES], GL_QUERY_RESULT, &samples);
	checksum(&samples, sizeof samples);
	glBindBuffer(GL_QUERY_BUFFER, numbers);
	glGetQueryObjectuiv(queries[ANY], GL_QUERY_RESULT, (GLuint *)8);
	glGetBufferSubData(GL_QUERY_BUFFER, 8, sizeof any, &any);
	glBindBuffer(GL_QUERY_BUFFER, 0);
	checksum(&any, sizeof any);
	glBindBuffer(GL_ARRAY_BUFFER, states[!from]);
	glGetBufferSubData(GL_ARRAY_BUFFER, 160, sizeof got, got);
	checksum(got, sizeof got);
}

static void draw(int frame)
{
	int from = frame & 1;

	step(from);
	glClearColor(0.1f, 0.05f, 0.15f, 1);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glUseProgram(show);
	glUniform1f(glGetUniformLocation(show, "size"), 9);
	glBindVertexArray(arrays[1][!from]);
	glBeginQuery(GL_SAMPLES_PASSED, queries[SAMPLES]);
	glDrawTransformFeedback(GL_POINTS, feedback);
	glEndQuery(GL_SAMPLES_PASSED);
	glBeginQuery(GL_ANY_SAMPLES_PASSED, queries[ANY]);
	glDepthFunc(frame % 3 ? GL_LESS : GL_NEVER);
	glDrawArrays(GL_POINTS, 0, 20);
	glDepthFunc(GL_LESS);
	glEndQuery(GL_ANY_SAMPLES_PASSED);
	look(from);
	glBeginConditionalRender(queries[ANY], GL_QUERY_WAIT);
	glUniform1f(glGetUniformLocation(show, "size"), 25);
	glDepthFunc(GL_ALWAYS);
	glDrawArrays(GL_POINTS, 3, 4);
	glDepthFunc(GL_LESS);
	glEndConditionalRender();
}

const struct scene scene = {
	.name = "feedback", .major = 4, .minor = 2, .core = true, .setup = setup, .draw = draw
};
