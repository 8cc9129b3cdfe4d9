/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oriel_stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "clean_text.h"
#include "oriel_internal.h"
#include "passing.h"
#include "util.h"

#define READ_SIZE (256u << 10)
/* How long a guest may take to acknowledge a bye, and to close what is over. */
#define BYE_MS    1000u
#define LINGER_MS 2000u
/* Between two looks whether what stands in the way of an end, or of a descriptor, is gone. */
#define LOOK_MS 10u
/* A connection that begins stream after stream waits before each that is over the burst. */
#define BEGIN_BURST   10u
#define BEGIN_EACH_MS 100u

static void on_poll(uv_poll_t *poll, int status, int events);
static void on_timer(uv_timer_t *timer);

static bool stopped(const struct oriel_stream *stream)
{
	return stream->destroyed || stream->state >= ORIEL_ENDING || stream->failure;
}

/* The earliest time at which the timer has something to do; 0: never. */
static uint64_t next_deadline(const struct oriel_stream *stream)
{
	uint64_t quiet = stream->heard_ms > stream->pinged_ms ? stream->heard_ms : stream->pinged_ms;
	uint64_t ping = quiet + stream->times.ping;
	uint64_t silence = stream->heard_ms + stream->times.silence;

	if (stream->failure)
		return 1;
	if (stream->state == ORIEL_ENDING || stream->passing.waits)
		return clock_ms() + LOOK_MS; /* less than anything else */
	if (stream->paused_ms > 0)
		return stream->paused_ms;
	if (stream->state == ORIEL_OPEN)
		return ping < silence ? ping : silence;
	return stream->deadline_ms;
}

/* Sets poll and timer to what the state needs. */
static void watch(struct oriel_stream *stream)
{
	int events = (stream->paused_ms > 0 ? 0 : UV_READABLE) |
		     (oriel_has_output(stream) && !stream->passing.waits ? UV_WRITABLE : 0);
	uint64_t now = clock_ms(), next;

	if (stream->destroyed || stream->state == ORIEL_OVER)
		return;
	next = next_deadline(stream);
	if (stream->state == ORIEL_ENDING)
		uv_poll_stop(&stream->poll);
	else
		uv_poll_start(&stream->poll, events, on_poll);
	if (next > 0)
		uv_timer_start(&stream->timer, on_timer, next > now ? next - now : 0, 0);
	else
		uv_timer_stop(&stream->timer);
}

void oriel_fail(struct oriel_stream *stream, enum oriel_failure failure, const char *reason)
{
	if (stream->failure)
		return;
	stream->failure = failure;
	snprintf(stream->failure_reason, sizeof(stream->failure_reason), "%s", reason);
}

/* Owners may destroy the stream in either of these. */
static void end_stream(struct oriel_stream *stream, const char *reason)
{
	oriel_channels_drop(stream);
	stream->departed = false;
	if (!stream->opened)
		return;
	stream->opened = false;
	stream->ops->ended(stream->data, reason);
}

/* Over, as soon as all threads of its channels have ended and no descriptor is under way. */
static void finish_ending(struct oriel_stream *stream)
{
	oriel_channels_run(stream);
	if (!list_empty(&stream->channels) || oriel_passing(stream))
		return;
	stream->state = ORIEL_OVER;
	uv_timer_stop(&stream->timer);
	stream->ops->closed(stream->data, stream->end_reason);
}

static void end_connection(struct oriel_stream *stream, const char *reason)
{
	stream->state = ORIEL_ENDING;
	uv_poll_stop(&stream->poll);
	if (reason != stream->end_reason)
		snprintf(stream->end_reason, sizeof(stream->end_reason), "%s", reason);
	end_stream(stream, reason);
	if (!stream->destroyed)
		finish_ending(stream);
}

/* Nothing more is read or sent but what waits: the guest closes, so that nothing is lost on its way. */
static void linger(struct oriel_stream *stream, const char *reason)
{
	stream->state = ORIEL_LINGERING;
	input_queue_init(&stream->input);
	stream->deadline_ms = clock_ms() + LINGER_MS;
	snprintf(stream->end_reason, sizeof(stream->end_reason), "%s", reason);
	end_stream(stream, reason);
}

/* ---- before the stream: hello ---- */

static void start_scanning(struct oriel_stream *stream)
{
	stream->state = ORIEL_SCANNING;
	stream->deadline_ms = stream->vm ? 0 : clock_ms() + stream->times.hello_deadline;
	hello_host_init(&stream->hello, ORIEL_VERSION_MIN, ORIEL_VERSION_MAX);
}

static void send_welcome(struct oriel_stream *stream)
{
	struct hello_terms terms = {
		.channels = ORIEL_CHANNELS,
		.message_max = ORIEL_MESSAGE_MAX,
		.bulk_total_max = ORIEL_BULK_TOTAL_MAX,
		.bulk_open_max = ORIEL_BULK_OPEN_MAX,
		.credit = ORIEL_CREDIT_DEFAULT,
		.frames_ahead = ORIEL_FRAMES_AHEAD,
	};
	uint8_t nonce[ORIEL_NONCE_SIZE], marker[HELLO_WELCOME_SIZE];

	if (getrandom(nonce, sizeof(nonce), GRND_NONBLOCK) != (ssize_t)sizeof(nonce)) {
		oriel_fail(stream, ORIEL_CONNECTION_FAILED, "no random numbers");
		return;
	}
	hello_host_welcome(&stream->hello, nonce, &terms, marker);
	oriel_send_bytes(stream, marker, sizeof(marker));
}

static void refuse(struct oriel_stream *stream)
{
	const struct hello_info *guest = &stream->hello.guest;
	uint8_t marker[HELLO_REFUSE_SIZE];
	char reason[96];

	snprintf(reason, sizeof(reason), "it speaks versions %u to %u, this host %u to %u",
		guest->version_min, guest->version_max, ORIEL_VERSION_MIN, ORIEL_VERSION_MAX);
	log_limited(
		&stream->fault_log, LOG_LEVEL_WARNING, "%s was refused: %s", stream->peer, reason);
	hello_host_refuse(&stream->hello, "no version of the protocol in common", marker);
	oriel_send_bytes(stream, marker, sizeof(marker));
	if (!stream->vm)
		linger(stream, reason);
}

/* Their numbers are the same. */
static void send_level(struct oriel_stream *stream)
{
	const struct oriel_log_level level = {
		.level = stream->guest_level ? stream->guest_level : (uint8_t)log_level_max()
	};

	oriel_send(stream, &oriel_log_level_type, &level);
}

/* Streams that come and go cost three processes some work each. */
static void pause_beginners(struct oriel_stream *stream)
{
	uint64_t now = clock_ms();
	uint64_t back = (now - stream->begun_ms) / BEGIN_EACH_MS;

	if (back > 0) {
		stream->begun = back >= stream->begun ? 0 : stream->begun - (uint32_t)back;
		stream->begun_ms = now;
	}
	if (++stream->begun > BEGIN_BURST)
		stream->paused_ms = now + BEGIN_EACH_MS;
}

static void open_stream(struct oriel_stream *stream)
{
	const struct hello_info *guest = &stream->hello.guest;

	stream->state = ORIEL_OPEN;
	stream->opened = true;
	stream->heard_ms = clock_ms();
	stream->pinged_ms = 0;
	stream->stats = (struct oriel_stream_stats){ 0 };
	input_queue_init(&stream->input);
	frame_reader_init(&stream->frames, stream->frame_buffer, ORIEL_MESSAGE_MAX);
	memcpy(stream->program, guest->program, sizeof(stream->program));
	clean_text(stream->program);
	send_level(stream);
	stream->ops->opened(stream->data, "oriel-1", stream->program, guest->nonce);
}

static void scan_step(struct oriel_stream *stream, const uint8_t **data, size_t *size)
{
	switch (hello_host_feed(&stream->hello, data, size)) {
	case HELLO_HOST_HELLO:
		send_welcome(stream);
		break;
	case HELLO_HOST_REFUSE:
		refuse(stream);
		break;
	case HELLO_HOST_READY:
		open_stream(stream);
		break;
	case HELLO_HOST_LOST:
		oriel_fail(stream, ORIEL_CONNECTION_FAILED, "it sends no hello");
		break;
	case HELLO_HOST_MORE:
	default:
		break;
	}
}

/* ---- the stream's end ---- */

static void stream_free(struct oriel_stream *stream)
{
	if (stream->passing.begun)
		passing_end();
	if (stream->fd >= 0)
		close(stream->fd);
	free(stream->frame_buffer);
	free(stream);
}

/* Destroyed, and nothing is left that knows of it. */
static void stream_free_at_last(struct oriel_stream *stream)
{
	if (stream->handles == 0 && list_empty(&stream->channels))
		stream_free(stream);
}

/*
 * A vm connection outlives its stream: a guest that is still there is told to start over, and bytes
 * that were taken for the beginning of a message may be its hello.
 */
static void start_over(struct oriel_stream *stream, const char *reason)
{
	uint8_t marker[HELLO_RESYNC_SIZE];
	const uint8_t *rest;
	size_t size = frame_reader_rest(&stream->frames, &rest);

	end_stream(stream, reason);
	if (stream->destroyed)
		return;
	pause_beginners(stream);
	hello_resync(stream->hello.guest.nonce, marker);
	start_scanning(stream);
	oriel_drop_output(stream);
	oriel_send_bytes(stream, marker, sizeof(marker));
	while (size > 0 && stream->state == ORIEL_SCANNING && !stopped(stream))
		scan_step(stream, &rest, &size);
}

static void act_on_failure(struct oriel_stream *stream)
{
	enum oriel_failure failure = stream->failure;

	if (!failure || stream->destroyed || stream->state >= ORIEL_ENDING)
		return;
	stream->failure = ORIEL_FINE;
	if (failure == ORIEL_STREAM_FAILED && stream->vm && stream->state == ORIEL_OPEN)
		start_over(stream, stream->failure_reason);
	else
		end_connection(stream, stream->failure_reason);
}

static void guest_left(struct oriel_stream *stream, const char *why)
{
	char reason[IPC_TEXT_MAX + 1];

	if (stream->state == ORIEL_LEAVING)
		return;
	snprintf(reason, sizeof(reason), "the guest said goodbye%s%.200s", why[0] ? ": " : "", why);
	clean_text(reason);
	if (!stream->vm) {
		linger(stream, reason);
		return;
	}
	input_queue_init(&stream->input);
	end_stream(stream, reason);
	if (stream->destroyed)
		return;
	pause_beginners(stream);
	start_scanning(stream);
}

void oriel_guest_departs(struct oriel_stream *stream)
{
	stream->departed = false;
	oriel_send(stream, &oriel_bye_ack_type, &(struct oriel_bye_ack){ 0 });
	guest_left(stream, stream->depart_why);
}

/* What channels have to say is sent, and those that are over, with all of that sent, are ended. */
static void settle_channels(struct oriel_stream *stream)
{
	stream->passing.waits = false;
	oriel_channels_run(stream);
	oriel_flush(stream);
	oriel_channels_run(stream);
	if (stream->departed && oriel_channels_close(stream))
		oriel_guest_departs(stream);
}

void oriel_channel_event(struct oriel_stream *stream)
{
	if (stream->destroyed) {
		oriel_channels_run(stream);
		stream_free_at_last(stream);
		return;
	}
	if (stream->state == ORIEL_ENDING)
		finish_ending(stream);
	else if (!stopped(stream))
		settle_channels(stream);
	else
		oriel_channels_run(stream);
	act_on_failure(stream);
	watch(stream);
}

void oriel_bye_acknowledged(struct oriel_stream *stream)
{
	oriel_fail(stream, ORIEL_CONNECTION_FAILED, stream->end_reason);
}

/* ---- input and output ---- */

static void take(struct oriel_stream *stream, const uint8_t *data, size_t size)
{
	while (size > 0 && !stream->destroyed) {
		act_on_failure(stream);
		if (stopped(stream))
			return;
		switch (stream->state) {
		case ORIEL_SCANNING:
			scan_step(stream, &data, &size);
			break;
		case ORIEL_OPEN:
		case ORIEL_LEAVING:
			oriel_take_messages(stream, &data, &size);
			break;
		case ORIEL_LINGERING:
		case ORIEL_ENDING:
		case ORIEL_OVER:
		default:
			return;
		}
	}
}

static void receive(struct oriel_stream *stream)
{
	static uint8_t data[READ_SIZE]; /* the main loop's */
	ssize_t n;

	if (oriel_read_rest(stream))
		return;
	n = recv(stream->fd, data, sizeof(data), MSG_DONTWAIT);
	if (n > 0) {
		take(stream, data, (size_t)n);
	} else if (n == 0) {
		oriel_fail(stream, ORIEL_CONNECTION_FAILED,
			stream->state == ORIEL_LINGERING ? stream->end_reason
							 : "it closed the connection");
	} else if (errno != EAGAIN && errno != EINTR) {
		oriel_fail(stream, ORIEL_CONNECTION_FAILED, strerror(errno));
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct oriel_stream *stream = poll->data;

	if (status < 0)
		oriel_fail(stream, ORIEL_CONNECTION_FAILED, uv_strerror(status));
	if (!stopped(stream) && (events & UV_WRITABLE)) {
		oriel_flush(stream);
		settle_channels(stream);
	}
	if (!stopped(stream) && (events & UV_READABLE))
		receive(stream);
	act_on_failure(stream);
	watch(stream);
}

/* An open stream's guest has been silent: asks whether it is there, or gives it up. */
static void on_silence(struct oriel_stream *stream, uint64_t now)
{
	if (now >= stream->heard_ms + stream->times.silence) {
		receive(stream); /* this process may have been the one that slept */
		if (!stopped(stream) && now >= stream->heard_ms + stream->times.silence)
			oriel_fail(stream, ORIEL_STREAM_FAILED, "it does not answer");
		return;
	}
	if (now < stream->heard_ms + stream->times.ping ||
		now < stream->pinged_ms + stream->times.ping)
		return;
	stream->pinged_ms = now;
	oriel_send(stream, &oriel_ping_type, &(struct oriel_ping){ .cookie = ++stream->cookie });
}

static void on_timer(uv_timer_t *timer)
{
	struct oriel_stream *stream = timer->data;
	uint64_t now = clock_ms();

	if (stream->passing.waits && !stopped(stream))
		settle_channels(stream);
	if (stream->state == ORIEL_ENDING)
		finish_ending(stream);
	else if (stream->paused_ms > 0 && now >= stream->paused_ms)
		stream->paused_ms = 0;
	else if (!stream->failure && stream->state == ORIEL_OPEN)
		on_silence(stream, now);
	else if (!stream->failure && stream->deadline_ms > 0 && now >= stream->deadline_ms)
		oriel_fail(stream, ORIEL_CONNECTION_FAILED,
			stream->state == ORIEL_SCANNING ? "it sent no hello in time"
							: stream->end_reason);
	act_on_failure(stream);
	watch(stream);
}

/* ---- for the owner ---- */

static void set_times(struct oriel_stream *stream, const struct oriel_stream_times *times)
{
	stream->times = *times;
	if (times->hello_deadline == 0)
		stream->times.hello_deadline = ORIEL_HELLO_DEADLINE_MS;
	if (times->ping == 0)
		stream->times.ping = ORIEL_PING_MS;
	if (times->silence == 0)
		stream->times.silence = ORIEL_SILENCE_MS;
}

int oriel_stream_create(uv_loop_t *loop, const struct oriel_stream_config *config,
	const struct oriel_stream_ops *ops, void *data, struct oriel_stream **ret_stream)
{
	static const uint8_t none[IPC_TOKEN_SIZE];
	struct oriel_stream *stream = calloc(1, sizeof(*stream));
	int r;

	if (!stream) {
		close(config->fd);
		return -ENOMEM;
	}
	stream->fd = config->fd;
	oriel_channels_init(stream);
	stream->frame_buffer = malloc(ORIEL_MESSAGE_MAX);
	r = stream->frame_buffer ? uv_poll_init(loop, &stream->poll, stream->fd) : -ENOMEM;
	if (r < 0) {
		stream_free(stream);
		return r;
	}
	uv_timer_init(loop, &stream->timer);
	stream->handles = 2;
	stream->poll.data = stream;
	stream->timer.data = stream;
	stream->vm = config->vm;
	stream->host = config->host;
	stream->ops = ops;
	stream->data = data;
	snprintf(stream->peer, sizeof(stream->peer), "%s", config->peer ? config->peer : "guest");
	set_times(stream, &config->times);
	start_scanning(stream);
	if (config->resumed && memcmp(config->token, none, sizeof(none)) != 0) {
		uint8_t marker[HELLO_RESYNC_SIZE];
		hello_resync(config->token, marker);
		oriel_send_bytes(stream, marker, sizeof(marker));
	}
	watch(stream);
	*ret_stream = stream;
	return 0;
}

static bool queue_event(struct oriel_stream *stream, const struct ipc_display_input *input,
	const struct ipc_event *event)
{
	struct oriel_input_key key = {
		.display = input->display,
		.keysym = event->keysym,
		.keycode = event->keycode,
		.down = event->down != 0,
	};
	struct oriel_input_pointer pointer = {
		.display = input->display,
		.x = event->x < input->width ? event->x : input->width - 1,
		.y = event->y < input->height ? event->y : input->height - 1,
		.width = input->width,
		.height = input->height,
		.buttons = event->buttons,
	};

	if (event->kind == IPC_EVENT_KEY)
		return input_queue_key(&stream->input, &key);
	if (event->kind == IPC_EVENT_POINTER && input->width > 0 && input->height > 0)
		return input_queue_pointer(&stream->input, &pointer);
	return true;
}

void oriel_stream_input(struct oriel_stream *stream, const struct ipc_display_input *input)
{
	if (stopped(stream) || stream->state != ORIEL_OPEN)
		return;
	for (size_t i = 0; i < input->n_events && i < IPC_EVENTS_MAX; i++) {
		if (!queue_event(stream, input, &input->events[i])) {
			oriel_fail(stream, ORIEL_STREAM_FAILED, "it does not read its input");
			break;
		}
	}
	oriel_flush(stream);
	watch(stream);
}

void oriel_stream_log_level(struct oriel_stream *stream, uint8_t level)
{
	stream->guest_level = level;
	if (stopped(stream) || stream->state != ORIEL_OPEN)
		return;
	send_level(stream);
	watch(stream);
}

void oriel_stream_stats(const struct oriel_stream *stream, struct oriel_stream_stats *ret_stats)
{
	*ret_stats = stream->stats;
}

void oriel_stream_bye(struct oriel_stream *stream, const char *reason)
{
	struct oriel_bye bye = { 0 };

	if (stopped(stream) || stream->state == ORIEL_LEAVING)
		return;
	if (stream->state == ORIEL_OPEN) {
		snprintf(bye.reason, sizeof(bye.reason), "%s", reason);
		snprintf(stream->end_reason, sizeof(stream->end_reason), "%s", reason);
		input_queue_init(&stream->input);
		oriel_channels_stop(stream);
		oriel_send(stream, &oriel_bye_type, &bye);
		stream->state = ORIEL_LEAVING;
		stream->deadline_ms = clock_ms() + BYE_MS;
	} else {
		oriel_fail(stream, ORIEL_CONNECTION_FAILED, reason);
	}
	watch(stream);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct oriel_stream *stream = handle->data;

	stream->handles--;
	stream_free_at_last(stream);
}

void oriel_stream_destroy(struct oriel_stream *stream)
{
	if (!stream || stream->destroyed)
		return;
	stream->destroyed = true;
	oriel_channels_drop(stream);
	uv_close((uv_handle_t *)&stream->poll, on_handle_closed);
	uv_close((uv_handle_t *)&stream->timer, on_handle_closed);
}
