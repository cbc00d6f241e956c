#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the speed tables of `build/bench/peers MEMBERS.csv --json`.

    python3 docs/speed_table.py peers.json                               # prints both
    python3 docs/speed_table.py peers.json README.md docs/performance.md # puts them between the pages' markers"""
import json
import sys

END = "<!-- end of speed -->\n"


def micro(seconds):
    return f"{1e6 * seconds:.3g}" if seconds < 1e-4 else f"{1e6 * seconds:.0f}"


def ratio(run):
    return f"{run['ratio']:.1f}" if run["ratio"] < 10 else f"{run['ratio']:.0f}"


def where(doc):
    return (f"{doc['members']} cases of 7200 s, medians of {doc['repeats']} interleaved passes of one thread on {doc['processor']} "
            f"({doc['level']}); packaged: SUNDIALS {doc['sundials']}, GSL {doc['gsl']}, {doc['python'] or 'no scipy'}; "
            f"optimised: SUNDIALS {doc['sundials_optimised'] or 'none'}.\n\n")


def short(doc):
    yield "| tool | us a case, rtol 1e-4 | 1e-6 | over prodrome, 1e-4 | 1e-6 |\n|---|---|---|---|---|\n"
    for peer in doc["peers"]:
        if peer["absent"]:
            yield f"| {peer['name']} | not measured | | | |\n"
            continue
        a, b = (next(r for r in peer["runs"] if r["rtol"] == rtol) for rtol in (1e-4, 1e-6))
        yield f"| {peer['name']} | {micro(a['seconds_median'])} | {micro(b['seconds_median'])} | {ratio(a)} | {ratio(b)} |\n"


def whole(doc):
    def count(x):
        return "-" if x is None else f"{x:.0f}"

    yield ("| tool | rtol | us a case (low to high) | ratio | failed | onset error p50 | p99 | end error p99 | steps | rejected | "
           "right-hand sides | Jacobians | factorisations |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
    for peer in doc["peers"]:
        if peer["absent"]:
            yield f"| {peer['name']} | | {peer['absent']} | | | | | | | | | | |\n"
        for r in peer["runs"]:
            failed = f"{r['failed']} of {r['cases']}"
            if r["onset_mismatched"]:
                failed += f", {r['onset_mismatched']} other outcomes"
            yield (f"| {peer['name']} | {r['rtol']:.0e} | {micro(r['seconds_median'])} ({micro(r['seconds_low'])} to "
                   f"{micro(r['seconds_high'])}) | {ratio(r)} | {failed} | {r['onset_error_median']:.1e} | "
                   f"{r['onset_error_p99']:.1e} | {r['state_error_p99']:.1e} | {count(r['steps'])} | {count(r['rejected'])} | "
                   f"{count(r['rhs_calls'])} | {count(r['jacobian_calls'])} | {count(r['factorisations'])} |\n")


TABLES = {"<!-- speed: made by docs/speed_table.py -->\n": short, "<!-- whole speed: made by docs/speed_table.py -->\n": whole}

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        doc = json.load(file)
    if len(sys.argv) == 2:
        print(where(doc) + "".join(whole(doc)) + "\n" + "".join(short(doc)), end="")
    for path in sys.argv[2:]:
        with open(path) as file:
            page = file.read()
        for start, table in TABLES.items():
            if start not in page:
                continue
            head, rest = page.split(start)
            page = head + start + where(doc) + "".join(table(doc)) + END + rest.split(END, 1)[1]
        with open(path, "w") as file:
            file.write(page)
