/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

#define MEASURE_MS 500u

void streams_init(struct streams *streams)
{
	list_init(&streams->list);
	streams->last_id = 0;
}

struct stream *stream_create(struct streams *streams, uint32_t guest)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->id = ++streams->last_id;
	stream->guest = guest;
	stream->measured_ms = clock_ms();
	list_append(&streams->list, &stream->link);
	return stream;
}

void stream_destroy(struct stream *stream)
{
	if (!stream)
		return;
	list_remove(&stream->link);
	free(stream);
}

uint32_t stream_guest(const struct streams *streams, uint32_t id)
{
	const struct stream *stream;

	list_for_each(stream, &streams->list, link) {
		if (stream->id == id)
			return stream->guest;
	}
	return 0;
}

static void stream_measure(struct stream *stream, uint64_t now)
{
	uint64_t presents = atomic_load(&stream->presents);
	uint64_t ms = now - stream->measured_ms;

	if (ms < MEASURE_MS)
		return;
	stream->fps_milli = (uint32_t)((presents - stream->measured_presents) * 1000000u / ms);
	stream->measured_ms = now;
	stream->measured_presents = presents;
}

void streams_report(struct streams *streams, struct ipc_render_pong *pong)
{
	uint64_t now = clock_ms();
	struct stream *stream;

	list_for_each(stream, &streams->list, link) {
		struct ipc_stream_stats *stats = &pong->streams[pong->n_streams];
		if (pong->n_streams == IPC_STREAMS_MAX)
			return;
		stream_measure(stream, now);
		stats->stream = stream->id;
		stats->fps_milli = stream->fps_milli;
		stats->presents = atomic_load(&stream->presents);
		stats->commands = atomic_load(&stream->commands);
		stats->bytes_in = atomic_load(&stream->bytes_in);
		pong->n_streams++;
	}
}
