/* SPDX-License-Identifier: GPL-3.0-or-later
 * A library that is loaded before a program (LD_PRELOAD) and lets one of its calls fail. What fails is said by
 *
 *   PRO_FAULT=KIND:N:HOW     the N-th call of a kind, counted from 1 in each process (a child goes on counting);
 *   PRO_FAULT=KIND:N+:HOW    and all after it
 *
 * KIND: write (write, pwrite, writev; of files alone), sync (fsync, fdatasync), rename, open (for writing),
 * truncate, flock, own (allocations that the program asks for), lib (those that its libraries ask for), clock
 * (which from the N-th call on is ahead by HOW seconds). HOW: a number of errno, or `short` for a write of half
 * the bytes. What glibc calls within itself, as for a FILE, passes by. PRO_FAULT_COUNT=FILE: at the end the calls
 * of each kind are written there. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define KIND_LIST(X) X(write) X(sync) X(rename) X(open) X(truncate) X(flock) X(own) X(lib) X(clock)
#define AS_KIND(name) KIND_##name,
enum kind { KIND_LIST(AS_KIND) KINDS };
#define AS_NAME(name) #name,
static const char *const names[] = {KIND_LIST(AS_NAME)};

static int wanted = -1, onwards, is_short, number;
static long nth;
static atomic_long count[KINDS];
static char count_file[512];
static uintptr_t text_from, text_to; /* of the program itself */

static int find_text(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
      text_from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
      text_to = text_from + info->dlpi_phdr[i].p_memsz;
    }
  return 1; /* the first is the program */
}

__attribute__((constructor)) static void begin(void) {
  const char *fault = getenv("PRO_FAULT"), *file = getenv("PRO_FAULT_COUNT");
  dl_iterate_phdr(find_text, NULL);
  if (file) snprintf(count_file, sizeof count_file, "%s", file);
  for (int k = 0; fault && k < KINDS; k++) {
    size_t n = strlen(names[k]);
    if (strncmp(fault, names[k], n) != 0 || fault[n] != ':') continue;
    char *end;
    nth = strtol(fault + n + 1, &end, 10);
    onwards = *end == '+';
    end += onwards + 1;
    is_short = strcmp(end, "short") == 0;
    number = atoi(end);
    wanted = k;
  }
}

__attribute__((destructor)) static void end(void) {
  if (!count_file[0]) return;
  FILE *to = fopen(count_file, "w");
  for (int k = 0; to && k < KINDS; k++) fprintf(to, "%s %ld\n", names[k], atomic_load(&count[k]));
  if (to) fclose(to);
}

static int fails(enum kind kind) {
  long n = atomic_fetch_add(&count[kind], 1) + 1;
  return (int)kind == wanted && (n == nth || (onwards && n > nth));
}

static int fail(void) {
  errno = number;
  return -1;
}

/* ---- files ---- */

static int is_file(int fd) {
  struct stat info;
  return fd > 2 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

ssize_t write(int fd, const void *data, size_t size) {
  if (is_file(fd) && fails(KIND_write)) {
    if (!is_short) return fail();
    size = size > 1 ? size / 2 : size;
  }
  return syscall(SYS_write, fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  if (is_file(fd) && fails(KIND_write)) {
    if (!is_short) return fail();
    size = size > 1 ? size / 2 : size;
  }
  return syscall(SYS_pwrite64, fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return pwrite(fd, data, size, at); }

ssize_t writev(int fd, const struct iovec *part, int parts) {
  if (is_file(fd) && fails(KIND_write) && !is_short) return fail();
  return syscall(SYS_writev, fd, part, parts);
}

int fsync(int fd) { return fails(KIND_sync) ? fail() : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return fails(KIND_sync) ? fail() : (int)syscall(SYS_fdatasync, fd); }
int rename(const char *from, const char *to) {
  return fails(KIND_rename) ? fail() : (int)syscall(SYS_rename, from, to);
}
int ftruncate(int fd, off_t size) { return fails(KIND_truncate) ? fail() : (int)syscall(SYS_ftruncate, fd, size); }
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
int flock(int fd, int how) { return fails(KIND_flock) ? fail() : (int)syscall(SYS_flock, fd, how); }

static int open_at(int folder, const char *path, int flags, int mode) {
  if (flags & (O_WRONLY | O_RDWR) && fails(KIND_open)) return fail();
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}
#define MODE                           \
  int mode = 0;                        \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list args;                      \
    va_start(args, flags);             \
    mode = va_arg(args, int);          \
    va_end(args);                      \
  }
int open(const char *path, int flags, ...) { MODE return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE return open_at(folder, path, flags, mode); }

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

static long ahead(void) { return fails(KIND_clock) ? number : 0; }

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
