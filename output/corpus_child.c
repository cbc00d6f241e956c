/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

enum { WAIT_MS = 50 }; /* after which whoever waits for a child looks whether it has been asked to stop */

/* 0: this process is given less than that anyway. */
static rlim_t own_limit(const char *path) {
  struct stat info;
  struct rlimit limit;
  double seconds = CHILD_SECONDS + (stat(path, &info) == 0 ? (double)info.st_size / CHILD_BYTES_A_SECOND : 0.0);
  return getrlimit(RLIMIT_CPU, &limit) != 0 || (double)limit.rlim_cur <= seconds ? 0 : (rlim_t)seconds;
}

static void limit_time(rlim_t seconds) {
  struct rlimit limit;
  if (seconds == 0 || getrlimit(RLIMIT_CPU, &limit) != 0) return;
  limit.rlim_cur = seconds;
  setrlimit(RLIMIT_CPU, &limit);
}

static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

/* HDF5 1.10 crashes on damaged files, but on good ones too where it finds no memory. */
static void on_crash(int number) {
  if (errno == ENOMEM) _exit(pro_status_exit_code(PRO_ENOMEM));
  signal(number, SIG_DFL);
  raise(number);
}

/* Who asks for an end asks the parent, which ends the child. */
static void hear_nobody(pid_t parent) {
  static const int ignored[] = {SIGINT, SIGTERM, SIGUSR1};
  struct sigaction action = {.sa_handler = SIG_IGN};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < PRO_COUNT(ignored); i++) sigaction(ignored[i], &action, NULL);
  action.sa_handler = SIG_DFL;
  sigaction(SIGXCPU, &action, NULL);
  action.sa_handler = on_crash;
  for (size_t i = 0; i < PRO_COUNT(crashes); i++) sigaction(crashes[i], &action, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1); /* it was too late to be told of that */
}

static void be_the_child(int fd, pro_corpus_work *work, void *out, size_t size, const char *path) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none); /* a crash here is an answer, not a case for a debugger */
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

/* Until the child says something or ends; it is ended where that is asked for. */
static int wait_for_word(int fd, pid_t child, const volatile int *stop) {
  struct pollfd word = {.fd = fd, .events = POLLIN};
  while (!(stop && *stop)) {
    int n = poll(&word, 1, stop ? WAIT_MS : -1);
    if (n > 0 || (n < 0 && errno != EINTR)) return 1;
  }
  kill(child, SIGKILL);
  return 0;
}

static int is_a_crash(int signal) {
  int is = 0;
  for (size_t i = 0; i < PRO_COUNT(crashes); i++) is = is || signal == crashes[i];
  return is;
}

/* Of a child that has not answered: a file is blamed for what a file can do, and for nothing else. */
static pro_status why_no_answer(const char *path, int how, rlim_t limit) {
  if (WIFEXITED(how))
    return WEXITSTATUS(how) == pro_status_exit_code(PRO_ENOMEM)
               ? pro_fail(PRO_ENOMEM, "%s: no memory to read it", path)
               : pro_fail(PRO_EIO, "%s: the process that reads it cannot answer", path);
  int signal = WTERMSIG(how);
  if (is_a_crash(signal)) return pro_fail(PRO_EINPUT, "%s: damaged: HDF5 crashes when it reads it", path);
  if (signal == SIGXCPU && limit)
    return pro_fail(PRO_EINPUT, "%s: damaged: HDF5 comes to no end when it reads it", path);
  if (signal == SIGKILL)
    return pro_fail(PRO_ENOMEM, "%s: the process that reads it was killed, as it is where memory is short", path);
  return pro_fail(PRO_EIO, "%s: the process that reads it was ended by signal %d%s", path, signal,
                  signal == SIGXCPU ? ", for it may use no more processor time (ulimit -t)" : "");
}

pro_status pro_corpus_in_child(pro_corpus_work *work, void *out, size_t size, const char *path,
                               const volatile int *stop) {
  int ends[2];
  pro_corpus_quiet(); /* HDF5 starts here: where it has no memory for that, the file is not to blame */
  if (pro_corpus_is_stillborn()) return pro_fail(PRO_ENOMEM, "%s: no memory to read it", path);
  if (pipe(ends) != 0) return work(out, path);
  rlim_t limit = own_limit(path);
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    close(ends[0]);
    hear_nobody(parent);
    limit_time(limit);
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
  int heard = wait_for_word(ends[0], child, stop);
  int whole = heard && pro_bytes_read(ends[0], &status, sizeof status, -1) &&
              pro_bytes_read(ends[0], &length, sizeof length, -1) && length <= sizeof message &&
              pro_bytes_read(ends[0], message, length, -1) && pro_bytes_read(ends[0], out, size, -1);
  close(ends[0]);
  int how = 0;
  while (waitpid(child, &how, 0) < 0 && errno == EINTR) continue;
  if (!heard) return pro_fail(PRO_EINTERRUPTED, "%s: interrupted while it was read", path);
  if (!whole) return why_no_answer(path, how, limit);
  return status == PRO_OK ? PRO_OK : pro_fail(status, "%s", message);
}
