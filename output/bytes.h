/* SPDX-License-Identifier: GPL-3.0-or-later
 * output/bytes.h - all of it or none: what read and write do in parts, and signals interrupt. */
#ifndef PRO_BYTES_H
#define PRO_BYTES_H
#include <stddef.h>
#include <stdint.h>

/* 1: all `size` bytes, at `at`, or where the file stands if that is negative. 0: not all; errno says why, but at a
 * file's end, where it says nothing. */
int pro_bytes_write(int fd, const void *data, size_t size, int64_t at);
int pro_bytes_read(int fd, void *to, size_t size, int64_t at);
/* 1: what was written to a file or done in a folder is on disk, or the file system has no such thing; with `all`
 * not 0 a file's times as well. */
int pro_bytes_sync(int fd, int all);
#endif
