#!/bin/sh
# test: full
# SPDX-License-Identifier: GPL-3.0-or-later
# What `prodrome slurm` writes and refuses, with an sbatch and an scontrol that only note what they are told; and that what
# docs/cluster offers to other programs can be read by them. tests/test_slurm.sh is on a real cluster.
set -u
prodrome=$PRO_BUILD/prodrome
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
wrong() { echo "wrong: $*"; bad=1; }
expect() { # code, command...: its stdout and stderr are in files of these names
  code=$1
  shift
  "$@" >stdout 2>stderr
  got=$?
  [ $got = "$code" ] || { wrong "exit $got instead of $code: $*"; cat stderr; }
}
says() { grep -q -e "$1" "$2" || { wrong "$2 does not say '$1':"; cat "$2"; }; }

mkdir bin
cat >bin/scontrol <<'END'
#!/bin/sh
[ "$*" = 'show config' ] || { echo "scontrol $*" >>"$NOTES"; exit 1; }
echo "MaxArraySize            = ${FAKE_ARRAY:-4}"
echo "MaxJobCount             = ${FAKE_JOBS:-10000}"
END
cat >bin/sbatch <<'END'
#!/bin/sh
echo "sbatch $*" >>"$NOTES"
n=$(grep -c ^sbatch "$NOTES")
[ "$n" = "${FAKE_FAIL:-0}" ] && { echo "sbatch: error: no more jobs" >&2; exit 1; }
echo "$((100 + n));elsewhere"
END
cat >bin/scancel <<'END'
#!/bin/sh
echo "scancel $*" >>"$NOTES"
END
chmod +x bin/*
NOTES=$work/notes
export NOTES
plain_path=$PATH
mkdir none # this machine's own clients, if any, are not asked
for name in scontrol sbatch; do printf '#!/bin/sh\nexit 127\n' >none/$name; done
chmod +x none/scontrol
rm none/sbatch

folder="it's \"here\" \$HOME \`x\`; # & (a)
b"
mkdir "$folder"
expect 0 "$prodrome" plan quickstart -n 40 --set group=4 --shards 10 -q -o "$folder/plan.json"

# ---- without a cluster the limit is assumed, and that is said ----
PATH=$work/none:$plain_path expect 0 "$prodrome" slurm "$folder/plan.json"
says '10 shards in 1 array of 1001 tasks at most (MaxArraySize, assumed: ' stdout
for file in sweep.sbatch merge.sbatch submit.sh; do bash -n "$folder/$file" || wrong "$file is no script"; done
for line in --array=0-9 --signal=B:TERM@300 --requeue --open-mode=append --time=04:00:00 --cpus-per-task=1; do
  grep -qx -e "#SBATCH $line" "$folder/sweep.sbatch" || wrong "sweep.sbatch has no $line"
done
grep -E -- '--(mem|partition|account)' "$folder"/*.sbatch && wrong "options that were not given"
if ! command -v sbatch >/dev/null; then
  expect 66 "$prodrome" slurm "$folder" --submit
  expect 66 sh "$folder/submit.sh"
fi

# ---- with one: arrays as long as it allows, the merge behind them, every option in its place ----
PATH=$work/bin:$plain_path
: >notes
expect 0 "$prodrome" slurm "$folder" --submit --json --time 1-2 --cpus 4 --mem 2G -p long -A me --throttle 3 --notice 120 \
  --extra=--qos=low '--extra=--comment="a b"' -o "$folder/the 'corpus'.h5"
says '"tasks_assumed": *false' stdout
cat >expected <<'END'
sbatch --parsable sweep.sbatch 0
sbatch --parsable --array=0-3%3 sweep.sbatch 4
sbatch --parsable --array=0-1%3 sweep.sbatch 8
sbatch --parsable --dependency=afterok:101:102:103 --kill-on-invalid-dep=yes merge.sbatch
END
diff expected notes || wrong "other jobs are submitted"
for line in --array=0-3%3 --signal=B:TERM@120 --time=1-2 --cpus-per-task=4 --mem=2G --partition=long --account=me --qos=low \
  '--comment="a b"'; do
  grep -qx -e "#SBATCH $line" "$folder/sweep.sbatch" || wrong "sweep.sbatch has no $line"
done
python3 -c 'import json; d = json.load(open("stdout")); j = d["jobs"]
assert [(x["name"], x["id"]) for x in j] == [("sweep", "101"), ("sweep", "102"), ("sweep", "103"), ("merge", "104")], j
assert d["arrays"] == 3 and d["shards"] == 10 and d["tasks_of_an_array"] == 4, d' || wrong "the document"
[ -d "$folder/logs" ] || wrong "no folder for logs"

# ---- the scripts themselves do what they say, here without a cluster ----
for k in 0 1 2 3; do
  for offset in 0 4 8; do
    [ $((k + offset)) -lt 10 ] || continue
    SLURM_CPUS_PER_TASK=1 SLURM_ARRAY_TASK_ID=$k bash "$folder/sweep.sbatch" $offset >stdout 2>stderr ||
      { wrong "element $k of the array from $offset on"; cat stderr; }
  done
done
expect 0 bash "$folder/merge.sbatch"
expect 0 "$prodrome" sweep quickstart -n 40 --set group=4 -q -o plain.h5
cmp plain.h5 "$folder/the 'corpus'.h5" || wrong "the scripts make another corpus than a sweep"

# ---- told to stop: Slurm tells the shell alone, or all processes; either is an end in good order, and this element's return ----
cat >bin/squeue <<'END'
#!/bin/sh
echo "$FAKE_STATE"
END
chmod +x bin/squeue
mkdir long
expect 0 "$prodrome" plan kim_oven -n 4000000 --shards 2 -q -o long/plan.json
expect 0 "$prodrome" slurm long
stop_task() { # whom (shell or all), state of the job: its exit code, and what scontrol was told
  : >notes
  FAKE_STATE=$2 SLURM_CPUS_PER_TASK=1 SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=1 setsid bash long/sweep.sbatch 0 >stdout 2>stderr &
  shell=$!
  until ls long/.shard-1-of-2.h5.*.log >/dev/null 2>&1 || ! kill -0 $shell 2>/dev/null; do sleep 0.1; done
  sleep 0.3
  [ "$1" = shell ] || program=$(cat /proc/$shell/task/$shell/children)
  # shellcheck disable=SC2086
  kill -TERM $shell ${program:-}
  program=''
  wait $shell
  echo "$? $(cat notes)"
  rm -f long/.shard-*
}
for whom in shell all; do
  got=$(stop_task $whom RUNNING)
  [ "$got" = '75 scontrol requeue 7_1' ] || { wrong "SIGTERM to $whom: $got"; cat stderr; }
  got=$(stop_task $whom CANCELLED)
  [ "$got" = '75 ' ] || { wrong "SIGTERM to $whom of a cancelled job: $got"; cat stderr; }
done

# ---- a submission that fails takes back what it has submitted ----
: >notes
FAKE_FAIL=3 expect 74 "$prodrome" slurm "$folder" --submit
says 'no more jobs' stderr
[ "$(tail -n 1 notes)" = 'scancel 101 102' ] || wrong "what was submitted stays: $(cat notes)"
FAKE_JOBS=10 expect 0 "$prodrome" slurm "$folder"
says 'warning: 10 tasks are more than the 10 jobs' stderr
FAKE_ARRAY=0 expect 65 "$prodrome" slurm "$folder"

# ---- a file of someone else's ----
echo 'echo mine' >"$folder/submit.sh"
cp "$folder/sweep.sbatch" before
expect 65 "$prodrome" slurm "$folder" --time 10
says 'submit.sh: is not by .prodrome slurm.' stderr
[ "$(cat "$folder/submit.sh")" = 'echo mine' ] || wrong "a foreign file was written over"
cmp -s before "$folder/sweep.sbatch" || wrong "half of the files were written"
rm "$folder/submit.sh"

# ---- what is refused ----
for words in '--time 5' '--time 5:59' '--time 4h' '--time 1:2:3:4' '--time -5' '--cpus 0' '--throttle x' '--notice 70000' '--extra qos=low' \
  '--time 2 --notice 61' '--partition a#b'; do
  # shellcheck disable=SC2086
  expect 64 "$prodrome" slurm "$folder" $words
done
expect 64 "$prodrome" slurm "$folder" --partition 'a b'
expect 64 "$prodrome" slurm "$folder" --account ''
expect 64 "$prodrome" slurm "$folder" --extra='--qos=a
rm -rf x'
expect 64 "$prodrome" slurm "$folder" -o "$folder/"
expect 64 "$prodrome" slurm
expect 66 "$prodrome" slurm nowhere
expect 65 "$prodrome" slurm "$folder/sweep.sbatch"
expect 74 "$prodrome" slurm "$folder" -o nowhere/corpus.h5
for words in '--time 6' '--time 6:00' '--time 0:06:00' '--time 0-1' '--time 0-0:06' '--time 0-0:06:00' '--time UNLIMITED' \
  '--time 2 --notice 60'; do
  # shellcheck disable=SC2086
  expect 0 "$prodrome" slurm "$folder" $words
done
mkdir 'p%j'
cp "$folder/plan.json" 'p%j'
expect 65 "$prodrome" slurm 'p%j'

# ---- docs/cluster ----
cd "$PRO_SOURCE/docs/cluster" || exit 1
python3 -c 'import ast, sys; ast.parse(open("package.py").read(), "package.py")' || wrong "package.py is no Python"
for lua in lua5.4 lua5.3 lua luac; do
  command -v $lua >/dev/null || continue
  case $lua in luac) luac -p prodrome.lua ;; *) $lua -e 'assert(loadfile("prodrome.lua"))' ;; esac || wrong "prodrome.lua is no Lua"
  break
done
sed -n '/^%post/,/^%[^p]/p' prodrome.def | grep -v '^%' >"$work/post.sh"
[ -s "$work/post.sh" ] || wrong "prodrome.def has no %post"
bash -n "$work/post.sh" || wrong "prodrome.def: its %post is no script"
# every block of commands is one a shell can read, and names options that there are
awk '/^```/ { on = !on; next } on' README.md >"$work/lines.sh"
[ -s "$work/lines.sh" ] || wrong "README.md has no commands"
bash -n "$work/lines.sh" || wrong "README.md: its commands are no script"
grep -oE 'prodrome (plan|slurm|status|merge|verify|sweep)[^|;#]*' "$work/lines.sh" | while read -r _ command rest; do
  "$prodrome" "$command" --help >"$work/help"
  for word in $rest; do
    case $word in
      --*) grep -q -e "${word%%=*}" "$work/help" || echo "$command has no $word" ;;
    esac
  done
done >"$work/unknown"
[ -s "$work/unknown" ] && wrong "README.md: $(cat "$work/unknown")"

[ $bad = 0 ] && echo "scripts as documented"
exit $bad
