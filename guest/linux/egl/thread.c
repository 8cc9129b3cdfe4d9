/* SPDX-License-Identifier: MIT */
/* What each thread has for itself: its last error, its API, and what is current. */
#include "egl.h"

pthread_mutex_t egl_lock = PTHREAD_MUTEX_INITIALIZER;

static _Thread_local struct thread thread_state = { .error = EGL_SUCCESS, .api = EGL_OPENGL_ES_API };
static pthread_key_t ending;

/* A thread that ends has nothing current any more. */
static void thread_ends(void *data)
{
	(void)data;
	egl_release_thread();
}

static void make_key(void)
{
	pthread_key_create(&ending, thread_ends);
}

struct thread *egl_thread(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_key);
	if (!pthread_getspecific(ending))
		pthread_setspecific(ending, &thread_state);
	return &thread_state;
}

EGLBoolean egl_result(EGLint error)
{
	thread_state.error = error;
	return error == EGL_SUCCESS;
}

EGLint egl_error_of_fault(enum drawable_fault fault)
{
	switch (fault) {
	case DRAWABLE_OK:
		return EGL_SUCCESS;
	case DRAWABLE_NO_WINDOW:
		return EGL_BAD_NATIVE_WINDOW;
	case DRAWABLE_NO_CONFIG:
		return EGL_BAD_CONFIG;
	case DRAWABLE_LOST:
		return EGL_CONTEXT_LOST;
	case DRAWABLE_NO_MEMORY:
	default:
		return EGL_BAD_ALLOC;
	}
}

EGLint egl_get_error(void)
{
	const EGLint error = thread_state.error;

	thread_state.error = EGL_SUCCESS;
	return error;
}

EGLBoolean egl_release_thread(void)
{
	pthread_mutex_lock(&egl_lock);
	egl_release_current();
	pthread_mutex_unlock(&egl_lock);
	thread_state.api = EGL_OPENGL_ES_API;
	thread_state.error = EGL_SUCCESS;
	return EGL_TRUE;
}

EGLBoolean egl_bind_api(EGLenum api)
{
	if (api != EGL_OPENGL_API && api != EGL_OPENGL_ES_API)
		return egl_result(EGL_BAD_PARAMETER);
	thread_state.api = api;
	return egl_result(EGL_SUCCESS);
}

EGLenum egl_query_api(void)
{
	return thread_state.api;
}
