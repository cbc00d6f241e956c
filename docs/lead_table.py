#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the table of `prodrome evaluate CORPUS --json` between the markers of a Markdown page.

    python3 docs/lead_table.py lead_times.json README.md"""
import json
import sys

START, END = "<!-- lead times: made by docs/renew.sh -->\n", "<!-- end of lead times -->\n"


def number(x, scale=1.0, digits=1):
    return "-" if x is None else f"{x * scale:.{digits}f}"


def share(x):
    return "-" if x is None else f"{100 * x:.0f} %"


def table(doc):
    at = doc["lead_points"].index(300)
    any_ = doc["detectors"][0]
    hours = max(d["risk_hours"] for d in doc["detectors"])
    yield (f"{any_['cases']} cases: {any_['events']} runaways, {any_['near_misses']} near misses, {any_['nominals']} nominal, "
           f"{any_['unresolved']} unresolved, {any_['failed']} failed; {hours:.0f} h in which an alarm is false.\n\n")
    yield ("| detector | warned | missed | median lead [min] | p10 to p90 | S(5 min) | in 5-20 min | window recall / precision | "
           "near misses alarmed | false alarms | per cell-year (95 %) |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
    for d in doc["detectors"]:
        leads = "-" if d["lead_p10"] is None else f"{number(d['lead_p10'], 1 / 60)} to {number(d['lead_p90'], 1 / 60)}"
        yield (f"| `{d['detector']}` | {d['warned']} | {d['missed']} | {number(d['lead_median'], 1 / 60)} | {leads} | "
               f"{share(d['curve'][at])} | {share(d['in_window'])} | {number(d['window_recall'], 1, 2)} / "
               f"{number(d['window_precision'], 1, 2)} | {d['near_miss_alarms']} of {d['near_misses']} | {d['false_alarms']} | "
               f"{d['per_cell_year_low']:.3g} to {d['per_cell_year_high']:.3g} |\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        text = "".join(table(json.load(file)))
    with open(sys.argv[2]) as file:
        page = file.read()
    head, rest = page.split(START)
    tail = rest.split(END)[1]
    with open(sys.argv[2], "w") as file:
        file.write(head + START + text + END + tail)
