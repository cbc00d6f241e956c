# SPDX-License-Identifier: GPL-3.0-or-later
# test: quick
# bench/peers: a row for each tool whether it is installed or not, with all counts, and the tables made of it.
set -u
build=${PRO_BUILD:?} source=${PRO_SOURCE:?} members=${PRO_SHARED:-}/data/kim_ensemble/members.csv
[ -r "$members" ] || { echo "test_peers_table: SKIPPED, no $members" >&2; exit 77; }
folder=$(mktemp -d) || exit 70
trap 'rm -rf "$folder"' EXIT
peers=$build/bench/peers

"$peers" "$members" --cases 4 --repeats 1 --python "$folder/none" --json >"$folder/peers.json" || exit 1
python3 - "$folder/peers.json" <<'END' || exit 1
import json, sys
doc = json.load(open(sys.argv[1]))
peers = {p["key"]: p for p in doc["peers"]}
assert list(peers) == ["prodrome", "prodrome_cvode", "cvode_reused", "cvode_fresh", "cvode_optimised_reused",
                       "cvode_optimised_fresh", "gsl_msbdf", "scipy_lsoda", "scipy_bdf", "scipy_lsoda_numba"], list(peers)
assert doc["members"] == 4 and doc["repeats"] == 1 and doc["level"] and doc["sundials"] and doc["python"] is None
for key, p in peers.items():
    if key.startswith("scipy"):
        assert "python3-scipy" in p["absent"] and p["runs"] == [], p
    elif p["absent"]:
        assert "optimised" in key and "PRO_PEER_SUNDIALS" in p["absent"] and p["runs"] == [], p
    else:
        assert [r["rtol"] for r in p["runs"]] == [1e-4, 1e-6, 1e-8], p
        last = None
        for r in p["runs"]:
            assert r["cases"] == 4 and r["failed"] == 0 and r["onset_mismatched"] == 0, r
            assert 0 < r["seconds_low"] <= r["seconds_median"] <= r["seconds_high"] and r["ratio"] > 0, r
            # the worst was measured at 108 rtol (CVODE at 1e-8); another's equations are off by far more
            assert r["onset_error_p99"] < 1000 * r["rtol"], (key, r)
            counts = [r[c] for c in ("steps", "rhs_calls", "jacobian_calls")]
            assert all(c > 0 for c in counts) and r["rhs_calls"] > r["steps"] and r["rejected"] >= 0, r
            assert last is None or r["steps"] > last, (key, r)
            last = r["steps"]
        assert (r["factorisations"] is None) == (key in ("prodrome_cvode", "gsl_msbdf")), key
END
python3 "$source/docs/speed_table.py" "$folder/peers.json" >"$folder/table" || exit 1
grep -q '^| GSL msbdf | 1e-06 |' "$folder/table" || { echo "no row of GSL's in the whole table" >&2; exit 1; }
"$peers" 2>/dev/null; [ $? = 64 ] || { echo "peers without members is not refused" >&2; exit 1; }
"$peers" "$folder/none" 2>/dev/null; [ $? = 66 ] || { echo "a missing file is not said to be missing" >&2; exit 1; }
