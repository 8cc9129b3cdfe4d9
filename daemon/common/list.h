/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doubly linked intrusive list. A `struct list` is either a head or a link inside an element; the
 * element's declaration says whose list the link is in.
 */
#ifndef ORIEL_LIST_H
#define ORIEL_LIST_H

#include <stdbool.h>

#include "util.h"

struct list {
	struct list *prev, *next;
};

/* An empty head, or a link that is in no list and may be removed. */
static inline void list_init(struct list *list)
{
	list->prev = list;
	list->next = list;
}

static inline bool list_empty(const struct list *list)
{
	return list->next == list;
}

static inline void list_append(struct list *head, struct list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Takes the link out; it may be removed again or appended elsewhere. */
static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

#define list_entry(link, type, member) container_of(link, type, member)

/* `pos` walks over the elements; it must not be removed inside. */
#define list_for_each(pos, head, member)                                                       \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head); \
		pos = list_entry(pos->member.next, __typeof__(*pos), member))

/* The same; `pos` may be removed and freed inside, its successor may not. */
#define list_for_each_safe(pos, tmp, head, member)                        \
	for (pos = list_entry((head)->next, __typeof__(*pos), member),    \
	    tmp = list_entry(pos->member.next, __typeof__(*pos), member); \
		&pos->member != (head);                                   \
		pos = tmp, tmp = list_entry(tmp->member.next, __typeof__(*tmp), member))

#endif
