/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What glGetError is to say, and contexts that are lost. */
#include "exec.h"

/* Errors of one context that the driver may have waiting: a lost one says so for ever. */
#define ERRORS_MAX       8u
#define LOSS_ASK_EACH_MS 100u
#define SMALL_MESSAGE    64u

void exec_error(struct exec_context *context, GLenum error)
{
	GLenum first;

	if (context->error)
		return;
	/* What the driver has found before comes before. */
	first = context->begun ? GL_NO_ERROR : context->gl.GetError();
	context->error = first ? first : error;
}

void exec_errors_drop(struct exec_context *context)
{
	for (unsigned int i = 0; i < ERRORS_MAX && context->gl.GetError() != GL_NO_ERROR; i++)
		;
}

void exec_errors_settle(struct exec_context *context)
{
	const GLenum error = context->gl.GetError();

	if (error && !context->error)
		context->error = error;
}

GLenum exec_error_take(struct exec_context *context)
{
	const GLenum error = context->error;

	context->error = GL_NO_ERROR;
	if (error)
		return error;
	return context->begun ? GL_NO_ERROR : context->gl.GetError();
}

void exec_errors_tell(struct gl_exec *exec)
{
	struct exec_context *context = exec->current;
	struct glm_gl_error message;

	if (!context || context->exact || context->lost)
		return;
	message.context = context->id;
	for (unsigned int i = 0; i < ERRORS_MAX; i++) {
		message.error = exec_error_take(context);
		if (message.error == GL_NO_ERROR || message.error == GL_CONTEXT_LOST)
			return;
		exec_send_message(exec, &glm_gl_error_type, &message, SMALL_MESSAGE);
	}
}

void exec_look_for_loss(struct gl_exec *exec)
{
	struct exec_context *context = exec->current;
	const uint64_t now = clock_ms();
	struct glm_context_lost message;
	GLenum status;

	if (!context || context->lost || !context->gl.GetGraphicsResetStatus ||
		now - exec->reset_asked_ms < LOSS_ASK_EACH_MS)
		return;
	exec->reset_asked_ms = now;
	status = context->gl.GetGraphicsResetStatus();
	if (status == GL_NO_ERROR)
		return;
	context->lost = true;
	message.context = context->id;
	message.status = status == GL_GUILTY_CONTEXT_RESET     ? GLM_LOST_GUILTY
			 : status == GL_INNOCENT_CONTEXT_RESET ? GLM_LOST_INNOCENT
							       : GLM_LOST_UNKNOWN;
	exec_send_message(exec, &glm_context_lost_type, &message, SMALL_MESSAGE);
}
