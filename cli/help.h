/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/help.h - help on every level, from the tables that parse. */
#ifndef PRO_HELP_H
#define PRO_HELP_H
#include <stdio.h>

#include "cli/args.h"

extern const pro_command *const pro_command_all[]; /* main.c; NULL-terminated */

void pro_help_program(FILE *to, int json);
void pro_help_command(FILE *to, const pro_command *command, int json);
void pro_help_version(FILE *to, int json);
#endif
