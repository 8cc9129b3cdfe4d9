/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk/commands.h"

#include "util.h"
#include "virgl/formats.h"

enum { /* numbers of commands, objects and shader types that need a look */
	CCMD_NOP = 0,
	CCMD_CREATE_OBJECT = 1,
	CCMD_SET_VERTEX_BUFFERS = 6,
	CCMD_DESTROY_OBJECT = 3,
	CCMD_BLIT = 16,
	CCMD_SET_SUB_CTX = 28,
	CCMD_CREATE_SUB_CTX = 29,
	CCMD_DESTROY_SUB_CTX = 30,
	CCMD_BIND_SHADER = 31,
	CCMD_SET_SHADER_IMAGES = 35,
	CCMD_LAUNCH_GRID = 37,
	CCMD_END_TRANSFERS = 44,
	CCMD_LINK_SHADER = 52,
	OBJECT_SHADER = 4,
	OBJECT_SAMPLER_VIEW = 6,
	OBJECT_SURFACE = 8,
	OBJECT_QUERY = 9,
	OBJECT_STREAMOUT = 10,
	OBJECT_MSAA_SURFACE = 11,
	SHADER_COMPUTE = 5,
};

/* One row for each command: sizes in dwords after the header, and where resource handles are. */
struct command {
	const char *name; /* NULL: refused */
	uint16_t min, max;
	uint8_t handles[2];    /* dwords with a handle, from 1; 0: none */
	uint8_t first, step;   /* a handle at each of first, first + step, ... */
	uint16_t handles_from; /* `handles` count only in commands of this size or more */
};

#define ANY               UINT16_MAX
#define SHADER_FIELDS     5u  /* of a shader before its feedback and text */
#define QUERY_RESULT_SIZE 16u /* bytes: struct virgl_host_query_state */
#define IMAGES_FIRST      3u  /* the first image's format in SET_SHADER_IMAGES */
#define IMAGES_STEP       5u
#define BLIT_TO_FORMAT    6u
#define BLIT_FROM_FORMAT  15u
#define VIEW_FORMAT       0xffffffu  /* the target is above it */
#define SHADER_GOES_ON    (1u << 31) /* in the length of a shader's text: a further piece of it */

static const struct command commands[] = {
	[0] = { "NOP", 0, ANY, { 0 }, 0, 0, 0 },
	[1] = { "CREATE_OBJECT", 1, ANY, { 0 }, 0, 0, 0 },
	[2] = { "BIND_OBJECT", 1, 1, { 0 }, 0, 0, 0 },
	[3] = { "DESTROY_OBJECT", 1, 1, { 0 }, 0, 0, 0 },
	[4] = { "SET_VIEWPORT_STATE", 1, 97, { 0 }, 0, 0, 0 },
	[5] = { "SET_FRAMEBUFFER_STATE", 2, 10, { 0 }, 0, 0, 0 },
	[6] = { "SET_VERTEX_BUFFERS", 0, 96, { 0 }, 3, 3, 0 },
	[7] = { "CLEAR", 8, 8, { 0 }, 0, 0, 0 },
	[8] = { "DRAW_VBO", 12, 20, { 15, 20 }, 0, 0, 20 },
	[9] = { "RESOURCE_INLINE_WRITE", 11, ANY, { 1 }, 0, 0, 0 },
	[10] = { "SET_SAMPLER_VIEWS", 2, 130, { 0 }, 0, 0, 0 },
	[11] = { "SET_INDEX_BUFFER", 1, 3, { 1 }, 0, 0, 0 },
	[12] = { "SET_CONSTANT_BUFFER", 2, ANY, { 0 }, 0, 0, 0 },
	[13] = { "SET_STENCIL_REF", 1, 1, { 0 }, 0, 0, 0 },
	[14] = { "SET_BLEND_COLOR", 4, 4, { 0 }, 0, 0, 0 },
	[15] = { "SET_SCISSOR_STATE", 1, 33, { 0 }, 0, 0, 0 },
	[16] = { "BLIT", 21, 21, { 4, 13 }, 0, 0, 0 },
	[17] = { "RESOURCE_COPY_REGION", 13, 13, { 1, 6 }, 0, 0, 0 },
	[18] = { "BIND_SAMPLER_STATES", 2, 130, { 0 }, 0, 0, 0 },
	[19] = { "BEGIN_QUERY", 1, 1, { 0 }, 0, 0, 0 },
	[20] = { "END_QUERY", 1, 1, { 0 }, 0, 0, 0 },
	[21] = { "GET_QUERY_RESULT", 2, 2, { 0 }, 0, 0, 0 },
	[22] = { "SET_POLYGON_STIPPLE", 32, 32, { 0 }, 0, 0, 0 },
	[23] = { "SET_CLIP_STATE", 32, 32, { 0 }, 0, 0, 0 },
	[24] = { "SET_SAMPLE_MASK", 1, 1, { 0 }, 0, 0, 0 },
	[25] = { "SET_STREAMOUT_TARGETS", 1, 17, { 0 }, 0, 0, 0 },
	[26] = { "SET_RENDER_CONDITION", 3, 3, { 0 }, 0, 0, 0 },
	[27] = { "SET_UNIFORM_BUFFER", 5, 5, { 5 }, 0, 0, 0 },
	[28] = { "SET_SUB_CTX", 1, 1, { 0 }, 0, 0, 0 },
	[29] = { "CREATE_SUB_CTX", 1, 1, { 0 }, 0, 0, 0 },
	[30] = { "DESTROY_SUB_CTX", 1, 1, { 0 }, 0, 0, 0 },
	[31] = { "BIND_SHADER", 2, 2, { 0 }, 0, 0, 0 },
	[32] = { "SET_TESS_STATE", 6, 6, { 0 }, 0, 0, 0 },
	[33] = { "SET_MIN_SAMPLES", 1, 1, { 0 }, 0, 0, 0 },
	[34] = { "SET_SHADER_BUFFERS", 2, 98, { 0 }, 5, 3, 0 },
	[35] = { "SET_SHADER_IMAGES", 2, 162, { 0 }, 7, 5, 0 },
	[36] = { "MEMORY_BARRIER", 1, 1, { 0 }, 0, 0, 0 },
	[37] = { "LAUNCH_GRID", 8, 8, { 7 }, 0, 0, 0 },
	[38] = { "SET_FRAMEBUFFER_STATE_NO_ATTACH", 2, 2, { 0 }, 0, 0, 0 },
	[39] = { "TEXTURE_BARRIER", 1, 1, { 0 }, 0, 0, 0 },
	[40] = { "SET_ATOMIC_BUFFERS", 1, 97, { 0 }, 4, 3, 0 },
	/* 41 SET_DEBUG_FLAGS changes the host's log */
	[42] = { "GET_QUERY_RESULT_QBO", 6, 6, { 2 }, 0, 0, 0 },
	[43] = { "TRANSFER3D", 13, 13, { 0 }, 0, 0, 0 },
	[44] = { "END_TRANSFERS", 0, ANY, { 0 }, 0, 0, 0 },
	[45] = { "COPY_TRANSFER3D", 14, 14, { 0 }, 0, 0, 0 },
	[46] = { "SET_TWEAKS", 2, 2, { 0 }, 0, 0, 0 },
	[47] = { "CLEAR_TEXTURE", 12, 12, { 1 }, 0, 0, 0 },
	/* 48, 49 make blobs; 50 answers into shared memory */
	[51] = { "SEND_STRING_MARKER", 2, ANY, { 0 }, 0, 0, 0 },
	[52] = { "LINK_SHADER", 6, 6, { 0 }, 0, 0, 0 },
	/* 53 to 61 are video codecs */
	[62] = { "CLEAR_SURFACE", 10, 10, { 0 }, 0, 0, 0 },
};

/* Objects made with a resource: dwords, and the places of its handle and of the format it is seen in. */
static const struct object_row {
	uint8_t object, min, handle, format;
} object_rows[] = {
	{ OBJECT_SHADER, 5, 0, 0 },
	{ OBJECT_SAMPLER_VIEW, 6, 2, 3 },
	{ OBJECT_SURFACE, 5, 2, 3 },
	{ OBJECT_QUERY, 4, 4, 0 },
	{ OBJECT_STREAMOUT, 4, 2, 0 },
	{ OBJECT_MSAA_SURFACE, 6, 2, 3 },
};

/* The process's number for the client's. A resource that the driver refused to make has none. */
static void translate(struct virgl_walk *walk, uint32_t *handle)
{
	const struct virgl_resource *resource;

	if (*handle == 0)
		return;
	resource = walk->find(walk->data, *handle);
	*handle = resource && resource->id > 0 ? resource->id : VIRGL_HANDLE_NONE;
}

/* What fragments read or write, which a driver may do long after it took the draw. */
static void note_late(struct virgl_walk *walk, uint32_t handle, bool buffers_alone)
{
	struct virgl_resource *resource = handle ? walk->find(walk->data, handle) : NULL;

	if (resource && (!buffers_alone || resource->desc.target == VIRGL_TARGET_BUFFER))
		resource->late = true;
}

/* `command` points at the header, so dword 1 is the first after it. */
static void refuse(struct virgl_walk *walk, uint32_t *command, const char *name)
{
	walk->refused = name;
	*command = (*command & 0xffff0000u) | CCMD_NOP;
}

/*
 * A shader's text may come in pieces: the first says how long all of it is, and all say how many
 * tokens it will be. False: it is over a limit, or what it goes on with was.
 */
static bool walk_shader(struct virgl_walk *walk, const uint32_t *command)
{
	struct virgl_sub_contexts *contexts = walk->contexts;
	uint32_t length = command[3] & ~SHADER_GOES_ON;
	uint64_t most = quota_limit(LIMIT_SHADER_SIZE);

	if (command[3] & SHADER_GOES_ON)
		return virgl_objects_text(&contexts->objects, contexts->current, command[1]) > 0;
	if (length <= most && command[4] <= most)
		return true;
	quota_refuse(contexts->objects.owner, LIMIT_SHADER_SIZE,
		length > command[4] ? length : command[4]);
	return false;
}

/* What virglrenderer does not look at itself: the text, and what goes into transform feedback. */
static bool shader_sound(struct virgl_walk *walk, const uint32_t *command, uint32_t length)
{
	struct virgl_sub_contexts *contexts = walk->contexts;
	struct virgl_shader_begun *begun = &contexts->begun;
	uint32_t outputs = command[2] == SHADER_COMPUTE ? 0 : command[5];
	uint64_t fields = SHADER_FIELDS + (outputs > 0 ? 4 + 2 * (uint64_t)outputs : 0);

	if (fields > length ||
		(outputs > 0 && !shader_feedback_right(&command[SHADER_FIELDS + 1], outputs)))
		return false;
	if (!(command[3] & SHADER_GOES_ON))
		*begun = (struct virgl_shader_begun){ contexts->current, command[1], { .depth = 0 } };
	else if (begun->context != contexts->current || begun->handle != command[1])
		return false;
	return shader_text_read(
		&begun->text, (const uint8_t *)&command[fields + 1], (length - (size_t)fields) * 4);
}

static void walk_create(struct virgl_walk *walk, uint32_t *command, uint32_t object, uint32_t length)
{
	struct virgl_sub_contexts *contexts = walk->contexts;
	bool shader = object == OBJECT_SHADER;

	if (shader && command[2] == SHADER_COMPUTE && !walk->compute)
		refuse(walk, command, "a compute shader");
	else if (shader && !walk_shader(walk, command))
		refuse(walk, command, "a shader over the limits");
	else if (shader && !shader_sound(walk, command, length))
		refuse(walk, command, "a shader with numbers that cannot be");
	else if ((!shader || !(command[3] & SHADER_GOES_ON)) && command[1] != 0 &&
		 !virgl_objects_add(&contexts->objects, contexts->current, command[1],
			 shader ? command[3] : 0))
		refuse(walk, command, "an object over the limits");
}

/* virglrenderer writes a query's result into the buffer, however small that is. */
static bool query_has_room(struct virgl_walk *walk, uint32_t handle)
{
	const struct virgl_resource *resource = handle ? walk->find(walk->data, handle) : NULL;

	return !resource || (resource->desc.target == VIRGL_TARGET_BUFFER &&
				    resource->desc.width >= QUERY_RESULT_SIZE);
}

/* virglrenderer asks for the description of any number, and does not mind that there is none. */
static bool format_known(uint32_t number)
{
	struct virgl_format format;

	return virgl_format_find(number, &format);
}

/* What virglrenderer would not find wrong itself; NULL: nothing. */
static const char *object_fault(
	struct virgl_walk *walk, const uint32_t *command, const struct object_row *row)
{
	if (row->object == OBJECT_QUERY && !query_has_room(walk, command[row->handle]))
		return "a query without room for its result";
	if (row->format > 0 && !format_known(command[row->format] & VIEW_FORMAT))
		return "a view in an unknown format";
	return NULL;
}

static bool walk_object(struct virgl_walk *walk, uint32_t *command, uint32_t object, uint32_t length)
{
	const char *fault = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(object_rows); i++) {
		const struct object_row *row = &object_rows[i];
		if (row->object != object)
			continue;
		if (length < row->min) {
			walk->wrong = "a CREATE_OBJECT too short for its object";
			return false;
		}
		fault = object_fault(walk, command, row);
		if (row->object == OBJECT_SAMPLER_VIEW)
			note_late(walk, command[row->handle], true);
		if (row->handle > 0)
			translate(walk, &command[row->handle]);
	}
	if (fault)
		refuse(walk, command, fault);
	else
		walk_create(walk, command, object, length);
	return true;
}

/* virglrenderer looks these up in a table without a look at the table's end. */
static void walk_formats(struct virgl_walk *walk, uint32_t *command, uint32_t id, uint32_t length)
{
	bool known = true;

	for (uint32_t at = IMAGES_FIRST; id == CCMD_SET_SHADER_IMAGES && at <= length;
		at += IMAGES_STEP)
		known = known && (command[at] == 0 || format_known(command[at]));
	if (id == CCMD_BLIT)
		known = format_known(command[BLIT_TO_FORMAT]) &&
			format_known(command[BLIT_FROM_FORMAT]);
	if (!known)
		refuse(walk, command, "an unknown format");
}

static uint32_t *find_context(struct virgl_sub_contexts *contexts, uint32_t id)
{
	for (uint32_t i = 0; i < contexts->n; i++) {
		if (contexts->ids[i] == id)
			return &contexts->ids[i];
	}
	return NULL;
}

void virgl_sub_contexts_init(struct virgl_sub_contexts *contexts, struct quota *owner)
{
	*contexts = (struct virgl_sub_contexts){ .objects = { .owner = owner } };
}

void virgl_sub_contexts_finish(struct virgl_sub_contexts *contexts)
{
	quota_give(contexts->objects.owner, LIMIT_CONTEXTS, contexts->n);
	contexts->n = 0;
	virgl_objects_finish(&contexts->objects);
	virgl_bindings_finish(&contexts->bindings);
}

static bool create_context(struct virgl_sub_contexts *contexts, uint32_t context)
{
	if (contexts->n == VIRGL_SUB_CONTEXTS_MAX) {
		quota_refuse(contexts->objects.owner, LIMIT_CONTEXTS, 1);
		return false;
	}
	if (!quota_take(contexts->objects.owner, LIMIT_CONTEXTS, 1))
		return false;
	contexts->ids[contexts->n++] = context;
	contexts->current = context;
	contexts->lost = false;
	return true;
}

/* virglrenderer returns to context 0 when the current one goes. */
static void destroy_context(struct virgl_sub_contexts *contexts, uint32_t *context)
{
	virgl_objects_drop(&contexts->objects, *context);
	virgl_bindings_drop(&contexts->bindings, *context);
	if (contexts->current == *context)
		contexts->current = 0;
	*context = contexts->ids[--contexts->n];
	quota_give(contexts->objects.owner, LIMIT_CONTEXTS, 1);
}

/* Counts the driver's contexts and knows the current one, as virglrenderer does. 0 is always there. */
static void walk_context(struct virgl_walk *walk, uint32_t *command, uint32_t id)
{
	struct virgl_sub_contexts *contexts = walk->contexts;
	uint32_t context = command[1];
	uint32_t *found = find_context(contexts, context);

	if (id == CCMD_DESTROY_SUB_CTX && found) {
		destroy_context(contexts, found);
	} else if (id == CCMD_CREATE_SUB_CTX && !found && context != 0) {
		if (!create_context(contexts, context))
			refuse(walk, command, "a context over the limits");
	} else if (id == CCMD_SET_SUB_CTX) {
		contexts->lost = !found && context != 0;
		if (!contexts->lost)
			contexts->current = context;
	}
}

/* Where compute is off, nothing of it reaches virglrenderer. */
static void walk_compute(struct virgl_walk *walk, uint32_t *command, uint32_t id)
{
	if (walk->compute)
		return;
	if (id == CCMD_LAUNCH_GRID)
		refuse(walk, command, "LAUNCH_GRID");
	else if (id == CCMD_BIND_SHADER && command[2] == SHADER_COMPUTE)
		refuse(walk, command, "binding a compute shader");
	else if (id == CCMD_LINK_SHADER)
		command[6] = 0;
}

/* What only a client with shared memory may send. */
static bool is_shared(uint32_t id)
{
	return id == VIRGL_CCMD_TRANSFER3D || id == CCMD_END_TRANSFERS ||
	       id == VIRGL_CCMD_COPY_TRANSFER3D;
}

static bool exists(void *data, uint32_t handle)
{
	struct virgl_walk *walk = data;
	const struct virgl_resource *resource = walk->find(walk->data, handle);

	return resource && resource->id > 0;
}

/* Keeps track of what is bound. False: it cannot be. */
static bool walk_bindings(struct virgl_walk *walk, const uint32_t *command, uint32_t length)
{
	struct virgl_sub_contexts *contexts = walk->contexts;

	return contexts->lost || virgl_bindings_note(&contexts->bindings, contexts->current,
					 command, length, exists, walk) == VIRGL_BINDING_FINE;
}

static bool walk_command(struct virgl_walk *walk, uint32_t *command, uint32_t length)
{
	uint32_t id = command[0] & 0xff, object = command[0] >> 8 & 0xff;
	const struct command *row = id < ARRAY_SIZE(commands) ? &commands[id] : NULL;

	if (!row || !row->name || (is_shared(id) && !walk->shared)) {
		refuse(walk, command, "a command that is not offered");
		return true;
	}
	if (length < row->min || length > row->max) {
		walk->wrong = row->name;
		return false;
	}
	if (!walk_bindings(walk, command, length)) {
		refuse(walk, command, "a slot that there is not");
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(row->handles); i++) {
		if (row->handles[i] > 0 && row->handles[i] <= length && length >= row->handles_from)
			translate(walk, &command[row->handles[i]]);
	}
	for (uint32_t at = row->first; row->step > 0 && at <= length; at += row->step) {
		if (id != CCMD_SET_VERTEX_BUFFERS)
			note_late(walk, command[at], false);
		translate(walk, &command[at]);
	}
	if (id == CCMD_SET_SUB_CTX || id == CCMD_CREATE_SUB_CTX || id == CCMD_DESTROY_SUB_CTX) {
		walk_context(walk, command, id);
		return true;
	}
	if (walk->contexts->lost) {
		refuse(walk, command, "commands for a context that it does not have");
		return true;
	}
	if (id == CCMD_CREATE_OBJECT)
		return walk_object(walk, command, object, length);
	if (id == CCMD_DESTROY_OBJECT)
		virgl_objects_remove(&walk->contexts->objects, walk->contexts->current, command[1]);
	walk_formats(walk, command, id, length);
	walk_compute(walk, command, id);
	if (id == CCMD_END_TRANSFERS) /* a gap between transfers and commands */
		command[0] = (command[0] & 0xffff0000u) | CCMD_NOP;
	return true;
}

/* An object goes, or another takes its handle, while it is bound. */
static bool ends_bound(const struct virgl_walk *walk, const uint32_t *command, uint32_t length)
{
	const struct virgl_sub_contexts *contexts = walk->contexts;
	uint32_t id = command[0] & 0xff;

	return (id == CCMD_CREATE_OBJECT || id == CCMD_DESTROY_OBJECT) && length > 0 &&
	       !contexts->lost &&
	       virgl_bindings_has_object(&contexts->bindings, contexts->current, command[1]);
}

bool virgl_walk_commands(struct virgl_walk *walk, uint32_t *dwords, size_t n)
{
	walk->refused = NULL;
	walk->wrong = NULL;
	walk->unbind = 0;
	for (size_t at = 0; at < n;) {
		uint32_t length = dwords[at] >> 16, id;
		if (length >= n - at) {
			walk->wrong = "a command longer than its buffer";
			return false;
		}
		if (ends_bound(walk, &dwords[at], length)) {
			walk->unbind = dwords[at + 1];
			walk->done = at;
			return true;
		}
		if (!walk_command(walk, &dwords[at], length))
			return false;
		id = dwords[at] & 0xff; /* not what was refused */
		if (walk->shared &&
			(id == VIRGL_CCMD_TRANSFER3D || id == VIRGL_CCMD_COPY_TRANSFER3D)) {
			walk->done = at;
			return true;
		}
		at += 1 + (size_t)length;
	}
	walk->done = n;
	return true;
}
