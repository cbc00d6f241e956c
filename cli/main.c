/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* on_exit */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/help.h"
#include "cli/json.h"

extern const pro_command pro_command_run, pro_command_sweep, pro_command_plan, pro_command_slurm,
    pro_command_status, pro_command_merge, pro_command_evaluate, pro_command_score, pro_command_verify,
    pro_command_validate, pro_command_calibrate, pro_command_list, pro_command_describe;
const pro_command *const pro_command_all[] = {&pro_command_run,       &pro_command_sweep,
                                              &pro_command_plan,      &pro_command_slurm,
                                              &pro_command_status,    &pro_command_merge,
                                              &pro_command_evaluate,  &pro_command_score,
                                              &pro_command_verify,    &pro_command_validate,
                                              &pro_command_calibrate, &pro_command_list,
                                              &pro_command_describe,  NULL};

static pro_status find_command(const pro_command **out, const char *name) {
  const char *names[PRO_COUNT(pro_command_all)] = {NULL};
  for (int k = 0; pro_command_all[k]; k++) {
    if (strcmp(pro_command_all[k]->name, name) == 0) {
      *out = pro_command_all[k];
      return PRO_OK;
    }
    names[k] = pro_command_all[k]->name;
  }
  return pro_args_unknown("command", name, names, "--help");
}

static int wants(int count, char **words, const char *word) {
  for (int k = 0; k < count && strcmp(words[k], "--") != 0; k++)
    if (strcmp(words[k], word) == 0) return 1;
  return 0;
}

static pro_status run_command(int count, char **words) {
  const pro_command *command = NULL;
  PRO_TRY(find_command(&command, words[0]));
  pro_args args = {0};
  pro_status status = pro_args_parse(&args, command, count - 1, words + 1);
  if (status == PRO_OK) {
    if (pro_args_has(&args, &pro_option_help))
      pro_help_command(stdout, command, pro_args_has(&args, &pro_option_json));
    else
      status = command->run(&args);
  }
  pro_args_free(&args);
  return status;
}

static pro_status dispatch(int count, char **words) {
  int json = wants(count, words, "--json");
  while (count > 0 && strcmp(words[0], "--json") == 0) count--, words++;
  if (count == 0) return pro_fail(PRO_EUSAGE, "a command is needed; see `prodrome --help`");
  if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0) {
    pro_help_program(stdout, json);
    return PRO_OK;
  }
  if (strcmp(words[0], "--version") == 0) {
    pro_help_version(stdout, json);
    return PRO_OK;
  }
  if (words[0][0] == '-')
    return pro_fail(PRO_EUSAGE, "'%.64s' where a command is needed; see `prodrome --help`", words[0]);
  return run_command(count, words);
}

/* Who asked for JSON gets a document in any case. */
static void print_failure(pro_status status, int json) {
  fprintf(stderr, "prodrome: %s\n", pro_error_message());
  /* with PRO_ENUMERIC the result is printed already */
  if (json && status != PRO_ENUMERIC) pro_json_failure(stdout, status);
}

/* A closed standard stream would lend its number to the next file opened, and our messages would go into that
 * file. Opened for reading only, so that writing to it fails and is noticed. */
static void fill_standard_streams(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)!open("/dev/null", O_RDONLY);
}

#ifdef __GLIBC__
/* HDF5 1.10 ends the program by itself, with -1, where it has no memory for an identifier. */
static void on_end(int status, void *nothing) {
  (void)nothing;
  static const char says[] = "prodrome: out of memory, within HDF5\n";
  if ((status & 0xff) != 0xff) return;
  (void)!write(STDERR_FILENO, says, sizeof says - 1);
  _exit(pro_status_exit_code(PRO_ENOMEM));
}
#endif

/* HDF5 1.10 and libfyaml may go on with what they got no memory for, and crash. */
static void on_crash(int number) {
  static const char says[] = "prodrome: out of memory, within a library that has crashed of it\n";
  if (errno == ENOMEM) {
    (void)!write(STDERR_FILENO, says, sizeof says - 1);
    _exit(pro_status_exit_code(PRO_ENOMEM));
  }
  signal(number, SIG_DFL);
  raise(number);
}

/* Where nobody else does, as sanitizers. */
static void listen_for_crashes(void) {
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT};
  struct sigaction before, action = {.sa_handler = on_crash};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < PRO_COUNT(crashes); i++)
    if (sigaction(crashes[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
      sigaction(crashes[i], &action, NULL);
}

int main(int argc, char **argv) {
#ifdef __GLIBC__
  on_exit(on_end, NULL);
#endif
  fill_standard_streams();
  listen_for_crashes();
  signal(SIGPIPE, SIG_IGN); /* a write that fails is told by its status, not by our death */
  signal(SIGXFSZ, SIG_IGN);
  pro_status status = dispatch(argc - 1, argv + 1);
  if (status != PRO_OK) print_failure(status, wants(argc - 1, argv + 1, "--json"));
  errno = 0;
  int unwritten = fflush(stdout) != 0 || ferror(stdout);
  if (unwritten) {
    fprintf(stderr, "prodrome: cannot write to standard output: %s\n", errno ? strerror(errno) : "write error");
    if (status == PRO_OK || status == PRO_ENUMERIC) status = PRO_EIO;
  }
  int code = pro_status_exit_code(status);
  /* After a failed write HDF5's own exit handler may crash on what it could not flush. */
  if (status == PRO_EIO || status == PRO_ENOMEM || status == PRO_EBUG) _exit(code);
  return code;
}
