#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the comparisons with experiments into docs/validation.md, and draws them.

    prodrome validate --json > validate.json
    python3 docs/experiments.py validate.json docs

Needs python3-matplotlib."""
import json
import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

BEGIN, END = "<!-- experiments: made by docs/experiments.py, do not edit -->\n", "<!-- end of experiments -->\n"
COLOUR = {"pass": "#2f855a", "miss": "#c53030", "recorded": "#718096"}


def number(x):
    return "-" if x is None else "%.4g" % x


def table(document):
    lines = ["%d rows pass, %d miss, %d are for the record (left out here: `prodrome validate` prints them).\n" %
             (document["pass"], document["miss"], document["recorded"])]
    for c in document["comparisons"]:
        rows = [r for r in c["rows"] if r["verdict"] != "recorded"]
        if not rows:
            continue
        passed = sum(r["verdict"] == "pass" for r in rows)
        lines.append("**`%s`**: %s. Measured: %s. %d of %d rows pass.\n" %
                     (c["name"], c["doc"], c["source"], passed, len(rows)))
        lines.append("| cell and test | what | measured | must lie in | computed | |\n|---|---|---|---|---|---|")
        for r in rows:
            band = "%s to %s" % (number(r["low"]) if r["low"] is not None else "-inf",
                                 number(r["high"]) if r["high"] is not None else "inf")
            unit = " [%s]" % r["unit"] if r["unit"] not in ("", "1") else ""
            lines.append("| %s | %s%s | %s | %s | %s | %s |" % (r["group"], r["what"], unit, number(r["measured"]), band,
                                                              number(r["computed"]),
                                                              "" if r["verdict"] == "pass" else "**miss**"))
        lines.append("")
    return "\n".join(lines) + "\n"


def rows_of(document, name):
    for c in document["comparisons"]:
        if c["name"] == name:
            return c["rows"]
    return []


def against(axes, rows, title, unit):
    """Computed over measured, with the band of each as a bar."""
    known = [r for r in rows if r["measured"] is not None and r["computed"] is not None]
    if not known:
        return
    top = 1.08 * max(max(r["measured"], r["computed"]) for r in known)
    axes.plot([0, top], [0, top], color="#a0aec0", lw=1)
    for r in known:
        low = r["low"] if r["low"] is not None else r["measured"]
        high = r["high"] if r["high"] is not None else r["measured"]
        axes.plot([max(low, 0), min(high, top)], [r["computed"]] * 2, color=COLOUR[r["verdict"]], lw=1, alpha=0.5)
        axes.plot(r["measured"], r["computed"], "o", ms=4, color=COLOUR[r["verdict"]])
    axes.set_xlim(0, top), axes.set_ylim(0, top)
    axes.set_title(title, fontsize=9), axes.set_xlabel("measured [%s]" % unit), axes.set_ylabel("computed [%s]" % unit)


def save(figure, path):
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def draw_databank(document, folder):
    rows = rows_of(document, "failure_databank")
    if not rows:
        return
    figure, axes = plt.subplots(1, 4, figsize=(15, 3.9))
    for ax, (start, title, unit) in zip(axes, [("total heat", "total heat, mean of a cell type's tests", "kJ"),
                                               ("body's share", "body's share of the heat", "%"),
                                               ("mass ejected", "mass ejected", "%"),
                                               ("casing at", "casing as runaway starts", "degC")]):
        against(ax, [r for r in rows if r["what"].startswith(start)], title, unit)
    save(figure, folder + "/experiments_databank.png")


def draw_charge(document, folder):
    rows = [r for r in rows_of(document, "soc_dependence") if r["what"].startswith("total heat")]
    if not rows:
        return
    figure, axes = plt.subplots(figsize=(6, 3.9))
    for k, cell in enumerate(sorted({r["group"].split(",")[0] for r in rows})):
        mine = sorted((float(re.search(r"([\d.]+) %", r["group"]).group(1)), r["measured"], r["computed"], r["low"], r["high"])
                      for r in rows if r["group"].startswith(cell))
        colour = ["#2b6cb0", "#dd6b20", "#2f855a"][k % 3]
        axes.errorbar([m[0] for m in mine], [m[1] for m in mine],
                      yerr=[[max(0.0, m[1] - m[3]) for m in mine], [max(0.0, m[4] - m[1]) for m in mine]], fmt="o",
                      color=colour, capsize=3, label=cell + ", measured and what passes")
        axes.plot([m[0] for m in mine], [m[2] for m in mine], "x--", color=colour, label=cell + ", computed")
    axes.set_xlabel("state of charge [%]"), axes.set_ylabel("total heat [kJ]"), axes.legend(fontsize=7)
    save(figure, folder + "/experiments_charge.png")


def draw_arc(document, folder):
    rows = [r for r in rows_of(document, "arc") if "mean cell" in r["what"]]
    if not rows:
        return
    cells = []
    for r in rows:
        if r["group"] not in cells:
            cells.append(r["group"])
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.9), sharey=True)
    for ax, clock in zip(axes, ["T1", "T2", "T3"]):
        for k, cell in enumerate(cells):
            for r in rows:
                if r["group"] != cell or not r["what"].startswith(clock):
                    continue
                ax.plot([r["low"], r["high"]], [k, k], color="#a0aec0", lw=6, solid_capstyle="butt")
                ax.plot(r["measured"], k, "|", color="black", ms=12)
                if r["computed"] is not None:
                    ax.plot(r["computed"], k, "o", color=COLOUR[r["verdict"]])
        ax.set_title({"T1": "T1: self-heating found", "T2": "T2: 1 K/s", "T3": "T3: hottest surface"}[clock], fontsize=9)
        ax.set_xlabel("[degC]"), ax.set_yticks(range(len(cells))), ax.set_yticklabels(cells, fontsize=8)
    save(figure, folder + "/experiments_arc.png")


def draw_gas(document, folder):
    rows = [r for r in rows_of(document, "gas") if r["what"].startswith("gas, without vapour")]
    if not rows:
        return
    figure, axes = plt.subplots(figsize=(5, 4.4))
    known = [r for r in rows if r["measured"] and r["computed"]]
    span = [0.7 * min(r["measured"] for r in known), 1.4 * max(r["measured"] for r in known)]
    axes.plot(span, span, color="#a0aec0", lw=1)
    for r in known:
        axes.plot(r["measured"], r["computed"], "o", ms=4, color=COLOUR[r["verdict"]])
    axes.set_xscale("log"), axes.set_yscale("log")
    axes.set_xlabel("measured [mmol]"), axes.set_ylabel("computed [mmol]"), axes.set_title("gas made, without vapour", fontsize=9)
    save(figure, folder + "/experiments_gas.png")


def main(json_path, folder):
    with open(json_path, encoding="utf-8") as file:
        document = json.load(file)
    page = folder + "/validation.md"
    with open(page, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + table(document) + END + after)
    draw_databank(document, folder)
    draw_charge(document, folder)
    draw_arc(document, folder)
    draw_gas(document, folder)


if __name__ == "__main__":
    main(*sys.argv[1:3])
