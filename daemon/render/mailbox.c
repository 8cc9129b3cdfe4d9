/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mailbox.h"

static struct mail *mailbox_take(struct mailbox *box)
{
	struct mail *mail = NULL;

	pthread_mutex_lock(&box->lock);
	if (!list_empty(&box->mails)) {
		mail = list_entry(box->mails.next, struct mail, link);
		list_remove(&mail->link);
	}
	pthread_mutex_unlock(&box->lock);
	return mail;
}

void mailbox_deliver(struct mailbox *box)
{
	struct mail *mail;

	while ((mail = mailbox_take(box)) != NULL)
		mail->deliver(mail);
}

static void on_async(uv_async_t *async)
{
	mailbox_deliver(container_of(async, struct mailbox, async));
}

int mailbox_init(struct mailbox *box, uv_loop_t *loop)
{
	list_init(&box->mails);
	pthread_mutex_init(&box->lock, NULL);
	return uv_async_init(loop, &box->async, on_async);
}

void mailbox_post(struct mailbox *box, struct mail *mail)
{
	pthread_mutex_lock(&box->lock);
	list_append(&box->mails, &mail->link);
	pthread_mutex_unlock(&box->lock);
	uv_async_send(&box->async);
}

void mailbox_close(struct mailbox *box)
{
	uv_close((uv_handle_t *)&box->async, NULL);
}
