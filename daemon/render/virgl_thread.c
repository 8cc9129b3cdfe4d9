/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl_thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "gpu.h"
#include "log.h"
#include "sandbox.h"
#include "virgl/resource.h"
#include "virgl/virgl.h"
#include "vtest/vtest.h"
#include "worker.h"

#define THREAD_STACK (8u << 20) /* bytes: shader compilers recurse */

struct virgl_thread {
	pthread_t thread;
	struct virgl_thread_config config;
	const struct virgl_thread_ops *ops;
	void *data;
	struct mailbox to_main;   /* main loop's */
	struct mailbox to_thread; /* the thread's */
	uv_loop_t loop;
	struct egl egl;
	struct vtest_host *host;
};

enum order {
	ORDER_ADD,
	ORDER_REMOVE,
	ORDER_STOP,
};

/* Main loop to thread. */
struct order_mail {
	struct mail mail;
	struct virgl_thread *thread;
	enum order order;
	int fd;
	struct stream *stream;
	uint32_t id;
	char text[IPC_TEXT_MAX + 1];
};

enum news {
	NEWS_STARTED,
	NEWS_NAMED,
	NEWS_ENDED,
	NEWS_LOST,
	NEWS_STOPPED,
};

/* Thread to main loop. */
struct news_mail {
	struct mail mail;
	struct virgl_thread *thread;
	enum news news;
	struct stream *stream;
	bool ok;
	enum sandbox_profile profile;
	uint32_t version; /* of vtest */
	char text[IPC_TEXT_MAX + 1];
	struct ipc_render_gpu gpu;
};

/* ---- to the main loop */

static void thread_join(struct virgl_thread *thread)
{
	pthread_join(thread->thread, NULL);
}

static void on_freed(uv_handle_t *handle)
{
	free(container_of((uv_async_t *)handle, struct virgl_thread, to_main.async));
}

static void news_deliver(struct mail *mail)
{
	struct news_mail *news = container_of(mail, struct news_mail, mail);
	struct virgl_thread *thread = news->thread;

	switch (news->news) {
	case NEWS_STARTED:
		thread->ops->started(
			thread->data, &news->gpu, news->profile, news->ok ? NULL : news->text);
		break;
	case NEWS_NAMED:
		thread->ops->named(thread->data, news->stream, news->text, news->version);
		break;
	case NEWS_ENDED:
		thread->ops->ended(thread->data, news->stream, news->text);
		break;
	case NEWS_LOST:
		thread->ops->lost(thread->data, news->text);
		break;
	case NEWS_STOPPED:
		thread_join(thread);
		thread->ops->stopped(thread->data);
		uv_close((uv_handle_t *)&thread->to_main.async, on_freed);
		break;
	}
	free(news);
}

static void post_news(struct virgl_thread *thread, enum news kind, struct stream *stream,
	const char *text, uint32_t version)
{
	struct news_mail *news = calloc(1, sizeof(*news));

	if (!news)
		abort(); /* a stream that never ends would be worse */
	news->mail.deliver = news_deliver;
	news->thread = thread;
	news->news = kind;
	news->stream = stream;
	news->version = version;
	snprintf(news->text, sizeof(news->text), "%s", text);
	mailbox_post(&thread->to_main, &news->mail);
}

static void on_named(void *data, struct stream *stream, const char *program, uint32_t version)
{
	post_news(data, NEWS_NAMED, stream, program, version);
}

static void on_ended(void *data, struct stream *stream, const char *reason)
{
	post_news(data, NEWS_ENDED, stream, reason, 0);
}

/* Nothing is executed, read back or published from now on: the main loop ends the process. */
static void on_lost(void *data, const char *reason)
{
	uv_sem_t never;

	post_news(data, NEWS_LOST, NULL, reason, 0);
	uv_sem_init(&never, 0);
	uv_sem_wait(&never);
}

static const struct vtest_ops vtest_ops = { .named = on_named, .ended = on_ended };

/* ---- the thread */

/* On a software driver a compute shader can take over this process. */
static bool compute_allowed(const struct virgl_thread *thread)
{
	if (thread->config.compute == IPC_COMPUTE_AUTO)
		return !thread->egl.software;
	return thread->config.compute == IPC_COMPUTE_ON;
}

static bool start(struct virgl_thread *thread, struct news_mail *news)
{
	struct vtest_config vtest = { .surfaces = thread->config.surfaces,
		.version = thread->config.vtest_version };

	if (!gpu_choose(thread->config.gpu, &thread->egl, &news->gpu, news->text))
		return false;
	news->profile = gpu_profile(thread->config.sandbox, &thread->egl);
	egl_warm_up(&thread->egl);
	news->gpu.compute = compute_allowed(thread);
	if (!virgl_start(&thread->egl, news->gpu.compute, news->text))
		return false;
	virgl_on_lost(on_lost, thread);
	virgl_resource_limits(news->gpu.max_texture);
	virgl_resource_clears(!thread->egl.software);
	if (thread->config.sandbox != IPC_SANDBOX_NONE)
		sandbox_forget_files(news->profile);
	thread->host = vtest_host_create(&thread->loop, &vtest, &vtest_ops, thread);
	if (!thread->host)
		snprintf(news->text, sizeof(news->text), "%s", strerror(ENOMEM));
	return thread->host != NULL;
}

static void *thread_main(void *data)
{
	struct virgl_thread *thread = data;
	struct news_mail *news = calloc(1, sizeof(*news));

	pthread_setname_np(pthread_self(), "virgl");
	if (!news)
		abort();
	news->mail.deliver = news_deliver;
	news->thread = thread;
	news->news = NEWS_STARTED;
	worker_begin("start");
	news->ok = start(thread, news);
	worker_end();
	mailbox_post(&thread->to_main, &news->mail);
	/* Without a GPU it waits for the order to stop, like any other time. */
	uv_run(&thread->loop, UV_RUN_DEFAULT);
	free(thread->host);
	uv_loop_close(&thread->loop);
	post_news(thread, NEWS_STOPPED, NULL, "", 0);
	return NULL;
}

static void thread_end(struct virgl_thread *thread)
{
	if (thread->host) {
		vtest_host_close(thread->host, "the render process ends");
		virgl_stop();
	}
	if (thread->egl.display != EGL_NO_DISPLAY)
		egl_close(&thread->egl);
	mailbox_close(&thread->to_thread);
}

static void order_deliver(struct mail *mail)
{
	struct order_mail *order = container_of(mail, struct order_mail, mail);
	struct virgl_thread *thread = order->thread;

	switch (order->order) {
	case ORDER_ADD:
		vtest_add(thread->host, order->fd, order->stream);
		break;
	case ORDER_REMOVE:
		vtest_remove(thread->host, order->id, order->text);
		break;
	case ORDER_STOP:
		thread_end(thread);
		break;
	}
	free(order);
}

/* ---- the main loop's calls */

static struct order_mail *order_create(struct virgl_thread *thread, enum order kind)
{
	struct order_mail *order = calloc(1, sizeof(*order));

	if (!order)
		abort();
	order->mail.deliver = order_deliver;
	order->thread = thread;
	order->order = kind;
	order->fd = -1;
	return order;
}

const struct egl *virgl_thread_egl(const struct virgl_thread *thread)
{
	return &thread->egl;
}

bool virgl_thread_compute(const struct virgl_thread *thread)
{
	return compute_allowed(thread);
}

void virgl_thread_add(struct virgl_thread *thread, int fd, struct stream *stream)
{
	struct order_mail *order = order_create(thread, ORDER_ADD);

	order->fd = fd;
	order->stream = stream;
	mailbox_post(&thread->to_thread, &order->mail);
}

void virgl_thread_remove(struct virgl_thread *thread, uint32_t stream, const char *reason)
{
	struct order_mail *order = order_create(thread, ORDER_REMOVE);

	order->id = stream;
	snprintf(order->text, sizeof(order->text), "%s", reason);
	mailbox_post(&thread->to_thread, &order->mail);
}

void virgl_thread_stop(struct virgl_thread *thread)
{
	struct order_mail *order = order_create(thread, ORDER_STOP);

	mailbox_post(&thread->to_thread, &order->mail);
}

/* Signals are the main thread's. */
static int spawn(struct virgl_thread *thread)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&thread->thread, &attributes, thread_main, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -r;
}

int virgl_thread_start(uv_loop_t *loop, const struct virgl_thread_config *config,
	const struct virgl_thread_ops *ops, void *data, struct virgl_thread **ret_thread)
{
	struct virgl_thread *thread = calloc(1, sizeof(*thread));
	int r;

	if (!thread)
		return -ENOMEM;
	thread->config = *config;
	thread->ops = ops;
	thread->data = data;
	thread->egl.display = EGL_NO_DISPLAY;
	r = uv_loop_init(&thread->loop);
	if (r >= 0)
		r = mailbox_init(&thread->to_thread, &thread->loop);
	if (r >= 0)
		r = mailbox_init(&thread->to_main, loop);
	if (r >= 0)
		r = spawn(thread);
	if (r < 0)
		return r; /* the process ends over this: nothing is taken down */
	*ret_thread = thread;
	return 0;
}
