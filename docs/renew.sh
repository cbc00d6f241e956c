#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes what the documents show from the program as it stands: docs/generated, docs/runaway.png, and the lead-time
# table of README.md.   sh docs/renew.sh build/prodrome    (the picture needs python3-matplotlib)
set -eu
program=$(realpath "$1")
cd "$(dirname "$0")/.."
python=/usr/bin/python3 # Debian's: another one earlier in PATH does not see Debian's packages
[ -x $python ] || python=python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sh docs/generate.sh "$program"

"$program" run oven --set 'initial.T=25 degC' --set 'oven.delay=5 min' --set 'oven.T=155 degC' \
  --set 'cell.film_coefficient=10 W/(m2 K)' -o "$work/run.csv" --json >"$work/run.json"
$python docs/plot_runaway.py "$work/run.csv" "$work/run.json" docs/runaway.png

"$program" validate --draws 60 --json >"$work/validate.json" # some minutes
$python docs/experiments.py "$work/validate.json" docs

"$program" sweep scenarios/quickstart.yaml -q -o "$work/quickstart.h5"
"$program" evaluate "$work/quickstart.h5" --json >"$work/lead_times.json"
$python docs/lead_table.py "$work/lead_times.json" README.md
