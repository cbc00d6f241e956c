# SPDX-License-Identifier: GPL-3.0-or-later
# test: full
# The programs of bench/: their table in docs/validation.md is what the engine gives, their JSON is JSON, and their
# exit codes are the documented ones.
set -u
build=${PRO_BUILD:?} source=${PRO_SOURCE:?} shared=${PRO_SHARED:-}
bench=$build/bench
failures=0
folder=$(mktemp -d) || exit 70
trap 'rm -rf "$folder"' EXIT

fail() { printf 'test_bench: %s\n' "$1" >&2; failures=$((failures + 1)); }

# expect CODE COMMAND...: the exit code, one line of message where it is not 0, and nothing on stdout then
expect() {
  want=$1
  shift
  "$@" >"$folder/out" 2>"$folder/err"
  got=$?
  [ "$got" -eq "$want" ] || fail "$* gave $got, not $want: $(head -n 1 "$folder/err")"
  [ "$want" -eq 0 ] && return
  [ -s "$folder/err" ] || fail "$* said nothing"
  [ -s "$folder/out" ] && fail "$* failed and printed a result"
}

is_json() { python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$folder/out" || fail "$1: no JSON"; }

members=$shared/data/kim_ensemble/members.csv
if [ -n "$shared" ] && [ -r "$members" ]; then
  "$bench/validate" --members "$members" --check "$source/docs/validation.md" || fail "docs/validation.md"
  head -n 4 "$members" >"$folder/three.csv"
  expect 0 "$bench/kim" "$folder/three.csv" --json
  is_json "kim --json"
  expect 0 "$bench/kim" --rtol=1e-6 "$folder/three.csv"
  sed 's/lnA_sei/lnA_saw/' "$folder/three.csv" >"$folder/bad.csv"
  expect 65 "$bench/kim" "$folder/bad.csv"
  sed '3s/,/,x/5' "$folder/three.csv" >"$folder/bad.csv"
  expect 65 "$bench/kim" "$folder/bad.csv"
else
  echo "test_bench: SKIPPED, rows of the oven ensemble: no $members" >&2
  "$bench/validate" --check "$source/docs/validation.md" || fail "docs/validation.md"
fi

for program in kim validate cost peers accuracy pipeline; do
  expect 0 "$bench/$program" --help
  expect 64 "$bench/$program" --no-such-option
done
expect 64 "$bench/kim"
expect 64 "$bench/kim" a b
expect 64 "$bench/kim" --rtol 7 a
expect 64 "$bench/kim" a --rtol
expect 64 "$bench/kim" a --integrator none
expect 66 "$bench/kim" "$folder/none.csv"
expect 66 "$bench/kim" "$folder"
: >"$folder/empty.csv"
expect 65 "$bench/kim" "$folder/empty.csv"
expect 66 "$bench/validate" --members "$folder/none.csv"
expect 64 "$bench/accuracy" --cases 0
expect 0 "$bench/accuracy" --cases 2 --json
is_json "accuracy --json"
expect 0 "$bench/ensemble" --nominal --repeats 1 --json
is_json "ensemble --nominal --json"
expect 0 "$bench/cost" --repeats 1 --json
is_json "cost --json"
expect 0 "$bench/pipeline" --quick --repeats 3 --json
is_json "pipeline --json"
# not speed, which is the machine's: what is stored is smaller, and 8 times as many runs need no more memory (lowest
# of three: where other work keeps a worker from its core, the window of compressed groups fills further)
python3 - "$folder/out" <<'END' || fail "pipeline: figures out of bounds: $(cat "$folder/out")"
import json, sys
r = json.load(open(sys.argv[1]))
assert r["channel_ratio"] >= 3.5 and r["memory_many_over_few"]["low"] <= 1.2
assert all(r[mode][part]["median"] > 0 for mode in ("parts_sensors_us_per_case", "parts_truth_us_per_case") for part in r[mode])
END

[ "$failures" -eq 0 ]
