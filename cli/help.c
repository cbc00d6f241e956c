/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/help.h"

#include <string.h>

#include "cli/json.h"
#include "output/corpus.h"
#include "sim/level.h"

static const struct {
  const char *code, *meaning;
} exit_codes[] = {
    {"0", "done"},
    {"1", "done, but cases failed: those of a sweep under --strict, or the one case of run"},
    {"64", "the command line is wrong"},
    {"65", "the contents of a scenario, corpus or trace are wrong"},
    {"66", "an input file is missing or cannot be opened"},
    {"70", "a bug of ours: please report it"},
    {"71", "out of memory"},
    {"74", "a file, or standard output, could not be read or written"},
    {"75", "interrupted (SIGINT, SIGTERM) before the result was there: running it again is safe"},
    {"128+n", "ended by signal n: a second one, or one to a command that only reads"},
};

/* Text in lines of at most 78 columns, each after `indent` blanks. */
static void wrap(FILE *to, const char *text, int indent) {
  int column = 0;
  while (*text) {
    size_t word = strcspn(text, " \n");
    if (column > 0 && indent + column + 1 + (int)word > 78) {
      fputc('\n', to);
      column = 0;
    }
    if (column == 0)
      fprintf(to, "%*s", indent, "");
    else
      fputc(' ', to), column++;
    fwrite(text, 1, word, to);
    column += (int)word;
    text += word;
    if (*text == '\n') {
      fputc('\n', to);
      column = 0;
      for (text++; *text == '\n'; text++) fputc('\n', to);
    }
    while (*text == ' ') text++;
  }
  if (column) fputc('\n', to);
}

static void print_option(FILE *to, const pro_option *option) {
  char left[64];
  snprintf(left, sizeof left, "  %c%c%s --%s%s%s", option->letter ? '-' : ' ',
           option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
           option->value ? " " : "", option->value ? option->value : "");
  fprintf(to, "%-32s  %s\n", left, option->doc);
}

static void option_json(pro_json *json, const pro_option *option) {
  char letter[2] = {option->letter, '\0'};
  pro_json_object(json, NULL);
  pro_json_text(json, "long", option->name);
  pro_json_text(json, "short", option->letter ? letter : NULL);
  pro_json_text(json, "value", option->value);
  pro_json_text(json, "doc", option->doc);
  pro_json_bool(json, "repeats", option->repeats);
  pro_json_end(json);
}

static void command_json(pro_json *json, const char *key, const pro_command *command) {
  pro_json_object(json, key);
  pro_json_text(json, "name", command->name);
  pro_json_text(json, "operands", command->operands);
  pro_json_text(json, "summary", command->summary);
  pro_json_text(json, "doc", command->doc);
  pro_json_array(json, "options");
  for (int k = 0; command->options && command->options[k]; k++) option_json(json, command->options[k]);
  option_json(json, &pro_option_json);
  option_json(json, &pro_option_help);
  pro_json_end(json);
  pro_json_end(json);
}

void pro_help_program(FILE *to, int as_json) {
  if (as_json) {
    pro_json json;
    pro_json_begin(&json, to);
    pro_json_text(&json, "program", "prodrome");
    pro_json_array(&json, "commands");
    for (int k = 0; pro_command_all[k]; k++) command_json(&json, NULL, pro_command_all[k]);
    pro_json_end(&json);
    pro_json_array(&json, "exit_codes");
    for (size_t k = 0; k < PRO_COUNT(exit_codes); k++) {
      pro_json_object(&json, NULL);
      pro_json_text(&json, "code", exit_codes[k].code);
      pro_json_text(&json, "meaning", exit_codes[k].meaning);
      pro_json_end(&json);
    }
    pro_json_end(&json);
    pro_json_end(&json);
    return;
  }
  fputs(
      "prodrome - simulates how lithium-ion cells run away, and measures how early that can be told.\n\n"
      "usage: prodrome COMMAND ...\n       prodrome --help | --version\n\ncommands:\n",
      to);
  for (int k = 0; pro_command_all[k]; k++)
    fprintf(to, "  %-9s %-28s  %s\n", pro_command_all[k]->name, pro_command_all[k]->operands,
            pro_command_all[k]->summary);
  fputs(
      "\n`prodrome COMMAND --help` tells more. Results go to stdout, progress and messages to stderr.\n"
      "\nexit codes:\n",
      to);
  for (size_t k = 0; k < PRO_COUNT(exit_codes); k++)
    fprintf(to, "  %-6s  %s\n", exit_codes[k].code, exit_codes[k].meaning);
}

void pro_help_command(FILE *to, const pro_command *command, int as_json) {
  if (as_json) {
    pro_json json;
    pro_json_begin(&json, to);
    command_json(&json, "command", command);
    pro_json_end(&json);
    return;
  }
  fprintf(to, "usage: prodrome%s%s%s%s [OPTION]...\n\n", pro_command_join(command), command->name,
          command->operands[0] ? " " : "", command->operands);
  wrap(to, command->summary, 0);
  if (command->doc) {
    fputc('\n', to);
    wrap(to, command->doc, 0);
  }
  fputs("\noptions:\n", to);
  for (int k = 0; command->options && command->options[k]; k++) print_option(to, command->options[k]);
  print_option(to, &pro_option_json);
  print_option(to, &pro_option_help);
}

void pro_help_version(FILE *to, int as_json) {
  if (!as_json) {
    fprintf(to, "prodrome %s (%s), arithmetic for %s\n", PRO_VERSION, PRO_COMMIT, pro_level_name());
    return;
  }
  pro_json json;
  pro_json_begin(&json, to);
  pro_json_text(&json, "program", "prodrome");
  pro_json_text(&json, "version", PRO_VERSION);
  pro_json_text(&json, "commit", PRO_COMMIT);
  pro_json_text(&json, "level", pro_level_name());
  pro_json_text(&json, "corpus_schema", PRO_CORPUS_SCHEMA);
  pro_json_end(&json);
}
