/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/override.h - values that take the place of a file's: of --set on the command line, of `set` in a campaign.
 *
 * They are put into the file's tree before it is read, so that one reader checks them all. A path set takes the place
 * of a value and of a draw alike; "vary.PATH" sets a draw. */
#ifndef PRO_OVERRIDE_H
#define PRO_OVERRIDE_H
#include <stdint.h>

#include "scenarios/yaml.h"

typedef struct pro_overrides pro_overrides;

/* Each text "KEY=VALUE", VALUE in YAML. Bad ones are noted; PRO_ENOMEM. *out is the caller's. */
pro_status pro_overrides_parse(pro_overrides **out, size_t count, const char *const *texts, pro_problems *problems)
    PRO_MUST_CHECK;
void pro_overrides_free(pro_overrides *overrides);

/* Into the tree of the file named by the user: all of them, or of a campaign those of its own keys. */
void pro_override_top(pro_node *root, const pro_overrides *overrides, int campaign, pro_problems *problems);
/* Into a file of a campaign: the others, but the sections of a kind only where the file is of that kind. */
void pro_override_file(pro_node *root, const pro_overrides *overrides, pro_problems *problems);
/* Notes those that no file of the campaign took. */
void pro_override_unused(const pro_overrides *overrides, pro_problems *problems);
/* Into a file: a campaign's `set` (may be NULL). */
void pro_override_by_map(pro_node *root, const pro_node *set, pro_problems *problems);

/* Helpers of every reader: a key among those allowed, a whole number (0: not there, or noted). */
void pro_problem_unless_known(pro_problems *problems, const pro_node *key, const char *where, const char *const *allowed);
int pro_read_whole(pro_problems *problems, const pro_node *map, uint64_t *out, const char *name, uint64_t low, uint64_t high);
#endif
