/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages from any thread to a uv loop's thread, in order. */
#ifndef ORIEL_MAILBOX_H
#define ORIEL_MAILBOX_H

#include <pthread.h>
#include <uv.h>

#include "list.h"

/* Embedded in what is sent. */
struct mail {
	struct list link; // mailbox.mails
	/* Runs in the loop's thread and owns the mail from then on. */
	void (*deliver)(struct mail *mail);
};

struct mailbox {
	uv_async_t async;
	pthread_mutex_t lock;
	struct list mails; // mail.link
};

/* In the loop's thread, before anybody posts. 0 or negative errno. */
int mailbox_init(struct mailbox *box, uv_loop_t *loop);
/* Any thread; takes the mail. */
void mailbox_post(struct mailbox *box, struct mail *mail);
/* Delivers what is there now, in the loop's thread. */
void mailbox_deliver(struct mailbox *box);
/* In the loop's thread; what is posted later is never delivered. */
void mailbox_close(struct mailbox *box);

#endif
