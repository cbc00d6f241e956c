/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/shards.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/record_file.h"
#include "output/draft.h"
#include "output/label.h"
#include "scenarios/ensemble.h"
#include "sim/simulate.h"

/* ---- which shard ---- */

/* The innermost first: HyperQueue's workers may themselves be an array of Slurm's. */
static const struct {
  const char *name, *none; /* what it says in a job that is no array; NULL: it is not there then */
  uint64_t from;           /* the first task's number */
} variables[] = {{"HQ_TASK_ID", NULL, 0},  {"SLURM_ARRAY_TASK_ID", NULL, 0}, {"PBS_ARRAY_INDEX", NULL, 0},
                 {"PBS_ARRAYID", NULL, 0}, {"LSB_JOBINDEX", "0", 1},         {"SGE_TASK_ID", "undefined", 1}};

static int read_whole(uint64_t *out, const char **text) {
  char *end;
  if (**text < '0' || **text > '9') return 0;
  errno = 0;
  *out = strtoull(*text, &end, 10);
  *text = end;
  return errno == 0;
}

static pro_status variable(uint64_t *out, const char *name, const char *text, uint64_t from) {
  const char *end = text;
  if (!read_whole(out, &end) || *end || *out < from || *out > UINT32_MAX)
    return pro_fail(PRO_EUSAGE, "%s is '%.64s', which is no number of a task; --shard I/N would say it otherwise",
                    name, text);
  *out -= from;
  return PRO_OK;
}

/* Of a scheduler's variable, and an offset where an array is not long enough; *index stays without one. */
static pro_status index_of_environment(uint64_t *index, int *known) {
  static const char more[] = "PRODROME_SHARD_OFFSET";
  uint64_t offset = 0;
  for (size_t i = 0; i < PRO_COUNT(variables) && !*known; i++) {
    const char *text = getenv(variables[i].name);
    if (!text || !*text || (variables[i].none && strcmp(text, variables[i].none) == 0)) continue;
    PRO_TRY(variable(index, variables[i].name, text, variables[i].from));
    *known = 1;
  }
  const char *text = getenv(more);
  if (text && *text) PRO_TRY(variable(&offset, more, text, 0));
  if (*known) *index += offset;
  return PRO_OK;
}

static pro_status which_shards(uint64_t *from, uint64_t *to, const pro_shard_job *job,
                               const pro_sweep_plan *plan) {
  uint64_t index = 0, count = plan->parts;
  int known = job->which != NULL;
  const char *text = job->which;
  if (known && !(read_whole(&index, &text) && *text++ == '/' && read_whole(&count, &text) && !*text))
    return pro_fail(PRO_EUSAGE, "--shard '%.64s': I/N is needed, as in 0/%zu", job->which, plan->parts);
  if (!known) PRO_TRY(index_of_environment(&index, &known));
  if (count != plan->parts || index >= plan->parts)
    return pro_fail(PRO_EUSAGE, "shard %" PRIu64 " of %" PRIu64 ": %s has %zu shards, from 0 on", index, count,
                    plan->path, plan->parts);
  *from = known ? index : 0, *to = known ? index + 1 : plan->parts;
  return PRO_OK;
}

/* ---- one of them ---- */

struct pro_shards {
  pro_shard_job *job;
  pro_sweep_plan plan;
  pro_scenario *scenario;
  pro_plan_tables tables;
  pro_corpus_plan corpus;
  double *draws; /* (parameters) */
  pro_progress progress;
  /* the one at hand */
  pro_corpus_shard part;
  char path[PRO_SHARD_PATH];
  pro_shard *attempt;
  uint64_t next, failed;
  int laid_out; /* it is under its name */
};

/* A case weighs its share of its shard. */
static void step(pro_shards *s, uint64_t cases) {
  const pro_shard_part *part = &s->plan.part[s->part.index];
  s->progress.weight += part->cost * (double)cases / (double)part->cases;
  s->progress.failed = s->job->tally.failed + s->failed;
  s->job->done += cases;
  pro_progress_step(&s->progress, s->job->done);
}

/* What need not be done: it is no measure of how fast this goes. */
static void skip(pro_shards *s, uint64_t cases) {
  double before = s->progress.weight;
  step(s, cases);
  s->progress.before += cases, s->progress.weight_before += s->progress.weight - before;
}

static pro_status take(void *payload, const pro_run *run) {
  pro_shards *s = payload;
  pro_scenario_draws(s->draws, s->scenario, s->next++);
  PRO_TRY(pro_corpus_append(pro_shard_writer(s->attempt), run, s->draws));
  s->failed += !run->truth;
  step(s, 1);
  return PRO_OK;
}

static pro_status help(void *payload) {
  return pro_corpus_help(pro_shard_writer(((pro_shards *)payload)->attempt));
}

static pro_status run_cases(pro_shards *s) {
  uint64_t before = pro_shard_done(s->attempt);
  s->next = s->part.first + before;
  pro_ensemble ensemble = {.scenario = s->scenario,
                           .first = s->next,
                           .count = s->corpus.cases - before,
                           .threads = s->job->threads,
                           .integrator = pro_integrator_find(s->plan.integrator),
                           .truth_columns = s->plan.truth ? 0 : pro_label_truths(),
                           .long_samples = PRO_LONG_SAMPLES,
                           .case_seconds = (double)s->plan.case_seconds,
                           .sink = take,
                           .help = help,
                           .payload = s,
                           .stop = s->job->stop};
  return ensemble.count ? pro_ensemble_run(&ensemble) : PRO_OK;
}

static void print_failure(void *payload, FILE *to) {
  pro_json json;
  pro_json_begin(&json, to);
  pro_json_text(&json, "message", payload);
  pro_json_end(&json);
}

/* For `status`: why the last attempt ended, if it was not asked to. */
static void leave_note(const pro_shards *s, pro_status status) {
  char path[PRO_SHARD_PATH], why[1024];
  pro_shard_beside(path, s->path, PRO_FAILURE_ENDING);
  snprintf(why, sizeof why, "%s", pro_error_message());
  if (status == PRO_OK)
    unlink(path);
  else if (status != PRO_EINTERRUPTED && pro_record_write(path, print_failure, why) != PRO_OK)
    fprintf(stderr, "prodrome: warning: no note of the failure could be left\n");
  if (status != PRO_OK) (void)pro_fail(status, "%s", why);
}

/* What it has taken since `before`; memory is the process's. */
static pro_status write_receipt(const pro_shards *s, const pro_receipt *before) {
  pro_receipt r = {.cases = s->corpus.cases,
                   .failed = s->failed,
                   .seconds = pro_progress_seconds(&s->progress) - before->seconds,
                   .cpu_seconds = pro_tally_cpu_seconds() - before->cpu_seconds,
                   .peak_MB = pro_tally_peak_MB()};
  pro_host_name(r.host);
  snprintf(r.plan_sha256, sizeof r.plan_sha256, "%s", s->part.plan_sha256);
  PRO_TRY(pro_receipt_hash(&r, s->path, s->job->stop));
  /* the file may be that of an attempt beside this one, on another clock */
  if (s->corpus.case_seconds > 0.0) PRO_TRY(pro_receipt_count(&r, s->path, &s->corpus));
  return pro_receipt_write(&r, s->path);
}

/* Where nothing is, without a receipt of what was there before: by it another attempt would judge the shard that
 * this one makes. A bad shard keeps its receipt until it is replaced: that alone may tell that it is bad. */
static pro_status attempt(pro_shards *s, int anew) {
  const pro_receipt before = {.seconds = pro_progress_seconds(&s->progress),
                              .cpu_seconds = pro_tally_cpu_seconds()};
  char receipt[PRO_SHARD_PATH];
  s->job->begun = 1;
  pro_shard_beside(receipt, s->path, PRO_RECEIPT_ENDING);
  if (!anew && unlink(receipt) != 0 && errno != ENOENT)
    return pro_fail(PRO_EIO, "%s: cannot be removed: %s", receipt, strerror(errno));
  PRO_TRY(pro_shard_begin(&s->attempt, s->path, &s->corpus, anew));
  uint64_t resumed = pro_shard_done(s->attempt);
  s->failed = pro_shard_failed(s->attempt);
  s->job->resumed += resumed;
  skip(s, resumed);
  pro_status status = run_cases(s);
  if (status != PRO_OK) {
    char why[1024];
    snprintf(why, sizeof why, "%s", pro_error_message());
    uint64_t kept = s->next - s->part.first;
    pro_status paused = pro_shard_pause(s->attempt);
    if (status != PRO_EINTERRUPTED) return pro_fail(status, "%s", why);
    if (paused != PRO_OK && paused != PRO_EINTERRUPTED) return paused;
    return pro_fail(status,
                    "interrupted after %" PRIu64 " of %" PRIu64 " cases of shard %" PRIu64
                    "; whole groups of them are kept: run it again and it goes on",
                    kept, s->corpus.cases, s->part.index);
  }
  pro_progress_note(&s->progress, "all cases are there; laying out, verifying and syncing the shard");
  PRO_TRY(pro_shard_finish(s->attempt));
  s->laid_out = 1;
  return write_receipt(s, &before);
}

/* The file is what its receipt says, but its cases are not: then the receipt is wrong, and is made anew. */
static pro_status renew_receipt(pro_shards *s, pro_receipt *known) {
  pro_receipt told;
  PRO_TRY(pro_receipt_read(&told, s->path));
  if (strcmp(told.sha256, known->sha256) != 0 || told.bytes != known->bytes)
    return pro_fail(PRO_EINPUT, "%s: is not what its receipt says", s->path);
  PRO_TRY(pro_receipt_count(known, s->path, &s->corpus));
  return pro_receipt_write(known, s->path);
}

/* PRO_OK: it is there. PRO_EMISSING: it is to be made; *anew: in the place of what is there, which stays until
 * then. */
static pro_status look(pro_shards *s, pro_receipt *known, int *anew) {
  pro_status status = pro_shard_check(known, s->path, &s->corpus);
  if (status != PRO_EINPUT) return status;
  char why[1024];
  snprintf(why, sizeof why, "%s", pro_error_message());
  pro_corpus_part part;
  pro_receipt told;
  status = pro_receipt_read(&told, s->path);
  if (status != PRO_OK && status != PRO_EMISSING) return status;
  int claimed = status == PRO_OK, ours = claimed && strcmp(told.plan_sha256, s->part.plan_sha256) == 0;
  status = pro_corpus_part_of(&part, s->path);
  /* a file that does not say what it is, is what its receipt says */
  int elsewhere = status == PRO_OK && part.count > 0 ? !pro_part_is_of(&part, &s->part)
                  : status == PRO_OK                 ? !ours
                                                     : claimed && !ours;
  if ((status == PRO_OK || status == PRO_EINPUT) && elsewhere)
    return pro_fail(PRO_EINPUT, "%s; remove it or move it away, or make this plan in another folder", why);
  if (status == PRO_OK && part.count > 0 && part.first == s->part.first && part.cases == s->corpus.cases)
    status = renew_receipt(s, known);
  else if (status == PRO_OK)
    status = PRO_EINPUT; /* cases that are not this shard's */
  if (status != PRO_EINPUT && status != PRO_EMISSING) return status;
  fprintf(stderr, "prodrome: warning: %s; making it again\n", why);
  *anew = 1;
  return PRO_EMISSING;
}

static pro_status is_there(void *payload, const char *path) {
  (void)payload;
  return pro_fail(PRO_EINPUT, "%s: is there", path);
}

/* A shard whose file has the length that its receipt says is taken for whole, unread; unless an attempt has failed
 * at it or is at work, which may be a repair. */
static int seems_whole(pro_receipt *known, const pro_shards *s) {
  struct stat info;
  pro_corpus_part part;
  char note[PRO_SHARD_PATH];
  pro_shard_beside(note, s->path, PRO_FAILURE_ENDING);
  return access(note, F_OK) != 0 && pro_beside(s->path, ".log", is_there, NULL) == PRO_OK &&
         stat(s->path, &info) == 0 && pro_receipt_read(known, s->path) == PRO_OK &&
         known->bytes == (uint64_t)info.st_size && known->cases == s->corpus.cases &&
         strcmp(known->plan_sha256, s->part.plan_sha256) == 0 && pro_corpus_part_of(&part, s->path) == PRO_OK &&
         pro_part_is_of(&part, &s->part);
}

/* It is there. */
static void count_there(pro_shards *s, const pro_receipt *known) {
  s->job->there_before++, s->failed = known->failed;
  skip(s, s->corpus.cases);
}

/* What an attempt that died behind its last case has not done. */
static pro_status tidy(pro_shards *s, pro_receipt *known) {
  pro_receipt told;
  pro_shard_clean(s->path, s->part.plan_sha256);
  pro_status status = pro_receipt_read(&told, s->path);
  if (status != PRO_EMISSING) return status;
  pro_host_name(known->host); /* who has verified it; how long it took to make is not known */
  return pro_receipt_write(known, s->path);
}

/* What is kept of a shard whose attempt has failed: whole groups, in journals. */
static void recount(pro_shards *s, uint64_t done_before) {
  pro_shard_news *news = calloc(s->plan.parts, sizeof *news), none = {0}, *kept = &none;
  if (news && pro_shard_look(news, s->plan.folder, s->plan.parts, s->part.plan_sha256) == PRO_OK)
    kept = &news[s->part.index];
  s->job->done = done_before + kept->cases;
  s->failed = kept->failed;
  free(news);
}

pro_status pro_shards_run_one(pro_shards *s, uint64_t index) {
  pro_receipt known = {0};
  uint64_t done_before = s->job->done;
  int anew = 0;
  pro_sweep_plan_shard(&s->corpus, &s->part, &s->plan, index);
  pro_shard_name(s->path, s->plan.folder, index, s->plan.parts);
  s->failed = 0, s->laid_out = 0, s->job->begun = 0;
  if (s->job->trusting && seems_whole(&known, s)) {
    count_there(s, &known);
    s->job->tally.failed += s->failed;
    return PRO_OK;
  }
  known = (pro_receipt){0}; /* what a receipt says is no hash of the file */
  pro_status status = look(s, &known, &anew);
  if (status == PRO_OK) {
    count_there(s, &known);
    status = tidy(s, &known);
  } else if (status == PRO_EMISSING) {
    leave_note(s, PRO_OK); /* of an attempt before this one */
    status = attempt(s, anew);
  }
  leave_note(s, status);
  if (status != PRO_OK && !s->laid_out) {
    char why[1024];
    snprintf(why, sizeof why, "%s", pro_error_message());
    recount(s, done_before);
    (void)pro_fail(status, "%s", why);
  }
  s->job->tally.failed += s->failed;
  return status;
}

/* ---- some of them ---- */

static pro_status open_plan(pro_shards *s) {
  PRO_TRY(pro_sweep_plan_read(&s->plan, s->job->plan));
  PRO_TRY(pro_sweep_plan_scenario(&s->scenario, &s->plan));
  s->draws = calloc(pro_scenario_parameter_count(s->scenario) + 1, sizeof *s->draws);
  if (!s->draws) return pro_fail(PRO_ENOMEM, "no memory for the parameters");
  PRO_TRY(pro_sweep_plan_corpus(&s->corpus, &s->tables, &s->plan, s->scenario));
  if (s->job->threads == 0) s->job->threads = pro_threads_available();
  s->corpus.threads = s->job->threads, s->corpus.stop = s->job->stop;
  pro_progress_begin(&s->progress, "cases", 0, s->job->quiet);
  return PRO_OK;
}

pro_status pro_shards_open(pro_shards **out, pro_shard_job *job) {
  pro_shards *s = calloc(1, sizeof *s);
  if (!s) return pro_fail(PRO_ENOMEM, "%s: no memory", job->plan);
  s->job = job;
  pro_status status = open_plan(s);
  if (status == PRO_OK)
    *out = s;
  else
    pro_shards_close(s);
  return status;
}

const pro_sweep_plan *pro_shards_plan(const pro_shards *shards) { return &shards->plan; }

void pro_shards_close(pro_shards *s) {
  if (!s) return;
  free(s->draws);
  pro_corpus_plan_clear(&s->tables);
  pro_scenario_free(s->scenario);
  pro_sweep_plan_clear(&s->plan);
  free(s);
}

static pro_status run_all(pro_shards *s) {
  pro_shard_job *job = s->job;
  uint64_t from = 0, to = 0;
  PRO_TRY(which_shards(&from, &to, job, &s->plan));
  for (uint64_t i = from; i < to; i++) job->tally.cases += s->plan.part[i].cases;
  job->shards = to - from;
  pro_progress_begin(&s->progress, "cases", job->tally.cases, job->quiet);
  s->progress.json = job->log_json;
  for (uint64_t i = from; i < to; i++) s->progress.weights += s->plan.part[i].cost;
  pro_status status = PRO_OK;
  for (uint64_t i = from; i < to && status == PRO_OK; i++) status = pro_shards_run_one(s, i);
  pro_progress_end(&s->progress);
  job->tally.seconds = pro_progress_seconds(&s->progress);
  job->tally.missing = job->tally.cases - job->done;
  return status;
}

pro_status pro_shards_run(pro_shard_job *job) {
  pro_shards *s;
  PRO_TRY(pro_shards_open(&s, job));
  pro_status status = run_all(s);
  pro_shards_close(s);
  return status;
}

void pro_shards_print(const pro_shard_job *job, int as_json) {
  if (!as_json) {
    printf("%" PRIu64 " shards, of which %" PRIu64 " were there; %" PRIu64
           " cases were taken from earlier attempts\n",
           job->shards, job->there_before, job->resumed);
    pro_tally_print(&job->tally, stdout);
    return;
  }
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "plan", job->plan);
  pro_json_count(&json, "shards", job->shards);
  pro_json_count(&json, "there_before", job->there_before);
  pro_json_count(&json, "resumed", job->resumed);
  pro_tally_json(&job->tally, &json);
  pro_json_end(&json);
}
