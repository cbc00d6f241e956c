/* SPDX-License-Identifier: Apache-2.0
 * sim/base.h - the ground floor: status, messages, physical constants. Includes nothing of ours. */
#ifndef PRO_BASE_H
#define PRO_BASE_H

#include <stddef.h>

#define PRO_MUST_CHECK __attribute__((warn_unused_result))
#define PRO_PRINTF(text, args) __attribute__((__format__(__printf__, text, args)))
#define PRO_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PRO_GAS_CONSTANT 8.31446261815324   /* [J/(mol K)], CODATA 2018, exact */
#define PRO_STEFAN_BOLTZMANN 5.670374419e-8 /* [W/(m2 K4)], CODATA 2018 */
#define PRO_ATMOSPHERE 101325.0             /* standard atmosphere [Pa] */
#define PRO_ZERO_CELSIUS 273.15             /* [K] */

/* name, the program's exit code, text. One list makes the enum, the exit codes and the texts. */
#define PRO_STATUS_LIST(X)                                             \
  X(PRO_OK, 0, "success")                                              \
  X(PRO_EUSAGE, 64, "the command line is wrong")                       \
  X(PRO_EINPUT, 65, "the scenario's or the data's contents are wrong") \
  X(PRO_EMISSING, 66, "an input file is missing or cannot be opened")  \
  X(PRO_EBUG, 70, "a bug of ours")                                     \
  X(PRO_ENOMEM, 71, "out of memory")                                   \
  X(PRO_EIO, 74, "a file could not be read or written")                \
  X(PRO_EINTERRUPTED, 75, "interrupted; running it again is safe")     \
  X(PRO_ENUMERIC, 1, "the integration failed")

#define PRO_AS_ENUM(name, code, text) name,
typedef enum pro_status { PRO_STATUS_LIST(PRO_AS_ENUM) PRO_STATUS_COUNT } pro_status;
#undef PRO_AS_ENUM

const char *pro_status_text(pro_status status); /* "the integration failed" */
const char *pro_status_name(pro_status status); /* "PRO_ENUMERIC" */
int pro_status_exit_code(pro_status status);

/* Records a message for the calling thread and returns `status`, so that a failing line reads
 * `return pro_fail(PRO_EINPUT, "T_oven = %g K is below T_initial", T);`. At most 16 kB are kept. */
pro_status pro_fail(pro_status status, const char *format, ...) PRO_PRINTF(2, 3);

/* Bytes of the UTF-8 character that `text` begins with; 0 where none does. */
int pro_utf8_length(const char *text);
/* In place: a control character other than tab and line end, and what is no UTF-8, becomes '?'. Names and contents
 * of files may hold what a terminal would obey. */
void pro_make_printable(char *text);

/* The calling thread's last message, printable; owned by the library, valid until that thread's next pro_fail. */
const char *pro_error_message(void);

#define PRO_TRY(call)                      \
  do {                                     \
    pro_status status_ = (call);           \
    if (status_ != PRO_OK) return status_; \
  } while (0)

#endif
