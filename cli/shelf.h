/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/shelf.h - the registries, each as a shelf of named things that can be listed and described. */
#ifndef PRO_SHELF_H
#define PRO_SHELF_H
#include <stdio.h>

#include "cli/json.h"
#include "sim/base.h"

typedef struct pro_item {
  const char *name, *doc, *source; /* source NULL: none needed */
} pro_item;

typedef struct pro_shelf {
  const char *name, *one, *doc; /* "sensors", "sensor" */
  int (*item)(pro_item *out, int index); /* 0: no such index */
  void (*describe)(FILE *to, int index); /* Markdown after heading, doc and source */
  void (*json)(pro_json *json, int index); /* members after those of pro_item */
} pro_shelf;
extern const pro_shelf pro_shelf_all[]; /* ends with a NULL name; the scenarios are not here: they are files */

const pro_shelf *pro_shelf_find(const char *name); /* by either name; NULL: none */
int pro_shelf_index(const pro_shelf *shelf, const char *item); /* -1: none */
#endif
