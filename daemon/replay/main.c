/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oriel-replay: executes captures of forwarded OpenGL, prints and compares them. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gl_wire.h"
#include "gpu.h"
#include "log.h"
#include "show.h"
#include "util.h"

#define REPEAT_MAX 1000u

struct options {
	struct show_config show;
	struct sums wanted;
	bool text, diff;
	const char *files[2];
};

static const char usage[] =
	"usage: oriel-replay [OPTION...] FILE\n"
	"       oriel-replay --text [--frames N-M] FILE\n"
	"       oriel-replay --diff FILE FILE\n"
	"\n"
	"Executes a capture of forwarded OpenGL and prints a checksum of each frame.\n"
	"\n"
	"  --text           print every message with its arguments; nothing is executed\n"
	"  --diff           say what two captures have sent that is not the same\n"
	"  --compare SUMS   compare with what was printed before\n"
	"  --repeat N       execute it N times and compare with the first\n"
	"  --frames N-M     these frames alone; N, N- and -M are understood, too\n"
	"  --png FOLDER     write each frame into a file\n"
	"  --gpu ORDER      what to render with, as order in oriel.conf(5)\n"
	"  --compute WORD   compute shaders: on or off; else as when it was captured\n"
	"  --no-sandbox     the capture is trusted\n"
	"  --version        print the version\n"
	"  --help           print this\n";

static const struct option long_options[] = {
	{ "text", no_argument, NULL, 't' },
	{ "diff", no_argument, NULL, 'd' },
	{ "compare", required_argument, NULL, 'c' },
	{ "repeat", required_argument, NULL, 'r' },
	{ "frames", required_argument, NULL, 'f' },
	{ "png", required_argument, NULL, 'p' },
	{ "gpu", required_argument, NULL, 'g' },
	{ "compute", required_argument, NULL, 'C' },
	{ "no-sandbox", no_argument, NULL, 's' },
	{ "version", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Digits up to what follows. False: there are none, or too many. */
static bool read_number(const char **text, uint64_t *ret_value)
{
	const size_t digits = strspn(*text, "0123456789");
	uint64_t value = 0;

	if (digits == 0 || digits > 15)
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (uint64_t)((*text)[i] - '0');
	*text += digits;
	*ret_value = value;
	return true;
}

/* N, N-M, N- or -M */
static bool read_range(const char *text, struct capture_range *range)
{
	bool from = read_number(&text, &range->first);
	bool to;

	if (from && !*text) {
		range->last = range->first;
		return true;
	}
	if (*text++ != '-')
		return false;
	to = read_number(&text, &range->last);
	return !*text && (from || to) && range->first <= range->last;
}

static bool read_sums(struct options *options, const char *path)
{
	FILE *file = fopen(path, "re");
	int r = file ? sums_read(file, &options->wanted) : -errno;

	if (file)
		fclose(file);
	if (r < 0)
		complain("%s: %s", path, r == -EINVAL ? "a line is no frame's" : strerror(-r));
	options->show.wanted = &options->wanted;
	return r == 0;
}

static bool read_compute(const char *word, enum execute_compute *ret_compute)
{
	*ret_compute = strcmp(word, "on") == 0 ? EXECUTE_COMPUTE_ON : EXECUTE_COMPUTE_OFF;
	return strcmp(word, "on") == 0 || strcmp(word, "off") == 0;
}

static bool read_repeat(const char *text, unsigned int *ret_repeat)
{
	uint64_t value;

	if (!read_number(&text, &value) || *text || value == 0 || value > REPEAT_MAX)
		return false;
	*ret_repeat = (unsigned int)value;
	return true;
}

/* An option with a value. False: the value is wrong. */
static bool take_value(struct options *options, int option, const char *value)
{
	struct execute_config *execute = &options->show.execute;

	switch (option) {
	case 'c':
		return read_sums(options, value);
	case 'r':
		return read_repeat(value, &options->show.repeat);
	case 'f':
		return read_range(value, &execute->range);
	case 'p':
		options->show.png = value;
		execute->pixels = true;
		return true;
	case 'g':
		execute->gpu = value;
		return gpu_order_valid(value);
	default:
		return read_compute(value, &execute->compute);
	}
}

/* -1: go on; else the exit status. */
static int take_option(struct options *options, int option, int index)
{
	switch (option) {
	case 't':
		options->text = true;
		return -1;
	case 'd':
		options->diff = true;
		return -1;
	case 's':
		options->show.execute.sandbox = false;
		return -1;
	case 'v':
		puts("oriel-replay " ORIEL_VERSION);
		return REPLAY_SAME;
	case 'h':
		fputs(usage, stdout);
		return REPLAY_SAME;
	case '?':
		fputs(usage, stderr);
		return REPLAY_USAGE;
	default:
		if (take_value(options, option, optarg))
			return -1;
		complain("--%s: '%s' is nothing that it takes", long_options[index].name, optarg);
		return REPLAY_USAGE;
	}
}

static int parse_options(int argc, char **argv, struct options *options)
{
	int option, index = 0;
	const int wanted_files[] = { 1, 2 };

	while ((option = getopt_long(argc, argv, "", long_options, &index)) >= 0) {
		const int code = take_option(options, option, index);

		if (code >= 0)
			return code;
	}
	if (argc - optind != wanted_files[options->diff] || (options->text && options->diff)) {
		fputs(usage, stderr);
		return REPLAY_USAGE;
	}
	for (int i = 0; optind + i < argc; i++)
		options->files[i] = argv[optind + i];
	options->show.execute.path = options->files[0];
	return -1;
}

static struct capture_reader *open_capture(const char *path)
{
	char reason[CAPTURE_REASON_MAX];
	struct capture_reader *reader = NULL;

	if (capture_reader_open(path, &reader, reason) < 0) {
		complain("%s: %s", path, reason);
		return NULL;
	}
	return reader;
}

static int print_text(const struct options *options)
{
	struct capture_reader *reader = open_capture(options->files[0]);
	char reason[CAPTURE_REASON_MAX];
	int r;

	if (!reader)
		return REPLAY_FAILED;
	if (capture_reader_head(reader)->table_hash != GL_TABLE_HASH)
		complain("%s: it was made with another table: names may be wrong", options->files[0]);
	r = capture_print(reader, &options->show.execute.range, stdout, reason);
	if (r < 0)
		complain("%s: %s", options->files[0], reason);
	capture_reader_destroy(reader);
	return r < 0 ? REPLAY_FAILED : REPLAY_SAME;
}

static int print_diff(const struct options *options)
{
	struct capture_reader *a = open_capture(options->files[0]);
	struct capture_reader *b = a ? open_capture(options->files[1]) : NULL;
	char reason[CAPTURE_REASON_MAX];
	int r = -1;

	if (b) {
		r = capture_diff(a, b, stdout, reason);
		if (r < 0)
			complain("%s", reason);
	}
	capture_reader_destroy(a);
	capture_reader_destroy(b);
	return r < 0 ? REPLAY_FAILED : r;
}

/* Its commands mean something else where the table is another. */
static int check_table(const char *path)
{
	struct capture_reader *reader = open_capture(path);
	uint64_t hash;

	if (!reader)
		return REPLAY_FAILED;
	hash = capture_reader_head(reader)->table_hash;
	if (hash == GL_TABLE_HASH)
		capture_print_head(capture_reader_head(reader), stdout);
	else
		complain("%s: it was made with another table of commands (%016" PRIx64
			 ", not %016" PRIx64 ")",
			path, hash, (uint64_t)GL_TABLE_HASH);
	capture_reader_destroy(reader);
	return hash == GL_TABLE_HASH ? REPLAY_SAME : REPLAY_FAILED;
}

/* As in the render process: nothing of this user's caches, nothing of a desktop. */
static void prepare(void)
{
	log_init(LOG_LEVEL_WARNING, false);
	setenv("MESA_SHADER_CACHE_DISABLE", "true", 1);
	setenv("MESA_GLSL_CACHE_DISABLE", "true", 1);
	setenv("__GL_SHADER_DISK_CACHE", "0", 1);
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
}

static int run(const struct options *options)
{
	int code;

	if (options->text)
		return print_text(options);
	if (options->diff)
		return print_diff(options);
	code = check_table(options->files[0]);
	if (code != REPLAY_SAME)
		return code;
	prepare();
	return (int)show_replay(&options->show);
}

int main(int argc, char **argv)
{
	struct options options = {
		.show = { .execute = { .gpu = "auto", .range = { 0, UINT64_MAX }, .sandbox = true },
			.repeat = 1 }
	};
	int code = parse_options(argc, argv, &options);

	if (code < 0)
		code = run(&options);
	if (fflush(stdout) != 0) {
		complain("cannot write to standard output: %s", strerror(errno));
		code = REPLAY_FAILED;
	}
	sums_finish(&options.wanted);
	return code;
}
