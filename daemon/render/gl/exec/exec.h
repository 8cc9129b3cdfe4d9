/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that execute a channel of forwarded OpenGL; gl_exec.h is what others see. */
#ifndef EXEC_H
#define EXEC_H

#include <stdatomic.h>

#include "exec_map.h"
#include "gl_decoder.h"
#include "gl_exec.h"
#include "glm_messages.h"
#include "list.h"

#define EXEC_LEVELS 24u /* of a texture */
#define EXEC_FACES  6u

/* What level 0 of a texture is, by one of its images. */
struct exec_base {
	GLenum format;
	GLsizei size[3];
};

/* Bytes of the images of a texture that is not made in one piece. */
struct exec_levels {
	uint64_t bytes[EXEC_FACES][EXEC_LEVELS];
	struct exec_base base; /* by the newest image that the driver may have made others for */
};

/* What a name stands for. */
struct exec_object {
	GLuint guest, host;
	uint8_t cls;    /* enum gl_class */
	bool dying;     /* deleted, but something may still use it: the driver knows */
	uint64_t bytes; /* taken for it: of GL_EXEC_SHADER_BYTES for what has a text, else of
			   GL_EXEC_RESOURCE_BYTES */
	uint64_t ranged; /* of a buffer: the furthest that a part begins that was bound for shaders */
	struct exec_levels *levels; /* or NULL */
};

/* The names of one class; shaders and programs share one. */
struct exec_names {
	struct exec_map guest, host; /* of struct exec_object, by either name */
};

#define EXEC_TARGETS  12u /* of textures */
#define EXEC_ASSEMBLY 2u  /* kinds of programs of GL_ARB_vertex_program and the like */

struct exec_left;

/* Memory of objects that were deleted, but may be held still. */
struct exec_limbo {
	struct exec_left *left;
	uint32_t n, room;
	uint64_t bytes;
	uint32_t more; /* so many more before it is looked at again */
	uint64_t more_bytes;
};

/* What contexts share. */
struct exec_group {
	unsigned int refs;
	struct exec_object defaults[EXEC_TARGETS];  /* textures of the name 0 */
	struct exec_object assembly[EXEC_ASSEMBLY]; /* programs of the name 0 */
	struct exec_object strings;                 /* all of GL_ARB_shading_language_include */
	struct exec_names names[GL_CLASSES];
	struct exec_map syncs; /* of GLsync, by the guest's number */
	struct exec_limbo limbo;
	bool texture_buffers;  /* there may be textures whose images are a buffer */
	struct exec_map lists; /* what is known of display lists, by their numbers (exec_lists.c) */
	bool image_lists;      /* one of them makes images of textures */
	bool open_lists;       /* one of them may end between glBegin and glEnd */
	uint64_t streams;      /* bytes of buffers of contexts that are gone and left them here */
};

/* What a host's context can do, as far as it matters here. */
struct exec_has {
	bool es, core;
	int version; /* major * 10 + minor */
	bool pixel_buffers, draw_indirect, dispatch_indirect, parameters, query_buffers, map_range,
		attributes, fixed_arrays, textures_3d, uniform_blocks, program_interfaces, compute,
		vertex_arrays, fog_arrays, buffer_storage, attribute_bindings, named_buffers,
		pack_rows, unpack_rows;
	GLint n_attributes, n_coords; /* generic attributes; sets of texture coordinates */
};

/* One direction of the pixel store; in the order of pixel_store_names. */
#define EXEC_STORE 6u

struct exec_store {
	bool tight; /* the driver has it so that rows have no padding, `saved` is the guest's */
	GLint saved[EXEC_STORE];
};

/* A piece of a buffer for vertices from the program's memory. */
struct exec_stream {
	GLuint buffer;
	uint64_t size, at;
};

#define EXEC_RING_SIZE  (UINT64_C(4) << 20)
#define EXEC_RING_PARTS 4u

/* A buffer for the same that stays mapped; what is larger than a part of it goes into the other. */
struct exec_ring {
	bool tried;
	GLuint buffer;
	uint8_t *map;   /* NULL: there is none */
	uint64_t bytes; /* taken for it */
	uint64_t used;  /* of the part that is being filled */
	unsigned int part;
	GLsync fences[EXEC_RING_PARTS]; /* after the last draw from each; NULL: none to wait for */
};

/* Memory that was taken for a command before it is executed, and what it will take the place of. */
struct exec_charge {
	struct exec_object *object; /* NULL: none */
	uint64_t *image;            /* of a texture; NULL: all of the object */
	struct exec_base base;      /* of that texture */
	uint64_t bytes;
	bool kept;   /* what was there stays: the command goes into a display list */
	GLuint made; /* the guest's name of the program that the command makes; 0: none */
};

/* A display list that is being compiled. */
struct exec_list {
	GLuint number;  /* 0: none */
	bool fresh;     /* there was none of that number */
	bool images;    /* it makes images of textures, or calls others */
	uint64_t from;  /* gl_exec.passed when it began */
	uint64_t more;  /* bytes besides those of its commands */
	uint64_t bytes; /* taken for it */
};

struct exec_context {
	struct list link; // gl_exec.contexts
	struct gl_exec *exec;
	uint32_t id;
	EGLContext context;
	struct exec_group *group;
	struct exec_names own[GL_CLASSES]; /* of classes that are not shared */
	struct exec_names *names[GL_CLASSES];
	struct gl_functions gl; /* those that it has */
	struct exec_has has;
	bool dying, lost, exact, drawn_to;
	bool begun;        /* perhaps between glBegin and glEnd: exec_inside() */
	bool begin_last;   /* of the newest of these two commands, whether compiled or executed */
	bool compiling;    /* between glNewList and glEndList */
	bool no_fronts;    /* the driver has no front buffers in pbuffers */
	bool high_unit;    /* perhaps a unit of textures is active for which there is no matrix */
	bool ranges_stale; /* a buffer got smaller: exec_ranges.c */
	GLenum colours;    /* the buffer that is not read from for the moment; GL_NONE: none */
	GLenum error; /* of a refused command, not told yet; or of the driver, if that came before */

	/* Whether the arrays are as they were when they were last looked at, and what was found. */
	bool arrays_known, arrays_whole;
	uint64_t attributes_on; /* a bit for each that is enabled, */
	bool fixed_on;          /* and whether any array of the fixed pipeline is */
	/* And how many elements the one has that has the fewest, how many arrays; indices that stand for none. */
	bool elements_known;
	uint64_t elements;
	unsigned int n_arrays;
	int64_t restart;            /* -1: none */
	bool restart_fixed;         /* the highest of each type does */
	struct exec_store store[2]; /* pack, unpack */
	struct exec_stream stream;
	struct exec_ring ring;

	struct exec_charge charge;
	struct exec_object text; /* stands for a program that the command under way makes */

	struct exec_list list; /* the display list that is being compiled */
	uint64_t debug_ids;    /* of messages that it was told about */

	/* What names_free() has taken for names that are about to be made. */
	enum gl_exec_take reserved_what;
	uint64_t reserved;

	float *feedback;
	GLuint *select;
	uint64_t feedback_size, select_size; /* elements */
};

struct exec_surface {
	struct list link; // gl_exec.surfaces
	uint32_t id, config, width, height;
	EGLSurface surface;
	bool window, srgb, dying;
	uint64_t bytes;
	EGLSyncKHR fences[2];                          /* of the presents before */
	GLuint retained_texture, retained_framebuffer; /* the reader's; 0: none */
	uint32_t retained_width, retained_height;
	uint64_t retained_bytes; /* taken for it */
};

/* Functions that are no commands of the stream. */
struct exec_more {
	const GLubyte *(*GetString)(GLenum name);
	const GLubyte *(*GetStringi)(GLenum name, GLuint index);
	void (*GetPointerv)(GLenum pname, void **params);
	void (*GetVertexAttribPointerv)(GLuint index, GLenum pname, void **pointer);
	void (*DebugMessageCallback)(GLDEBUGPROC callback, const void *data);
	void *(*MapBufferRange)(GLenum target, GLintptr offset, GLsizeiptr length, GLbitfield access);
	GLboolean (*UnmapBuffer)(GLenum target);
};

/*
 * Of EGL_KHR_fence_sync. Taken by name, as libepoxy looks for an extension in the current context's
 * display, and ends the process where none is current.
 */
struct exec_fences {
	PFNEGLCREATESYNCKHRPROC create;
	PFNEGLDESTROYSYNCKHRPROC destroy;
	PFNEGLCLIENTWAITSYNCKHRPROC wait;
};

struct gl_exec {
	struct gl_exec_config config;
	EGLDisplay display;
	struct gl_functions gl; /* all that EGL gives */
	struct exec_more more;
	struct exec_fences fence;       /* where there are `fences` */
	struct list contexts, surfaces; // exec_context.link, exec_surface.link
	struct exec_context *current;
	struct exec_surface *draw, *read;
	EGLContext reader;      /* of the surfaces' pixels; EGL_NO_CONTEXT before it is needed */
	uint32_t reader_config; /* that it was made for, where that matters */
	bool reader_current, inverts;
	bool configless, fences, srgb;
	struct gl_decoder dec;
	const void *wire; /* of the command under way */
	uint64_t passed;  /* bytes of all commands */
	uint8_t channel;  /* of the newest message */
	int status;       /* negative: the channel must end */
	uint8_t *out;     /* a message for the guest; out_size bytes of room */
	size_t out_size;
	uint64_t reset_asked_ms;
	_Atomic(const char *) command;
};

/* ---- exec.c: what goes to the guest */

/* Room for a whole message of `size` bytes, 8-aligned; NULL: no memory. Until the next one. */
uint8_t *exec_out(struct gl_exec *exec, size_t size);
void exec_send(struct gl_exec *exec, const void *message, size_t size);
/* A message of gl_messages.json whose coded size is at most `room`. */
void exec_send_message(
	struct gl_exec *exec, const struct wire_type *type, const void *message, size_t room);
bool exec_take(struct gl_exec *exec, enum gl_exec_take what, uint64_t amount, uint64_t size);
void exec_give(struct gl_exec *exec, enum gl_exec_take what, uint64_t amount);

/* ---- exec_context.c */

void exec_context_create(struct gl_exec *exec, const struct glm_context_create *message);
void exec_context_destroy(struct gl_exec *exec, const struct glm_context_destroy *message);
void exec_make_current(struct gl_exec *exec, const struct glm_make_current *message);
void exec_contexts_finish(struct gl_exec *exec);
/* Makes current what the guest has current, after something else was. False: nothing is. */
bool exec_current_again(struct gl_exec *exec);
struct exec_context *exec_context_find(struct gl_exec *exec, uint32_t id);

/* ---- exec_has.c: what a context can do and says of itself */

void exec_has_init(struct exec_context *context);
bool exec_has_extension(struct exec_context *context, const char *name);
/* Sends context_created of a context that is current. */
void exec_context_tell(struct exec_context *context);

/* ---- exec_errors.c */

/* The command was not executed, or only in part. */
void exec_error(struct exec_context *context, GLenum error);
/* Errors of before are set aside, so that the driver's next one is the next command's. Not inside of glBegin. */
void exec_errors_settle(struct exec_context *context);
/* Forgets what the driver has found. */
void exec_errors_drop(struct exec_context *context);
/* The next error that glGetError is to say, or 0. */
GLenum exec_error_take(struct exec_context *context);
/* Where errors are told and not asked for: tells them now. */
void exec_errors_tell(struct gl_exec *exec);
/* Whether the context is still there; asks the driver, but not often. */
void exec_look_for_loss(struct gl_exec *exec);

/* ---- exec_names.c */

void exec_names_init(struct exec_context *context);
/* Ends names of one class, and gives back what was taken for them. */
void exec_names_finish(struct gl_exec *exec, struct exec_names *names);
struct exec_object *exec_object(struct exec_context *context, enum gl_class cls, GLuint guest);
struct exec_object *exec_object_of_host(struct exec_context *context, enum gl_class cls, GLuint host);
/* Gives back what names_free() took for names that were not made after all. */
void exec_names_settle(struct exec_context *context);
void exec_syncs_finish(struct gl_exec *exec, struct exec_group *group);

/* ---- exec_bindings.c */

/* The host's name of what is bound, 0 if nothing or if it cannot be told. */
GLuint exec_bound(struct exec_context *context, enum gl_binding binding);
/* Looks at the arrays, unless that is known. Not between glBegin and glEnd. */
void exec_arrays_look(struct exec_context *context);
/* Whether the arrays that are enabled, which all lie in buffers, still do after a command that changes them. */
bool exec_arrays_stay(struct exec_context *context, uint16_t opcode, const void *wire);
/* Whether there is no more to a parameter of the pixel store than is kept here, or nothing to keep. */
bool exec_store_knows(const struct exec_context *context, GLenum pname, float value);
/* The guest's pixel store, in both directions, is the driver's again. */
void exec_store_restore(struct exec_context *context);

/* ---- exec_elements.c: what is read of arrays by the driver itself, which looks at no bound */

/* Bytes of a buffer by the driver's name, which is one that there is. */
uint64_t exec_buffer_size(struct exec_context *context, GLuint buffer);
/* Counts the elements of the arrays, as they were looked at. Not between glBegin and glEnd. */
void exec_elements_look(struct exec_context *context);
/* Whether all enabled arrays have the element. */
bool exec_element_exists(struct exec_context *context, GLint i);
/* Before what begins a primitive in a display list. */
void exec_list_keep_apart(struct exec_context *context, GLenum mode);
/* Whether the indices of all of a command's draws lie in their buffer. */
bool exec_indices_lie(struct exec_context *context, uint16_t opcode, const void *wire);
/* Whether they have all elements that a draw reads which goes into a display list. */
bool exec_list_draw_fits(struct exec_context *context, uint16_t opcode, const void *wire);

/* ---- exec_arrays.c */

void exec_client_arrays(struct gl_exec *exec, const struct glm_client_arrays *message);
/*
 * Before the context ends: ends its buffers for vertices, which contexts that share with it would
 * keep. The bytes to be given back once it has ended.
 */
uint64_t exec_streams_end(struct exec_context *context);

/* ---- exec_stores.c */

/*
 * Whether a command wants for a buffer a store without data just like the one that it has, which it
 * may as well keep: the command need not be executed.
 */
bool exec_store_again(
	struct exec_context *context, uint16_t opcode, const void *payload, size_t size);

/* ---- exec_ring.c */

/*
 * Room for `bytes` in the ring, `least` or more behind its start: where it lies, until the draw
 * after the next, and in *ret_at its offset. NULL: it does not fit there, or there is no ring.
 * Changes the binding of GL_ARRAY_BUFFER.
 */
void *exec_ring_room(struct exec_context *context, uint64_t least, uint64_t bytes, uint64_t *ret_at);

/* ---- exec_hooks.c: commands about which there is more to say than the decoder does */

/* What is to be done before a command; 0, or the error with which it is refused. */
GLenum exec_before(
	struct exec_context *context, const struct gl_row *row, uint16_t opcode, const void *wire);
void exec_after(struct exec_context *context, uint16_t opcode, const void *wire, bool done);
/* Whether nothing but what may stand there can be executed before glEnd. An error to the driver, if so. */
bool exec_inside(struct exec_context *context);
/* Whether there is nothing to be done for a command: it says only what could be faster. */
bool exec_is_hint(uint16_t opcode);

/* ---- exec_sizes.c */

/* Bytes of an image of that size and internal format, counted generously. */
uint64_t exec_image_bytes(GLenum format, GLsizei width, GLsizei height, GLsizei depth);

/* ---- exec_fronts.c */

/* A copy of a message with other buffers in it. */
struct exec_reworded {
	_Alignas(8) uint32_t words[32];
};

/* Whether a window's front buffer can be drawn to; and begins with the back buffer. */
void exec_fronts_look(struct exec_context *context);
/* The message, or where it is of a front buffer that the driver has not, one of the back buffer. */
const void *exec_without_fronts(const struct exec_context *context, uint16_t opcode,
	const void *payload, size_t size, struct exec_reworded *reworded);

/* ---- exec_memory.c */

/*
 * Takes the memory that the command is about to allocate. 0 or an error: GL_OUT_OF_MEMORY, or what
 * the driver would say before it looks for memory.
 */
GLenum exec_memory_before(struct exec_context *context, uint16_t opcode, const void *wire);
/* It was executed, or not: what the memory took the place of is given back, or the memory. */
void exec_memory_after(struct exec_context *context, bool done);
/* A display list may have made images of any texture: takes what they have now. */
void exec_memory_look(struct exec_context *context);
/* Gives back what was taken for an object. */
void exec_memory_forget(struct gl_exec *exec, struct exec_object *object);

/* ---- exec_lists.c: display lists, and what they hold */

/* Of the commands that make and call lists; 0 or GL_OUT_OF_MEMORY. */
GLenum exec_lists_before(struct exec_context *context, uint16_t opcode, const void *wire);
void exec_lists_after(struct exec_context *context, uint16_t opcode, const void *wire, bool done);
/* So many bytes go into the list that is being compiled, if there is one, besides its commands'. */
void exec_list_holds(struct exec_context *context, uint64_t bytes);
/* Takes memory for what went into the list that is being compiled; ends the list if there is none. */
void exec_list_grow(struct exec_context *context);
/* Gives back what was taken for a list that is not finished. */
void exec_list_drop(struct exec_context *context);
void exec_lists_finish(struct gl_exec *exec, struct exec_group *group);

/* ---- exec_es.c */

/* Functions that its version does not have are made of others. */
void exec_es_complete(struct exec_context *context);

/* ---- exec_depth.c */

/* Before pixels are read; false: they may not. And after, where there are `colours`. */
bool exec_depth_before(struct exec_context *context, uint16_t opcode, const void *wire);
void exec_depth_after(struct exec_context *context);

/* ---- exec_units.c */

/* Whether there is what a command names by a unit of textures or the number of an attribute. */
bool exec_units_fit(struct exec_context *context, uint16_t opcode, const void *wire);

/* ---- exec_raster.c */

struct gl_wire_Bitmap;

/* Before a bitmap is drawn, or goes into a list. */
void exec_raster_before(struct exec_context *context, const struct gl_wire_Bitmap *wire);

/* ---- exec_ranges.c */

/* Before a part of a buffer is bound: whether it may be. */
bool exec_range_fits(struct exec_context *context, uint64_t start, GLuint guest);
/*
 * Before and after a buffer gets a store of so many bytes, which may be too few for what is bound;
 * false: it may not, as another context of the group, inside of glBegin, cannot be looked at.
 */
bool exec_ranges_may_change(
	const struct exec_context *context, const struct exec_object *buffer, uint64_t bytes);
void exec_ranges_changed(
	struct exec_context *context, const struct exec_object *buffer, uint64_t bytes);
/* Looks at what the context has bound. Not inside of glBegin. */
void exec_ranges_look(struct exec_context *context);

/* ---- exec_compile.c */

/* Whether a command that goes into the list that is being compiled points to no more than there is. */
bool exec_compile_fits(struct exec_context *context, uint16_t opcode, const void *wire);

/* ---- exec_limbo.c */

/* The object was deleted: if something may hold it all the same, what was taken for it stays taken. */
void exec_limbo_keep(struct exec_context *context, struct exec_object *object);
/* Gives back what nothing holds any more, if there is much. Not inside of glBegin. */
void exec_limbo_settle(struct exec_context *context);
/* The same at once. Whether something was given back. */
bool exec_limbo_look(struct exec_context *context);
void exec_limbo_finish(struct gl_exec *exec, struct exec_limbo *limbo);

/* ---- exec_host.c: what the decoder asks */

extern const struct gl_host exec_host;

/* ---- exec_answers.c */

uint64_t exec_count(void *context, uint16_t opcode, const void *wire);
bool exec_dims(void *context, uint16_t opcode, const void *wire, GLsizei ret_dims[3]);

/* ---- exec_describe.c */

void exec_program_describe(struct gl_exec *exec, const struct glm_program_describe *message);
void exec_shader_describe(struct gl_exec *exec, const struct glm_shader_describe *message);

/* ---- exec_debug.c */

void exec_debug(struct gl_exec *exec, const struct glm_debug *message);

/* ---- exec_configs.c */

/* The configuration of a number, EGL_NO_CONFIG_KHR if there is none. */
EGLConfig exec_config(EGLDisplay display, uint32_t id);

/* ---- exec_surface.c */

void exec_surface_create(struct gl_exec *exec, const struct glm_surface_create *message);
void exec_surface_destroy(struct gl_exec *exec, const struct glm_surface_destroy *message);
void exec_surface_resize(struct gl_exec *exec, const struct glm_surface_resize *message);
void exec_present(struct gl_exec *exec, const struct glm_present *message);
struct exec_surface *exec_surface_find(struct gl_exec *exec, uint32_t id);
/* One that is dying and no longer current is no more. */
void exec_surface_release(struct gl_exec *exec, struct exec_surface *surface);
void exec_surfaces_finish(struct gl_exec *exec);

/* ---- exec_read.c */

/* Ends what gl_exec_retain() made. */
void exec_retained_drop(struct gl_exec *exec, struct exec_surface *surface);

#endif
