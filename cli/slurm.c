/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/json.h"
#include "cli/record_file.h"
#include "cli/sweep_plan.h"

static const pro_option option_submit = {"submit", 0, NULL, "and submit them: sh submit.sh", 0};
static const pro_option option_output = {"output", 'o', "CORPUS.h5",
                                         "the merged file (default: corpus.h5 beside the plan)", 0};
static const pro_option option_time = {"time", 't', "TIME",
                                       "limit of a task, as Slurm writes it (default: 04:00:00)", 0};
static const pro_option option_notice = {"notice", 0, "SECONDS",
                                         "so long before its limit a task is told to stop (default: 300)", 0};
static const pro_option option_cpus = {"cpus", 'c', "N", "threads of a task (default: 1)", 0};
static const pro_option option_mem = {"mem", 0, "MEMORY", "of a task, as in 2G (default: the site's)", 0};
static const pro_option option_partition = {"partition", 'p', "NAME", "where to (default: the site's)", 0};
static const pro_option option_account = {"account", 'A', "NAME", "on whose account (default: the site's)", 0};
static const pro_option option_throttle = {"throttle", 0, "N",
                                           "tasks of an array that run at once (default: any number)", 0};
static const pro_option option_extra = {"extra", 0, "OPTION",
                                        "one more for #SBATCH: --extra=--qos=low; may be repeated", 1};
static const pro_option option_program = {"program", 0, "FILE", "what the nodes run (default: this program)", 0};
static const pro_option *const options[] = {&option_submit,   &option_output, &option_time,      &option_notice,
                                            &option_cpus,     &option_mem,    &option_partition, &option_account,
                                            &option_throttle, &option_extra,  &option_program,   NULL};

static const struct {
  const pro_option *option;
  const char *directive, *otherwise; /* NULL: no line */
} directives[] = {{&option_time, "time", "04:00:00"},
                  {&option_cpus, "cpus-per-task", "1"},
                  {&option_mem, "mem", NULL},
                  {&option_partition, "partition", NULL},
                  {&option_account, "account", NULL}};

#define OURS "# Written by `prodrome slurm`, which writes it anew while this line is the second.\n"
enum { ASSUMED_ARRAY = 1001, NOTICE = 300, NOTICE_EARLIER = 60 }; /* [-, s, s] */

typedef struct scripts {
  const pro_args *args;
  char *plan, *folder, *program, *corpus; /* absolute */
  uint64_t shards, array;                 /* in all; most tasks of an array */
  uint64_t jobs;                          /* most the cluster knows at a time; 0: not known */
  int assumed;                            /* array is */
  uint64_t notice, throttle;              /* [s]; 0: none */
} scripts;

/* ---- what the cluster allows ---- */

static pro_status ask_cluster(scripts *s) {
  uint64_t most = UINT64_MAX;
  char line[512];
  FILE *from = popen("timeout 20 scontrol show config 2>/dev/null", "r");
  while (from && fgets(line, sizeof line, from)) {
    (void)!sscanf(line, "MaxArraySize = %" SCNu64, &most);
    (void)!sscanf(line, "MaxJobCount = %" SCNu64, &s->jobs);
  }
  if (from) pclose(from);
  s->assumed = most == UINT64_MAX;
  s->array = s->assumed ? ASSUMED_ARRAY : most;
  return s->array ? PRO_OK : pro_fail(PRO_EINPUT, "this cluster's MaxArraySize is 0: it has no job arrays");
}

/* ---- checks of what was typed ---- */

/* MINUTES, M:S, H:M:S, D-H, D-H:M, D-H:M:S. */
static int read_time(double *seconds, const char *text) {
  static const double after_days[] = {3600.0, 60.0, 1.0};
  double part[3], days = 0.0;
  int parts = 0, with_days = 0;
  while (parts < 3) {
    char *end;
    if (*text < '0' || *text > '9') return 0;
    part[parts++] = (double)strtoull(text, &end, 10);
    text = end + 1;
    if (*end == '\0') break;
    if (*end == '-' && parts == 1 && !with_days)
      days = part[--parts], with_days = 1;
    else if (*end != ':' || parts == 3)
      return 0;
  }
  const double *unit = with_days || parts == 3 ? after_days : after_days + 1;
  *seconds = 86400.0 * days;
  for (int k = 0; k < parts; k++) *seconds += unit[k] * part[k];
  return 1;
}

static pro_status check_time(const scripts *s) {
  const char *text = pro_args_value(s->args, &option_time);
  double seconds, least = (double)(s->notice + NOTICE_EARLIER);
  if (!text) text = directives[0].otherwise;
  if (strcmp(text, "UNLIMITED") == 0) return PRO_OK;
  if (!read_time(&seconds, text))
    return pro_fail(PRO_EUSAGE, "--time '%.64s': MINUTES, H:MM:SS, D-HH:MM:SS or UNLIMITED is needed", text);
  if (seconds < least)
    return pro_fail(PRO_EUSAGE,
                    "--time %s is %.0f s: a task is told to stop %" PRIu64
                    " s before that, Slurm may be %d s early, and it would never get on; %.0f s or more, or less "
                    "--notice, would do",
                    text, seconds, s->notice, NOTICE_EARLIER, least);
  return PRO_OK;
}

/* A line of #SBATCH is cut at blanks, unquoted, and ends at a #. */
static pro_status check_values(const scripts *s) {
  for (size_t k = 0; k < PRO_COUNT(directives); k++) {
    const char *value = pro_args_value(s->args, directives[k].option);
    for (const char *c = value; c && (*c || c == value); c++)
      if (*c <= ' ' || *c > '~' || strchr("\"'\\#", *c))
        return pro_fail(PRO_EUSAGE, "--%s '%.64s': not without blanks, quotes and the like",
                        directives[k].option->name, value);
  }
  for (int k = 0; k < s->args->given_count; k++) {
    const char *value = s->args->given[k].value;
    if (s->args->given[k].option == &option_extra && (value[0] != '-' || strpbrk(value, "\n\r")))
      return pro_fail(PRO_EUSAGE, "--extra '%.64s': an option of sbatch is needed, as in --extra=--qos=low",
                      value);
  }
  return PRO_OK;
}

static pro_status read_options(scripts *s) {
  uint64_t cpus;
  s->notice = NOTICE;
  PRO_TRY(pro_args_count(&s->notice, s->args, &option_notice, 1, 65535));
  PRO_TRY(pro_args_count(&s->throttle, s->args, &option_throttle, 1, UINT32_MAX));
  PRO_TRY(pro_args_count(&cpus, s->args, &option_cpus, 1, 1024));
  PRO_TRY(check_values(s));
  return check_time(s);
}

/* ---- where things are ---- */

/* Its own file, not what PATH or a link calls it, for a link may be turned elsewhere before the tasks run. */
static pro_status find_program(scripts *s) {
  const char *typed = pro_args_value(s->args, &option_program), *path = typed ? typed : "/proc/self/exe";
  struct stat info;
  s->program = realpath(path, NULL);
  if (!s->program || access(s->program, X_OK) != 0)
    return pro_fail(PRO_EMISSING, "%s: cannot be run: %s", path, strerror(errno));
  if (stat(s->program, &info) == 0 && S_ISDIR(info.st_mode))
    return pro_fail(PRO_EMISSING, "%s: is a folder; the program is needed, as in %s/prodrome", path, path);
  return PRO_OK;
}

static char *join(const char *folder, const char *name) {
  size_t size = strlen(folder) + strlen(name) + 2;
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/%s", folder, name);
  return path;
}

/* Its folder's real name, and its own. */
static pro_status find_corpus(scripts *s) {
  const char *path = pro_args_value(s->args, &option_output);
  if (!path) {
    s->corpus = join(s->folder, "corpus.h5");
    return s->corpus ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for a path");
  }
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  char *typed = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
  char *folder = typed ? realpath(typed, NULL) : NULL;
  pro_status status = PRO_OK;
  if (!folder || access(folder, W_OK) != 0)
    status = pro_fail(PRO_EIO, "%s: cannot be written there: %s", path, strerror(errno));
  else if (!*name)
    status = pro_fail(PRO_EUSAGE, "-o %s: a file is needed, not a folder", path);
  else if (!(s->corpus = join(folder, name)))
    status = pro_fail(PRO_ENOMEM, "no memory for a path");
  free(folder);
  free(typed);
  return status;
}

/* That a merge may write there is better known before the sweep. */
static pro_status place_corpus(scripts *s, const pro_sweep_plan *plan) {
  PRO_TRY(find_corpus(s));
  PRO_TRY(pro_sweep_plan_spare(plan, s->corpus));
  return pro_corpus_spare(s->corpus);
}

static pro_status find_all(scripts *s, const char *path, const pro_sweep_plan *plan) {
  s->shards = plan->parts;
  s->plan = realpath(path, NULL);
  if (!s->plan) return pro_fail(PRO_EMISSING, "%s: %s", path, strerror(errno));
  const char *slash = strrchr(s->plan, '/');
  s->folder = strndup(s->plan, slash == s->plan ? 1 : (size_t)(slash - s->plan));
  if (!s->folder) return pro_fail(PRO_ENOMEM, "no memory for a path");
  if (strpbrk(s->folder, "%\\"))
    return pro_fail(PRO_EINPUT,
                    "%s: Slurm takes a %% or a \\ in a job's folder for one of its own; another name would do",
                    s->folder);
  PRO_TRY(find_program(s));
  return place_corpus(s, plan);
}

static pro_status find(scripts *s) {
  char path[PRO_SHARD_PATH];
  pro_sweep_plan plan;
  pro_sweep_plan_path(path, s->args->operand[0]);
  pro_status status = pro_sweep_plan_read(&plan, path);
  if (status == PRO_OK) status = find_all(s, path, &plan);
  pro_sweep_plan_clear(&plan);
  return status;
}

/* ---- the scripts ---- */

/* As one word of a shell. */
static void print_quoted(FILE *to, const char *text) {
  fputc('\'', to);
  for (; *text; text++)
    if (*text == '\'')
      fputs("'\\''", to);
    else
      fputc(*text, to);
  fputc('\'', to);
}

static void print_variable(FILE *to, const char *name, const char *text) {
  fprintf(to, "%s=", name);
  print_quoted(to, text);
  fputc('\n', to);
}

static void print_array(FILE *to, const scripts *s, uint64_t first) {
  uint64_t left = s->shards - first, tasks = left < s->array ? left : s->array;
  fprintf(to, "--array=0-%" PRIu64, tasks - 1);
  if (s->throttle) fprintf(to, "%%%" PRIu64, s->throttle);
}

static void print_head(FILE *to, const scripts *s, const char *name) {
  fprintf(to,
          "#!/bin/bash\n" OURS
          "#SBATCH --job-name=prodrome-%s\n#SBATCH --nodes=1\n#SBATCH --ntasks=1\n"
          "#SBATCH --requeue\n#SBATCH --open-mode=append\n",
          name);
  for (size_t k = 0; k < PRO_COUNT(directives); k++) {
    const char *value = pro_args_value(s->args, directives[k].option);
    if (!value) value = directives[k].otherwise;
    if (value) fprintf(to, "#SBATCH --%s=%s\n", directives[k].directive, value);
  }
}

static void print_extra(FILE *to, const scripts *s) {
  for (int k = 0; k < s->args->given_count; k++)
    if (s->args->given[k].option == &option_extra) fprintf(to, "#SBATCH %s\n", s->args->given[k].value);
}

static void print_common(FILE *to, const scripts *s) {
  print_extra(to, s);
  fputc('\n', to);
  print_variable(to, "program", s->program);
  print_variable(to, "plan", s->plan);
  fputs("export OMP_NUM_THREADS=\"${SLURM_CPUS_PER_TASK:-1}\"\n", to);
}

/* Slurm tells this shell alone (--signal=B:) or all processes of the job: what is forwarded must then not count as
 * the second SIGTERM, which ends a sweep at once. */
static const char sweep_body[] =
    "export PRODROME_SHARD_OFFSET=\"${1:-0}\" # submit.sh says it where one array is not long enough\n"
    "\n"
    "# SIGUSR1 asks the program for an end in good order, however often it comes; a second SIGTERM ends it at "
    "once.\n"
    "pid='' told=''\n"
    "tell() {\n"
    "  told=1\n"
    "  [ -z \"$pid\" ] || kill -USR1 \"$pid\" 2>/dev/null\n"
    "}\n"
    "trap tell TERM\n"
    "\"$program\" sweep --plan \"$plan\" &\n"
    "pid=$!\n"
    "[ -z \"$told\" ] || tell\n"
    "told=''\n"
    "wait \"$pid\"\n"
    "code=$?\n"
    "while [ -n \"$told\" ]; do # the signal has ended the wait, not the program\n"
    "  told=''\n"
    "  wait \"$pid\"\n"
    "  code=$?\n"
    "done\n"
    "\n"
    "case $code in\n"
    "  75 | 138 | 143) most=100 ;; # interrupted: what is finished is kept, the next attempt goes on from there\n"
    "  137) most=3 ;;              # killed, perhaps for want of memory\n"
    "  *) exit \"$code\" ;;\n"
    "esac\n"
    "# This element alone: the array's last has the array's number as its SLURM_JOB_ID. A cancelled one stays "
    "so.\n"
    "me=$SLURM_ARRAY_JOB_ID\"_\"$SLURM_ARRAY_TASK_ID\n"
    "if [ \"${SLURM_RESTART_COUNT:-0}\" -lt $most ] && [ \"$(squeue -h -j \"$me\" -o %T)\" = RUNNING ]; then\n"
    "  trap - TERM\n"
    "  scontrol requeue \"$me\" && sleep 60 # until that ends this shell\n"
    "fi\n"
    "exit \"$code\"\n";

static void print_sweep(void *payload, FILE *to) {
  const scripts *s = payload;
  print_head(to, s, "sweep");
  fputs("#SBATCH ", to);
  print_array(to, s, 0);
  fprintf(to, "\n#SBATCH --signal=B:TERM@%" PRIu64 "\n#SBATCH --output=logs/sweep-%%A_%%a.log\n", s->notice);
  print_common(to, s);
  fputs(sweep_body, to);
}

static void print_merge(void *payload, FILE *to) {
  const scripts *s = payload;
  print_head(to, s, "merge");
  fputs("#SBATCH --output=logs/merge-%j.log\n", to);
  print_common(to, s);
  print_variable(to, "corpus", s->corpus);
  fputs("exec \"$program\" merge \"$plan\" -o \"$corpus\" -q\n", to);
}

static void print_submit(void *payload, FILE *to) {
  const scripts *s = payload;
  fputs("#!/bin/sh\n" OURS
        "# Submits the sweep, and behind it the merge. Again after a failure: shards that are there return at "
        "once.\n"
        "set -eu\n"
        "command -v sbatch >/dev/null || { echo 'submit.sh: there is no sbatch here' >&2; exit 66; }\n"
        "cd ",
        to);
  print_quoted(to, s->folder);
  fputs(
      "\nmkdir -p logs\n"
      "jobs=''\n"
      "trap '[ -z \"$jobs\" ] || scancel $jobs' EXIT # all of them or none\n"
      "submit() { # name, what of it, arguments of sbatch\n"
      "  name=$1 what=$2\n"
      "  shift 2\n"
      "  job=$(sbatch --parsable \"$@\")\n"
      "  job=${job%%;*} # a federation's has ;CLUSTER\n"
      "  jobs=\"$jobs $job\"\n"
      "  echo \"$name: job $job, $what\"\n"
      "}\n\n"
      "after=afterok\n",
      to);
  for (uint64_t first = 0; first < s->shards; first += s->array) {
    uint64_t next = s->shards - first < s->array ? s->shards : first + s->array;
    fprintf(to, "submit sweep 'shards %" PRIu64 " to %" PRIu64 "' ", first, next - 1);
    if (first > 0) print_array(to, s, first);
    fprintf(to, " sweep.sbatch %" PRIu64 "\nafter=$after:$job\n", first);
  }
  fputs(
      "submit merge 'when all of them are done' --dependency=\"$after\" --kill-on-invalid-dep=yes merge.sbatch\n"
      "jobs=''\n",
      to);
}

static const struct {
  const char *name;
  void (*print)(void *payload, FILE *to);
} files[] = {{"sweep.sbatch", print_sweep}, {"merge.sbatch", print_merge}, {"submit.sh", print_submit}};
#define SUBMIT (PRO_COUNT(files) - 1)

/* There is none, or it is one of ours. */
static pro_status may_write(const char *path) {
  char line[sizeof OURS + 16];
  FILE *from = fopen(path, "r");
  if (!from && errno == ENOENT) return PRO_OK;
  int ours = from && fgets(line, sizeof line, from) && fgets(line, sizeof line, from) && strcmp(line, OURS) == 0;
  if (from) fclose(from);
  return ours ? PRO_OK
              : pro_fail(PRO_EINPUT,
                         "%s: is not by `prodrome slurm`, and is not written over: move it away, or the plan",
                         path);
}

static pro_status each_file(char *path[], const scripts *s) {
  for (size_t k = 0; k < PRO_COUNT(files); k++) {
    path[k] = join(s->folder, files[k].name);
    if (!path[k]) return pro_fail(PRO_ENOMEM, "no memory for a path");
    PRO_TRY(may_write(path[k]));
  }
  for (size_t k = 0; k < PRO_COUNT(files); k++) PRO_TRY(pro_record_write(path[k], files[k].print, (void *)s));
  return PRO_OK;
}

/* ---- submitting, and what is said of it ---- */

typedef struct job {
  char name[16], id[32];
} job;

typedef struct submitted { /* owns them */
  size_t count;
  job *job;
} submitted;

static pro_status note_job(submitted *all, const char *line) {
  job new;
  if (sscanf(line, "%15[a-z]: job %31[0-9]", new.name, new.id) != 2) return PRO_OK;
  job *more = realloc(all->job, (all->count + 1) * sizeof *more);
  if (!more) return pro_fail(PRO_ENOMEM, "no memory for the jobs");
  all->job = more;
  all->job[all->count++] = new;
  return PRO_OK;
}

static FILE *open_submit(const char *path) {
  char *command = NULL;
  size_t size;
  FILE *text = open_memstream(&command, &size);
  if (!text) return NULL;
  fputs("sh ", text);
  print_quoted(text, path);
  FILE *from = fclose(text) == 0 ? popen(command, "r") : NULL;
  free(command);
  return from;
}

static pro_status submit(submitted *all, const char *path) {
  char line[256];
  fflush(stdout);
  FILE *from = open_submit(path);
  if (!from) return pro_fail(PRO_EIO, "%s: cannot be run: %s", path, strerror(errno));
  pro_status status = PRO_OK;
  while (status == PRO_OK && fgets(line, sizeof line, from)) status = note_job(all, line);
  int code = pclose(from);
  PRO_TRY(status);
  if (WIFEXITED(code) && WEXITSTATUS(code) == 66)
    return pro_fail(PRO_EMISSING, "%s: there is no sbatch here: run it on a login node of a cluster", path);
  return code == 0 ? PRO_OK : pro_fail(PRO_EIO, "%s: the jobs were not submitted, see above", path);
}

static uint64_t arrays_of(const scripts *s) { return (s->shards + s->array - 1) / s->array; }

static void print_text(const scripts *s, const submitted *all, char *const path[]) {
  const uint64_t arrays = arrays_of(s);
  printf("%" PRIu64 " shards in %" PRIu64 " %s of %" PRIu64 " tasks at most (MaxArraySize, %s); corpus: %s\n",
         s->shards, arrays, arrays == 1 ? "array" : "arrays", s->array,
         s->assumed ? "assumed: no scontrol answers here" : "this cluster's", s->corpus);
  for (size_t k = 0; k < all->count; k++) printf("%s: job %s\n", all->job[k].name, all->job[k].id);
  printf(all->count ? "how far they are: prodrome status " : "to submit them: sh ");
  print_quoted(stdout, all->count ? s->folder : path[SUBMIT]);
  printf("\n");
}

static void print_json(const scripts *s, const submitted *all, char *const path[]) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_text(&json, "plan", s->plan);
  pro_json_array(&json, "files");
  for (size_t k = 0; k < PRO_COUNT(files); k++) pro_json_text(&json, NULL, path[k]);
  pro_json_end(&json);
  pro_json_text(&json, "corpus", s->corpus);
  pro_json_count(&json, "shards", s->shards);
  pro_json_count(&json, "arrays", arrays_of(s));
  pro_json_count(&json, "tasks_of_an_array", s->array);
  pro_json_bool(&json, "tasks_assumed", s->assumed);
  pro_json_array(&json, "jobs");
  for (size_t k = 0; k < all->count; k++) {
    pro_json_object(&json, NULL);
    pro_json_text(&json, "name", all->job[k].name);
    pro_json_text(&json, "id", all->job[k].id);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

static pro_status run_slurm(const pro_args *args) {
  scripts s = {.args = args};
  submitted all = {0};
  char *path[PRO_COUNT(files)] = {NULL};
  pro_status status = read_options(&s);
  if (status == PRO_OK) status = find(&s);
  if (status == PRO_OK) status = ask_cluster(&s);
  if (status == PRO_OK) status = each_file(path, &s);
  if (status == PRO_OK && s.jobs && s.shards >= s.jobs)
    fprintf(stderr,
            "prodrome: warning: %" PRIu64 " tasks are more than the %" PRIu64
            " jobs this cluster knows at a time (MaxJobCount): fewer shards would do\n",
            s.shards, s.jobs);
  if (status == PRO_OK && pro_args_has(args, &option_submit)) status = submit(&all, path[SUBMIT]);
  if (status == PRO_OK) {
    if (pro_args_has(args, &pro_option_json))
      print_json(&s, &all, path);
    else
      print_text(&s, &all, path);
  }
  for (size_t k = 0; k < PRO_COUNT(files); k++) free(path[k]);
  free(all.job), free(s.plan), free(s.folder), free(s.program), free(s.corpus);
  return status;
}

const pro_command pro_command_slurm = {
    .name = "slurm",
    .operands = "PLAN.json",
    .summary = "write, and submit, a plan's jobs for a Slurm cluster",
    .doc =
        "Writes beside the plan sweep.sbatch, an array with a task a shard; merge.sbatch; and submit.sh, which "
        "submits "
        "both, the merge behind the sweep. Logs go to logs/ there. A task that is told to stop (time limit, "
        "pre-emption) "
        "keeps what it has finished and is requeued; one that was killed is tried three times more. Where a task "
        "failed "
        "the merge is given up: submit again, and what is there is not made anew. A cluster's MaxArraySize is "
        "asked of "
        "scontrol; more shards than that go into several arrays. Each --throttle is of one array.\n"
        "Plan, scenario and this program must be where the nodes see them by the same paths.",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_slurm,
};
