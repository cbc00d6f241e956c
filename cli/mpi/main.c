/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/mpi/main.c - prodrome-mpi: the shards of a plan on all ranks of an MPI program.
 *
 * Every rank makes shards in a thread of its own (desk), with serial HDF5 and OpenMP; its first thread alone
 * speaks MPI. Rank 0 also hands the shards out (dealer). Nothing but these messages passes between ranks: NEWS to
 * rank 0: pro_desk_news, when the desk is idle, about every second, and when a signal asks for an end ORDER  from
 * rank 0: make a shard; stop; leave, with the exit code that all ranks return A rank that waits sleeps between
 * looks, for MPI's own waiting would take a core from who simulates. */
#include <errno.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/heaps.h"
#include "cli/help.h"
#include "cli/json.h"
#include "cli/mpi/dealer.h"
#include "scenarios/ensemble.h"
#include "sim/clock.h"

static const pro_option option_threads = {"threads", 'j', "THREADS",
                                          "of each rank (default: its share of the processors it may use)", 0};

static const pro_option *const options[] = {&option_threads, &pro_option_quiet, NULL};

static const pro_command command = {
    .name = "mpi",
    .operands = "PLAN.json",
    .summary = "make a plan's shards on all ranks of an MPI program",
    .doc =
        "For centres where a job is one MPI program: mpirun prodrome-mpi PLAN.json, or srun. Shards are those of "
        "`prodrome sweep --plan` and lie beside the plan; rank 0 hands them out, the heaviest first, and makes "
        "some "
        "itself. Shards that are there are passed over, those begun are resumed. A rank whose disk or memory "
        "fails "
        "gets no more shards, the rest goes on. SIGTERM, SIGINT, SIGXCPU and SIGUSR1, on any rank and however "
        "often, "
        "end all of them in good order (exit code 75). When all shards are there: prodrome merge.",
    .least = 1,
    .most = 1,
    .options = options,
    .own_program = 1,
};
const pro_command *const pro_command_all[] = {&command, NULL};

enum { NEWS = 1, ORDER = 2 };
typedef enum order_kind { MAKE, STOP, LEAVE } order_kind;
typedef struct order {
  order_kind kind;
  uint64_t what; /* shard, or exit code */
} order;

static volatile int stop;
/* However often: mpirun hands on what a scheduler has sent to every rank already. */
static void on_signal(int number) { stop = number; }

static void listen(void) {
  static const int wanted[] = {SIGTERM, SIGINT, SIGUSR1,
                               SIGXCPU}; /* SIGUSR1: mpirun hands it on, and outlives it */
  struct sigaction action = {.sa_handler = on_signal};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < PRO_COUNT(wanted); i++) sigaction(wanted[i], &action, NULL);
  signal(SIGPIPE, SIG_IGN); /* a write that fails is told by its status, not by our death */
  signal(SIGXFSZ, SIG_IGN);
}

/* Longer and longer up to 20 ms, for as long as nothing happens. */
static void rest(long *ns, int happened) {
  *ns = happened ? 100000 : *ns < 10000000 ? 2 * *ns : 20000000;
  nanosleep(&(struct timespec){0, *ns}, NULL);
}

static int receive(void *out, size_t size, int tag, int *from) {
  int there;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &status);
  if (!there) return 0;
  *from = status.MPI_SOURCE;
  MPI_Recv(out, (int)size, MPI_BYTE, *from, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return 1;
}

static void send_order(int rank, order_kind kind, uint64_t what) {
  order o = {kind, what};
  MPI_Send(&o, sizeof o, MPI_BYTE, rank, ORDER, MPI_COMM_WORLD);
}

/* ---- ranks from 1 on ---- */

typedef struct teller { /* what rank 0 was told last */
  double when;
  int idle, stopped;
} teller;

static int tell(teller *t, pro_desk *desk) {
  pro_desk_news news;
  pro_desk_look(&news, desk);
  double time = pro_clock_now();
  int changed = news.idle != t->idle || news.stopped != t->stopped;
  if (!changed && (news.idle || time - t->when < 1.0)) return 0;
  MPI_Send(&news, sizeof news, MPI_BYTE, 0, NEWS, MPI_COMM_WORLD);
  *t = (teller){time, news.idle, news.stopped};
  return 1;
}

static int serve(pro_desk *desk) {
  teller told = {0};
  long ns = 0;
  for (;;) {
    order o;
    int from, happened = receive(&o, sizeof o, ORDER, &from);
    if (happened && o.kind == LEAVE) return (int)o.what;
    if (happened && o.kind == STOP) stop = SIGTERM;
    if (happened && o.kind == MAKE) pro_desk_give(desk, o.what), told.idle = 0;
    rest(&ns, tell(&told, desk) || happened);
  }
}

/* ---- rank 0 ---- */

typedef struct table {
  pro_dealer *dealer;
  pro_desk *desk; /* its own */
  int ranks;
} table;

static void hear(table *t, int rank, const pro_desk_news *news) {
  uint64_t shard;
  if (news->stopped) pro_dealer_stop(t->dealer), stop = SIGTERM;
  if (!pro_dealer_hear(t->dealer, rank, news, &shard)) return;
  if (rank == 0)
    pro_desk_give(t->desk, shard);
  else
    send_order(rank, MAKE, shard);
}

static void stop_all(const table *t) {
  pro_dealer_stop(t->dealer);
  for (int rank = 1; rank < t->ranks; rank++) send_order(rank, STOP, 0);
}

static void deal(table *t, pro_progress *progress) {
  long ns = 0;
  int all_stopped = 0;
  while (pro_dealer_busy(t->dealer) > 0) {
    pro_desk_news news;
    int rank, happened = receive(&news, sizeof news, NEWS, &rank);
    if (happened) hear(t, rank, &news);
    pro_desk_look(&news, t->desk);
    hear(t, 0, &news);
    if (stop && !all_stopped) all_stopped = 1, stop_all(t);
    pro_progress_step(progress, pro_dealer_done(t->dealer));
    rest(&ns, happened || news.idle);
  }
}

/* With the exit code that all ranks return. What they have sent in the meantime is received, and dropped. */
static void dismiss(int ranks, int code) {
  for (int rank = 1; rank < ranks; rank++) send_order(rank, LEAVE, (uint64_t)code);
  for (int there = ranks - 1; there > 0;) {
    pro_desk_news news;
    MPI_Recv(&news, sizeof news, MPI_BYTE, MPI_ANY_SOURCE, NEWS, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    there -= news.leaves;
  }
}

static pro_status deal_all(table *t, const pro_sweep_plan *plan, pro_shard_job *sum) {
  pro_progress progress;
  PRO_TRY(pro_dealer_open(&t->dealer, plan, t->ranks, sum));
  pro_progress_begin(&progress, "cases", plan->cases, sum->quiet);
  deal(t, &progress);
  pro_progress_end(&progress);
  sum->tally.seconds = pro_progress_seconds(&progress);
  pro_status status = pro_dealer_end(t->dealer);
  pro_dealer_close(t->dealer);
  return status;
}

/* The account is printed however it ended, as long as there was a plan. */
static pro_status lead(pro_desk *desk, int ranks, pro_shard_job *sum, int json) {
  const pro_sweep_plan *plan = pro_desk_plan(desk);
  if (!plan) {
    pro_desk_news news;
    pro_desk_look(&news, desk);
    pro_status status = pro_fail(news.status, "%s", news.message);
    if (json) pro_json_failure(stdout, status);
    return status;
  }
  table t = {.desk = desk, .ranks = ranks};
  pro_status status = deal_all(&t, plan, sum);
  pro_shards_print(sum, json);
  return status;
}

static int finish(pro_status status) {
  if (status != PRO_OK) fprintf(stderr, "prodrome-mpi: %s\n", pro_error_message());
  errno = 0;
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "prodrome-mpi: cannot write to standard output: %s\n",
            errno ? strerror(errno) : "write error");
    if (status == PRO_OK) status = PRO_EIO;
  }
  return pro_status_exit_code(status);
}

/* ---- all ranks ---- */

/* Where ranks are not bound to processors of their own, those of a machine share it. */
static int share_of_processors(void) {
  MPI_Comm machine;
  int ranks = 1, mine = pro_threads_available();
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  MPI_Comm_size(machine, &ranks);
  MPI_Comm_free(&machine);
  long share = sysconf(_SC_NPROCESSORS_ONLN) / ranks;
  if (share < 1) share = 1;
  return share < mine ? (int)share : mine;
}

static int make_shards(const pro_args *args, int rank, int ranks) {
  char path[PRO_SHARD_PATH];
  uint64_t threads = (uint64_t)share_of_processors();
  pro_status status = pro_args_count(&threads, args, &option_threads, 1, 1024);
  if (status != PRO_OK) return rank == 0 ? finish(status) : pro_status_exit_code(status);
  pro_sweep_plan_path(path, args->operand[0]);
  pro_shard_job job = {.plan = path, .threads = (int)threads, .quiet = 1, .trusting = 1, .stop = &stop};
  pro_shard_job sum = {.plan = path, .quiet = pro_args_has(args, &pro_option_quiet)};
  pro_desk *desk;
  if (pro_desk_open(&desk, &job) != PRO_OK) MPI_Abort(MPI_COMM_WORLD, finish(PRO_ENOMEM));
  int code;
  if (rank == 0) {
    code = finish(lead(desk, ranks, &sum, pro_args_has(args, &pro_option_json)));
    dismiss(ranks, code);
  } else {
    code = serve(desk);
    pro_desk_news last = {.leaves = 1};
    MPI_Send(&last, sizeof last, MPI_BYTE, 0, NEWS, MPI_COMM_WORLD);
  }
  pro_desk_close(desk);
  return code;
}

/* All ranks have the same words, so they agree without asking. */
static int obey(int count, char **words) {
  int rank, ranks;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  pro_args args = {0};
  pro_status status = pro_args_parse(&args, &command, count, words);
  int code = 0;
  if (status != PRO_OK)
    code = rank == 0 ? finish(status) : pro_status_exit_code(status);
  else if (!pro_args_has(&args, &pro_option_help))
    code = make_shards(&args, rank, ranks);
  else if (rank == 0)
    pro_help_command(stdout, &command, pro_args_has(&args, &pro_option_json)), code = finish(PRO_OK);
  pro_args_free(&args);
  return code;
}

int main(int argc, char **argv) {
  int threads;
  pro_heaps_keep_small();
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &threads);
  if (threads < MPI_THREAD_FUNNELED) {
    fputs("prodrome-mpi: this MPI allows no threads beside it\n", stderr);
    MPI_Abort(MPI_COMM_WORLD, pro_status_exit_code(PRO_EUSAGE));
  }
  listen();
  int code = obey(argc - 1, argv + 1);
  MPI_Finalize();
  /* After a failed write HDF5's own exit handler may crash on what it could not flush. */
  if (code != 0) _exit(code);
  return code;
}
