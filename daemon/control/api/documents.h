/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the API shows of sessions, displays, viewers and GPUs: each document's members stand once, here. */
#ifndef ORIEL_API_DOCUMENTS_H
#define ORIEL_API_DOCUMENTS_H

#include "host.h"
#include "json/write.h"

/* These put members into `object`. */
void document_session(struct json_writer *writer, cJSON *object, const struct session *session);
void document_display(
	struct json_writer *writer, cJSON *object, const struct session *session, uint32_t display);
void document_viewer(struct json_writer *writer, cJSON *object, const struct viewer *viewer);
void document_captures(struct json_writer *writer, cJSON *object, const struct session *session);
void document_gpu(struct json_writer *writer, cJSON *object, const struct ipc_render_gpu *gpu);

#endif
