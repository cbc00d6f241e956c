#!/bin/sh
# test: full
# SPDX-License-Identifier: GPL-3.0-or-later
# `prodrome slurm` on a real Slurm: two arrays, for MaxArraySize is less than there are shards, whose tasks are killed, lose
# their node but live on, are pre-empted and run into their time limit, and a merge behind them, make byte for byte what one
# sweep makes; what is cancelled stays so, and is made up for by submitting again. Skipped where there is no Slurm.
# shellcheck disable=SC2154 # pid_0 to pid_3, by eval
set -u
prodrome=$PRO_BUILD/prodrome
work=$(mktemp -d) || exit 1
mini="sh $PRO_SOURCE/tests/mini_slurm.sh"
trap '$mini stop "$work/cluster"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
bad=0
wrong() { echo "wrong: $*"; bad=1; }
began=$(date +%s)
say() { echo "$(($(date +%s) - began)) s: $*"; }
give_up() { # what did not come about
  say "gave up waiting: $*"
  client squeue -r -o '%i %T %r %N'
  tail -n 5 "$work"/cluster/run/slurmctld.log
  for log in "$folder"/logs/*; do echo "-- $log"; cat "$log"; done
  exit 1
}
client() { timeout 20 "$@"; }
wait_for() { # seconds, what, command...
  limit=$(($(date +%s) + $1)) what=$2
  shift 2
  until "$@"; do
    [ "$(date +%s)" -lt $limit ] || give_up "$what"
    sleep 0.1
  done
}

$mini start "$work/cluster" 4 5 >"$work/conf"
case $? in
  0) ;;
  77) echo "SKIPPED: no Slurm cluster can be started here (Debian: slurmctld slurmd slurm-client)"; exit 77 ;;
  *) exit 1 ;;
esac
SLURM_CONF=$(cat "$work/conf")
export SLURM_CONF
say "the cluster is there"

# ---- what is known of a task ----
program_of() { # job, element: pids of its programs
  for process in /proc/[0-9]*; do
    name=''
    { read -r name <"$process/comm"; } 2>/dev/null
    [ "$name" = prodrome ] || continue
    tr '\0' '\n' 2>/dev/null <"$process/environ" | awk -v job="SLURM_ARRAY_JOB_ID=$1" -v task="SLURM_ARRAY_TASK_ID=$2" \
      -v conf="SLURM_CONF=$SLURM_CONF" '$0 == job || $0 == task || $0 == conf { n++ } END { exit n != 3 }' &&
      echo "${process#/proc/}"
  done
  return 0
}
runs() { [ -n "$(program_of "$1" "$2")" ]; }
of_job() { # element, field
  client scontrol -o show job "$1" 2>/dev/null | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1
}
is() { [ "$(of_job "$1" "$2")" = "$3" ]; }
has_restarted() { restarts=$(of_job "$1" Restarts); [ "${restarts:-0}" -gt 0 ]; }
is_told() { # pid: SIGUSR1 waits for it to go on
  awk '/^(Shd|Sig)Pnd/ { told = told || substr($2, length($2) - 2, 1) ~ /[2367abef]/ } END { exit !told }' \
    "/proc/$1/status" 2>/dev/null
}
is_gone() { ! kill -0 "$1" 2>/dev/null; }
has_begun() { # shard: there is something in its journal
  for log in "$folder"/.shard-"$1"-of-*.log; do [ -s "$log" ] && return 0; done
  return 1
}
job_ids() { sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' "$1" | tr '\n' ' '; }

# ---- a sweep and its plan, where a shell must be careful ----
cases=1600
folder="$work/it's \"5 a\" \$x"
mkdir "$folder"
"$prodrome" plan quickstart -n $cases --set group=10 --shards 8 -q -o "$folder/plan.json" >/dev/null || wrong "plan failed"
"$prodrome" slurm "$folder/plan.json" --submit --json --time 8 --mem 400M --partition main --extra='--comment="two words"' \
  >"$work/submitted" || { wrong "slurm --submit failed"; exit 1; }
jobs=$(job_ids "$work/submitted")
# shellcheck disable=SC2086 # three words
set -- $jobs
[ $# = 3 ] || { wrong "submitted jobs $jobs, not two arrays and a merge"; exit 1; }
a=$1 b=$2 merge=$3
grep -q '"tasks_of_an_array": *5' "$work/submitted" && grep -q '"tasks_assumed": *false' "$work/submitted" ||
  wrong "the cluster's MaxArraySize of 5 is not respected: $(cat "$work/submitted")"

# ---- the first four are stopped when they have begun ----
for k in 0 1 2 3; do
  wait_for 30 "element $k runs" runs "$a" $k
  wait_for 30 "element $k has begun" has_begun $k
  pid=$(program_of "$a" $k)
  kill -STOP "$pid" || wrong "element $k was over too soon"
  eval "pid_$k=$pid"
done
say "four tasks are under way"

# into its limit: Slurm looks every 30 s who has less than 300 s left
client scontrol update JobId="${a}_3" TimeLimit=1 || wrong "no other time limit"

# killed
kill -9 "$pid_0"

# its node dies, and the task does not
node=$(client squeue -h -j "${a}_1" -o %N)
kill -9 "$(cat "$work/cluster/run/slurmd.$node.pid")" || wrong "no slurmd of node $node"
client scontrol update NodeName="$node" State=down Reason=test || wrong "node $node does not go down"

# pre-empted, which wakes it when its grace is over: Slurm looks every 30 s for that, too
urgent_node=$(client squeue -h -j "${a}_2" -o %N)
urgent=$(client sbatch --parsable -p urgent -w "$urgent_node" -o /dev/null --wrap 'sleep 2') || wrong "no urgent job"

# meanwhile, what one sweep makes of it
"$prodrome" sweep quickstart -n $cases --set group=10 -q -o "$work/plain.h5" >/dev/null &
plain=$!

second_attempt() {
  for pid in $(program_of "$a" 1); do [ "$pid" != "$pid_1" ] && return 0; done
  return 1
}
wait_for 60 "a second attempt at shard 1" second_attempt
kill -CONT "$pid_1" || wrong "the first attempt at shard 1 has not lived on"
say "two attempts at shard 1"
wait_for 60 "element 2 is requeued" has_restarted "${a}_2"
wait_for 40 "the urgent job is done" is "$urgent" JobState COMPLETED
say "pre-empted, and the urgent job is done"

wait_for 60 "element 3 is told of its limit" is_told "$pid_3"
say "told of its time limit"
kill -CONT "$pid_3"
wait_for 30 "element 3 is requeued" has_restarted "${a}_3"
client scontrol update JobId="${a}_3" TimeLimit=8 || wrong "no longer time limit"

wait $plain || wrong "sweep failed"
wait_for 90 "the merge is done" is "$merge" JobState COMPLETED
say "merged"
cmp "$work/plain.h5" "$folder/corpus.h5" || wrong "arrays and merge make another corpus than a sweep"
wait_for 30 "the attempt without a node is over" is_gone "$pid_1"
[ -z "$(find "$folder" -name '.shard*')" ] || wrong "left behind: $(ls -A "$folder")"
for k in 0 1 2 3; do has_restarted "${a}_$k" || wrong "element $k was not requeued"; done
has_restarted "${a}_4" && wrong "element 4 was requeued, and nothing had happened to it"
for k in 0 1 2; do has_restarted "${b}_$k" && wrong "element $k of the second array was requeued"; done
is "$merge" Comment 'two' || wrong "--extra did not arrive: $(of_job "$merge" Comment)"
for k in 2 3; do
  grep -q 'run it again and it goes on' "$folder/logs/sweep-${a}_$k.log" || wrong "element $k did not end in good order"
done
grep -q 'taken from earlier attempts' "$folder/logs/sweep-${a}_3.log" || wrong "element 3 says nothing of earlier attempts"

# ---- cancelled: stays so, and the merge is given up; then once more ----
folder=$work/again
mkdir "$folder"
"$prodrome" plan quickstart -n 200 --set group=10 --shards 2 -q -o "$folder/plan.json" >/dev/null || wrong "plan failed"
"$prodrome" slurm "$folder" --submit --json -o "$work/again.h5" >"$work/submitted" || wrong "slurm --submit of a folder failed"
jobs=$(job_ids "$work/submitted")
a=${jobs%% *} merge=${jobs#* } merge=${merge% }
wait_for 30 "element 1 runs" runs "$a" 1
pid=$(program_of "$a" 1)
kill -STOP "$pid"
client scancel "${a}_1"
wait_for 30 "the cancelled task is over" is_gone "$pid"
wait_for 30 "the merge is given up" is "$merge" JobState CANCELLED
sleep 7 # a requeued one would be back
runs "$a" 1 && wrong "a cancelled task has come back"
is "${a}_1" JobState CANCELLED || wrong "a cancelled task is $(of_job "${a}_1" JobState)"
sh "$folder/submit.sh" >"$work/submitted" || wrong "submit.sh failed"
merge=$(sed -n 's/^merge: job \([0-9]*\),.*/\1/p' "$work/submitted")
wait_for 40 "the second merge is done" is "$merge" JobState COMPLETED
"$prodrome" verify "$work/again.h5" | grep -q '^200 cases' || wrong "again.h5: $("$prodrome" verify "$work/again.h5")"

[ $bad = 0 ] && say "as on a real cluster"
exit $bad
