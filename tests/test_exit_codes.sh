#!/bin/sh
# test: quick
# SPDX-License-Identifier: GPL-3.0-or-later
# Every documented exit code is reached the documented way, with one message, nothing on stdout, and no file left.
# 70 means a bug of ours: it is shown by the table in --help only.
set -u
prodrome=$PRO_BUILD/prodrome
scenarios=$PRO_SOURCE/scenarios
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir in out
bad=0
wrong() { echo "wrong: $*"; bad=1; }
sanitized=$(grep -c '^PRO_SANITIZE:BOOL=ON' "$PRO_BUILD/CMakeCache.txt" 2>/dev/null)

# expect CODE COMMAND...: runs it; a failure has a message on stderr and nothing on stdout.
expect() {
  code=$1
  shift
  "$@" >stdout 2>stderr
  got=$?
  [ "$got" = "$code" ] || { wrong "exit $got instead of $code: $*"; cat stderr; }
  grep -Eq 'AddressSanitizer|runtime error|LeakSanitizer' stderr && { wrong "sanitizer: $*"; cat stderr; }
  if [ "$code" -ge 64 ]; then
    [ -s stdout ] && wrong "stdout is not empty: $*"
    [ "$(grep -c '^prodrome: ' stderr)" = 1 ] || { wrong "not one message: $*"; cat stderr; }
  fi
  [ -z "$(ls -A out)" ] || { wrong "left behind: $(ls -A out): $*"; rm -rf out; mkdir out; }
}

# ---- 0 ----
expect 0 "$prodrome" --version
expect 0 "$prodrome" --help
expect 0 "$prodrome" run kim_oven
expect 0 "$prodrome" run "$scenarios/kim_oven.yaml" --set 'oven.T=100 degC' --json
for command in run sweep plan status merge evaluate score verify validate list describe; do
  expect 0 "$prodrome" $command --help
done
"$prodrome" sweep kim_oven -n 3 -o in/small.h5 --quiet >stdout || wrong "the small sweep failed"
[ -s in/small.h5 ] || wrong "the small sweep wrote nothing"
expect 0 "$prodrome" verify in/small.h5
expect 0 "$prodrome" verify in/small.h5 in/small.h5
expect 0 "$prodrome" evaluate in/small.h5 --detector never
mkdir -p in/plan
expect 0 "$prodrome" plan kim_oven -n 3 --set group=1 --shards 2 -o in/plan/plan.json
expect 0 "$prodrome" status in/plan
expect 66 "$prodrome" merge in/plan -o out/x.h5
for words in '' '2/2' '0/3' '1' '-1/2' '1/2x'; do
  expect 64 "$prodrome" sweep --plan in/plan/plan.json --shard "$words"
done
expect 0 "$prodrome" sweep --plan in/plan/plan.json --shard 1/2
expect 0 "$prodrome" sweep --plan in/plan/plan.json
expect 0 "$prodrome" merge in/plan -o in/merged.h5
expect 64 "$prodrome" merge in/plan -o in/plan/plan.json
expect 64 "$prodrome" merge in/plan -o in/plan/shard-0-of-2.h5
expect 0 "$prodrome" plan kim_oven -n 3 --set group=1 --shards 2 -o in/plan/plan.json
expect 65 "$prodrome" plan kim_oven -n 4 --set group=1 --shards 2 -o in/plan/plan.json
expect 65 "$prodrome" plan kim_oven -n 3 --shards 2 -o out/p.json
expect 65 "$prodrome" status in/small.h5
expect 66 "$prodrome" status in/nowhere

# ---- 64 ----
for words in '' 'frobnicate' 'rum kim_oven' '-x' 'run' 'run a b' 'run kim_oven --sett x=1' 'run kim_oven -q' \
  'run kim_oven --case' 'run kim_oven --case -1' 'run kim_oven --case 1.5' 'run kim_oven --case 99999999999999999999' \
  'run kim_oven --json=yes' 'run kim_oven --set oven.T' 'run kim_oven --set =1' 'run kim_oven --integrator euler' \
  'run kim_oven --case 1 --case 2' 'sweep kim_oven' 'sweep kim_oven -o out/x.h5 -n 0' \
  'sweep kim_oven -o out/x.h5 -j 0' 'sweep kim_oven -o out/x.h5 -n many' 'sweep kim_oven -o out/x.h5 --seed x' \
  'evaluate' 'evaluate in/small.h5 --detector cusim' 'evaluate in/small.h5 --split tset' 'score' \
  'score in --detector oracle' 'verify' 'list sensor_types' 'describe' 'describe nothing_of_that_name' \
  'sweep kim_oven -o out/x.h5 --license CC_BY' 'sweep' 'sweep --shard 0/1' 'sweep kim_oven --plan p.json' \
  'sweep --plan p.json -o out/x.h5' 'sweep --plan p.json --seed 1' 'plan kim_oven' 'plan -o out/p.json' \
  'plan kim_oven -o out/p.json --shards 0' 'plan kim_oven -o out/p.json --shards many' 'status' 'status a b' 'merge' \
  'merge in' 'merge a b -o out/x.h5'; do
  # shellcheck disable=SC2086 # lists of words
  expect 64 "$prodrome" $words
done

# ---- 65 ----
printf 'kind: oven\noven: {T: 155 degC\n' >in/syntax.yaml
printf 'kind: ofen\n' >in/kind.yaml
printf 'not a corpus' >in/text.h5
: >in/empty.h5
head -c 5000 in/small.h5 >in/cut.h5
printf 'a,b\n1,2\n' >in/columns.csv
: >in/empty.csv
for command in run 'sweep -o out/x.h5'; do
  for file in in/syntax.yaml in/kind.yaml in/small.h5; do
    # shellcheck disable=SC2086
    expect 65 "$prodrome" $command "$file"
  done
done
expect 65 "$prodrome" run kim_oven --set 'oven.T=155 degF_'
expect 65 "$prodrome" run kim_oven --set 'oven.TT=155 degC'
expect 65 "$prodrome" run kim_oven --set 'oven.T=155'
for file in in/text.h5 in/empty.h5 in/cut.h5; do
  expect 65 "$prodrome" verify "$file"
  expect 65 "$prodrome" evaluate "$file"
done
expect 65 "$prodrome" score in/columns.csv
expect 65 "$prodrome" score in/empty.csv
cp in/small.h5 in/flipped.h5
size=$(wc -c <in/flipped.h5)
at=$((size / 2)) # where data lies: room that nothing uses may hold anything
while [ $at -gt 1000 ] && dd if=in/small.h5 bs=1 skip=$at count=16 2>/dev/null | od -An -tx1 | grep -q ' 00 00'; do
  at=$((at - 997))
done
printf '\377\377\377\377' | dd of=in/flipped.h5 bs=1 seek=$at conv=notrunc 2>/dev/null
cmp -s in/small.h5 in/flipped.h5 && wrong "nothing was flipped at $at"
expect 65 "$prodrome" verify in/flipped.h5

expect 65 env PRODROME_LEVEL=x86-64-v9 "$prodrome" run kim_oven

# ---- 66 ----
expect 66 "$prodrome" run in/absent.yaml
expect 66 "$prodrome" run kim_ofen
expect 66 "$prodrome" run in
expect 66 "$prodrome" run ''
expect 66 "$prodrome" sweep in/absent.yaml -o out/x.h5
expect 66 "$prodrome" evaluate in/absent.h5
expect 66 "$prodrome" verify in/absent.h5
expect 66 "$prodrome" score in/absent.csv
expect 66 "$prodrome" score out

# ---- a pipe that nobody writes to, a folder that holds itself: no waiting, no going round ----
mkfifo in/pipe
printf 'campaign:\n  - file: pipe\n' >in/of_pipe.yaml
expect 65 timeout 20 "$prodrome" run in/pipe
expect 65 timeout 20 "$prodrome" run in/of_pipe.yaml
sh -c 'cat "$1" >in/pipe' sh "$scenarios/kim_oven.yaml" &
sleep 0.2
expect 0 timeout 20 "$prodrome" run in/pipe
wait
expect 66 timeout 20 "$prodrome" score in/pipe
mkdir -p in/round/below
cp "$PRO_SOURCE"/tests/data/B0029_cyc000.csv in/round/below
ln -s .. in/round/below/a
ln -s ../../round in/round/below/b
expect 0 timeout 60 "$prodrome" score in/round --detector never

# ---- what a terminal would obey is not passed on ----
escape=$(printf '\033[31m\302\233m\377')
for words in "frobnicate$escape" "run $escape" "run -$escape" "run --$escape" "run kim_oven --set oven.T=$escape" \
  "run kim_oven --set $escape=1" "describe $escape" "score $escape"; do
  # shellcheck disable=SC2086
  "$prodrome" $words 2>stderr && wrong "did not fail: $words"
  tr -d '\12\40-\176' <stderr | cmp -s - /dev/null || wrong "control characters in the message: $words"
done
expect 65 "$prodrome" run kim_oven --set "title=$(printf '%20000s' x | tr ' ' x)"
grep -q 'title is one line' stderr || wrong "a long override hides what is wrong with it"

# ---- 70 ----
for code in 0 1 64 65 66 70 71 74 75 128+n; do
  "$prodrome" --help | grep -Eq "^  $(echo $code | sed 's/+/\\+/') " || wrong "--help does not tell of exit code $code"
  grep -q "^| $code |" "$PRO_SOURCE/README.md" || wrong "README.md does not tell of exit code $code"
done

# ---- 71: more samples than memory is allowed ----
if [ "$sanitized" = 0 ]; then
  expect 71 sh -c 'ulimit -v 600000; exec "$@"' sh "$prodrome" run kim_oven --set 'duration=1e6 s' \
    --set 'period=0.05 s' -o out/x.csv
fi

# ---- 74 ----
expect 74 "$prodrome" run kim_oven -o in/text.h5/x.csv
expect 74 "$prodrome" run kim_oven -o out
expect 74 "$prodrome" run kim_oven -o out/absent/x.csv
expect 74 "$prodrome" sweep kim_oven -n 2 -q -o out/absent/x.h5
expect 74 "$prodrome" sweep kim_oven -n 2 -q -o out
expect 74 "$prodrome" sweep kim_oven -n 2 -q -o in/text.h5/x.h5
expect 74 "$prodrome" sweep kim_oven -n 2 -q -o in/pipe
[ -p in/pipe ] || wrong "sweep put a file where a pipe was"
if [ -c /dev/full ]; then
  expect 74 "$prodrome" run kim_oven -o /dev/full
  for words in --version --help 'run kim_oven' 'run kim_oven --json' 'list' 'describe cells' 'verify in/small.h5'; do
    # shellcheck disable=SC2086
    expect 74 sh -c 'exec "$@" >/dev/full' sh "$prodrome" $words
  done
fi
expect 74 sh -c 'exec "$@" >&-' sh "$prodrome" run kim_oven
expect 74 sh -c 'ulimit -f 8; exec "$@" >/dev/null' sh "$prodrome" run kim_oven -o out/x.csv
expect 74 sh -c 'ulimit -f 8; exec "$@" >/dev/null' sh "$prodrome" sweep kim_oven -n 4 -q -o out/x.h5
# a reader that goes away
{ (sleep 0.2; exec "$prodrome" describe scenario --json 2>stderr; ); echo $? >code; } | true
[ "$(cat code)" = 74 ] || wrong "exit $(cat code) instead of 74 when the pipe's reader is gone"

[ -r /proc/self/mem ] && expect 74 "$prodrome" run /proc/self/mem

# ---- 1: some draws contradict each other (a lower voltage limit above the upper one) ----
cat >in/half.yaml <<'END'
kind: oven
runs: 8
cell: lco_18650
initial: {T: 25 degC, soc: 100 %}
oven: {T: 60 degC, ramp: 5 K/min}
duration: 600 s
period: 1 s
vary:
  cell.voltage_min: {choice: [3 V, 5 V]}
END
expect 0 "$prodrome" sweep in/half.yaml -q -o in/half.h5
grep -q 'warning: [1-7] of 8 cases failed' stderr || { wrong "no word of the failed cases"; cat stderr; }
expect 0 "$prodrome" verify in/half.h5
expect 1 "$prodrome" sweep in/half.yaml -q -o in/half.h5 --strict
grep -q '^8 cases = .* [1-7] failed' stdout || wrong "the summary does not count the failed cases"
expect 0 "$prodrome" sweep kim_oven -n 2 -q -o in/strict.h5 --strict

# ---- 75 and 128+n ----
interrupt() { # signal name, its number
  "$prodrome" sweep kim_oven -n 4000000 -j 2 -o out/long.h5 >stdout 2>stderr &
  pid=$!
  sleep 1
  kill -s "$1" $pid
  wait $pid
  got=$?
  [ $got = 75 ] || { wrong "exit $got instead of 75 after SIG$1"; cat stderr; }
  grep -q '^prodrome: interrupted after ' stderr || wrong "no word of the interruption by SIG$1"
  [ -s stdout ] && wrong "stdout is not empty after SIG$1"
  [ -z "$(ls -A out)" ] || { wrong "left behind after SIG$1: $(ls -A out)"; rm -rf out; mkdir out; }
}
interrupt TERM
interrupt INT

# while `run -o` writes
"$prodrome" run kim_oven --set 'duration=200000 s' -o out/long.csv >stdout 2>stderr &
pid=$!
for _ in $(seq 200); do
  [ -n "$(ls -A out)" ] && break
  sleep 0.05
done
kill -s INT $pid 2>/dev/null
wait $pid
got=$?
[ $got = 75 ] || { wrong "exit $got instead of 75 when run -o is interrupted"; cat stderr; }
[ -z "$(ls -A out)" ] || { wrong "left behind by run -o: $(ls -A out)"; rm -rf out; mkdir out; }

# Two signals that find the program stopped are both there before it can end in good order.
"$prodrome" sweep kim_oven -n 4000000 -j 1 -o out/long.h5 >stdout 2>stderr &
pid=$!
sleep 0.5
kill -s STOP $pid
kill -s INT $pid
kill -s TERM $pid
kill -s CONT $pid
wait $pid
got=$?
[ $got = 130 ] || [ $got = 143 ] || wrong "exit $got instead of 130 or 143 after SIGINT and SIGTERM"
rm -rf out
mkdir out

# A case that takes minutes is not waited for, and what a shard has finished is kept.
"$prodrome" plan duty_cycle -n 6 --set group=1 --set 'duration=100 d' --no-truth --shards 1 -o in/plan/long.json -q >stdout &
pid=$!
sleep 0.2
kill -s TERM $pid
wait $pid
[ $? = 143 ] || wrong "a plan in the making does not end at once"
"$prodrome" sweep duty_cycle -n 2 -j 1 --set 'duration=500 d' -o out/long.h5 -q >stdout 2>stderr &
pid=$!
sleep 1
kill -s TERM $pid
began=$(date +%s)
wait $pid
got=$?
[ $got = 75 ] || wrong "exit $got instead of 75 in a long case"
[ $(($(date +%s) - began)) -le 5 ] || wrong "it took more than 5 s to end"
grep -q '^2 cases = 0 ok + 0 failed + 2 missing;' stderr || { wrong "no account of an interrupted sweep"; cat stderr; }
[ -z "$(ls -A out)" ] || wrong "left behind: $(ls -A out)"

[ $bad = 0 ] && echo "all exit codes as documented"
exit $bad
