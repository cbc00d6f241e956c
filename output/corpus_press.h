/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/corpus_press.h - columns that grow chunk by chunk: one thread fills them, all that help pack them, and
 * they come to disk in the order in which they were filled; for corpus_write.c only.
 *
 * Columns that grow together are a belt. A chunk of each of them is a stack; a belt has a fixed number of stacks,
 * so memory is fixed, and who fills waits, or rather helps, while all are on their way to disk. What is in a stack
 * and their order come from who fills alone: the bytes of the file do not depend on who helps. */
#ifndef PRO_CORPUS_PRESS_H
#define PRO_CORPUS_PRESS_H
#include "output/corpus_put.h"

enum {
  PRO_STACKS = 3, /* of a belt: one is filled, one packed, one written */
  PRO_BELTS = 2   /* of a press at most */
};

typedef struct pro_column {
  hid_t dataset;
  pro_corpus_type type;
  int slot;            /* of the second axis; -1: there is none */
  pro_histogram *seen; /* counts the codes of split train; NULL: nobody asks */
} pro_column;

typedef struct pro_chunk {
  char *data;  /* (belt->length) elements, then packed */
  size_t size; /* packed [byte]; 0: nothing but fill, and no chunk on disk */
  int touched; /* 1: it holds more than fill */
} pro_chunk;

typedef struct pro_stack {
  struct pro_belt *belt;
  pro_chunk *chunk;     /* (belt->columns) */
  char **text;          /* (belt->length) of the text column, each owned; NULL in it: empty */
  size_t held;          /* rows filled */
  uint64_t start;       /* the first one's place along the axis */
  size_t taken, packed; /* columns */
  int stored;           /* 1: its chunks came packed */
  pro_spans train;      /* rows of split train */
  char *block;          /* all data */
} pro_stack;

typedef struct pro_belt {
  size_t columns, length; /* rows of a chunk */
  int grows;              /* 1: the datasets' length is that of what was written */
  hid_t text;             /* the text column; -1: there is none */
  uint64_t next;          /* stacks sealed */
  pro_stack *open;        /* the one that is filled; NULL: none yet */
  pro_column *column;     /* (columns) */
  pro_stack stack[PRO_STACKS];
} pro_belt;

/* Before the first stack. PRO_ENOMEM. */
pro_status pro_belt_add(pro_belt *belt, const pro_column *column) PRO_MUST_CHECK;
uint64_t pro_belt_at(const pro_belt *belt); /* the next row's place along the axis */
void pro_belt_clear(pro_belt *belt);        /* frees what it owns */

typedef struct pro_press pro_press;
/* Brings a stack to where it shall be kept; by one thread at a time, in the order of sealing. */
typedef pro_status pro_press_write(void *payload, const pro_stack *stack);
/* write NULL: into the sheet's datasets. PRO_ENOMEM. */
pro_status pro_press_create(pro_press **out, const pro_sheet *sheet, pro_press_write *write,
                            void *payload) PRO_MUST_CHECK;
void pro_press_free(pro_press *press); /* NULL is fine */

/* ---- by one thread at a time ---- */

/* The stack to fill; `held` is the caller's to raise, who seals it once it is full. PRO_ENOMEM, PRO_EIO. */
pro_status pro_press_stack(pro_stack **out, pro_press *press, pro_belt *belt) PRO_MUST_CHECK;
/* Column c of the stack is about to hold something in rows from `held` on: its data. */
void *pro_stack_touch(pro_stack *stack, size_t c);
/* Column c of the stack holds nothing in n rows from `held` on. */
void pro_stack_skip(pro_stack *stack, size_t c, size_t n);
/* The stack, in which nothing is held yet, holds what was packed before: the caller has filled in every chunk's
 * data and size, and codes of rows in `train` are counted. */
void pro_stack_store(pro_stack *stack);
size_t pro_stack_room(const pro_belt *belt, size_t c); /* of column c's chunk, packed or not [byte] */
/* Gives the open stack away, if it holds anything; what is left of it is fill. whole: this fill counts as rows. */
void pro_press_seal(pro_press *press, pro_belt *belt, int whole);
/* Waits, and helps, until all that was given away is written. */
pro_status pro_press_drain(pro_press *press) PRO_MUST_CHECK;

/* ---- by any thread at any time ---- */

/* HDF5 is in one thread at a time: who uses it beside a press that writes does it between these two. */
void pro_press_enter(pro_press *press);
void pro_press_leave(pro_press *press);

/* Packs while there is something to pack. Fails as whoever failed first did. */
pro_status pro_press_help(pro_press *press) PRO_MUST_CHECK;
/* Notes a failure of one's own, after which nothing more is written. Returns the first one, from wherever. */
pro_status pro_press_break(pro_press *press, pro_status status);
#endif
