/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/bytes.h"

#include <errno.h>
#include <unistd.h>

int pro_bytes_write(int fd, const void *data, size_t size, int64_t at) {
  for (const char *next = data; size > 0;) {
    ssize_t n = at < 0 ? write(fd, next, size) : pwrite(fd, next, size, at);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = ENOSPC;
    if (n <= 0) return 0;
    next += n, size -= (size_t)n;
    if (at >= 0) at += n;
  }
  return 1;
}

int pro_bytes_sync(int fd, int all) {
  int failed;
  do failed = (all ? fsync(fd) : fdatasync(fd)) != 0;
  while (failed && errno == EINTR);
  return !failed || errno == EINVAL;
}

int pro_bytes_read(int fd, void *to, size_t size, int64_t at) {
  for (char *next = to; size > 0;) {
    ssize_t n = at < 0 ? read(fd, next, size) : pread(fd, next, size, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    next += n, size -= (size_t)n;
    if (at >= 0) at += n;
  }
  return 1;
}
