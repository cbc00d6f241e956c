#!/bin/sh
# test: full
# SPDX-License-Identifier: GPL-3.0-or-later
# The same corpus, byte for byte, from 1, 2 and 3 threads, from two runs, and from the arithmetic of every instruction
# set; other bytes from another seed. PRO_LONG=1: every case of the scenario.
set -u
prodrome=$PRO_BUILD/prodrome
scenario=$PRO_SOURCE/scenarios/quickstart.yaml
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
wrong() { echo "wrong: $*"; bad=1; }

sweep() { # output, options
  out=$work/$1
  shift
  # shellcheck disable=SC2086 # none, or -n and a number
  "$prodrome" sweep "$scenario" $count -q -o "$out" "$@" >/dev/null || { wrong "sweep $* failed"; exit 1; }
}

count="-n 150"
[ "${PRO_LONG:-0}" = 1 ] && count=""
sweep a.h5 -j 1
sweep b.h5 -j 2
sweep c.h5 -j 2
cmp "$work/a.h5" "$work/b.h5" || wrong "1 and 2 threads make different bytes"
cmp "$work/b.h5" "$work/c.h5" || wrong "two runs make different bytes"
rm "$work/b.h5" "$work/c.h5"
sweep d.h5 -j 3
cmp "$work/a.h5" "$work/d.h5" || wrong "1 and 3 threads make different bytes"
for level in portable x86-64-v2 x86-64-v3 x86-64-v4; do
  export PRODROME_LEVEL=$level
  "$prodrome" run kim_oven >/dev/null 2>"$work/why" || { echo "skipped: $level: $(cat "$work/why")"; continue; }
  rm -f "$work/d.h5"
  sweep d.h5 -j 2
  cmp "$work/a.h5" "$work/d.h5" || wrong "$level makes other bytes"
done
unset PRODROME_LEVEL
sweep e.h5 -j 2 --seed 12345
cmp -s "$work/a.h5" "$work/e.h5" && wrong "another seed makes the same bytes"
# case k is the same whether 5 or 150 are made
"$prodrome" run "$scenario" --case 4 --json >"$work/one.json" || wrong "case 4 alone failed"
/usr/bin/python3 - "$work/a.h5" "$work/one.json" <<'END' || wrong "case 4 alone is not row 4 of the corpus"
import json, sys, h5py, numpy
file, one = h5py.File(sys.argv[1]), json.load(open(sys.argv[2]))
for name in ("t_runaway_guarded", "t_max", "t_vent"):
    a, b = float(file[name][4]), one[name]
    assert (b is None and numpy.isnan(a)) or a == b, (name, a, b)
for path, value in one["params"].items():
    a = float(file["param/" + path.replace(".", "/")][4]) if "param/" + path.replace(".", "/") in file else float(file["param/" + path][4])
    assert isinstance(value, str) or (value is None and numpy.isnan(a)) or a == value, (path, a, value)
END

[ $bad = 0 ] && echo "the same bytes on 1, 2 and 3 threads, from two runs and by every instruction set"
exit $bad
