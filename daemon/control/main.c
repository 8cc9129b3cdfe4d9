/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "log.h"
#include "server.h"
#include "spec.h"

struct options {
	const char *config;
	bool check;
	int level; /* -1: the configuration's */
};

static const char usage[] = "usage: orield [--config FILE] [--check-config] [--log LEVEL]\n"
			    "\n"
			    "  --config FILE   the configuration (default " CONFIG_FILE ")\n"
			    "  --check-config  says what is wrong with it, starts nothing\n"
			    "  --log LEVEL     error, warning, info or debug, in place of log_level\n"
			    "  --version       prints the version\n"
			    "  --help          prints this\n";

/* -1: go on; else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'k' },
		{ "log", required_argument, NULL, 'l' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) >= 0) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case 'l':
			options->level = log_level_parse(optarg);
			if (options->level >= 0)
				break;
			fprintf(stderr,
				"orield: --log: '%s' is none of error, warning, info, debug\n",
				optarg);
			return 2;
		case 'v':
			puts("orield " ORIEL_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "orield: '%s' is not an option\n", argv[optind]);
	return 2;
}

/* Descriptors 0 to 2 are open from here on, so that nothing else gets their numbers. */
static void open_standard_fds(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	while (fd >= 0 && fd <= 2)
		fd = dup(fd);
	if (fd > 2)
		close(fd);
}

/* Lines carry <N> where the journal reads them (sd-daemon(3)). */
static bool journal_reads(void)
{
	return getenv("JOURNAL_STREAM") || getenv("INVOCATION_ID");
}

static int report_errors(const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->n_lines; i++)
		log_error("%s", errors->lines[i]);
	return 1;
}

/* Without its programs no session can be. */
static int check_programs(const struct config *config)
{
	static const char *const programs[] = { "oriel-render", "oriel-view" };
	char path[CONFIG_PATH_MAX + 32];
	int status = 0;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", config->program_directory, programs[i]);
		if (access(path, X_OK) == 0)
			continue;
		log_error("%s: %s (program_directory in [host] names where it is)", path,
			strerror(errno));
		status = 1;
	}
	return status;
}

static int check_config(const struct config *config)
{
	for (size_t i = 0; i < config->n_sessions; i++) {
		if (strlen(config->sessions[i].vnc_password) > SPEC_VNC_PASSWORD_BYTES)
			log_warning(
				"[session %s]: VNC looks at the first %u characters of a password only",
				config->sessions[i].name, SPEC_VNC_PASSWORD_BYTES);
	}
	printf("%s: valid, %zu session%s\n", config->path, config->n_sessions,
		config->n_sessions == 1 ? "" : "s");
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_FILE, .level = -1 };
	struct config_errors errors = { 0 };
	struct config config = { 0 };
	int status = parse_options(argc, argv, &options);

	if (status >= 0)
		return status;
	open_standard_fds();
	umask(0022);
	log_init(options.level >= 0 ? (enum log_level)options.level : LOG_LEVEL_INFO,
		journal_reads());
	if (config_load(options.config, &config, &errors) < 0) {
		status = report_errors(&errors);
	} else if (check_programs(&config) != 0) {
		status = 1;
	} else if (options.check) {
		status = check_config(&config);
	} else {
		if (options.level >= 0)
			config.log_level = (uint32_t)options.level;
		log_init(config.log_level, journal_reads());
		status = server_run(&config, options.level >= 0, journal_reads());
	}
	config_errors_finish(&errors);
	config_finish(&config);
	return status;
}
