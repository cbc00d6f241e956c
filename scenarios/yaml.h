/* SPDX-License-Identifier: GPL-3.0-or-later
 * scenarios/yaml.h - YAML as a tree of nodes that know where they stand; libfyaml is known to yaml.c alone. */
#ifndef PRO_YAML_H
#define PRO_YAML_H
#include "scenarios/problem.h"

typedef enum pro_node_kind { PRO_NODE_SCALAR, PRO_NODE_LIST, PRO_NODE_MAP } pro_node_kind;

/* A list holds its items; a map its keys at even places (always scalars) and after each its value. */
typedef struct pro_node {
  pro_node_kind kind;
  pro_spot spot;
  char *text;  /* of a scalar; "" for one left empty */
  size_t count; /* of children */
  struct pro_node **child;
} pro_node;

/* The tree of a text, or NULL with the problem noted. Refused: bytes that are no UTF-8 text, syntax errors, anchors,
 * aliases and tags (a value is written where it is used), keys that are no plain names, a second document, more than
 * 8 levels. A repeated key is a problem too, but the tree stands. *out is the caller's and borrows `source`. */
pro_node *pro_yaml_parse(const pro_source *source, pro_problems *problems);
void pro_yaml_free(pro_node *node);
pro_node *pro_yaml_copy(const pro_node *node); /* NULL: no memory */

pro_node *pro_yaml_find(const pro_node *map, const char *key); /* the value, or NULL */
void pro_yaml_remove(pro_node *map, const char *key);
/* Sets map[key], which takes `value` over, also on failure. -1: no memory. */
int pro_yaml_put(pro_node *map, const char *key, const pro_spot *key_spot, pro_node *value);
pro_node *pro_yaml_scalar(const char *text, const pro_spot *spot); /* NULL: no memory */
pro_node *pro_yaml_map(const pro_spot *spot);
#endif
