/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/field.h"

const pro_option pro_option_json = {"json", 0, NULL, "print one JSON document on stdout, in SI units", 0};
const pro_option pro_option_help = {"help", 'h', NULL, "print this help", 0};
const pro_option pro_option_set = {"set", 0, "KEY=VALUE", "override a key of the scenario; may be repeated", 1};
const pro_option pro_option_threads = {"threads", 'j', "THREADS", "default: as many as this process is given", 0};
const pro_option pro_option_runs = {"runs", 'n', "RUNS", "how many cases (default: the scenario's runs)", 0};
const pro_option pro_option_case_seconds = {"case-seconds", 0, "SECONDS",
                                            "wall clock of a case, after which it fails (default: any)", 0};
const pro_option pro_option_no_truth = {"no-truth", 0, NULL, "leave /truth out of the corpus", 0};
const pro_option pro_option_license = {"license", 0, "SPDX", "licence to note in the corpus (default: none)", 0};
const pro_option pro_option_seed = {"seed", 0, "N", "seed of all draws and noise (default: the scenario's)", 0};
const pro_option pro_option_integrator = {"integrator", 0, "NAME",
                                          "rosenbrock or cvode, the reference (default: rosenbrock)", 0};
const pro_option pro_option_detector = {"detector", 0, "NAME|all", "which detector (default: all)", 0};

static const pro_option *const every[] = {&pro_option_json, &pro_option_help, NULL};

const char *pro_command_join(const pro_command *command) { return command->own_program ? "-" : " "; }

static pro_status unknown(const char *what, const char *name, const char *const *names, const char *join,
                          const char *see) {
  const char *close = pro_closest(name, names);
  return pro_fail(PRO_EUSAGE, "there is no %s '%.64s'%s%s%s see `prodrome%s%s`", what, name,
                  close ? "; did you mean '" : ";", close ? close : "", close ? "'?" : "", join, see);
}

pro_status pro_args_unknown(const char *what, const char *name, const char *const *names, const char *see) {
  return unknown(what, name, names, " ", see);
}

static const pro_option *option_at(const pro_command *command, int k) {
  int own = 0;
  while (command->options && command->options[own]) own++;
  return k < own ? command->options[k] : every[k - own];
}

static const pro_option *find_letter(const pro_command *command, char letter) {
  const pro_option *o;
  for (int k = 0; (o = option_at(command, k)); k++)
    if (o->letter == letter) return o;
  return NULL;
}

static pro_status find_name(const pro_option **out, const pro_command *command, const char *name, size_t length) {
  const char *names[32] = {NULL};
  const pro_option *o;
  for (int k = 0; (o = option_at(command, k)); k++) {
    if (strlen(o->name) == length && strncmp(o->name, name, length) == 0) {
      *out = o;
      return PRO_OK;
    }
    if (k < 31) names[k] = o->name;
  }
  char wrong[64];
  snprintf(wrong, sizeof wrong, "%.*s", (int)(length < 60 ? length : 60), name);
  char see[64];
  snprintf(see, sizeof see, "%s --help", command->name);
  return unknown("option", wrong, names, pro_command_join(command), see);
}

static pro_status note(pro_args *args, const pro_option *option, const char *value) {
  if (!option->repeats && pro_args_has(args, option))
    return pro_fail(PRO_EUSAGE, "--%s is given twice", option->name);
  args->given[args->given_count++] = (pro_given){option, value};
  return PRO_OK;
}

/* Reads words[k], an option, and says in *used how many words it took. */
static pro_status read_option(pro_args *args, int *used, char **words, int left) {
  const char *word = words[0], *value = NULL;
  const pro_option *option = NULL;
  *used = 1;
  if (word[1] == '-') {
    const char *equals = strchr(word, '=');
    PRO_TRY(find_name(&option, args->command, word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2)));
    if (equals) value = equals + 1;
  } else {
    option = find_letter(args->command, word[1]);
    int length = pro_utf8_length(word + 1);
    if (!option)
      return pro_fail(PRO_EUSAGE, "%s has no option %.*s; see `prodrome%s%s --help`", args->command->name,
                      1 + (length ? length : 1), word, pro_command_join(args->command), args->command->name);
    if (word[2]) value = word + 2;
  }
  if (value && !option->value)
    return pro_fail(PRO_EUSAGE, "--%s takes no value, but got '%s'", option->name, value);
  if (!value && option->value) {
    if (left < 2) return pro_fail(PRO_EUSAGE, "--%s needs a value: %s", option->name, option->value);
    value = words[1];
    *used = 2;
  }
  return note(args, option, value);
}

static pro_status check_operands(const pro_args *args) {
  const pro_command *c = args->command;
  if (pro_args_has(args, &pro_option_help)) return PRO_OK;
  if (args->operand_count < c->least)
    return pro_fail(PRO_EUSAGE, "%s needs %s; see `prodrome%s%s --help`", c->name, c->operands,
                    pro_command_join(c), c->name);
  if (c->most >= 0 && args->operand_count > c->most)
    return pro_fail(PRO_EUSAGE, "%s: '%s' is one argument too many; see `prodrome%s%s --help`", c->name,
                    args->operand[c->most], pro_command_join(c), c->name);
  return PRO_OK;
}

pro_status pro_args_parse(pro_args *out, const pro_command *command, int count, char **words) {
  *out = (pro_args){.command = command};
  out->operand = calloc((size_t)count + 1, sizeof *out->operand);
  out->given = calloc((size_t)count + 1, sizeof *out->given);
  if (!out->operand || !out->given) return pro_fail(PRO_ENOMEM, "no memory for the command line");
  int plain = 0; /* after -- */
  for (int k = 0; k < count;) {
    int used = 1;
    if (!plain && strcmp(words[k], "--") == 0)
      plain = 1;
    else if (!plain && words[k][0] == '-' && words[k][1])
      PRO_TRY(read_option(out, &used, words + k, count - k));
    else
      out->operand[out->operand_count++] = words[k];
    k += used;
  }
  return check_operands(out);
}

void pro_args_free(pro_args *args) {
  free(args->operand);
  free(args->given);
  *args = (pro_args){0};
}

const char *pro_args_value(const pro_args *args, const pro_option *option) {
  for (int k = 0; k < args->given_count; k++)
    if (args->given[k].option == option) return args->given[k].value;
  return NULL;
}

int pro_args_has(const pro_args *args, const pro_option *option) {
  for (int k = 0; k < args->given_count; k++)
    if (args->given[k].option == option) return 1;
  return 0;
}

pro_status pro_args_values(const char ***out, size_t *count, const pro_args *args, const pro_option *option) {
  const char **list = calloc((size_t)args->given_count + 1, sizeof *list);
  if (!list) return pro_fail(PRO_ENOMEM, "no memory for the command line");
  size_t n = 0;
  for (int k = 0; k < args->given_count; k++)
    if (args->given[k].option == option) list[n++] = args->given[k].value;
  *out = list;
  *count = n;
  return PRO_OK;
}

pro_status pro_args_count(uint64_t *out, const pro_args *args, const pro_option *option, uint64_t low,
                          uint64_t high) {
  const char *text = pro_args_value(args, option);
  if (!text) return PRO_OK;
  char *end = NULL;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end || errno || value < low || value > high)
    return pro_fail(PRO_EUSAGE, "--%s '%s': a whole number from %" PRIu64 " to %" PRIu64 " is needed",
                    option->name, text, low, high);
  *out = value;
  return PRO_OK;
}
