/* SPDX-License-Identifier: MIT */
/* What is current in a thread. */
#include "glx.h"

pthread_mutex_t glx_lock = PTHREAD_MUTEX_INITIALIZER;

static _Thread_local struct glx_thread thread_state;
static pthread_key_t ending;

/* What a call of glXMakeContextCurrent is about. */
struct binding {
	struct __GLXcontextRec *context;
	struct target *draw, *read;
	Display *display;
};

static void hold(struct target *target)
{
	if (!target)
		return;
	target->references++;
	target->current++;
}

static void let_go(struct target *target)
{
	if (!target)
		return;
	target->current--;
	target_put(target);
}

/* Notes what the thread has current from now on. */
static void bind(const struct binding *binding)
{
	const struct glx_thread before = thread_state;

	hold(binding->draw);
	hold(binding->read);
	if (binding->context)
		binding->context->references++;
	let_go(before.draw);
	let_go(before.read);
	if (before.context) {
		before.context->current = false;
		glx_context_put(before.context);
	}
	if (binding->context)
		binding->context->current = true;
	thread_state = (struct glx_thread){
		.context = binding->context,
		.draw = binding->draw,
		.read = binding->read,
		.display = binding->display,
	};
}

static void release(void)
{
	if (!thread_state.context)
		return;
	/* Another face of the library may have made its own current since. */
	if (gl_current() == thread_state.context->gl)
		gl_make_current(NULL, NULL, NULL);
	bind(&(struct binding){ 0 });
	targets_purge();
}

/* ---- the thread's end */

static void thread_ends(void *data)
{
	(void)data;
	pthread_mutex_lock(&glx_lock);
	release();
	pthread_mutex_unlock(&glx_lock);
}

static void make_key(void)
{
	pthread_key_create(&ending, thread_ends);
}

struct glx_thread *glx_thread(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_key);
	if (!pthread_getspecific(ending))
		pthread_setspecific(ending, &thread_state);
	return &thread_state;
}

/* ---- making current */

static int find_target(
	struct xserver *server, XID id, struct __GLXcontextRec *context, struct target **ret_target)
{
	enum drawable_fault fault;

	*ret_target = NULL;
	if (id == None)
		return 0;
	*ret_target = target_for(server, id, context, &fault);
	return *ret_target || fault == DRAWABLE_LOST ? 0 : fault_of(fault);
}

/* The host's framebuffer; NULL for none, and where the host is lost: its commands do nothing. */
static int surface_of(const struct __GLXcontextRec *context, struct target *target,
	struct gl_surface **ret_surface)
{
	enum drawable_fault fault = DRAWABLE_OK;

	*ret_surface = NULL;
	if (!target || gl_context_status(context->gl))
		return 0;
	*ret_surface = drawable_surface(target->drawable, context->connection, &fault);
	return fault == DRAWABLE_LOST ? 0 : fault_of(fault);
}

/* 0 or a fault. With the lock held. */
static int make_current(Display *display, XID draw, XID read, struct __GLXcontextRec *context)
{
	struct xserver *server = xserver_get(xlib_name(display));
	struct binding binding = { .context = context, .display = display };
	struct gl_surface *to = NULL, *from = NULL;
	int fault;

	/* One that has been destroyed stays for as long as it is current. */
	if (!glx_context_valid(context) && context != thread_state.context)
		return FAULT_OF(GLXBadContext);
	if ((draw == None) != (read == None))
		return BadMatch;
	if (context->current && context != thread_state.context)
		return BadAccess;
	fault = find_target(server, draw, context, &binding.draw);
	if (!fault)
		fault = find_target(server, read, context, &binding.read);
	if (!fault)
		fault = surface_of(context, binding.draw, &to);
	if (!fault)
		fault = surface_of(context, binding.read, &from);
	if (fault)
		return fault;
	gl_make_current(context->gl, to, from);
	bind(&binding);
	return 0;
}

/* A window that is not known yet may still be in what the program has to send. */
static void await_window(Display *display, XID id)
{
	struct xserver *server = xserver_get(xlib_name(display));
	bool known;

	if (id == None)
		return;
	pthread_mutex_lock(&glx_lock);
	known = target_find(server, id) != NULL;
	pthread_mutex_unlock(&glx_lock);
	if (!known)
		xlib_sync(display);
}

static Bool make(Display *display, XID draw, XID read, GLXContext context, int minor)
{
	int fault = 0;

	glx_thread();
	if (context) {
		await_window(display, draw);
		if (read != draw)
			await_window(display, read);
	}
	pthread_mutex_lock(&glx_lock);
	if (context)
		fault = make_current(display, draw, read, context);
	else if (draw != None || read != None)
		fault = BadMatch;
	else
		release();
	pthread_mutex_unlock(&glx_lock);
	if (fault)
		xlib_error(display, fault, minor, draw);
	return fault == 0;
}

Bool glXMakeCurrent(Display *display, GLXDrawable drawable, GLXContext context)
{
	return make(display, drawable, drawable, context, X_GLXMakeCurrent);
}

Bool glXMakeContextCurrent(Display *display, GLXDrawable draw, GLXDrawable read, GLXContext context)
{
	return make(display, draw, read, context, X_GLXMakeContextCurrent);
}

Bool glXMakeCurrentReadSGI(Display *display, GLXDrawable draw, GLXDrawable read, GLXContext context)
{
	return make(display, draw, read, context, X_GLXMakeContextCurrent);
}

/* ---- asking */

GLXContext glXGetCurrentContext(void)
{
	return thread_state.context;
}

GLXDrawable glXGetCurrentDrawable(void)
{
	return thread_state.draw ? thread_state.draw->id : None;
}

GLXDrawable glXGetCurrentReadDrawable(void)
{
	return thread_state.read ? thread_state.read->id : None;
}

GLXDrawable glXGetCurrentReadDrawableSGI(void)
{
	return glXGetCurrentReadDrawable();
}

Display *glXGetCurrentDisplay(void)
{
	return thread_state.display;
}

/* ---- waiting */

void glXWaitGL(void)
{
	/* What is drawn to one buffer alone is shown by this, too. */
	if (thread_state.context)
		glFinish();
}

void glXWaitX(void)
{
	if (thread_state.display)
		xlib_sync(thread_state.display);
}
