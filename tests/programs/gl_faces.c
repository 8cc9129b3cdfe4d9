// SPDX-License-Identifier: GPL-2.0-or-later
// gl_faces CASE: what EGL promises a program beyond drawing: its errors, who may use what in which
// thread, and what is shared. Prints "done" or the check that failed, and ends with 0 or 1.
#include "faces.h"

// ---- errors

static void errors_of_contexts(void)
{
	const EGLint es1[] = { EGL_CONTEXT_CLIENT_VERSION, 1, EGL_NONE };
	const EGLint far[] = { EGL_CONTEXT_MAJOR_VERSION, 9, EGL_NONE };
	const EGLint odd[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 7, EGL_NONE };
	const EGLint less[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, -1,
		EGL_NONE };
	const EGLint name[] = { EGL_RED_SIZE, 8, EGL_NONE };
	EGLContext context = context_with(EGL_NO_CONTEXT), es;
	EGLint value;

	CHECK(!eglCreateContext(display, config, EGL_NO_CONTEXT, far) && error_is(EGL_BAD_MATCH));
	CHECK(!eglCreateContext(display, config, EGL_NO_CONTEXT, odd) && error_is(EGL_BAD_MATCH));
	CHECK(!eglCreateContext(display, config, EGL_NO_CONTEXT, less) && error_is(EGL_BAD_MATCH));
	CHECK(!eglCreateContext(display, config, EGL_NO_CONTEXT, name) && error_is(EGL_BAD_ATTRIBUTE));
	CHECK(!eglCreateContext(display, (EGLConfig)&value, EGL_NO_CONTEXT, NULL) &&
		error_is(EGL_BAD_CONFIG));
	CHECK(!eglCreateContext(display, config, (EGLContext)&value, NULL) &&
		error_is(EGL_BAD_CONTEXT));
	CHECK(eglBindAPI(EGL_OPENGL_ES_API));
	CHECK(!eglCreateContext(display, config, EGL_NO_CONTEXT, es1) && error_is(EGL_BAD_MATCH));
	CHECK(!eglCreateContext(display, config, context,
		      (const EGLint[]){ EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE }) &&
		error_is(EGL_BAD_MATCH));
	es = eglCreateContext(display, config, EGL_NO_CONTEXT,
		(const EGLint[]){ EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE });
	CHECK(es && eglQueryContext(display, es, EGL_CONTEXT_CLIENT_TYPE, &value));
	CHECK(value == EGL_OPENGL_ES_API);
	make_current(es, EGL_NO_SURFACE);
	CHECK(strncmp((const char *)glGetString(GL_VERSION), "OpenGL ES ", 10) == 0);
	make_none_current();
	CHECK(!eglBindAPI(EGL_OPENVG_API) && error_is(EGL_BAD_PARAMETER));
	CHECK(!eglDestroyContext(display, (EGLContext)&value) && error_is(EGL_BAD_CONTEXT));
	CHECK(eglDestroyContext(display, es) && eglDestroyContext(display, context));
	CHECK(eglBindAPI(EGL_OPENGL_API));
}

static GLint asked(EGLContext context, GLenum pname)
{
	GLint value = -1;

	make_current(context, EGL_NO_SURFACE);
	glGetIntegerv(pname, &value);
	make_none_current();
	return value;
}

static void attributes_of_contexts(void)
{
	const EGLint wish[] = { EGL_CONTEXT_RELEASE_BEHAVIOR_KHR,
		EGL_CONTEXT_RELEASE_BEHAVIOR_NONE_KHR, EGL_CONTEXT_OPENGL_NO_ERROR_KHR, EGL_TRUE,
		EGL_NONE };
	const EGLint odd[] = { EGL_CONTEXT_RELEASE_BEHAVIOR_KHR, 1, EGL_NONE };
	EGLContext context = context_with(EGL_NO_CONTEXT);

	CHECK(asked(context, GL_CONTEXT_RELEASE_BEHAVIOR) == GL_CONTEXT_RELEASE_BEHAVIOR_FLUSH);
	CHECK(!(asked(context, GL_CONTEXT_FLAGS) & GL_CONTEXT_FLAG_NO_ERROR_BIT));
	CHECK(eglDestroyContext(display, context));
	context = eglCreateContext(display, config, EGL_NO_CONTEXT, wish);
	CHECK(context != EGL_NO_CONTEXT);
	CHECK(asked(context, GL_CONTEXT_RELEASE_BEHAVIOR) == GL_NONE);
	CHECK(asked(context, GL_CONTEXT_FLAGS) & GL_CONTEXT_FLAG_NO_ERROR_BIT);
	CHECK(eglDestroyContext(display, context));
	CHECK(!eglCreateContext(display, config, EGL_NO_CONTEXT, odd) && error_is(EGL_BAD_ATTRIBUTE));
}

static void errors_of_surfaces(void)
{
	const EGLint wrong[] = { EGL_WIDTH, -1, EGL_NONE };
	EGLSurface surface = pbuffer_of(3, 5);
	EGLContext context = context_with(EGL_NO_CONTEXT);
	EGLint value = 0;

	CHECK(!eglCreatePbufferSurface(display, config, wrong) && error_is(EGL_BAD_PARAMETER));
	CHECK(!eglCreateWindowSurface(display, config, 1, NULL) && error_is(EGL_BAD_MATCH));
	CHECK(!eglCreatePixmapSurface(display, config, 1, NULL) && error_is(EGL_BAD_MATCH));
	CHECK(eglQuerySurface(display, surface, EGL_WIDTH, &value) && value == 3);
	CHECK(eglQuerySurface(display, surface, EGL_HEIGHT, &value) && value == 5);
	CHECK(!eglQuerySurface(display, surface, EGL_DEPTH_SIZE, &value) &&
		error_is(EGL_BAD_ATTRIBUTE));
	CHECK(!eglQuerySurface(display, (EGLSurface)&value, EGL_WIDTH, &value) &&
		error_is(EGL_BAD_SURFACE));
	CHECK(!eglSwapBuffers(display, surface) && error_is(EGL_BAD_SURFACE));
	CHECK(!eglSwapInterval(display, 1) && error_is(EGL_BAD_CONTEXT));
	make_current(context, surface);
	CHECK(eglSwapBuffers(display, surface) && error_is(EGL_SUCCESS));
	CHECK(!eglCopyBuffers(display, surface, 1) && error_is(EGL_BAD_NATIVE_PIXMAP));
	CHECK(!eglMakeCurrent(display, surface, EGL_NO_SURFACE, context) && error_is(EGL_BAD_MATCH));
	CHECK(!eglMakeCurrent(display, surface, surface, EGL_NO_CONTEXT) && error_is(EGL_BAD_MATCH));
	CHECK(eglGetCurrentContext() == context && eglGetCurrentSurface(EGL_DRAW) == surface);
	// A surface that is destroyed while it is current goes on.
	CHECK(eglDestroySurface(display, surface));
	fill(1, 0, 0);
	CHECK(pixel(2, 4) == 0xff0000);
	CHECK(!eglDestroySurface(display, surface) && error_is(EGL_BAD_SURFACE));
	make_none_current();
	CHECK(eglDestroyContext(display, context));
}

static void errors_of_configs(void)
{
	const EGLint unknown[] = { EGL_WIDTH, 8, EGL_NONE };
	const EGLint floating[] = { EGL_RED_SIZE, 200, EGL_NONE };
	const EGLint least[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		EGL_OPENGL_ES2_BIT, EGL_NONE };
	EGLConfig list[512];
	EGLint n, depth = -1, before = -1;

	CHECK(!eglChooseConfig(display, unknown, NULL, 0, &n) && error_is(EGL_BAD_ATTRIBUTE));
	CHECK(eglChooseConfig(display, floating, list, 512, &n) && n == 0);
	CHECK(!eglChooseConfig(display, least, list, 1, NULL) && error_is(EGL_BAD_PARAMETER));
	CHECK(eglChooseConfig(display, least, list, 512, &n) && n > 3);
	// Where nothing else tells them apart, less depth comes first.
	for (EGLint i = 0; i < n; i++) {
		EGLint size, samples;
		CHECK(eglGetConfigAttrib(display, list[i], EGL_BUFFER_SIZE, &size));
		CHECK(eglGetConfigAttrib(display, list[i], EGL_SAMPLES, &samples));
		CHECK(eglGetConfigAttrib(display, list[i], EGL_DEPTH_SIZE, &depth));
		if (size == 32 && samples == 0) {
			CHECK(depth >= before);
			before = depth;
		}
	}
	CHECK(!eglGetConfigAttrib(display, list[0], EGL_WIDTH, &n) && error_is(EGL_BAD_ATTRIBUTE));
}

static void case_errors(void)
{
	EGLDisplay nothing = (EGLDisplay)&display;

	CHECK(!eglInitialize(nothing, NULL, NULL) && error_is(EGL_BAD_DISPLAY));
	display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	CHECK(!eglQueryString(display, EGL_VENDOR) && error_is(EGL_NOT_INITIALIZED));
	begin_surfaceless();
	errors_of_configs();
	errors_of_contexts();
	attributes_of_contexts();
	errors_of_surfaces();
}

// ---- threads

static EGLContext held_context;
static EGLSurface held_surface;

static void *take_what_is_held(void *data)
{
	EGLContext other;

	CHECK(eglBindAPI(EGL_OPENGL_API));
	CHECK(!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, held_context) &&
		error_is(EGL_BAD_ACCESS));
	other = context_with(EGL_NO_CONTEXT);
	CHECK(!eglMakeCurrent(display, held_surface, held_surface, other) && error_is(EGL_BAD_ACCESS));
	CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT);
	CHECK(eglDestroyContext(display, other));
	return data;
}

static void *take_what_is_free(void *data)
{
	make_current(held_context, held_surface);
	CHECK(pixel(0, 0) == 0x00ff00);
	fill(0, 0, 1);
	// It ends with both current.
	return data;
}

static void case_threads(void)
{
	begin_surfaceless();
	held_context = context_with(EGL_NO_CONTEXT);
	held_surface = pbuffer_of(8, 8);
	make_current(held_context, held_surface);
	fill(0, 1, 0);
	in_thread(take_what_is_held, NULL);
	make_none_current();
	in_thread(take_what_is_free, NULL);
	make_current(held_context, held_surface);
	CHECK(pixel(7, 7) == 0x0000ff);
	// One that is destroyed while it is current is so until it is let go.
	CHECK(eglDestroyContext(display, held_context));
	fill(1, 1, 1);
	CHECK(pixel(1, 1) == 0xffffff);
	CHECK(eglReleaseThread());
	CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT);
	CHECK(eglBindAPI(EGL_OPENGL_API));
	CHECK(!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, held_context) &&
		error_is(EGL_BAD_CONTEXT));
}

#define DRAWERS 4

// Each thread has its own context and colour; what they draw does not mix.
static void *draw_own_colour(void *data)
{
	const int number = *(int *)data;
	EGLContext context;
	EGLSurface surface;

	CHECK(eglBindAPI(EGL_OPENGL_API));
	context = context_with(EGL_NO_CONTEXT);
	surface = pbuffer_of(16, 16);
	make_current(context, surface);
	for (int i = 0; i < 200; i++) {
		const int shade = (number * 50 + i) % 256;
		fill((float)shade / 255, 0, (float)number / 255);
		CHECK(pixel(i % 16, 3) == ((unsigned)shade << 16 | (unsigned)number));
	}
	make_none_current();
	CHECK(eglDestroySurface(display, surface) && eglDestroyContext(display, context));
	return data;
}

static void case_parallel(void)
{
	pthread_t threads[DRAWERS];
	int numbers[DRAWERS];

	begin_surfaceless();
	for (int i = 0; i < DRAWERS; i++) {
		numbers[i] = i + 1;
		CHECK(pthread_create(&threads[i], NULL, draw_own_colour, &numbers[i]) == 0);
	}
	for (int i = 0; i < DRAWERS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

// ---- sharing

static GLuint shared_buffer;

static void *use_shared(void *data)
{
	unsigned char bytes[4] = { 0 };
	EGLContext *others = data;

	make_current(others[0], EGL_NO_SURFACE);
	CHECK(glIsBuffer(shared_buffer));
	glBindBuffer(GL_ARRAY_BUFFER, shared_buffer);
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, sizeof(bytes), bytes);
	CHECK(memcmp(bytes, "abc", 4) == 0);
	// Who does not share has nothing of it.
	make_current(others[1], EGL_NO_SURFACE);
	CHECK(!glIsBuffer(shared_buffer));
	make_none_current();
	return data;
}

static void case_share(void)
{
	EGLContext first, others[2];

	begin_surfaceless();
	first = context_with(EGL_NO_CONTEXT);
	others[0] = context_with(first);
	others[1] = context_with(EGL_NO_CONTEXT);
	make_current(first, EGL_NO_SURFACE);
	glGenBuffers(1, &shared_buffer);
	glBindBuffer(GL_ARRAY_BUFFER, shared_buffer);
	glBufferData(GL_ARRAY_BUFFER, 4, "abc", GL_STATIC_DRAW);
	glFinish();
	in_thread(use_shared, others);
	// What is shared outlives the context that made it.
	make_none_current();
	CHECK(eglDestroyContext(display, first));
	in_thread(use_shared, others);
}

// ---- fences

static EGLSync fence;

static void *wait_for_fence(void *data)
{
	// Without any context.
	CHECK(eglClientWaitSync(display, fence, 0, EGL_FOREVER) == EGL_CONDITION_SATISFIED);
	return data;
}

static void case_fence(void)
{
	const EGLAttrib some[] = { EGL_SYNC_CONDITION, 0, EGL_NONE };
	EGLAttrib value = 0;

	begin_surfaceless();
	CHECK(!eglCreateSync(display, EGL_SYNC_FENCE, NULL) && error_is(EGL_BAD_MATCH));
	make_current(context_with(EGL_NO_CONTEXT), pbuffer_of(64, 64));
	CHECK(!eglCreateSync(display, EGL_SYNC_FENCE, some) && error_is(EGL_BAD_ATTRIBUTE));
	fill(1, 0, 0);
	fence = eglCreateSync(display, EGL_SYNC_FENCE, NULL);
	CHECK(fence != EGL_NO_SYNC);
	CHECK(eglGetSyncAttrib(display, fence, EGL_SYNC_TYPE, &value) && value == EGL_SYNC_FENCE);
	CHECK(eglWaitSync(display, fence, 0));
	CHECK(eglClientWaitSync(display, fence, EGL_SYNC_FLUSH_COMMANDS_BIT, EGL_FOREVER) ==
		EGL_CONDITION_SATISFIED);
	in_thread(wait_for_fence, NULL);
	CHECK(eglGetSyncAttrib(display, fence, EGL_SYNC_STATUS, &value) && value == EGL_SIGNALED);
	CHECK(eglDestroySync(display, fence));
	CHECK(!eglDestroySync(display, fence) && error_is(EGL_BAD_PARAMETER));
}

// ---- terminate

static void case_terminate(void)
{
	EGLContext context, old;
	EGLSurface surface;

	begin_surfaceless();
	old = context = context_with(EGL_NO_CONTEXT);
	surface = pbuffer_of(4, 4);
	make_current(context, surface);
	CHECK(eglTerminate(display));
	// What is current stays so until it is let go, without a handle.
	fill(0, 1, 0);
	CHECK(pixel(0, 0) == 0x00ff00);
	CHECK(!eglQueryString(display, EGL_VENDOR) && error_is(EGL_NOT_INITIALIZED));
	make_none_current();
	CHECK(eglTerminate(display));
	begin_surfaceless();
	CHECK(!eglDestroyContext(display, old) && error_is(EGL_BAD_CONTEXT));
	make_current(context_with(EGL_NO_CONTEXT), pbuffer_of(4, 4));
	fill(1, 0, 0);
	CHECK(pixel(0, 0) == 0xff0000);
}

static const struct face_case cases[] = {
	{ "errors", case_errors },
	{ "threads", case_threads },
	{ "parallel", case_parallel },
	{ "share", case_share },
	{ "fence", case_fence },
	{ "terminate", case_terminate },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
