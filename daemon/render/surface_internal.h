/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by surface.c (the streams' threads) and surface_view.c (the main loop). */
#ifndef ORIEL_SURFACE_INTERNAL_H
#define ORIEL_SURFACE_INTERNAL_H

#include "link.h"
#include "log.h"
#include "mailbox.h"
#include "surface.h"

enum slot_state {
	SLOT_FREE,
	SLOT_WRITING,
	SLOT_VIEW,
};

struct slot {
	enum slot_state state;
	bool whole;         /* holds a frame, but for what is stale */
	uint64_t sequence;  /* of that frame */
	struct rects stale; /* changed since it was written */
};

struct surface {
	struct list link; // surfaces.list
	struct surfaces *surfaces;
	uint32_t id, stream;
	const struct surface_ops *ops;
	void *data;
	struct ring ring;
	struct slot slots[RING_SLOTS];

	/* the stream's thread alone */
	uint64_t sequence, time_ns; /* of the newest present */
	bool advanced;              /* a command followed it */
	uint64_t retained_sequence, retained_time_ns, retained_at_ms;
	struct rects unpublished;    /* changed since the frame published last */
	uint32_t shown;              /* slot of that frame, if the view still has it */
	struct rects since_retained; /* changed since the retained copy */
	struct log_limit limit;

	/* under surfaces.lock */
	bool wanted;
	uint64_t newer;
	uint64_t published; /* sequence of the frame published last */
};

struct surfaces {
	struct mailbox mailbox; /* to the main loop */
	_Atomic uint32_t retain_ms;
	const struct surfaces_ops *ops;
	void *data;
	struct link *view; /* main loop alone; NULL: none */
	uv_timer_t crowded_timer;

	pthread_mutex_t lock;
	struct list list; // surface.link
	uint32_t n_surfaces, last_id;
	uint32_t generation; /* of the view process */
	bool crowded;        /* the view process leaves many messages unread */
	uint32_t spent;      /* surfaces of the burst, less those that time gave back */
	uint64_t refilled_ms;
	uint64_t readbacks, retained;
};

/* A message for the view process; dropped when that is another one by the time it is sent. */
struct note {
	struct mail mail;
	struct surfaces *surfaces;
	uint32_t generation;
	const struct wire_type *type;
	int fd; /* -1 or the note's */

	union {
		struct ipc_surface surface;
		struct ipc_surface_gone gone;
		struct ipc_frame frame;
		struct ipc_frame_same same;
	} message;
};

/* With the lock held: a note for the present view process, or NULL. Its message is zeroed. */
struct note *note_create(struct surfaces *surfaces, const struct wire_type *type);
/* The announcement of a surface. */
void surface_describe(const struct surface *surface, struct ipc_surface *ret_message);

#endif
