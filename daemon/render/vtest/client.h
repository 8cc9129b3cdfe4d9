/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vtest client's insides, shared by the files of this folder. */
#ifndef ORIEL_VTEST_CLIENT_H
#define ORIEL_VTEST_CLIENT_H

#include "log.h"
#include "pace.h"
#include "quota.h"
#include "virgl/resource.h"
#include "vtest/buffer.h"
#include "vtest/flow.h"
#include "vtest/memory.h"
#include "vtest/vtest.h"
#include "walk/commands.h"

#define VTEST_BUCKETS        4096u  /* of a client's table of resources */
#define VTEST_OUTPUT_HIGH    65536u /* bytes unread by the client that keep it from being served */
#define VTEST_TURN_COMMANDS  64u    /* commands of one client before others have their turn */
#define VTEST_TURN_MS        4u     /* and milliseconds, when commands take long */
#define VTEST_TURN_BYTES     (1u << 20) /* bytes read from one client in a turn */
#define VTEST_AHEAD_COMMANDS 64u        /* SUBMIT_CMDs of a batch */
#define VTEST_AHEAD_BYTES    (1u << 20) /* and their bytes */
#define VTEST_ALIGNED_BYTES  4096u      /* replies of this size and more begin at a cache line */
#define VTEST_CROWDED_MS     5u         /* until a present that waits for room looks again */
#define VTEST_PAIR_MS        500u /* how long a read of a front buffer waits for what follows it */
#define VTEST_TRIM_MS        250u /* from a client's end to the return of its memory */
#define VTEST_LEAVE_MS       20u  /* between two looks whether a client that goes took its memory */
#define VTEST_MEMORIES_MAX \
	32768u /* shared memories of all clients: each is a mapping of this process */
#define VTEST_BUFFERED_MAX (1ull << 30) /* bytes of all clients' buffers */

struct vtest_host {
	uv_loop_t *loop;
	struct surfaces *surfaces;
	uint32_t version; /* the highest that clients are offered */
	const struct vtest_ops *ops;
	void *data;
	uv_async_t wake;     /* somebody wants a frame */
	uv_timer_t trim;     /* after clients have ended */
	uv_idle_t idle;      /* runs while clients have commands left over */
	struct list clients; // vtest_client.link
	struct list leaving; // vtest_client.link, of those that have ended but for their socket
	struct vtest_flow flow;
	uint64_t buffered;   /* bytes of all clients' buffers */
	uint32_t n_memories; /* all clients' shared memories */
};

struct vtest_resource {
	struct vtest_resource *next; /* in its bucket */
	struct list shown_link;      // vtest_client.shown, if it has a surface
	struct vtest_client *client;
	uint32_t handle; /* the client's */
	struct virgl_resource virgl;
	struct vtest_memory memory; /* shared with the client: version 2 */
	struct surface *surface;    /* NULL: never presented, or not shown */
	bool hidden;                /* presented, and cannot be shown */
	struct virgl_resource copy; /* retained; id 0: none yet */
	bool refused;               /* it has a handle and nothing else */
};

/* Commands that the driver has taken. A fence stands behind each batch of them. */
struct vtest_ahead {
	size_t commands, bytes; /* SUBMIT_CMDs after the last fence */
	uint32_t fence;         /* the last one; 0: none yet */
	uint32_t waits;         /* for this one, before more is executed; 0: for none */
};

/* A transfer that was checked. */
struct vtest_transfer {
	struct vtest_resource *resource; /* NULL: there is none */
	struct virgl_transfer virgl;
	uint64_t data_size; /* bytes at `data`, or of the reply */
	uint8_t *data; /* where rows begin, in shared memory or in the input; NULL: in a reply */
};

enum vtest_state {
	VTEST_HELLO = 1,  /* CREATE_RENDERER is to come */
	VTEST_READY = 2,  /* version 0 */
	VTEST_SHARED = 4, /* version 2: memory is shared */
};

struct vtest_client {
	struct list link; // vtest_host.clients
	struct vtest_host *host;
	struct stream *stream;
	int fd;
	uv_poll_t poll;
	int events;                    /* that it is started for; 0: stopped */
	uv_timer_t timer;              /* fence, or the command after a held read */
	unsigned handles;              /* uv handles not yet closed, once closing */
	bool eof, backlog;             /* backlog: whole commands are left over */
	char failed[IPC_TEXT_MAX + 1]; /* why it ends; empty: it does not */
	enum vtest_state state;
	struct vtest_buffer in, out;
	int passing;      /* a descriptor to be sent behind `out`; -1: none */
	int fence_memory; /* what all its fences share, which nobody looks into; -1: not made yet */
	bool passed;      /* a descriptor was sent and may not have been received */
	uint32_t again_ms; /* that `passing` waits, doubled each time; 0: it does not */
	char program[IPC_NAME_MAX + 1];

	uint32_t context; /* virgl's; 0 before CREATE_RENDERER */
	struct virgl_sub_contexts contexts;
	struct vtest_ahead ahead;
	bool submitted;             /* commands since the last fence */
	uint32_t behind;            /* the fence after them; 0: they are done */
	uint32_t fence;             /* waited for; 0: none */
	struct vtest_transfer held; /* a read that may be a present: not answered yet */
	bool crowded;               /* its present waits for room */
	uint32_t waited; /* the handle of a BUSY_WAIT just before; 0: something else came before */
	uint32_t n_refused;  /* resources that have a handle and nothing else */
	uint32_t n_memories; /* of them with memory of their own */
	struct quota quota;
	struct vtest_flow_turn turn;
	struct pace pace;
	struct list shown; // vtest_resource.shown_link
	struct vtest_resource *buckets[VTEST_BUCKETS];
	struct log_limit limit;
};

/* A whole command in the client's buffer. */
struct vtest_command {
	uint32_t id;
	uint8_t *body;
	size_t size; /* bytes of body */
};

/* ---- client.c */

/* The client ends at the end of its turn, for this reason. */
void vtest_fail(struct vtest_client *client, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Calls on_timer after ms milliseconds. */
void vtest_pause(struct vtest_client *client, uint64_t ms, uv_timer_cb on_timer);
/* What the client waited for is there: its turn goes on. */
void vtest_resume(struct vtest_client *client);

/* ---- output.c */

/* Queues a reply. False when there is no memory: the client has failed. */
bool vtest_reply(struct vtest_client *client, const void *data, size_t size);
/* Queues `size` bytes, of the client's own earlier replies or zeros, to be written. NULL: it has failed. */
uint8_t *vtest_reply_space(struct vtest_client *client, size_t size);
/*
 * Takes fd, unless it is fence_memory. It is sent on a byte of its own behind the replies, and the
 * client runs no command before that.
 */
void vtest_pass(struct vtest_client *client, int fd);
/* Sends what can be sent. */
void vtest_write(struct vtest_client *client);
/* The client has gone for good, and not only sends nothing more. */
bool vtest_output_closed(const struct vtest_client *client);
/* A descriptor is still under way to the client. */
bool vtest_output_unread(struct vtest_client *client);
/* Drops what is unsent. */
void vtest_output_finish(struct vtest_client *client);

/* ---- dispatch.c */

/* Looks for a whole command at the start of the input. 1: it is there; 0: more is to come; -1: the client has failed. */
int vtest_next(struct vtest_client *client, struct vtest_command *ret_command);
/* Checks it against its row and executes it. */
void vtest_dispatch(struct vtest_client *client, const struct vtest_command *command);

/* ---- resources.c */

struct vtest_resource *vtest_resource_find(const struct vtest_client *client, uint32_t handle);
void vtest_resources_destroy(struct vtest_client *client);
void vtest_on_resource_create(struct vtest_client *client, const uint32_t *fields, size_t size);
void vtest_on_resource_create2(struct vtest_client *client, const uint32_t *fields, size_t size);
void vtest_on_resource_unref(struct vtest_client *client, const uint32_t *fields, size_t size);

/* ---- transfer.c */

/* The fields of TRANSFER_GET and TRANSFER_PUT, checked. False: the client has failed. */
bool vtest_transfer_parse(
	struct vtest_client *client, const uint32_t *fields, struct vtest_transfer *ret_transfer);
/* Those of TRANSFER_GET2 and TRANSFER_PUT2. */
bool vtest_transfer_parse2(
	struct vtest_client *client, const uint32_t *fields, struct vtest_transfer *ret_transfer);
void vtest_on_transfer_put(struct vtest_client *client, const uint32_t *fields, size_t size);
void vtest_on_transfer_put2(struct vtest_client *client, const uint32_t *fields, size_t size);
/* Reads into a transfer's data. 0 or negative errno. */
int vtest_transfer_read(const struct vtest_transfer *transfer);
/* A TRANSFER3D or COPY_TRANSFER3D inside a command buffer, whole. False: the client has failed. */
bool vtest_transfer_inside(struct vtest_client *client, const uint32_t *command);

/* ---- present.c */

void vtest_on_transfer_get(struct vtest_client *client, const uint32_t *fields, size_t size);
void vtest_on_transfer_get2(struct vtest_client *client, const uint32_t *fields, size_t size);
/*
 * Milliseconds until this command may run: it would complete a present, and the client presents too
 * fast, or it is the first of a resource and there is no room for a surface. 0: now.
 */
uint32_t vtest_present_waits(struct vtest_client *client, const struct vtest_command *next);
/* A read is held and the next command is there: answers it, and that command too if both are a
 * present. True: that one is done. */
bool vtest_held_answer(struct vtest_client *client, const struct vtest_command *next);
/* A read is held and nothing followed it in time. */
void vtest_held_timeout(struct vtest_client *client);
/* Commands run that may draw. */
void vtest_advance(struct vtest_client *client);
/* The surface of a resource ends. */
void vtest_present_end(struct vtest_resource *resource);
void vtest_busy_reply(struct vtest_client *client, bool busy);

#endif
