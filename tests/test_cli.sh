#!/bin/sh
# test: quick
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command's --json is one JSON document with what it promises, the texts hang together, and what was typed
# wrongly is answered with what was meant.
set -u
prodrome=$PRO_BUILD/prodrome
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
wrong() { echo "wrong: $*"; bad=1; }

mkdir docs
n=0
json() { # COMMAND...: its document goes to docs/NAME.json with the command beside it
  n=$((n + 1))
  "$prodrome" "$@" --json >"docs/$n.json" 2>stderr || { wrong "prodrome $* --json failed"; cat stderr; }
  echo "$*" >"docs/$n.command"
}
"$prodrome" sweep internal_short -n 6 -q -o c.h5 --set 'duration=1500 s' >summary || wrong "sweep failed"
grep -q '^6 cases = ' summary || wrong "sweep's summary does not add up to 6 cases"
# a case that spends its budget of steps fails alone, and says so in the corpus
"$prodrome" sweep internal_short -n 2 -q -o f.h5 --set 'duration=1500 s' --set steps_max=20 >summary 2>stderr ||
  wrong "sweep with failed cases failed"
grep -q '^2 cases = .* 2 failed' summary || wrong "steps_max=20 fails no case: $(cat summary)"
grep -q 'the first is case 0: at t = .*: its budget of 20 steps (steps_max) is spent' stderr || wrong "told: $(cat stderr)"
/usr/bin/python3 -c 'import h5py
for m in h5py.File("f.h5")["run_info/message"]: assert b"budget of 20 steps" in m, m' || wrong "the corpus does not say why"
"$prodrome" sweep internal_short -n 2 -q -o g.h5 --set 'duration=1500 s' --case-seconds 100000 >summary || wrong "--case-seconds"
grep -q ' 0 failed' summary || wrong "a day is not enough for a case: $(cat summary)"
told() { "$prodrome" verify "$1" | grep -qx "by $2" || wrong "$1 is not by '$2': $("$prodrome" verify "$1")"; }
told c.h5 'rosenbrock, rtol 1e-06'
told g.h5 'rosenbrock, rtol 1e-06, each case within 100000 s of wall clock'
"$prodrome" sweep oven -n 1 -q -o h.h5 --set 'duration=60 s' --set rtol=1e-5 --integrator cvode >/dev/null
told h.h5 'cvode, rtol 1e-05'
json --version
json --help
json list
json describe scenario
json run kim_oven -o kim.csv
json run oven --case 3 --seed 7
json sweep internal_short -n 2 -q -o d.h5 --set 'duration=1500 s'
json evaluate c.h5
json evaluate c.h5 --detector threshold_T --split train
json verify c.h5
json score "$PRO_SOURCE/tests/data" --detector cusum
commands=$("$prodrome" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
for command in $commands; do json $command --help; done
for shelf in chemistries cells kinds sensors detectors integrators comparisons calibrations scenarios; do json list $shelf; done
"$prodrome" list --json >list.json
for name in $(python3 -c 'import json; print(*[i["name"] for l in json.load(open("list.json")).values() for i in l])'); do
  json describe "$name"
  "$prodrome" describe "$name" | grep '^## ' >/dev/null || wrong "describe $name has no heading"
done

# failures are documents as well
for words in 'run absent_scenario' 'verify summary' 'run kim_oven --sett x' 'evaluate c.h5 --detector cusim'; do
  # shellcheck disable=SC2086
  "$prodrome" $words --json >"docs/error_$n.json" 2>stderr && wrong "prodrome $words did not fail"
  [ -s stderr ] || wrong "prodrome $words --json says nothing on stderr"
  n=$((n + 1))
done

cat >check.py <<'END'
import csv, glob, json, math

def finite(pairs):
    names = [k for k, _ in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)

def no_constant(name):
    raise ValueError(name)

docs = {}
for path in glob.glob("docs/*.json"):
    with open(path, encoding="utf-8") as file:
        doc = json.loads(file.read(), object_pairs_hook=finite, parse_constant=no_constant)
    assert isinstance(doc, dict), path
    if "error_" in path:
        assert doc["error"]["exit_code"] in (64, 65, 66) and doc["error"]["message"], path
    else:
        docs[open(path[:-4] + "command").read().strip()] = doc

run = docs["run kim_oven -o kim.csv"]
assert run["outcome"] == "runaway" and run["case"] == 0
clocks = ["fault", "short", "vent", "vent2", "separator", "voltage", "cid", "10K_per_min", "runaway", "runaway_guarded",
          "gb", "max"]
assert all("t_" + c in run for c in clocks), run.keys()
assert run["t_vent"] is None
times = [e["t"] for e in run["events"]]
assert times == sorted(times) and len(times) == sum(run.get("t_" + c) is not None for c in clocks + ["ambient", "mark"])
for e in run["events"]:
    assert e["t"] == run["t_" + e["name"]] and 200 < e["T_core"] <= run["T_max"]
assert run["energy_gap"] < 1e-6 and run["steps"] > 0 and run["rhs_calls"] > run["jacobian_calls"] > 0
for key in ("mass_gap", "charge_gap", "rejected", "status", "message", "params"):
    assert key in run, key
other = docs["run oven --case 3 --seed 7"]
assert other["case"] == 3 and other["seed"] == 7 and 393 < other["params"]["oven.T"] < 464

rows = list(csv.DictReader(open("kim.csv")))
assert len(rows) == run["samples"]
assert float(rows[0]["time_s"]) == 0 and abs(float(rows[0]["truth_T_core_K"]) - 301.15) < 1e-6
hottest = max(float(r["truth_T_core_K"]) for r in rows)
assert run["T_max"] - 5 < hottest <= run["T_max"] + 1e-6, (hottest, run["T_max"])
flag = next(r for r in rows if int(r["stages"]) & 32)
assert 0 <= float(flag["time_s"]) - run["t_runaway_guarded"] < 1.0
blank = sum(r["T_surface_K"] == "" for r in rows) / len(rows)
assert 0.002 < blank < 0.01, blank  # the thermistor loses 0.5 % of its samples

sweep = docs["sweep internal_short -n 2 -q -o d.h5 --set duration=1500 s"]
assert sweep["cases"] == 2 == sum(sweep["outcomes"].values())
verify = docs["verify c.h5"]
assert verify["cases"] == 6 == sum(verify["outcomes"].values()) == sum(verify["classes"].values())

report = docs["evaluate c.h5"]
names = [d["detector"] for d in report["detectors"]]
assert names[-1] == "oracle_fault" and {"never", "always", "cusum", "threshold_T"} <= set(names)
for d in report["detectors"]:
    assert d["warned"] + d["missed"] == d["events"]
    assert d["events"] + d["near_misses"] + d["nominals"] + d["unresolved"] + d["failed"] + d["unscored"] == d["cases"]
    assert len(d["curve"]) == len(report["lead_points"])
    for key in ("lead_p10", "lead_median", "lead_p90", "in_window", "window_recall", "window_precision",
                "false_alarm_cases", "near_miss_alarms", "false_alarms", "risk_hours", "false_alarms_per_cell_year",
                "per_cell_year_low", "per_cell_year_high", "ns_per_sample"):
        assert key in d, key
assert [d["detector"] for d in docs["evaluate c.h5 --detector threshold_T --split train"]["detectors"]] == ["threshold_T"]

score = next(d for c, d in docs.items() if c.startswith("score") and "--detector" in c)
assert [d["detector"] for d in score["detectors"]] == ["cusum"]
assert sum(f["traces"] for f in score["folders"]) == score["traces"] == len(score["detectors"][0]["traces"]) >= 4
for t in score["detectors"][0]["traces"]:
    for key in ("trace", "outcome", "alarms", "first_alarm", "lead", "hours", "max_probability", "ns_per_sample"):
        assert key in t, key

lists = docs["list"]
assert set(lists) == {"chemistries", "cells", "kinds", "sensors", "detectors", "integrators", "comparisons", "calibrations", "scenarios"}
assert all(i["doc"] and i["doc"] != "(cannot be read)" for l in lists.values() for i in l)
for shelf in lists:
    assert docs["list " + shelf] == {shelf: lists[shelf]}
kim = docs["describe lco_kim2007"]["entries"][0]
assert kim["gas_constant"] == 8.314 and kim["k_max"] == 1e4 and len(kim["reactions"]) == 4
oven = docs["describe oven"]["entries"][0]
assert any(f["name"] == "T" and f["unit"] == "K" and f["need"] == "needed" for f in oven["fields"])
assert docs["--version"]["corpus_schema"].startswith("prodrome-corpus/")
commands = {c["name"]: c for c in docs["--help"]["commands"]}
assert all(docs[c + " --help"]["command"] == commands[c] for c in commands)
END
python3 check.py || wrong "a document is not what it should be"

# ---- what run -o writes is itself a trace ----
"$prodrome" score kim.csv >stdout 2>stderr || { wrong "score does not read what run wrote"; cat stderr; }
grep -q '^kim.csv  *threshold_T  *1  *[0-9]' stdout || wrong "score hides the alarms of a trace without a label"

# ---- help names every option and command ----
for command in $commands; do
  "$prodrome" "$command" --help | grep -q -- '--json' || wrong "$command --help does not tell of --json"
  "$prodrome" "$command" -h | cmp -s - /dev/null && wrong "$command -h is empty"
done
[ "$("$prodrome" sweep --help | wc -L)" -le 100 ] || wrong "help is wider than 100 columns"

# ---- did you mean ----
meant() { # word COMMAND...
  word=$1
  shift
  "$prodrome" "$@" >stdout 2>stderr && wrong "prodrome $* did not fail"
  grep -q "did you mean '$word'" stderr || { wrong "prodrome $* does not mean $word"; cat stderr; }
}
meant sweep sweeep x
meant json run kim_oven --jsn
meant kim_oven run kim_ovn
meant cusum evaluate c.h5 --detector cusm
meant cvode run kim_oven --integrator cvod
meant sensors list sensor_s
meant lco_18650 describe lco_1865

# ---- progress: none when quiet, nothing of a terminal's in a file ----
"$prodrome" sweep internal_short -n 4 -q -o e.h5 --set 'duration=1500 s' >/dev/null 2>stderr
[ -s stderr ] && wrong "--quiet is not quiet"
"$prodrome" sweep internal_short -n 4 -o e.h5 --set 'duration=1500 s' >/dev/null 2>stderr
tr -d '\12\40-\176' <stderr | cmp -s - /dev/null || wrong "control characters in a file of progress"

[ $bad = 0 ] && echo "$n documents and the rest are as promised"
exit $bad
