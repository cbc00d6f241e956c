/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/bytes.h"
#include "output/corpus_hdf5.h"

/* HDF5 1.10 reads some damaged files for ever (an object of no size in a heap of texts). What takes so much longer
 * than the slowest verification is ended, and counts as a crash. */
#define CHILD_SECONDS 10.0
#define CHILD_BYTES_A_SECOND 2e5

static void limit_time(const char *path) {
  struct stat info;
  struct rlimit limit;
  double seconds = CHILD_SECONDS + (stat(path, &info) == 0 ? (double)info.st_size / CHILD_BYTES_A_SECOND : 0.0);
  if (getrlimit(RLIMIT_CPU, &limit) != 0 || (double)limit.rlim_cur <= seconds) return;
  limit.rlim_cur = (rlim_t)seconds;
  setrlimit(RLIMIT_CPU, &limit);
}

static void be_the_child(int fd, pro_corpus_work *work, void *out, size_t size, const char *path) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none); /* a crash here is an answer, not a case for a debugger */
  limit_time(path);
  int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  errno = 0; /* what it may be blamed on is its own */
  pro_status status = work(out, path);
  const char *message = status == PRO_OK ? "" : pro_error_message();
  size_t length = strlen(message) + 1;
  int sent = pro_bytes_write(fd, &status, sizeof status, -1) && pro_bytes_write(fd, &length, sizeof length, -1) &&
             pro_bytes_write(fd, message, length, -1) && pro_bytes_write(fd, out, size, -1);
  _exit(sent ? 0 : 1); /* no exit handlers: the parent's files are not ours to flush */
}

pro_status pro_corpus_in_child(pro_corpus_work *work, void *out, size_t size, const char *path) {
  int ends[2];
  pro_corpus_quiet(); /* HDF5 starts here: where it has no memory for that, the file is not to blame */
  if (pipe(ends) != 0) return work(out, path);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    be_the_child(ends[1], work, out, size, path);
  }
  close(ends[1]);
  if (child < 0) { /* no room for a process: then without a net */
    close(ends[0]);
    return work(out, path);
  }
  pro_status status = PRO_EBUG;
  size_t length = 0;
  char message[1 << 14] = ""; /* as much as pro_fail keeps */
  int whole = pro_bytes_read(ends[0], &status, sizeof status, -1) &&
              pro_bytes_read(ends[0], &length, sizeof length, -1) && length <= sizeof message &&
              pro_bytes_read(ends[0], message, length, -1) && pro_bytes_read(ends[0], out, size, -1);
  close(ends[0]);
  int how = 0;
  while (waitpid(child, &how, 0) < 0 && errno == EINTR) continue;
  if (!whole && WIFEXITED(how) && WEXITSTATUS(how) == pro_status_exit_code(PRO_ENOMEM))
    status = pro_fail(PRO_ENOMEM, "%s: no memory to read it", path);
  else if (!whole && WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL) /* nothing in a file makes the kernel do that */
    status =
        pro_fail(PRO_ENOMEM, "%s: the process that reads it was killed, as it is where memory is short", path);
  else if (!whole && WIFEXITED(how) && WEXITSTATUS(how) == 1)
    status = pro_fail(PRO_EIO, "%s: the process that reads it cannot answer", path);
  else if (!whole)
    status = pro_fail(PRO_EINPUT, "%s: damaged: HDF5 %s when it reads it", path,
                      WIFSIGNALED(how) && WTERMSIG(how) == SIGXCPU ? "comes to no end" : "crashes");
  else if (status != PRO_OK)
    status = pro_fail(status, "%s", message);
  return status;
}
