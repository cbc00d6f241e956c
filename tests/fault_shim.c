/* SPDX-License-Identifier: GPL-3.0-or-later
 * A library that is loaded before a program (LD_PRELOAD) and lets one of its calls fail, as PRO_FAULT says:
 *
 *   KIND:N:HOW            the N-th call of a kind
 *
 *   KIND:N+:HOW           and all after it
 *
 *   disk:N:HOW:FOLDER     writes to files below FOLDER, once these have taken N bytes
 *
 * Calls are counted from 1, from main() on, in the process and its children together: a fault comes once. KIND:
 * write (write, pwrite, writev; of regular files, never of descriptors 0 to 2), sync (fsync, fdatasync), rename,
 * open (for writing, not of devices), truncate, flock, own (allocations that the program asks for), lib (those
 * that its libraries ask for), clock (which from the N-th call on is ahead by HOW seconds). HOW: a number of
 * errno; `short` for a write of half the bytes; `kill` or `term` for that signal before the call. What glibc calls
 * within itself, as for a FILE, passes by.
 *
 * PRO_FAULT_COUNT=FILE: holds at any time, also after a crash, an int64 for each kind in the order of KIND_LIST,
 * and how many faults there were. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define KIND_LIST(X) X(write) X(sync) X(rename) X(open) X(truncate) X(flock) X(own) X(lib) X(clock) X(disk)
#define AS_KIND(name) KIND_##name,
enum kind { KIND_LIST(AS_KIND) KINDS };
#define AS_NAME(name) #name,
static const char *const names[] = {KIND_LIST(AS_NAME)};

enum { FAULTS = KINDS, COUNTERS };

static int wanted = -1, onwards, is_short, number, deadly;
static long nth;
static char folder[512];                            /* ends with a slash */
static atomic_long early[COUNTERS], *count = early; /* shared with children once there is a main() */
static uintptr_t text_from, text_to;                /* of the program itself */

static int find_text(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
      text_from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
      text_to = text_from + info->dlpi_phdr[i].p_memsz;
    }
  return 1; /* the first is the program */
}

static void share_counters(void) {
  const char *file = getenv("PRO_FAULT_COUNT");
  int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_TRUNC, 0666) : -1;
  if (fd >= 0 && syscall(SYS_ftruncate, fd, sizeof early) != 0) abort();
  void *all = mmap(NULL, sizeof early, PROT_READ | PROT_WRITE, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
  if (fd >= 0) close(fd);
  if (all == MAP_FAILED) abort();
  count = all;
}

static void read_how(const char *how) {
  is_short = strcmp(how, "short") == 0;
  deadly = strcmp(how, "kill") == 0 ? SIGKILL : strcmp(how, "term") == 0 ? SIGTERM : 0;
  number = atoi(how);
  const char *colon = strchr(how, ':');
  if (colon) snprintf(folder, sizeof folder, "%s/", colon + 1);
}

/* Those of libraries have run by now: this one needs libc alone, and comes last. */
__attribute__((constructor)) static void begin(void) {
  const char *fault = getenv("PRO_FAULT");
  dl_iterate_phdr(find_text, NULL);
  share_counters();
  for (int k = 0; fault && k < KINDS; k++) {
    size_t n = strlen(names[k]);
    if (strncmp(fault, names[k], n) != 0 || fault[n] != ':') continue;
    char *end;
    nth = strtol(fault + n + 1, &end, 10);
    onwards = *end == '+';
    read_how(end + onwards + 1);
    wanted = k;
  }
}

static int fails(enum kind kind) {
  long n = atomic_fetch_add(&count[kind], 1) + 1;
  if ((int)kind != wanted || !(n == nth || (onwards && n > nth))) return 0;
  atomic_fetch_add(&count[FAULTS], 1);
  if (deadly) syscall(SYS_kill, getpid(), deadly);
  return !deadly;
}

static int fail(void) {
  errno = number;
  return -1;
}

/* ---- files ---- */

static int is_below_folder(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  return n > 0 && (size_t)n > strlen(folder) && strncmp(path, folder, strlen(folder)) == 0;
}

/* How many of `size` bytes may be written to `fd`; negative: none, and errno says why. */
static ssize_t allowed(int fd, size_t size) {
  struct stat info;
  if (fd <= 2 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return (ssize_t)size;
  if (fails(KIND_write)) {
    if (!is_short) return fail();
    size = size > 1 ? size / 2 : size;
  }
  if (wanted != KIND_disk || !is_below_folder(fd)) return (ssize_t)size;
  long left = nth - atomic_fetch_add(&count[KIND_disk], (long)size);
  if ((long)size <= left) return (ssize_t)size;
  atomic_fetch_add(&count[FAULTS], 1);
  return left > 0 ? (ssize_t)left : fail();
}

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t n = allowed(fd, size);
  return n < 0 ? n : syscall(SYS_write, fd, data, n);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  ssize_t n = allowed(fd, size);
  return n < 0 ? n : syscall(SYS_pwrite64, fd, data, n, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return pwrite(fd, data, size, at); }

/* As much as write() would take of the first part that holds anything: a short write always is one. */
ssize_t writev(int fd, const struct iovec *part, int parts) {
  while (parts > 1 && part->iov_len == 0) part++, parts--;
  return parts > 0 ? write(fd, part->iov_base, part->iov_len) : 0;
}

int fsync(int fd) { return fails(KIND_sync) ? fail() : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return fails(KIND_sync) ? fail() : (int)syscall(SYS_fdatasync, fd); }
int rename(const char *from, const char *to) {
  return fails(KIND_rename) ? fail() : (int)syscall(SYS_rename, from, to);
}
int ftruncate(int fd, off_t size) { return fails(KIND_truncate) ? fail() : (int)syscall(SYS_ftruncate, fd, size); }
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
int flock(int fd, int how) { return fails(KIND_flock) ? fail() : (int)syscall(SYS_flock, fd, how); }

static int open_at(int at, const char *path, int flags, int mode) {
  if (flags & (O_WRONLY | O_RDWR) && strncmp(path, "/dev/", 5) != 0 && fails(KIND_open)) return fail();
  return (int)syscall(SYS_openat, at, path, flags, mode);
}
#define MODE                                                 \
  int mode = 0;                                              \
  if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list args;                                            \
    va_start(args, flags);                                   \
    mode = va_arg(args, int);                                \
    va_end(args);                                            \
  }
int open(const char *path, int flags, ...) { MODE return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return open_at(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return open_at(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return open_at(at, path, flags, mode); }
int creat(const char *path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, (int)mode);
}

/* ---- memory ---- */

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

static int no_memory(const void *caller) {
  uintptr_t at = (uintptr_t)caller;
  if (!fails(at >= text_from && at < text_to ? KIND_own : KIND_lib)) return 0;
  errno = ENOMEM;
  return 1;
}
#define CALLER __builtin_return_address(0)
void *malloc(size_t size) { return no_memory(CALLER) ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return no_memory(CALLER) ? NULL : __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { return no_memory(CALLER) ? NULL : __libc_realloc(old, size); }
void *aligned_alloc(size_t align, size_t size) { return no_memory(CALLER) ? NULL : __libc_memalign(align, size); }
int posix_memalign(void **out, size_t align, size_t size) {
  if (no_memory(CALLER)) return ENOMEM;
  *out = __libc_memalign(align, size);
  return *out ? 0 : ENOMEM;
}

/* ---- the wall clock ---- */

static long ahead(void) { return fails(KIND_clock) ? number : 0; } /* [s] */

int clock_gettime(clockid_t which, struct timespec *now) {
  int failed = (int)syscall(SYS_clock_gettime, which, now);
  if (which == CLOCK_REALTIME && !failed) now->tv_sec += ahead();
  return failed;
}
time_t time(time_t *to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (to) *to = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int failed = (int)syscall(SYS_gettimeofday, now, zone);
  if (!failed) now->tv_sec += ahead();
  return failed;
}
