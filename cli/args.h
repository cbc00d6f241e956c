/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/args.h - commands and their options as tables: what parses the command line also prints its help. */
#ifndef PRO_ARGS_H
#define PRO_ARGS_H
#include <stdint.h>

#include "sim/base.h"

typedef struct pro_option {
  const char *name;  /* "output" of --output */
  char letter;       /* 'o' of -o; 0: none */
  const char *value; /* what it takes, "FILE"; NULL: nothing */
  const char *doc;
  int repeats; /* may be given several times */
} pro_option;

/* Options that several commands have. Every command has --json and --help. */
extern const pro_option pro_option_json, pro_option_help, pro_option_set, pro_option_seed, pro_option_integrator,
    pro_option_detector, pro_option_threads, pro_option_runs, pro_option_case_seconds, pro_option_no_truth,
    pro_option_license;

typedef struct pro_args pro_args;

typedef struct pro_command { /* one file each in cli/, and a row in main.c */
  const char *name, *operands, *summary;
  const char *doc;                  /* paragraphs for its help; may be NULL */
  int least, most;                  /* operands; most < 0: any number */
  const pro_option *const *options; /* NULL-terminated, without --json and --help */
  /* Prints its result at the end, when nothing can go wrong any more. PRO_ENUMERIC: the result is printed, but a
   * case failed; any other failure: nothing is printed. */
  pro_status (*run)(const pro_args *args);
  int own_program; /* called as prodrome-NAME, not as prodrome NAME */
} pro_command;

/* What stands between "prodrome" and the command's name. */
const char *pro_command_join(const pro_command *command);

typedef struct pro_given {
  const pro_option *option;
  const char *value;
} pro_given;

struct pro_args { /* borrows argv */
  const pro_command *command;
  int operand_count, given_count;
  const char **operand; /* (operand_count) */
  pro_given *given;     /* (given_count), in order */
};

/* Reads what follows the command's name. PRO_EUSAGE: an unknown option, a value missing or not wanted, too few or
 * too many operands (not checked when --help is there); PRO_ENOMEM. Free with pro_args_free in any case. */
pro_status pro_args_parse(pro_args *out, const pro_command *command, int count, char **words) PRO_MUST_CHECK;
void pro_args_free(pro_args *args);

int pro_args_has(const pro_args *args, const pro_option *option);
const char *pro_args_value(const pro_args *args, const pro_option *option); /* NULL: not given */
/* The option's values in order; the caller frees the list, not its texts. PRO_ENOMEM. */
pro_status pro_args_values(const char ***out, size_t *count, const pro_args *args,
                           const pro_option *option) PRO_MUST_CHECK;
/* A whole number in [low, high]; *out stays where the option is not given. PRO_EUSAGE. */
pro_status pro_args_count(uint64_t *out, const pro_args *args, const pro_option *option, uint64_t low,
                          uint64_t high) PRO_MUST_CHECK;

/* PRO_EUSAGE "there is no detector 'cusm'; did you mean 'cusum'? See `prodrome list detectors`"; `names`
 * NULL-terminated. */
pro_status pro_args_unknown(const char *what, const char *name, const char *const *names, const char *see);
#endif
