#!/bin/sh
# test: full
# SPDX-License-Identifier: GPL-3.0-or-later
# prodrome-mpi makes the bytes of a plain sweep: on three ranks, on one, with and without mpirun; after a rank was
# killed, after signals to mpirun and to one rank; and when a rank cannot write the rest goes on.
set -u
prodrome=$PRO_BUILD/prodrome
mpi=$PRO_BUILD/prodrome-mpi
skip() { echo "test_mpi: SKIPPED, $*" >&2; exit 77; }
[ -x "$mpi" ] || skip "no prodrome-mpi was built (packages libopenmpi-dev openmpi-bin; cmake -DPRO_MPI=ON)"
mpirun --version 2>/dev/null | grep -q 'Open MPI' || skip "no mpirun of Open MPI (package openmpi-bin)"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # in a container we may be root
export ASAN_OPTIONS=detect_leaks=0                               # the MPI library's own
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
wrong() { echo "wrong: $*"; bad=1; }
run() { mpirun --oversubscribe "$@"; }

scenario=$PRO_SOURCE/scenarios/quickstart.yaml
"$prodrome" sweep "$scenario" -n 210 --set group=5 --no-truth -q -o whole.h5 >out || { wrong "the plain sweep failed"; exit 1; }
mkdir new
"$prodrome" plan "$scenario" -n 210 --set group=5 --no-truth --shards 7 -q -o new/plan.json >out || { wrong "no plan"; exit 1; }

begin() { # folder with the plan and no shards
  rm -rf "$1"
  mkdir "$1" && cp new/plan.json "$1"
}
is() { # member, number: in the account printed last
  grep -q "\"$1\": $2,\$" out || wrong "$name: not $1 = $2: $(tr -d '\n' <out)"
}
same() { # folder: its shards are the plain sweep's bytes
  rm -f merged.h5
  "$prodrome" merge "$1" -q -o merged.h5 >merge_out 2>&1 || { wrong "$name: merge: $(cat merge_out)"; return; }
  cmp merged.h5 whole.h5 || wrong "$name: other bytes than a plain sweep's"
  left=$(find "$1" -name '.*' -type f)
  [ -z "$left" ] || wrong "$name: left behind: $left"
}
go_on() { # folder: a rerun makes the rest, and says what it took over
  run -np 3 "$mpi" "$1" -q --json >out 2>err || { wrong "$name: the rerun failed"; cat err; }
  is ok 210
  is missing 0
  grep -q '"resumed": 0,$' out && grep -q '"there_before": 0,$' out && wrong "$name: nothing was taken over"
  same "$1"
}

# ---- three ranks; again, when all is there; one rank ----
name="three ranks"
begin a
run -np 3 "$mpi" a -q --json >out 2>err || { wrong "$name failed"; cat err; }
is shards 7
is cases 210
is ok 210
is there_before 0
same a
name="all there"
run -np 2 "$mpi" a/plan.json -q --json >out 2>err || { wrong "$name failed"; cat err; }
is there_before 7
is ok 210
name="damaged, and one rank"
printf x >>a/shard-1-of-7.h5 # no longer of the length that its receipt says
rm a/shard-4-of-7.h5
run -np 1 "$mpi" a -q -j 2 --json >out 2>err || { wrong "$name failed"; cat err; }
is there_before 5
is ok 210
name="damaged, of the right length, and its repair failed"
cp a/shard-2-of-7.h5 right.h5
printf 'zzzz' | dd of=a/shard-2-of-7.h5 bs=1 seek=9000 conv=notrunc 2>dd_said
echo '{}' >a/shard-2-of-7.failed
"$mpi" a -q -j 1 --json >out 2>err || { wrong "$name failed"; cat err; }
is there_before 6
cmp -s a/shard-2-of-7.h5 right.h5 || wrong "$name: not made again"
[ ! -e a/shard-2-of-7.failed ] || wrong "$name: the note is still there"
name="no mpirun"
rm a/shard-0-of-7.*
"$mpi" a -q -j 1 --json >out 2>err || { wrong "$name failed"; cat err; }
is there_before 6
is ok 210
same a

# ---- ends before the end ----
# Starts three ranks and waits until cases are in a journal, whose name ends in its rank's process.
start() { # folder
  begin "$1"
  mpirun --oversubscribe -np 3 "$mpi" "$1" -q --json >out 2>err & # no function: $! is to be mpirun itself
  mpirun=$!
  tries=0
  until "$prodrome" status "$1" --json | grep -q '"cases_done": [1-9]'; do
    sleep 0.05
    tries=$((tries + 1))
    [ $tries -lt 600 ] || { wrong "$name: no case was done within half a minute"; cat err; break; }
  done
  rank=$(find "$1" -name '.shard-*.log' | head -n 1 | sed 's/\.log$//; s/-[0-9]*$//; s/.*\.//')
}
end() { # exit code, or "any" but 0
  wait $mpirun
  code=$?
  [ "$code" = "$1" ] || { [ "$1" = any ] && [ $code != 0 ]; } || { wrong "$name: exit $code instead of $1"; cat err; }
  if [ "$1" = 75 ]; then
    grep -q 'prodrome-mpi: interrupted: .* of 210 cases' err || { wrong "$name: not said so"; cat err; }
    is failed 0
    grep -q '"missing": 0,$' out && wrong "$name: nothing is missing"
  fi
}

name="SIGKILL of a rank"
start b
kill -KILL "$rank"
end 137
go_on b
name="SIGTERM of a rank" # as srun hands it on
start b
kill -TERM "$rank"
end 75
go_on b
name="SIGUSR1 of mpirun"
start b
kill -USR1 $mpirun
end 75
go_on b
name="SIGTERM of mpirun" # which returns a code of its own
start b
kill -TERM $mpirun
end any
tries=0
while kill -0 "$rank" 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
go_on b

# ---- one rank fails, the rest goes on ----
# it sees the plan where nobody can make a file
name="a rank that cannot write"
begin b
# shellcheck disable=SC2016 # the inner shell's
run -np 2 "$mpi" b -q --json : -np 1 sh -c 'exec "$0" /dev/fd/9 -q --json 9<b/plan.json' "$mpi" >out 2>err
code=$?
[ $code = 74 ] || wrong "$name: exit $code instead of 74"
is ok 180
is missing 30
grep -q '^prodrome-mpi: shard [0-6], on rank 2 (.*): /dev/fd/.*cannot be created' err || { wrong "$name: not said"; cat err; }
go_on b
name="another plan's shard in the way"
begin b
mkdir c
"$prodrome" plan "$scenario" -n 70 --set group=5 --shards 7 -q -o c/plan.json >out &&
  "$prodrome" sweep --plan c/plan.json --shard 3/7 -q >out || wrong "no other plan"
cp c/shard-3-of-7.h5 b
run -np 3 "$mpi" b -q --json >out 2>err
code=$?
[ $code = 65 ] || wrong "$name: exit $code instead of 65"
is ok 180
is missing 30
cmp c/shard-3-of-7.h5 b/shard-3-of-7.h5 || wrong "$name: it was changed"

name="files that cannot be looked at" # the heaviest, which come first: more of them than ranks
begin b
for i in $(/usr/bin/python3 -c 'import json; s = json.load(open("b/plan.json"))["shards"]; print(*sorted(range(7), key=lambda i: -s[i]["cost"])[:3])'); do
  ln -s "shard-$i-of-7.h5" "b/shard-$i-of-7.h5"
done
run -np 2 "$mpi" b -q --json >out 2>err
code=$?
[ $code = 74 ] || wrong "$name: exit $code instead of 74"
is ok 120
is missing 90
find b -type l -delete
go_on b

# ---- the command line ----
name="command line"
for words in '' 'a b' 'a --thread 2' 'a -j 0'; do
  # shellcheck disable=SC2086 # lists of words
  "$mpi" $words >out 2>err
  code=$?
  [ $code = 64 ] && [ ! -s out ] && [ "$(grep -c '^prodrome-mpi: ' err)" = 1 ] ||
    { wrong "$name: '$words': exit $code"; cat out err; }
done
run -np 2 "$mpi" nowhere.json -q >out 2>err
code=$?
[ $code = 66 ] && [ ! -s out ] && [ "$(grep -c '^prodrome-mpi: ' err)" = 1 ] ||
  { wrong "$name: no plan: exit $code"; cat out err; }
"$mpi" --help | grep -q '^usage: prodrome-mpi PLAN.json' || wrong "$name: no help"

[ $bad = 0 ] && echo "the same bytes from MPI ranks, whatever becomes of them"
exit $bad
