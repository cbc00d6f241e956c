/* SPDX-License-Identifier: GPL-3.0-or-later
 * The child in which bench/peers.py runs: requests through one pipe, answers through another. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/peer.h"

struct pro_peer_python {
  pid_t child;
  FILE *to, *from;
  char versions[160], tools[160];
};

static pid_t start(int to[2], int from[2], const char *program, const char *path) {
  pid_t child = fork();
  if (child != 0) return child;
  dup2(to[0], STDIN_FILENO);
  dup2(from[1], STDOUT_FILENO);
  for (int i = 0; i < 2; i++) close(to[i]), close(from[i]);
  execlp(program, program, "-B", PRO_PEERS_PY, path, (char *)NULL);
  _exit(127);
}

static int read_line(char *line, int size, FILE *from) {
  if (!fgets(line, size, from)) return 0;
  line[strcspn(line, "\n")] = '\0';
  return 1;
}

pro_status pro_peer_python_open(pro_peer_python **out, char why[200], const char *program, const char *path) {
  *out = NULL;
  pro_peer_python *p = calloc(1, sizeof *p);
  int to[2], from[2];
  if (!p || pipe(to) != 0 || pipe(from) != 0) {
    free(p);
    return pro_fail(PRO_ENOMEM, "no memory for a child");
  }
  signal(SIGPIPE, SIG_IGN); /* its end is seen where its answer is missing */
  p->child = start(to, from, program, path);
  close(to[0]), close(from[1]);
  p->to = fdopen(to[1], "w"), p->from = fdopen(from[0], "r");
  if (p->child < 0 || !p->to || !p->from || !read_line(p->versions, (int)sizeof p->versions, p->from) ||
      !read_line(p->tools, (int)sizeof p->tools, p->from)) {
    snprintf(why, 200, "%s has no numpy and scipy (Debian's python3-scipy), or is not there", program);
    pro_peer_python_close(p);
    return PRO_OK;
  }
  *out = p;
  return PRO_OK;
}

void pro_peer_python_close(pro_peer_python *p) {
  if (!p) return;
  if (p->to) fclose(p->to);
  if (p->from) fclose(p->from);
  if (p->child > 0) waitpid(p->child, NULL, 0);
  free(p);
}

const char *pro_peer_python_versions(const pro_peer_python *p) { return p->versions; }

int pro_peer_python_has(const pro_peer_python *p, const char *tool) {
  size_t n = strlen(tool);
  for (const char *at = p->tools; *at; at += strcspn(at, " "), at += *at == ' ')
    if (strcspn(at, " ") == n && strncmp(at, tool, n) == 0) return 1;
  return 0;
}

static int read_answer(pro_member_result *out, const pro_member *m, FILE *from) {
  int done;
  if (fscanf(from, "%d", &done) != 1) return 0;
  *out = (pro_member_result){.status = PRO_ENUMERIC};
  if (!done) return 1;
  double onset, end[PRO_MEMBER_STATES];
  int got = fscanf(from, "%lf %ld %ld %ld %ld", &onset, &out->steps, &out->rhs_calls, &out->jacobian_calls,
                   &out->factorisations);
  for (int i = 0; i < PRO_MEMBER_STATES; i++) got += fscanf(from, "%lf", &end[i]);
  if (got != 5 + PRO_MEMBER_STATES) return 0;
  out->rejected = -1;
  pro_member_judge(out, m, onset, end);
  return 1;
}

pro_status pro_peer_python_run(pro_peer_python *p, const char *tool, pro_member_result *out, double *seconds,
                               const pro_member *members, const size_t *at, size_t n, double rtol) {
  fprintf(p->to, "%s %.17g", tool, rtol);
  for (size_t i = 0; i < n; i++) fprintf(p->to, " %zu", at[i]);
  fputc('\n', p->to);
  int ok = fflush(p->to) == 0;
  for (size_t i = 0; i < n && ok; i++) ok = read_answer(&out[i], &members[at[i]], p->from);
  if (ok) ok = fscanf(p->from, "%lf", seconds) == 1;
  return ok ? PRO_OK : pro_fail(PRO_EIO, "%s: no answer to %s at rtol %g", PRO_PEERS_PY, tool, rtol);
}
