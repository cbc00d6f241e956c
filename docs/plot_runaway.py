#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws one runaway from what `prodrome run` writes.

    prodrome run SCENARIO -o run.csv --json > run.json
    python3 docs/plot_runaway.py run.csv run.json docs/runaway.png

Needs python3-matplotlib."""
import csv
import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

STAGES = [  # bit, name, colour; the highest of these that is set is shown
    (1, "SEI decomposes", "#fff3c4"),
    (4, "vented", "#ffc46b"),
    (8, "separator collapsed", "#ff9f5a"),
    (16, "short", "#ff8a4c"),
    (32, "runaway", "#e5484d"),
    (64, "burnt out", "#c9c9c9"),
]
EVENTS = {"fault": "fault", "vent": "vent", "short": "short", "voltage": "voltage falls", "runaway": "runaway",
          "max": "peak"}


def column(rows, name):
    return [float(r[name]) if r[name] else float("nan") for r in rows]


def draw(csv_path, json_path, png_path):
    with open(csv_path, newline="") as file:
        rows = list(csv.DictReader(file))
    with open(json_path) as file:
        run = json.load(file)
    end = run["t_max"] + 0.25 * (run["t_max"] - run["t_fault"])
    rows = [r for r in rows if float(r["time_s"]) <= end]
    t = [x / 60 for x in column(rows, "time_s")]

    def celsius(name):
        return [x - 273.15 for x in column(rows, name)]

    fig, axes = plt.subplots(3, 1, sharex=True, figsize=(9, 6.6), height_ratios=[3, 1.5, 1.5])
    temperature, voltage, pressure = axes
    temperature.plot(t, celsius("truth_T_core_K"), color="#b30f1e", label="core")
    temperature.plot(t, celsius("truth_T_surface_K"), color="#e8743b", label="surface")
    temperature.plot(t, celsius("truth_T_ambient_K"), color="#5b6b7a", linestyle="--", label="surroundings")
    temperature.plot(t, celsius("T_surface_K"), ".", markersize=1.5, color="#1f6fb4", label="thermistor, as read")
    temperature.set_ylabel("temperature [°C]")
    voltage.plot(t, column(rows, "truth_voltage_V"), color="#1f6fb4")
    voltage.set_ylabel("voltage [V]")
    pressure.plot(t, [x / 1e6 for x in column(rows, "truth_pressure_cell_Pa")], color="#5a3d8a")
    pressure.set_ylabel("cell pressure\n[MPa abs.]")
    pressure.set_xlabel("time [min]")

    shown = [max((bit for bit, _, _ in STAGES if int(r["stages"]) & bit), default=0) for r in rows]
    start = 0
    named = set()
    for k in range(1, len(rows) + 1):
        if k < len(rows) and shown[k] == shown[start]:
            continue
        for bit, name, colour in STAGES:
            if bit == shown[start]:
                for axis in axes:
                    axis.axvspan(t[start], t[min(k, len(rows) - 1)], color=colour, alpha=0.55, linewidth=0)
                if name not in named:
                    temperature.fill_between([], [], color=colour, alpha=0.55, label=name)
                    named.add(name)
        start = k
    temperature.legend(loc="upper left", frameon=False, fontsize=8, markerscale=5)

    near = 0.06 * (t[-1] - t[0])
    last, level = -1e9, 0
    for event in run["events"]:
        if event["name"] not in EVENTS:
            continue
        x = event["t"] / 60
        level = level + 1 if x - last < near else 0
        last = x
        for axis in axes:
            axis.axvline(x, color="black", linewidth=0.6, alpha=0.6)
        temperature.annotate(EVENTS[event["name"]], (x, 1.0), xycoords=("data", "axes fraction"),
                             xytext=(0, 3 + 12 * level), textcoords="offset points", ha="center", va="bottom", fontsize=8)
    for axis in axes:
        axis.set_xlim(t[0], t[-1])
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(y=0.08)
    fig.align_ylabels(axes)
    fig.tight_layout()
    fig.savefig(png_path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    draw(*sys.argv[1:])
