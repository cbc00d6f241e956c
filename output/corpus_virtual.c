/* SPDX-License-Identifier: GPL-3.0-or-later
 * A corpus whose samples stay in its shards: HDF5's virtual datasets. Its tables are its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "output/corpus_writer.h"

enum { CHUNK = PRO_CORPUS_CHUNK, SPARE_FILES = 16 };

static uint64_t on_boundary(uint64_t obs) { return (obs + CHUNK - 1) / CHUNK * CHUNK; }

uint64_t pro_corpus_shown_obs(const pro_corpus_plan *plan) {
  uint64_t obs = 0;
  for (size_t i = 0; i < plan->windows; i++) obs = on_boundary(obs) + plan->window[i].obs;
  return obs;
}

/* To HDF5 a name of a file with % is a pattern of many, and %% a plain %. NULL: no memory. */
static char *escape(const char *name) {
  char *out = malloc(2 * strlen(name) + 1), *to = out;
  for (; out && *name; name++) {
    if (*name == '%') *to++ = '%';
    *to++ = *name;
  }
  if (out) *to = '\0';
  return out;
}

static void unescape(char *name) {
  char *to = name;
  for (; *name; name++) {
    *to++ = *name;
    if (name[0] == '%' && name[1] == '%') name++;
  }
  *to = '\0';
}

pro_status pro_corpus_show(hid_t made, const pro_corpus_writer *w, const char *path, int axes) {
  const pro_corpus_plan *plan = w->plan;
  hsize_t whole[2] = {pro_corpus_shown_obs(plan), PRO_CORPUS_SLOTS}, at[2] = {0, 0};
  for (size_t i = 0; i < plan->windows; i++) {
    hsize_t size[2] = {plan->window[i].obs, PRO_CORPUS_SLOTS};
    at[0] = on_boundary(at[0]);
    if (size[0] == 0) continue; /* all its runs have failed */
    char *file = escape(plan->window[i].path);
    if (!file) return pro_fail(PRO_ENOMEM, "%s: no memory", plan->window[i].path);
    hid_t to = H5Screate_simple(axes, whole, NULL), from = H5Screate_simple(axes, size, NULL);
    int failed = to < 0 || from < 0 || H5Sselect_hyperslab(to, H5S_SELECT_SET, at, NULL, size, NULL) < 0 ||
                 H5Pset_virtual(made, to, file, path, from) < 0;
    free(file);
    H5Sclose(to), H5Sclose(from);
    if (failed) return pro_put_fail(&w->sheet, path);
    at[0] += size[0];
  }
  return PRO_OK;
}

/* ---- what is shown is there: HDF5 would show fill for what is not, without a word ---- */

void pro_corpus_check_windows(hid_t time, const char *corpus, pro_corpus_findings *found) {
  hid_t made = H5Dget_create_plist(time);
  size_t count = 0;
  struct rlimit files;
  if (made < 0 || H5Pget_layout(made) != H5D_VIRTUAL || H5Pget_virtual_count(made, &count) < 0) count = 0;
  if (count > 0 && getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY &&
      count + SPARE_FILES > files.rlim_cur)
    pro_corpus_find(found, "its samples stay in %zu files, more than this process may open (ulimit -n %llu)",
                    count, (unsigned long long)files.rlim_cur);
  const char *slash = strrchr(corpus, '/');
  for (size_t i = 0; i < count; i++) {
    char file[2 * 4096], path[3 * 4096]; /* a name may be all % */
    struct stat info;
    if (H5Pget_virtual_filename(made, i, file, sizeof file) < 0) continue;
    unescape(file);
    snprintf(path, sizeof path, "%.*s%s", file[0] == '/' || !slash ? 0 : (int)(slash - corpus) + 1, corpus, file);
    if (stat(path, &info) != 0) pro_corpus_find(found, "samples stay in %s, which is not there", file);
  }
  if (made >= 0) H5Pclose(made);
}
