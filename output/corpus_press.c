/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/corpus_press.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/pack.h"

enum { QUEUE = PRO_BELTS * PRO_STACKS };

/* One thread writes: what HDF5 allocates and keeps then lies on a heap of its own, not among the blocks of runs on
 * the heaps of those that simulate, which could not shrink. */
struct pro_press {
  const pro_sheet *sheet;
  pro_press_write *write;
  void *payload; /* of it */
  pthread_t writer;
  pthread_mutex_t lock;    /* of all below */
  pthread_cond_t moved;    /* something was packed or written, or has failed */
  pro_stack *queue[QUEUE]; /* stack n at place n % QUEUE */
  uint64_t sealed, written;
  int leaving;
  pro_status broken; /* the first failure, and what it said */
  char why[512];
  size_t idle, room;
  pro_packer **packer; /* (idle): as many as ever packed at once */
  pthread_mutex_t counting;
  pthread_mutex_t hdf5; /* for as long as a stack is written */
};

static void forget_text(pro_stack *s) {
  for (size_t k = 0; s->text && k < s->held; k++) free(s->text[k]), s->text[k] = NULL;
}

/* ---- belts ---- */

pro_status pro_belt_add(pro_belt *belt, const pro_column *column) {
  pro_column *more = realloc(belt->column, (belt->columns + 1) * sizeof *more);
  if (!more) return pro_fail(PRO_ENOMEM, "no memory for the corpus's columns");
  belt->column = more;
  more[belt->columns++] = *column;
  return PRO_OK;
}

uint64_t pro_belt_at(const pro_belt *belt) {
  return belt->next * belt->length + (belt->open ? belt->open->held : 0);
}

void pro_belt_clear(pro_belt *belt) {
  for (size_t i = 0; i < PRO_STACKS; i++) {
    pro_stack *s = &belt->stack[i];
    forget_text(s);
    free(s->block), free(s->text), free(s->chunk);
    pro_spans_clear(&s->train);
  }
  free(belt->column);
  *belt = (pro_belt){.text = H5I_INVALID_HID};
}

/* ---- failing ---- */

static pro_status note(pro_press *p, pro_status status) { /* within the lock */
  if (status != PRO_OK && p->broken == PRO_OK) {
    p->broken = status;
    snprintf(p->why, sizeof p->why, "%s", pro_error_message());
    pthread_cond_broadcast(&p->moved);
  }
  return p->broken == PRO_OK ? PRO_OK : pro_fail(p->broken, "%s", p->why);
}

pro_status pro_press_break(pro_press *p, pro_status status) {
  pthread_mutex_lock(&p->lock);
  status = note(p, status);
  pthread_mutex_unlock(&p->lock);
  return status;
}

/* ---- packing ---- */

static pro_status count_codes(pro_press *p, const pro_stack *s, size_t c, const void *codes) {
  const pro_column *column = &s->belt->column[c];
  pthread_mutex_lock(&p->counting);
  pro_status status = pro_histogram_add_spans(column->seen, codes, column->type == PRO_CORPUS_i16, &s->train);
  pthread_mutex_unlock(&p->counting);
  return status;
}

/* Of a chunk that came packed: it is opened to be counted, and stays as it is. */
static pro_status count_stored(pro_press *p, pro_packer *packer, const pro_stack *s, size_t c) {
  if (s->train.count == 0) return PRO_OK;
  size_t element = pro_corpus_size(s->belt->column[c].type), bytes = s->belt->length * element;
  void *codes = malloc(bytes);
  if (!codes) return pro_fail(PRO_ENOMEM, "%s: no memory to count codes", p->sheet->path);
  pro_status status = PRO_OK;
  if (pro_unpack(packer, codes, bytes, s->chunk[c].data, s->chunk[c].size, element) != PRO_UNPACKED)
    status = pro_fail(PRO_EINPUT, "%s: a chunk that was packed before is damaged", p->sheet->path);
  if (status == PRO_OK) status = count_codes(p, s, c, codes);
  free(codes);
  return status;
}

static pro_status pack(pro_press *p, pro_packer *packer, pro_stack *s, size_t c) {
  const pro_column *column = &s->belt->column[c];
  pro_chunk *chunk = &s->chunk[c];
  size_t size = pro_corpus_size(column->type);
  if (s->stored) return column->seen ? count_stored(p, packer, s, c) : PRO_OK;
  if (column->seen) PRO_TRY(count_codes(p, s, c, chunk->data));
  if (column->slot < 0 || chunk->touched)
    chunk->size = pro_pack(packer, chunk->data, chunk->data, s->belt->length * size, size);
  return PRO_OK;
}

static pro_status take_packer(pro_packer **out, pro_press *p) { /* within the lock */
  if (p->idle > 0) {
    *out = p->packer[--p->idle];
    return PRO_OK;
  }
  pro_packer **more = realloc(p->packer, (p->room + 1) * sizeof *more);
  if (!more) return pro_fail(PRO_ENOMEM, "%s: no memory to pack", p->sheet->path);
  p->packer = more, p->room++; /* room for all there are, so that each finds its place again */
  return pro_packer_create(out, PRO_CORPUS_CHUNK * sizeof(double));
}

/* ---- writing: HDF5 is in one thread at a time ---- */

static pro_status write_text(const pro_press *p, const pro_stack *s) {
  static char none[] = "";
  char **text = calloc(s->held, sizeof *text);
  if (!text) return pro_fail(PRO_ENOMEM, "%s: no memory for messages", p->sheet->path);
  for (size_t k = 0; k < s->held; k++) text[k] = s->text[k] ? s->text[k] : none;
  hsize_t from = s->start, count = s->held;
  hid_t space = H5Dget_space(s->belt->text), memory = H5Screate_simple(1, &count, NULL);
  int failed = H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, NULL, &count, NULL) < 0 ||
               H5Dwrite(s->belt->text, p->sheet->text, memory, space, H5P_DEFAULT, text) < 0;
  free(text);
  if (failed) return pro_put_fail(p->sheet, "messages");
  H5Sclose(space), H5Sclose(memory);
  return PRO_OK;
}

static pro_status write_stack(void *press, const pro_stack *s) {
  const pro_press *p = press;
  const pro_belt *belt = s->belt;
  hid_t extended = H5I_INVALID_HID;
  for (size_t c = 0; c < belt->columns; c++) {
    const pro_column *column = &belt->column[c];
    hsize_t size[2] = {s->start + s->held, PRO_CORPUS_SLOTS};
    if (belt->grows && column->dataset != extended && H5Dset_extent(column->dataset, size) < 0)
      return pro_put_fail(p->sheet, "samples");
    extended = column->dataset; /* columns of one dataset stand side by side */
    hsize_t at[2] = {s->start, column->slot < 0 ? 0 : (hsize_t)column->slot};
    const pro_chunk *chunk = &s->chunk[c];
    if (chunk->size && H5Dwrite_chunk(column->dataset, H5P_DEFAULT, 0, at, chunk->size, chunk->data) < 0)
      return pro_put_fail(p->sheet, belt->grows ? "samples" : "tables");
  }
  return belt->text < 0 ? PRO_OK : write_text(p, s);
}

/* ---- who does what: within the lock, which is left while work is done ---- */

static int write_next(pro_press *p) {
  if (p->broken != PRO_OK || p->written == p->sealed) return 0;
  pro_stack *s = p->queue[p->written % QUEUE];
  if (s->packed < s->belt->columns) return 0;
  pthread_mutex_unlock(&p->lock);
  pro_press_enter(p);
  pro_status status = p->write(p->payload, s);
  pro_press_leave(p);
  pthread_mutex_lock(&p->lock);
  (void)note(p, status);
  if (status != PRO_OK) return 0;
  forget_text(s);
  s->held = s->taken = s->packed = s->train.count = 0;
  s->stored = 0;
  for (size_t c = 0; c < s->belt->columns; c++) s->chunk[c].size = 0, s->chunk[c].touched = 0;
  p->written++;
  pthread_cond_broadcast(&p->moved);
  return 1;
}

static int pack_next(pro_press *p) {
  pro_stack *s = NULL;
  for (uint64_t n = p->written; n < p->sealed && !s; n++)
    if (p->queue[n % QUEUE]->taken < p->queue[n % QUEUE]->belt->columns) s = p->queue[n % QUEUE];
  if (!s) return 0;
  pro_packer *packer = NULL;
  pro_status status = take_packer(&packer, p);
  if (status == PRO_OK) {
    size_t c = s->taken++;
    pthread_mutex_unlock(&p->lock);
    status = pack(p, packer, s, c);
    pthread_mutex_lock(&p->lock);
    p->packer[p->idle++] = packer;
  }
  (void)note(p, status);
  if (status == PRO_OK && ++s->packed == s->belt->columns) pthread_cond_broadcast(&p->moved);
  return status == PRO_OK;
}

static void *write_all(void *press) {
  pro_press *p = press;
  pro_corpus_quiet();
  pthread_mutex_lock(&p->lock);
  while (!p->leaving)
    if (!write_next(p)) pthread_cond_wait(&p->moved, &p->lock);
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

static int work(pro_press *p) { return p->broken == PRO_OK && pack_next(p); }

pro_status pro_press_help(pro_press *p) {
  pthread_mutex_lock(&p->lock);
  while (work(p)) continue;
  pro_status status = note(p, PRO_OK);
  pthread_mutex_unlock(&p->lock);
  return status;
}

pro_status pro_press_drain(pro_press *p) {
  pthread_mutex_lock(&p->lock);
  while (p->broken == PRO_OK && p->written < p->sealed)
    if (!work(p) && p->broken == PRO_OK && p->written < p->sealed) pthread_cond_wait(&p->moved, &p->lock);
  pro_status status = note(p, PRO_OK);
  pthread_mutex_unlock(&p->lock);
  return status;
}

/* ---- filling ---- */

size_t pro_stack_room(const pro_belt *belt, size_t c) {
  return (pro_pack_bound(belt->length * pro_corpus_size(belt->column[c].type)) + 63) / 64 * 64;
}

static pro_status allocate(pro_stack *s, pro_belt *belt, const char *path) {
  size_t bytes = 0;
  for (size_t c = 0; c < belt->columns; c++) bytes += pro_stack_room(belt, c);
  s->belt = belt;
  s->chunk = calloc(belt->columns, sizeof *s->chunk);
  s->text = belt->text < 0 ? NULL : calloc(belt->length, sizeof *s->text);
  s->block = malloc(bytes);
  if (!s->chunk || !s->block || (belt->text >= 0 && !s->text))
    return pro_fail(PRO_ENOMEM, "%s: no memory for chunks", path);
  char *next = s->block;
  for (size_t c = 0; c < belt->columns; c++) s->chunk[c].data = next, next += pro_stack_room(belt, c);
  return PRO_OK;
}

/* The belt's next stack, once it has come to disk. */
static pro_status open_stack(pro_press *p, pro_belt *belt) {
  pro_stack *s = &belt->stack[belt->next % PRO_STACKS];
  if (!s->block) PRO_TRY(allocate(s, belt, p->sheet->path));
  pthread_mutex_lock(&p->lock);
  while (p->broken == PRO_OK && s->held > 0)
    if (!work(p) && p->broken == PRO_OK && s->held > 0) pthread_cond_wait(&p->moved, &p->lock);
  pro_status status = note(p, PRO_OK);
  pthread_mutex_unlock(&p->lock);
  if (status != PRO_OK) return status;
  s->start = belt->next * belt->length;
  belt->open = s;
  return PRO_OK;
}

pro_status pro_press_stack(pro_stack **out, pro_press *p, pro_belt *belt) {
  if (!belt->open) PRO_TRY(open_stack(p, belt));
  *out = belt->open;
  return PRO_OK;
}

static void fill(pro_stack *s, size_t c, size_t from, size_t to) {
  pro_corpus_type type = s->belt->column[c].type;
  size_t size = pro_corpus_size(type), done = size;
  char *at = s->chunk[c].data + from * size;
  if (from == to) return;
  memcpy(at, pro_corpus_fill(type), size);
  for (size_t all = (to - from) * size; done < all; done *= 2)
    memcpy(at + done, at, done < all - done ? done : all - done);
}

void *pro_stack_touch(pro_stack *s, size_t c) {
  if (!s->chunk[c].touched) fill(s, c, 0, s->held);
  s->chunk[c].touched = 1;
  return s->chunk[c].data;
}

void pro_stack_skip(pro_stack *s, size_t c, size_t n) {
  if (s->chunk[c].touched) fill(s, c, s->held, s->held + n);
}

void pro_stack_store(pro_stack *s) { s->stored = 1; }

void pro_press_seal(pro_press *p, pro_belt *belt, int whole) {
  pro_stack *s = belt->open;
  if (!s || s->held == 0) return;
  for (size_t c = 0; c < belt->columns && !s->stored; c++)
    if (belt->column[c].slot < 0 || s->chunk[c].touched) fill(s, c, s->held, belt->length);
  if (whole) s->held = belt->length;
  belt->open = NULL;
  belt->next++;
  pthread_mutex_lock(&p->lock);
  assert(p->sealed - p->written < QUEUE);
  p->queue[p->sealed++ % QUEUE] = s;
  pthread_cond_broadcast(&p->moved);
  pthread_mutex_unlock(&p->lock);
}

/* ---- the whole ---- */

void pro_press_enter(pro_press *p) { pthread_mutex_lock(&p->hdf5); }
void pro_press_leave(pro_press *p) { pthread_mutex_unlock(&p->hdf5); }

pro_status pro_press_create(pro_press **out, const pro_sheet *sheet, pro_press_write *write, void *payload) {
  pro_press *p = calloc(1, sizeof *p);
  if (!p) return pro_fail(PRO_ENOMEM, "%s: no memory", sheet->path);
  p->sheet = sheet;
  p->write = write ? write : write_stack, p->payload = write ? payload : p;
  pthread_mutex_init(&p->hdf5, NULL);
  pthread_mutex_init(&p->lock, NULL);
  pthread_mutex_init(&p->counting, NULL);
  pthread_cond_init(&p->moved, NULL);
  if (pthread_create(&p->writer, NULL, write_all, p) != 0) {
    free(p);
    return pro_fail(PRO_ENOMEM, "%s: no room for a thread that writes", sheet->path);
  }
  *out = p;
  return PRO_OK;
}

void pro_press_free(pro_press *p) {
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  p->leaving = 1;
  pthread_cond_broadcast(&p->moved);
  pthread_mutex_unlock(&p->lock);
  pthread_join(p->writer, NULL);
  for (size_t i = 0; i < p->idle; i++) pro_packer_free(p->packer[i]);
  free(p->packer);
  pthread_cond_destroy(&p->moved);
  pthread_mutex_destroy(&p->counting);
  pthread_mutex_destroy(&p->hdf5);
  pthread_mutex_destroy(&p->lock);
  free(p);
}
