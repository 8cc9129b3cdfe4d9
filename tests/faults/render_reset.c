/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An oriel-render whose GPU is reset, or cannot be used. ORIEL_TEST_FAULT names a directory:
 *
 *	DIR/guilty, DIR/innocent, DIR/unknown  the process that finds it and removes it will report
 *	                                       such a reset, at the CALLS-th question
 *	DIR/gone                               EGL does not initialize as long as it is there
 *
 * libepoxy keeps each function of OpenGL in a variable of its own; a program that defines the
 * variable comes before the library.
 */
#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CALLS 5

static GLenum status = GL_NO_ERROR;
static int calls, gone;

static GLenum EPOXY_CALLSPEC reset_status(void)
{
	return ++calls == CALLS ? status : GL_NO_ERROR;
}

static EGLBoolean EPOXY_CALLSPEC initialize(EGLDisplay display, EGLint *major, EGLint *minor)
{
	EGLBoolean(EPOXY_CALLSPEC * real)(EGLDisplay, EGLint *, EGLint *) = (EGLBoolean(
		EPOXY_CALLSPEC *)(EGLDisplay, EGLint *, EGLint *))eglGetProcAddress("eglInitialize");

	return gone ? EGL_FALSE : real(display, major, minor);
}

extern GLenum(EPOXY_CALLSPEC *epoxy_glGetGraphicsResetStatus)(void);
GLenum(EPOXY_CALLSPEC *epoxy_glGetGraphicsResetStatus)(void) = reset_status;
extern EGLBoolean(EPOXY_CALLSPEC *epoxy_eglInitialize)(EGLDisplay, EGLint *, EGLint *);
EGLBoolean(EPOXY_CALLSPEC *epoxy_eglInitialize)(EGLDisplay, EGLint *, EGLint *) = initialize;

static int take(const char *directory, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return unlink(path) == 0;
}

/* Before main, and so before the sandbox. */
static void __attribute__((constructor)) arm(void)
{
	const char *directory = getenv("ORIEL_TEST_FAULT");
	char path[512];

	if (!directory)
		return;
	if (take(directory, "guilty"))
		status = GL_GUILTY_CONTEXT_RESET;
	else if (take(directory, "innocent"))
		status = GL_INNOCENT_CONTEXT_RESET;
	else if (take(directory, "unknown"))
		status = GL_UNKNOWN_CONTEXT_RESET;
	snprintf(path, sizeof(path), "%s/gone", directory);
	gone = access(path, F_OK) == 0;
}
