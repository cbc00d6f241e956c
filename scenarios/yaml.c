/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

void pro_yaml_free(pro_node *node) {
  if (!node) return;
  for (size_t i = 0; i < node->count; i++) pro_yaml_free(node->child[i]);
  free(node->child);
  free(node->text);
  free(node);
}

static pro_node *make(pro_node_kind kind, const pro_spot *spot) {
  pro_node *node = calloc(1, sizeof *node);
  if (node) *node = (pro_node){.kind = kind, .spot = *spot};
  return node;
}

pro_node *pro_yaml_map(const pro_spot *spot) { return make(PRO_NODE_MAP, spot); }

pro_node *pro_yaml_scalar(const char *text, const pro_spot *spot) {
  pro_node *node = make(PRO_NODE_SCALAR, spot);
  if (node && !(node->text = strdup(text))) {
    free(node);
    return NULL;
  }
  return node;
}

/* Takes `child` over, also on failure. */
static int append(pro_node *node, pro_node *child) {
  if (!child) return -1;
  if ((node->count & (node->count - 1)) == 0) { /* full at each power of two */
    pro_node **grown = realloc(node->child, (node->count ? 2 * node->count : 1) * sizeof *grown);
    if (!grown) return pro_yaml_free(child), -1;
    node->child = grown;
  }
  node->child[node->count++] = child;
  return 0;
}

pro_node *pro_yaml_copy(const pro_node *node) {
  pro_node *copy =
      node->kind == PRO_NODE_SCALAR ? pro_yaml_scalar(node->text, &node->spot) : make(node->kind, &node->spot);
  for (size_t i = 0; copy && i < node->count; i++)
    if (append(copy, pro_yaml_copy(node->child[i])) != 0) {
      pro_yaml_free(copy);
      return NULL;
    }
  return copy;
}

static size_t place_of(const pro_node *map, const char *key) {
  size_t i = 0;
  while (i + 1 < map->count && strcmp(map->child[i]->text, key) != 0) i += 2;
  return i;
}

pro_node *pro_yaml_find(const pro_node *map, const char *key) {
  if (map->kind != PRO_NODE_MAP) return NULL;
  size_t i = place_of(map, key);
  return i + 1 < map->count ? map->child[i + 1] : NULL;
}

void pro_yaml_remove(pro_node *map, const char *key) {
  size_t i = place_of(map, key);
  if (map->kind != PRO_NODE_MAP || i + 1 >= map->count) return;
  pro_yaml_free(map->child[i]);
  pro_yaml_free(map->child[i + 1]);
  /* the room stays: `append` asks for more at powers of two only, which is right for any smaller count */
  memmove(map->child + i, map->child + i + 2, (map->count - i - 2) * sizeof *map->child);
  map->count -= 2;
}

int pro_yaml_put(pro_node *map, const char *key, const pro_spot *key_spot, pro_node *value) {
  size_t i = place_of(map, key);
  if (!value) return -1;
  if (i + 1 < map->count) {
    pro_yaml_free(map->child[i + 1]);
    map->child[i + 1] = value;
    map->child[i]->spot = *key_spot;
    return 0;
  }
  if (append(map, pro_yaml_scalar(key, key_spot)) != 0) return pro_yaml_free(value), -1;
  if (append(map, value) == 0) return 0;
  pro_yaml_free(map->child[--map->count]);
  return -1;
}

/* The first byte of `s` that is no text: not UTF-8, or a control character other than tab and line ends. */
static int first_bad_byte(size_t *at, const pro_source *s) {
  for (size_t i = 0; i < s->size;) {
    const unsigned char *p = (const unsigned char *)s->text + i;
    size_t n = p[0] < 0x80                   ? 1
               : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
               : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
               : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                             : 0;
    int bad = n == 0 || i + n > s->size || (p[0] < 0x20 && !strchr("\t\n\r", p[0])) || p[0] == 0x7f || p[0] == 0;
    for (size_t k = 1; !bad && k < n; k++) bad = (p[k] & 0xc0) != 0x80;
    if (bad) return *at = i, 1;
    i += n;
  }
  return 0;
}

typedef struct builder {
  const pro_source *source;
  pro_problems *problems;
  pro_node *root, *open[DEPTH_MAX]; /* open: lists and maps not closed yet */
  int depth, documents;
} builder;

static int failed(builder *b, const pro_spot *spot, const char *what) {
  pro_problem(b->problems, spot, "%s", what);
  return -1;
}

static int no_memory(builder *b) {
  pro_problem_no_memory(b->problems);
  return -1;
}

/* Puts a finished or just opened node where it belongs. */
static int place(builder *b, pro_node *node) {
  if (!node) return no_memory(b);
  if (b->depth == 0) {
    b->root = node;
    return 0;
  }
  pro_node *into = b->open[b->depth - 1];
  int is_key = into->kind == PRO_NODE_MAP && into->count % 2 == 0;
  if (is_key && node->kind != PRO_NODE_SCALAR) {
    int status = failed(b, &node->spot, "a key is a plain name, not a list or a mapping");
    pro_yaml_free(node);
    return status;
  }
  if (is_key) {
    size_t before = place_of(into, node->text);
    if (before < into->count) {
      size_t line = 1;
      for (size_t i = 0; i < into->child[before]->spot.at; i++) line += b->source->text[i] == '\n';
      pro_problem(b->problems, &node->spot, "'%.64s' stands here twice (first in line %zu)", node->text, line);
    }
  }
  return append(into, node) == 0 ? 0 : no_memory(b);
}

/* An empty value has no mark of its own: it stands where its key does. */
static pro_spot spot_of(const builder *b, struct fy_event *event) {
  const struct fy_mark *start = fy_event_start_mark(event), *end = fy_event_end_mark(event);
  const pro_node *into = b->depth ? b->open[b->depth - 1] : NULL;
  if (!start || start->line < 0) {
    if (into && into->count) return into->child[into->count - 1]->spot;
    return (pro_spot){.source = b->source};
  }
  size_t length = end && end->input_pos > start->input_pos ? end->input_pos - start->input_pos : 1;
  return (pro_spot){.source = b->source, .at = start->input_pos, .length = length};
}

static int scalar(builder *b, struct fy_event *event, const pro_spot *spot) {
  size_t length = 0;
  const char *text = fy_token_get_text(event->scalar.value, &length);
  pro_node *node = make(PRO_NODE_SCALAR, spot);
  if (!node || !(node->text = calloc(1, length + 1))) return free(node), no_memory(b);
  if (length) memcpy(node->text, text, length);
  if (strlen(node->text) != length) { /* "\0" in quotes */
    pro_yaml_free(node);
    return failed(b, spot, "a value with a NUL character in it");
  }
  return place(b, node);
}

static int open_node(builder *b, pro_node_kind kind, const pro_spot *spot) {
  if (b->depth == DEPTH_MAX) return failed(b, spot, "lists and mappings nest too deeply here");
  pro_node *node = make(kind, spot);
  if (place(b, node) != 0) return -1;
  b->open[b->depth++] = node;
  return 0;
}

static int take(builder *b, struct fy_event *event) {
  pro_spot spot = spot_of(b, event);
  struct fy_token *anchor = NULL, *tag = NULL;
  if (event->type == FYET_SCALAR) anchor = event->scalar.anchor, tag = event->scalar.tag;
  if (event->type == FYET_MAPPING_START) anchor = event->mapping_start.anchor, tag = event->mapping_start.tag;
  if (event->type == FYET_SEQUENCE_START) anchor = event->sequence_start.anchor, tag = event->sequence_start.tag;
  if (anchor || event->type == FYET_ALIAS)
    return failed(b, &spot, "anchors and aliases (& and *) are not taken: write the value where it is used");
  if (tag) return failed(b, &spot, "tags (!...) are not taken: write the plain value");
  switch (event->type) {
    case FYET_DOCUMENT_START:
      if (b->documents++ > 0) return failed(b, &spot, "a second document begins here; a scenario is one");
      return 0;
    case FYET_SCALAR:
      return scalar(b, event, &spot);
    case FYET_MAPPING_START:
      return open_node(b, PRO_NODE_MAP, &spot);
    case FYET_SEQUENCE_START:
      return open_node(b, PRO_NODE_LIST, &spot);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
      b->depth--;
      return 0;
    default:
      return 0;
  }
}

static void quiet(struct fy_diag *diag, void *user, const char *text, size_t length) {
  (void)diag, (void)user, (void)text, (void)length; /* what it would print is collected instead */
}

/* What libfyaml collected, in our form. It counts lines and columns from 1, columns in characters. */
static void report(builder *b, struct fy_diag *diag) {
  void *it = NULL;
  const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &it);
  pro_spot spot = {.source = b->source, .length = 1};
  const char *text = b->source->text, *end = text + b->source->size;
  if (error) {
    const char *p = text;
    for (int line = 1; line < error->line && p < end; p++) line += *p == '\n';
    for (int column = 1; column < error->column && p < end && *p != '\n'; column++)
      for (p++; p < end && ((unsigned char)*p & 0xc0) == 0x80; p++) continue;
    if (p == end && p > text) p--; /* "at the end": show the last line */
    spot.at = (size_t)(p - text);
  }
  pro_problem(b->problems, &spot, "this is not YAML: %s",
              error && error->msg ? error->msg : "it cannot be parsed");
}

static void parse(builder *b, struct fy_diag *diag) {
  struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE, .diag = diag};
  struct fy_parser *parser = fy_parser_create(&config);
  if (!parser || fy_parser_set_string(parser, b->source->text, b->source->size) != 0) {
    if (parser) fy_parser_destroy(parser);
    no_memory(b);
    return;
  }
  struct fy_event *event;
  int status = 0;
  while (status == 0 && (event = fy_parser_parse(parser))) {
    status = take(b, event);
    fy_parser_event_free(parser, event);
  }
  if (status == 0 && (fy_parser_get_stream_error(parser) || b->depth > 0)) report(b, diag), status = -1;
  fy_parser_destroy(parser);
  if (status != 0) {
    pro_yaml_free(b->root);
    b->root = NULL;
  }
}

pro_node *pro_yaml_parse(const pro_source *source, pro_problems *problems) {
  builder b = {.source = source, .problems = problems};
  pro_spot spot = {.source = source, .length = 1};
  size_t before = pro_problems_count(problems);
  if (first_bad_byte(&spot.at, source)) {
    pro_problem(problems, &spot, "the byte 0x%02x is no text: a scenario is UTF-8",
                (unsigned char)source->text[spot.at]);
    return NULL;
  }
  struct fy_diag_cfg config;
  fy_diag_cfg_default(&config);
  config.fp = NULL;
  config.output_fn = quiet;
  struct fy_diag *diag = fy_diag_create(&config);
  if (!diag) return no_memory(&b), NULL;
  fy_diag_set_collect_errors(diag, true);
  errno = 0;
  parse(&b, diag);
  if (errno == ENOMEM) { /* libfyaml takes some words that it has no memory for as empty */
    pro_yaml_free(b.root);
    b.root = NULL;
    no_memory(&b);
  }
  fy_diag_destroy(diag);
  if (!b.root && pro_problems_count(problems) == before) pro_problem(problems, &spot, "there is nothing in it");
  return b.root;
}
