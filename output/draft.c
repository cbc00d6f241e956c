/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/draft.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "output/bytes.h"

enum { TRIES = 100, NAME = 256, ROOM = 128 }; /* of names; a file's name, all but the target in one [byte] */

void pro_host_name(char out[64]) {
  if (gethostname(out, 63) != 0) strcpy(out, "host");
  out[63] = '\0';
}

/* ---- what lies beside a target ---- */

static size_t folder_length(const char *target) {
  const char *slash = strrchr(target, '/');
  return slash ? (size_t)(slash - target) + 1 : 0;
}

static int ends(const char *name, const char *with) {
  size_t n = strlen(name), m = strlen(with);
  return n >= m && strcmp(name + n - m, with) == 0;
}

static int is_beside(const char *name, const char *base, const char *ending) {
  size_t n = strlen(base);
  return name[0] == '.' && strncmp(name + 1, base, n) == 0 && name[n + 1] == '.' && ends(name + n + 1, ending);
}

pro_status pro_beside(const char *target, const char *ending, pro_beside_fn *call, void *payload) {
  size_t folder = folder_length(target);
  char *path = malloc(folder + NAME + 1);
  if (!path) return pro_fail(PRO_ENOMEM, "%s: no memory", target);
  sprintf(path, "%.*s.", (int)folder, target);
  DIR *dir = opendir(path);
  if (!dir) {
    free(path);
    return pro_fail(errno == ENOMEM ? PRO_ENOMEM : PRO_EIO, "%s: its folder cannot be read: %s", target,
                    strerror(errno));
  }
  pro_status status = PRO_OK;
  for (struct dirent *entry; status == PRO_OK && (entry = readdir(dir));) {
    if (!is_beside(entry->d_name, target + folder, ending)) continue;
    snprintf(path + folder, NAME, "%s", entry->d_name);
    status = call(payload, path);
  }
  closedir(dir);
  free(path);
  return status;
}

/* ---- what the dead have left ---- */

/* Its process, whose number `process` begins with, is one of this machine and is no more. Where processes are
 * numbered anew in each container, the lock tells of one that lives in another; where nobody can lock, nothing is
 * known. */
static int is_left_behind(const char *path, const char *process) {
  char *end;
  long number = strtol(process, &end, 10);
  if (number <= 0 || (*end != '-' && *end != '.') || kill((pid_t)number, 0) == 0 || errno != ESRCH) return 0;
  int fd = open(path, O_RDWR | O_CLOEXEC); /* NFS locks only what could be written to */
  int free_now = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
  if (fd >= 0) close(fd);
  return free_now;
}

static pro_status remove_if_left(void *target, const char *path) {
  char host[64], within[66];
  pro_host_name(host);
  snprintf(within, sizeof within, ".%s.", host);
  const char *base = (const char *)target + folder_length(target);
  const char *behind = path + folder_length(path) + 1 + strlen(base);
  if (strncmp(behind, within, strlen(within)) == 0 && is_left_behind(path, behind + strlen(within))) unlink(path);
  return PRO_OK;
}

/* ---- one's own ---- */

pro_status pro_draft_create(pro_draft *out, const char *target) {
  const size_t folder = folder_length(target), size = strlen(target) + ROOM;
  char host[64];
  *out = (pro_draft){.fd = -1};
  pro_host_name(host);
  if (pro_beside(target, ".part", remove_if_left, (void *)target) == PRO_ENOMEM) return PRO_ENOMEM;
  out->path = malloc(size);
  if (!out->path) return pro_fail(PRO_ENOMEM, "%s: no memory", target);
  for (int try = 0; out->fd < 0 && try < TRIES; try++) {
    char number[16] = "";
    if (try) snprintf(number, sizeof number, "-%d", try);
    snprintf(out->path, size, "%.*s.%s.%s.%ld%s.part", (int)folder, target, target + folder, host, (long)getpid(),
             number);
    out->fd = open(out->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
    if (out->fd < 0 && errno != EEXIST) break;
  }
  if (out->fd < 0) {
    pro_status status = pro_fail(PRO_EIO, "%s: cannot be created: %s", target, strerror(errno));
    free(out->path), out->path = NULL;
    return status;
  }
  /* a sign of life where it can be given; shared, for HDF5 may lock too */
  (void)flock(out->fd, LOCK_SH | LOCK_NB);
  return PRO_OK;
}

pro_status pro_draft_write(pro_draft *draft, const char *target, const void *data, size_t size) {
  return pro_bytes_write(draft->fd, data, size, -1)
             ? PRO_OK
             : pro_fail(PRO_EIO, "%s: cannot be written: %s", target, strerror(errno));
}

static int sync_folder(const char *target) {
  size_t folder = folder_length(target);
  char *path = malloc(folder + 2);
  if (!path) return 0;
  sprintf(path, "%.*s.", (int)folder, target);
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  free(path);
  int good = fd >= 0 && pro_bytes_sync(fd, 1), cause = errno;
  if (fd >= 0) close(fd);
  errno = cause;
  return good;
}

static pro_status unsafe(const char *target) {
  return pro_fail(errno == ENOMEM ? PRO_ENOMEM : PRO_EIO, "%s: cannot bring it safely to disk: %s", target,
                  strerror(errno));
}

pro_status pro_draft_publish(pro_draft *draft, const char *target) {
  if (!pro_bytes_sync(draft->fd, 1)) return unsafe(target);
  if (rename(draft->path, target) != 0)
    return pro_fail(PRO_EIO, "%s: cannot take its place: %s", target, strerror(errno));
  free(draft->path), draft->path = NULL; /* nothing left to remove */
  draft->published = 1;
  return sync_folder(target) ? PRO_OK : unsafe(target);
}

void pro_draft_drop(pro_draft *draft) {
  if (draft->path) unlink(draft->path);
  if (draft->fd >= 0) close(draft->fd);
  free(draft->path);
  *draft = (pro_draft){.fd = -1};
}
