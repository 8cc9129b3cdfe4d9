/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the API's routes take and answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "api/keysym.h"
#include "api_host.h"
#include "log.h"
#include "spec.h"

static int setup(void **state)
{
	(void)state;
	return fake_start();
}

static int teardown(void **state)
{
	(void)state;
	return fake_stop();
}

/* The document that is answered; to be deleted. */
static cJSON *ask(const char *method, const char *target, const char *body, int status)
{
	_cleanup_free_ char *answer = talk(method, target, body);
	cJSON *document = cJSON_Parse(body_of(answer));

	if (status_of(answer) != status || !document)
		fail_msg("%s %s %s: %s", method, target, body ? body : "", answer);
	return document;
}

static const cJSON *at(const cJSON *item, const char *key)
{
	const cJSON *child = cJSON_GetObjectItemCaseSensitive(item, key);

	if (!child)
		fail_msg("no member %s", key);
	return child;
}

static void test_version(void **state)
{
	cJSON *document = ask("GET", "/v1", NULL, 200);
	const cJSON *route;

	(void)state;
	assert_string_equal(at(document, "version")->valuestring, ORIEL_VERSION);
	assert_int_equal(at(document, "api")->valueint, 1);
	assert_int_equal(cJSON_GetArraySize(at(document, "routes")), 17);
	cJSON_ArrayForEach(route, at(document, "routes"))
		assert_true(at(route, "help")->valuestring[0] != '\0');
	cJSON_Delete(document);
}

static void test_host(void **state)
{
	cJSON *document;

	(void)state;
	fake.host.config.limits[LIMIT_VIEWERS] = 17;
	document = ask("GET", "/v1/host", NULL, 200);
	assert_true(cJSON_IsNull(at(document, "gpu")));
	assert_int_equal(at(at(document, "limits"), "viewers")->valueint, 17);
	cJSON_Delete(document);

	fake.host.gpu.n_gpus = 1;
	snprintf(fake.host.gpu.gpus[0].kind, sizeof(fake.host.gpu.gpus[0].kind), "software");
	fake.host.gpu.gpus[0].taken = 1;
	snprintf(fake.host.gpu_error, sizeof(fake.host.gpu_error), "no probe");
	document = ask("GET", "/v1/host", NULL, 200);
	assert_true(cJSON_IsTrue(
		at(cJSON_GetArrayItem(at(at(document, "gpu"), "candidates"), 0), "taken")));
	assert_string_equal(at(document, "gpu_error")->valuestring, "no probe");
	cJSON_Delete(document);
}

static void test_session(void **state)
{
	_cleanup_free_ char *text = talk("GET", "/v1/sessions/one", NULL);
	cJSON *document = ask("GET", "/v1/sessions/one", NULL, 200);
	const cJSON *display = cJSON_GetArrayItem(at(document, "displays"), 0);
	const cJSON *stream = cJSON_GetArrayItem(at(document, "streams"), 0);

	(void)state;
	assert_null(strstr(text, "geheim"));
	assert_non_null(strstr(text, "\"frames\":18446744073709551615"));
	assert_non_null(strstr(text, "\"fps\":59.940"));
	assert_non_null(strstr(text, "\"since\":\"2023-11-14T22:13:20Z\""));
	assert_string_equal(at(stream, "program")->valuestring, "gl?\"?");
	assert_string_equal(at(at(display, "vnc"), "auth")->valuestring, "vnc");
	assert_int_equal(at(at(display, "vnc"), "port")->valueint, 5901);
	assert_int_equal(at(at(display, "surface"), "id")->valueint, 4);
	assert_string_equal(
		at(cJSON_GetArrayItem(at(document, "listen"), 0), "mode")->valuestring, "0660");
	assert_int_equal(at(document, "viewers")->valueint, 1);
	assert_null(cJSON_GetObjectItem(document, "reason"));
	cJSON_Delete(document);

	snprintf(fake.session.sandbox, sizeof(fake.session.sandbox), "seccomp");
	fake.session.state = SESSION_FAILED;
	fake.session.displays[0].info.surface = 0;
	snprintf(fake.session.reason, sizeof(fake.session.reason), "crashed");
	document = ask("GET", "/v1/sessions/one", NULL, 200);
	assert_string_equal(at(document, "reason")->valuestring, "crashed");
	assert_string_equal(at(document, "sandbox")->valuestring, "seccomp");
	assert_true(cJSON_IsNull(at(cJSON_GetArrayItem(at(document, "displays"), 0), "surface")));
	cJSON_Delete(document);
	document = ask("GET", "/v1/sessions", NULL, 200);
	assert_int_equal(cJSON_GetArraySize(at(document, "sessions")), 1);
	cJSON_Delete(document);
	cJSON_Delete(ask("GET", "/v1/sessions/two", NULL, 404));
}

static void test_create(void **state)
{
	_cleanup_free_ char *answer = talk("POST", "/v1/sessions",
		"{\"name\":\"two\",\"listen\":[{\"kind\":\"vm\",\"path\":\"/run/a\",\"mode\":\"0600\"},{\"kind\":\"local\",\"path\":\"/run/b\"},{\"kind\":\"local\",\"path\":\"/run/c\",\"mode\":438}],\"vtest_version\":2,\"compute_shaders\":\"off\",\"limits\":{\"contexts\":9,\"clients\":null},\"vnc\":{\"address\":\"::1\",\"port\":5999,\"password\":\"secret12\"}}");

	(void)state;
	assert_int_equal(status_of(answer), 201);
	assert_non_null(strstr(answer, "Location: /v1/sessions/one\r\n"));
	assert_string_equal(fake.spec.name, "two");
	assert_int_equal(fake.spec.n_listeners, 3);
	assert_int_equal(fake.spec.listeners[0].kind, LISTENER_VM);
	assert_string_equal(fake.spec.listeners[0].path, "/run/a");
	assert_int_equal(fake.spec.listeners[0].mode, 0600);
	assert_int_equal(fake.spec.listeners[1].mode, 0660);
	assert_int_equal(fake.spec.listeners[2].mode, 0666);
	assert_true(fake.spec.listeners[1].owner == (uid_t)-1);
	assert_int_equal(spec_vtest_version(&fake.spec, 0), 2);
	assert_int_equal(spec_compute(&fake.spec, 0), IPC_COMPUTE_OFF);
	assert_string_equal(fake.spec.vnc_address, "::1");
	assert_int_equal(fake.spec.vnc_port, 5999);
	assert_string_equal(fake.spec.vnc_password, "secret12");
	assert_false(fake.spec.configured);
	assert_int_equal(fake.spec.limits[LIMIT_CONTEXTS], 9);
	assert_int_equal(fake.spec.limits[LIMIT_CLIENTS], 0);
}

static void test_limits(void **state)
{
	static const struct {
		const char *body, *pointer;
	} wrong[] = {
		{ "{}", NULL },
		{ "{\"guest_log_level\":7}", "/guest_log_level" },
		{ "{\"guest_log_level\":\"loud\"}", "/guest_log_level" },
		{ "{\"limits\":[]}", "/limits" },
		{ "{\"limits\":{\"streams\":1}}", "/limits/streams" },
		{ "{\"limits\":{\"clients\":0}}", "/limits/clients" },
		{ "{\"limits\":{\"clients\":65}}", "/limits/clients" },
		{ "{\"limits\":{\"clients\":1.5}}", "/limits/clients" },
		{ "{\"limits\":{\"clients\":\"1\"}}", "/limits/clients" },
		{ "{\"limits\":{\"clients\":1,\"clients\":1}}", "/limits/clients" },
		{ "{\"limits\":{\"memory\":1e30}}", "/limits/memory" },
	};

	cJSON *document = ask("PATCH", "/v1/sessions/one",
		"{\"limits\":{\"clients\":7,\"memory\":1099511627776,\"viewers\":null}}", 200);
	const cJSON *all = at(document, "limits");

	(void)state;
	assert_int_equal(cJSON_GetArraySize(all), LIMITS_N);
	assert_int_equal(at(at(all, "clients"), "limit")->valueint, 7);
	assert_int_equal(at(at(all, "clients"), "used")->valueint, 3);
	assert_int_equal(at(at(all, "clients"), "refused")->valueint, 4);
	assert_true(cJSON_IsNull(at(at(all, "frame_rate"), "used")));
	assert_int_equal(fake.session.limits_changed[LIMIT_MEMORY], 1ull << 40);
	assert_int_equal(fake.session.limits_changed[LIMIT_VIEWERS], 0);
	cJSON_Delete(document);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		document = ask("PATCH", "/v1/sessions/one", wrong[i].body, 400);
		if (wrong[i].pointer)
			assert_string_equal(at(document, "pointer")->valuestring, wrong[i].pointer);
		cJSON_Delete(document);
	}
	document = ask("PATCH", "/v1/sessions/one", "{\"guest_log_level\":\"debug\"}", 200);
	assert_string_equal(at(document, "guest_log_level")->valuestring, "debug");
	assert_int_equal(fake.session.guest_level, LOG_LEVEL_DEBUG);
	cJSON_Delete(document);
	cJSON_Delete(ask("PATCH", "/v1/sessions/one", "{\"guest_log_level\":null}", 200));
	assert_int_equal(fake.session.guest_level, 0);
	cJSON_Delete(ask("PATCH", "/v1/sessions/none", "{\"limits\":{}}", 404));
	assert_int_equal(fake.session.limits_changed[LIMIT_CLIENTS], 7);
}

#define LOCAL "{\"kind\":\"local\",\"path\":\"/a\"}"

static void test_create_refused(void **state)
{
	static const struct {
		const char *body, *pointer;
		int status;
	} cases[] = {
		{ "", NULL, 400 },
		{ "[]", NULL, 400 },
		{ "{}", NULL, 400 },
		{ "{\"name\":\"a\"}", NULL, 400 },
		{ "{\"name\":1,\"listen\":[]}", "/name", 400 },
		{ "{\"name\":\"\",\"listen\":[]}", "/name", 400 },
		{ "{\"name\":\"a\\u0001\",\"listen\":[]}", "/name", 400 },
		{ "{\"name\":\"a\\u0000b\",\"listen\":[]}", NULL, 400 },
		{ "{\"name\":\"0123456789012345678901234567890123456789012345678901234567890123\",\"listen\":[]}",
			"/name", 400 },
		{ "{\"name\":\"one\",\"listen\":[]}", "/name", 409 },
		{ "{\"name\":\"a\",\"name\":\"b\",\"listen\":[]}", "/name", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"gpu\":1}", "/gpu", 400 },
		{ "{\"name\":\"a\",\"listen\":{}}", "/listen", 400 },
		{ "{\"name\":\"a\",\"listen\":[1]}", "/listen/0", 400 },
		{ "{\"name\":\"a\",\"listen\":[{\"kind\":\"local\"}]}", "/listen/0", 400 },
		{ "{\"name\":\"a\",\"listen\":[" LOCAL ",{\"kind\":\"tcp\",\"path\":\"/a\"}]}",
			"/listen/1/kind", 400 },
		{ "{\"name\":\"a\",\"listen\":[{\"kind\":\"local\",\"path\":\"/a\",\"mode\":\"0888\"}]}",
			"/listen/0/mode", 400 },
		{ "{\"name\":\"a\",\"listen\":[{\"kind\":\"local\",\"path\":\"/a\",\"mode\":\"4755\"}]}",
			"/listen/0/mode", 400 },
		{ "{\"name\":\"a\",\"listen\":[{\"kind\":\"local\",\"path\":\"/a\",\"mode\":\"00660\"}]}",
			"/listen/0/mode", 400 },
		{ "{\"name\":\"a\",\"listen\":[{\"kind\":\"local\",\"path\":\"/a\",\"mode\":512}]}",
			"/listen/0/mode", 400 },
		{ "{\"name\":\"a\",\"listen\":[{\"kind\":\"local\",\"path\":\"/a\",\"uids\":[]}]}",
			"/listen/0/uids", 400 },
		{ "{\"name\":\"a\",\"listen\":[" LOCAL "," LOCAL "," LOCAL "," LOCAL "," LOCAL
		  "," LOCAL "," LOCAL "," LOCAL "," LOCAL "]}",
			"/listen", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"vnc\":{\"port\":0}}", "/vnc/port", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"vnc\":{\"port\":65536}}", "/vnc/port", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"vnc\":{\"password\":\"\"}}", "/vnc/password", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"vnc\":null}", "/vnc", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"vtest_version\":1}", "/vtest_version", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"vtest_version\":3}", "/vtest_version", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"compute_shaders\":true}", "/compute_shaders", 400 },
		{ "{\"name\":\"a\",\"listen\":[],\"compute_shaders\":\"yes\"}", "/compute_shaders",
			400 },
		{ "{\"name\":\"a\",\"listen\":[],\"vtest_version\":\"2\"}", "/vtest_version", 400 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *document = ask("POST", "/v1/sessions", cases[i].body, cases[i].status);
		const cJSON *pointer = cJSON_GetObjectItem(document, "pointer");

		if (cases[i].pointer ? !pointer || strcmp(pointer->valuestring, cases[i].pointer) != 0
				     : pointer != NULL)
			fail_msg("%s: %s", cases[i].body, pointer ? pointer->valuestring : "-");
		assert_int_equal(at(document, "status")->valueint, cases[i].status);
		assert_true(at(document, "detail")->valuestring[0] != '\0');
		cJSON_Delete(document);
	}
}

/* Where a text that is not JSON goes wrong is said. */
static void test_position(void **state)
{
	cJSON *document = ask("POST", "/v1/sessions", "{\n \"name\": x}", 400);

	(void)state;
	assert_non_null(strstr(at(document, "detail")->valuestring, "line 2, column 10"));
	cJSON_Delete(document);
}

static void test_delete(void **state)
{
	_cleanup_free_ char *answer = NULL;

	(void)state;
	cJSON_Delete(ask("DELETE", "/v1/sessions/one", NULL, 409));
	assert_int_equal(fake.deleted, 0);
	fake.session.spec.configured = false;
	answer = talk("DELETE", "/v1/sessions/one", NULL);
	assert_int_equal(status_of(answer), 204);
	assert_null(strstr(answer, "Content-Length"));
	assert_int_equal(fake.deleted, 1);
	assert_true(list_empty(&fake.waits));
}

/* A client that leaves before the session has ended is forgotten. */
static void test_delete_cancelled(void **state)
{
	static const char request[] = "DELETE /v1/sessions/one HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = client_connect();

	(void)state;
	fake.session.spec.configured = false;
	fake.never = true;
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	settle();
	assert_int_equal(fake.deleted, 1);
	assert_false(list_empty(&fake.waits));
	close(fd);
	settle();
	assert_true(list_empty(&fake.waits));
}

#define INPUT "/v1/sessions/one/displays/0/input"

static void test_input(void **state)
{
	_cleanup_free_ char *answer = talk("POST", INPUT,
		"{\"events\":[{\"type\":\"key\",\"keysym\":\"Return\",\"down\":true},{\"type\":\"key\",\"keysym\":97,\"press\":true},{\"keysym\":\"\xe2\x82\xac\",\"down\":false,\"type\":\"key\"},{\"type\":\"pointer\",\"x\":1,\"y\":2,\"buttons\":4},{\"type\":\"pointer\",\"x\":16383,\"y\":0}]}");

	(void)state;
	assert_int_equal(status_of(answer), 204);
	assert_int_equal(fake.n_events, 6);
	assert_int_equal(fake.events[0].kind, IPC_EVENT_KEY);
	assert_int_equal(fake.events[0].keysym, 0xff0d);
	assert_int_equal(fake.events[0].down, 1);
	assert_int_equal(fake.events[1].keysym, 'a');
	assert_int_equal(fake.events[1].down, 1);
	assert_int_equal(fake.events[2].keysym, 'a');
	assert_int_equal(fake.events[2].down, 0);
	assert_int_equal(fake.events[3].keysym, 0x010020ac);
	assert_int_equal(fake.events[3].down, 0);
	assert_int_equal(fake.events[4].kind, IPC_EVENT_POINTER);
	assert_int_equal(fake.events[4].x, 1);
	assert_int_equal(fake.events[4].y, 2);
	assert_int_equal(fake.events[4].buttons, 4);
	assert_int_equal(fake.events[5].x, 16383);
}

static void test_input_refused(void **state)
{
	static const struct {
		const char *body, *pointer;
	} cases[] = {
		{ "{\"events\":{}}", "/events" },
		{ "{\"events\":[7]}", "/events/0" },
		{ "{\"events\":[{}]}", "/events/0/type" },
		{ "{\"events\":[{\"type\":\"touch\"}]}", "/events/0/type" },
		{ "{\"events\":[{\"type\":\"key\",\"type\":\"key\",\"keysym\":1,\"press\":true}]}",
			"/events/0/type" },
		{ "{\"events\":[{\"type\":\"key\",\"keysym\":\"Retrun\",\"down\":true}]}",
			"/events/0/keysym" },
		{ "{\"events\":[{\"type\":\"key\",\"keysym\":0,\"down\":true}]}", "/events/0/keysym" },
		{ "{\"events\":[{\"type\":\"key\",\"keysym\":1}]}", "/events/0" },
		{ "{\"events\":[{\"type\":\"key\",\"keysym\":1,\"down\":true,\"press\":true}]}",
			"/events/0" },
		{ "{\"events\":[{\"type\":\"key\",\"keysym\":1,\"down\":1}]}", "/events/0/down" },
		{ "{\"events\":[{\"type\":\"key\",\"keysym\":1,\"press\":true,\"x\":1}]}",
			"/events/0/x" },
		{ "{\"events\":[{\"type\":\"pointer\",\"x\":1}]}", "/events/0" },
		{ "{\"events\":[{\"type\":\"pointer\",\"x\":-1,\"y\":0}]}", "/events/0/x" },
		{ "{\"events\":[{\"type\":\"pointer\",\"x\":0,\"y\":16384}]}", "/events/0/y" },
		{ "{\"events\":[{\"type\":\"pointer\",\"x\":0,\"y\":0,\"buttons\":65536}]}",
			"/events/0/buttons" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *document = ask("POST", INPUT, cases[i].body, 400);

		if (strcmp(at(document, "pointer")->valuestring, cases[i].pointer) != 0)
			fail_msg("%s: %s", cases[i].body, at(document, "pointer")->valuestring);
		cJSON_Delete(document);
	}
	assert_int_equal(fake.n_events, 0);
}

/* As many events as can be in one request, and one more: nothing of it is done. */
static void test_input_limit(void **state)
{
	static const char event[] = "{\"type\":\"key\",\"keysym\":1,\"press\":true},";
	char body[sizeof(event) * IPC_EVENTS_MAX + 64] = "{\"events\":[";
	_cleanup_free_ char *answer = NULL;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < IPC_EVENTS_MAX / 2; i++)
		strcat(body, event);
	n = strlen(body);
	memcpy(body + n - 1, "]}", 3);
	answer = talk("POST", INPUT, body);
	assert_int_equal(status_of(answer), 204);
	assert_int_equal(fake.n_events, IPC_EVENTS_MAX);
	fake.n_events = 0;
	snprintf(body + n, sizeof(body) - n, "{\"type\":\"pointer\",\"x\":1,\"y\":1}]}");
	body[n - 1] = ',';
	cJSON_Delete(ask("POST", INPUT, body, 400));
	assert_int_equal(fake.n_events, 0);
}

static void test_display(void **state)
{
	static const char display[] = "/v1/sessions/one/displays/0";
	static const char *const wrong[] = { "{}", "{\"surface\":0}", "{\"surface\":\"7\"}",
		"{\"surface\":4294967296}", "{\"surface\":null}", "{\"surface\":1,\"x\":1}" };
	cJSON *document;

	(void)state;
	document = ask("PATCH", display, "{\"surface\":7}", 200);
	assert_int_equal(at(document, "id")->valueint, 0);
	assert_int_equal(fake.shown, 7);
	cJSON_Delete(document);
	cJSON_Delete(ask("PATCH", display, "{\"surface\":\"auto\"}", 200));
	assert_int_equal(fake.shown, 0);
	fake.shown = 5;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		cJSON_Delete(ask("PATCH", display, wrong[i], 400));
	cJSON_Delete(ask("PATCH", display, "{\"surface\":99}", 404));
	cJSON_Delete(ask("PATCH", "/v1/sessions/one/displays/1", "{\"surface\":1}", 404));
	assert_int_equal(fake.shown, 5);
}

static void test_captures(void **state)
{
	static const char path[] = "/v1/sessions/one/captures";
	const cJSON *capture;
	cJSON *document = ask("GET", path, NULL, 200);

	(void)state;
	assert_true(cJSON_IsFalse(at(document, "capturing")));
	assert_int_equal(cJSON_GetArraySize(at(document, "captures")), 1);
	capture = cJSON_GetArrayItem(at(document, "captures"), 0);
	assert_int_equal(at(capture, "id")->valueint, 5);
	assert_string_equal(at(capture, "state")->valuestring, "truncated");
	assert_int_equal(at(capture, "frames")->valueint, 12);
	cJSON_Delete(document);
	fake.captures[0].cut = true;
	document = ask("POST", path, "{\"checksums\":true}", 200);
	assert_true(cJSON_IsTrue(at(document, "capturing")));
	capture = cJSON_GetArrayItem(at(document, "captures"), 0);
	assert_string_equal(at(capture, "state")->valuestring, "cut");
	assert_true(fake.session.capture_checksums);
	cJSON_Delete(document);
	cJSON_Delete(ask("POST", path, "{}", 409));
	cJSON_Delete(ask("POST", path, "{\"checksums\":1}", 400));
	cJSON_Delete(ask("POST", path, "{\"other\":true}", 400));
	cJSON_Delete(ask("DELETE", path, NULL, 200));
	assert_false(fake.session.capturing);
	cJSON_Delete(ask("POST", path, "{}", 200));
	assert_false(fake.session.capture_checksums);
	cJSON_Delete(ask("GET", "/v1/sessions/two/captures", NULL, 404));
}

static void test_capture_file(void **state)
{
	static const char path[] = "/v1/sessions/one/captures/5";
	_cleanup_free_ char *answer = NULL;
	_cleanup_free_ char *deleted = talk("DELETE", path, NULL);
	_cleanup_free_ char *request = NULL;
	size_t size = 0;

	(void)state;
	assert_true(asprintf(&request, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
			    path) > 0);
	answer = talk_bytes(request, strlen(request), &size);
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "Content-Length: 8388608\r\n"));
	assert_non_null(strstr(answer, "filename=\"one-5.capture\"\r\n"));
	assert_int_equal(size - (size_t)(body_of(answer) - answer), 8388608);
	assert_int_equal(status_of(deleted), 204);
	assert_int_equal(fake.deleted_capture, 5);
	cJSON_Delete(ask("GET", "/v1/sessions/one/captures/6", NULL, 404));
	cJSON_Delete(ask("DELETE", "/v1/sessions/one/captures/6", NULL, 404));
	cJSON_Delete(ask("GET", "/v1/sessions/one/captures/x", NULL, 404));
}

static void test_viewers(void **state)
{
	cJSON *document = ask("GET", "/v1/sessions/one/viewers", NULL, 200);
	_cleanup_free_ char *answer = talk("DELETE", "/v1/sessions/one/viewers/3", NULL);

	(void)state;
	assert_int_equal(at(cJSON_GetArrayItem(at(document, "viewers"), 0), "id")->valueint, 3);
	cJSON_Delete(document);
	assert_int_equal(status_of(answer), 204);
	assert_int_equal(fake.closed_viewer, 3);
	cJSON_Delete(ask("DELETE", "/v1/sessions/one/viewers/4", NULL, 404));
	cJSON_Delete(ask("DELETE", "/v1/sessions/one/viewers/03", NULL, 404));
	cJSON_Delete(ask("DELETE", "/v1/sessions/one/viewers/99999999999", NULL, 404));
}

static void test_keysyms(void **state)
{
	static const struct {
		const char *name;
		uint32_t keysym;
	} cases[] = {
		{ "a", 'a' },
		{ " ", ' ' },
		{ "\xc3\xa4", 0xe4 },
		{ "\xf0\x9f\x98\x80", 0x0101f600 },
		{ "F1", 0xffbe },
		{ "F35", 0xffe0 },
		{ "KP_0", 0xffb0 },
		{ "KP_Enter", 0xff8d },
		{ "F", 'F' },
		{ "U20AC", 0x010020ac },
		{ "U41", 'A' },
		{ "F0", 0 },
		{ "F36", 0 },
		{ "KP_10", 0 },
		{ "return", 0 },
		{ "", 0 },
		{ "\x7f", 0 },
		{ "U", 'U' },
		{ "U110000", 0 },
		{ "UD800", 0 },
		{ "U20ac", 0 },
		{ "U0", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (keysym_parse(cases[i].name) != cases[i].keysym)
			fail_msg("%s: %#x", cases[i].name, keysym_parse(cases[i].name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_version, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host, setup, teardown),
		cmocka_unit_test_setup_teardown(test_session, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_position, setup, teardown),
		cmocka_unit_test_setup_teardown(test_delete, setup, teardown),
		cmocka_unit_test_setup_teardown(test_delete_cancelled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_input, setup, teardown),
		cmocka_unit_test_setup_teardown(test_input_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_input_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_display, setup, teardown),
		cmocka_unit_test_setup_teardown(test_captures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_capture_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_viewers, setup, teardown),
		cmocka_unit_test(test_keysyms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
