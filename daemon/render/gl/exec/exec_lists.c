/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Display lists: which there are, as a driver has each that is begun, and what they hold, which is
 * guessed from the bytes of the commands that went into them.
 */
#include <errno.h>

#include "exec.h"
#include "gl_wire_a_c.h"
#include "gl_wire_d_f.h"
#include "gl_wire_g.h"
#include "gl_wire_n_p.h"

/* Numbers of display lists that one command may ask for. */
#define LISTS_MAX 65536
/* Bytes of a list for each of its commands: a vertex takes all that is current along. */
#define TIMES 4
/* Is taken at once for a list that is being compiled. */
#define STEP (UINT64_C(1) << 16)

/* What stands in the map: bytes taken, whether the list makes images or calls others, and never 0. */
static void *entry(uint64_t bytes, bool images)
{
	return (void *)(uintptr_t)(bytes << 2 | (uint64_t)images << 1 | 1);
}

static uint64_t bytes_of(const void *value)
{
	return (uintptr_t)value >> 2;
}

static bool images_of(const void *value)
{
	return (uintptr_t)value & 2;
}

static void forget(struct exec_context *context, GLuint number)
{
	struct exec_map *lists = &context->group->lists;
	const void *value = exec_map_find(lists, number);

	if (!value)
		return;
	exec_map_remove(lists, number);
	exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, bytes_of(value));
	exec_give(context->exec, GL_EXEC_OBJECTS, 1);
}

static void generated(struct exec_context *context, const struct gl_wire_GenLists *wire, bool done)
{
	const GLuint first = done ? (GLuint)context->exec->dec.head.result : 0;
	uint64_t unused = 0;

	for (GLint i = 0; i < wire->range; i++)
		if (first == 0 || exec_map_find(&context->group->lists, first + (GLuint)i) ||
			!exec_map_put(&context->group->lists, first + (GLuint)i, entry(0, false)))
			unused++;
	exec_give(context->exec, GL_EXEC_OBJECTS, unused);
}

static void deleted(struct exec_context *context, const struct gl_wire_DeleteLists *wire)
{
	const struct exec_map *lists = &context->group->lists;
	const uint64_t n = gl_natural(wire->range);

	if (n <= lists->used) {
		for (uint64_t i = 0; i < n; i++)
			forget(context, wire->list + (GLuint)i);
		return;
	}
	/* What is removed makes room for what comes behind it. */
	for (uint32_t i = 0; i < lists->n_slots;) {
		const uint64_t number = lists->slots[i].key;

		if (number != 0 && number >= wire->list && number - wire->list < n)
			forget(context, (GLuint)number);
		else
			i++;
	}
}

/* ---- one that is being compiled */

static GLenum begin(struct exec_context *context, const struct gl_wire_NewList *wire)
{
	const bool fresh = !exec_map_find(&context->group->lists, wire->list);

	/* The driver says so itself. */
	if (context->list.number || wire->list == 0)
		return GL_NO_ERROR;
	if (fresh && !exec_take(context->exec, GL_EXEC_OBJECTS, 1, 0))
		return GL_OUT_OF_MEMORY;
	context->list = (struct exec_list){
		.number = wire->list, .fresh = fresh, .from = context->exec->passed
	};
	return GL_NO_ERROR;
}

/* The number of the list that the driver compiles; 0: none. Inside of glBegin it does not say. */
static GLuint compiled(struct exec_context *context)
{
	GLint list = -1;

	context->gl.GetIntegerv(GL_LIST_INDEX, &list);
	return (GLuint)list;
}

static uint64_t passed(const struct exec_context *context)
{
	return TIMES * (context->exec->passed - context->list.from) + context->list.more;
}

void exec_list_holds(struct exec_context *context, uint64_t bytes)
{
	context->list.more += context->list.number ? bytes : 0;
}

void exec_list_drop(struct exec_context *context)
{
	struct exec_list *list = &context->list;

	exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, list->bytes);
	exec_give(context->exec, GL_EXEC_OBJECTS, list->number && list->fresh);
	*list = (struct exec_list){ 0 };
}

/* It takes the place of what there was by that number. */
static void end(struct exec_context *context)
{
	struct exec_list *list = &context->list;
	struct exec_map *lists = &context->group->lists;
	const void *was = exec_map_find(lists, list->number);
	const uint64_t bytes = gl_min(list->bytes, passed(context));

	exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, list->bytes - bytes);
	list->bytes = bytes;
	if (!exec_map_put(lists, list->number, entry(list->bytes, list->images))) {
		context->gl.DeleteLists(list->number, 1);
		exec_list_drop(context);
		return;
	}
	exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, was ? bytes_of(was) : 0);
	/* Another context has made one of the same number meanwhile. */
	exec_give(context->exec, GL_EXEC_OBJECTS, list->fresh && was);
	/* It was deleted meanwhile, with what was taken for it. */
	if (!list->fresh && !was && !exec_take(context->exec, GL_EXEC_OBJECTS, 1, 0)) {
		exec_map_remove(lists, list->number);
		context->gl.DeleteLists(list->number, 1);
		exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, list->bytes);
	}
	*list = (struct exec_list){ 0 };
}

static void give_up(struct exec_context *context)
{
	const GLuint number = context->list.number;

	context->gl.EndList();
	if (compiled(context) != 0) {
		/* It began something that the driver wants to see ended first. */
		context->exec->status = -ENOMEM;
		return;
	}
	context->gl.DeleteLists(number, 1);
	forget(context, number);
	exec_list_drop(context);
	exec_error(context, GL_OUT_OF_MEMORY);
}

void exec_list_grow(struct exec_context *context)
{
	struct exec_list *list = &context->list;
	const uint64_t bytes = passed(context);

	if (list->number == 0 || bytes <= list->bytes)
		return;
	if (exec_take(context->exec, GL_EXEC_RESOURCE_BYTES, bytes - list->bytes + STEP, 0))
		list->bytes = bytes + STEP;
	else
		give_up(context);
}

/* ---- all commands */

static bool calls_images(const struct exec_context *context, uint16_t opcode, const void *wire)
{
	const struct gl_wire_CallList *one = wire;

	return context->group->image_lists && context->list.number == 0 &&
	       (opcode == GL_OP_CallLists ||
		       images_of(exec_map_find(&context->group->lists, one->list)));
}

GLenum exec_lists_before(struct exec_context *context, uint16_t opcode, const void *wire)
{
	const struct gl_wire_GenLists *gen = wire;

	switch (opcode) {
	case GL_OP_NewList:
		return begin(context, wire);
	case GL_OP_GenLists:
		if (gen->range > LISTS_MAX)
			return GL_OUT_OF_MEMORY;
		return exec_take(context->exec, GL_EXEC_OBJECTS, gl_natural(gen->range), 0)
			       ? GL_NO_ERROR
			       : GL_OUT_OF_MEMORY;
	default:
		/* A list that calls others may do what they do. */
		context->list.images |= context->list.number != 0;
		return GL_NO_ERROR;
	}
}

void exec_lists_after(struct exec_context *context, uint16_t opcode, const void *wire, bool done)
{
	switch (opcode) {
	case GL_OP_GenLists:
		generated(context, wire, done);
		break;
	case GL_OP_NewList:
		if (context->list.number && compiled(context) != context->list.number)
			exec_list_drop(context);
		break;
	case GL_OP_EndList:
		exec_list_grow(context);
		if (context->list.number && compiled(context) == 0)
			end(context);
		break;
	case GL_OP_DeleteLists:
		if (done)
			deleted(context, wire);
		break;
	case GL_OP_CallList:
	case GL_OP_CallLists:
		if (calls_images(context, opcode, wire))
			exec_memory_look(context);
		break;
	default:
		break;
	}
	exec_list_grow(context);
}

void exec_lists_finish(struct gl_exec *exec, struct exec_group *group)
{
	for (uint32_t i = 0; i < group->lists.n_slots; i++)
		if (group->lists.slots[i].key != 0)
			exec_give(exec, GL_EXEC_RESOURCE_BYTES,
				bytes_of(group->lists.slots[i].value));
	exec_give(exec, GL_EXEC_OBJECTS, group->lists.used);
	exec_map_finish(&group->lists);
}
