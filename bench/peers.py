# SPDX-License-Identifier: GPL-3.0-or-later
"""scipy on the oven ensemble, as a careful user calls it. build/bench/peers runs this; it reads requests

    TOOL RTOL ROW ROW ...

from standard input and answers each with a line a row and one for the time of all of them:

    1 onset[s] or -1, steps, right-hand sides, Jacobians, factorisations, six states at the end
    0 where it failed
    seconds"""
import csv
import sys
import time
import warnings

import numpy as np
import scipy
from scipy.integrate import solve_ivp

try:
    import numba
except ImportError:
    numba = None

END, MARK, TUNNEL = 7200.0, 473.15, 0.033
SCALE = np.array([0.0015, 0.0075, 0.00033, 0.01, 0.01, 1.0])  # bench/kim_cell.c's
SIGN = np.array([-1.0, -1.0, 1.0, -1.0])


def columns(row, *names):
    return np.array([float(row[name]) for name in names])


def read(path):
    with open(path, newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        for row in rows:
            kinds = ("sei", "anode", "cathode", "electrolyte")
            yield (columns(row, *("lnA_" + k for k in kinds)), columns(row, *(f"E_over_R_{k}_K" for k in kinds)),
                   columns(row, *(f"q_{k}_K" for k in kinds)), float(row["hA_per_C_1_per_s"]),
                   float(row["radiation_per_C_1_per_s_K3"]), float(row["T_oven_K"]),
                   np.array([float(row["x_sei_0"]), 0.75, TUNNEL, float(row["alpha_0"]), 1.0, 301.15]))


def numpy_problem(lnA, E, q, hA, radiation, T_oven):
    blocked = np.array([0.0, 1.0 / TUNNEL, 0.0, 0.0])

    def rhs(t, y):
        x, n, z, a, c, T = y
        r = np.exp(lnA - E / T - blocked * z) * np.array([x, n, a * (1.0 - a), c])
        return np.array([-r[0], -r[1], r[1], r[2], -r[3],
                         q @ r + hA * (T_oven - T) + radiation * (T_oven**4 - T**4)])

    def jacobian(t, y):
        x, n, z, a, c, T = y
        k = np.exp(lnA - E / T - blocked * z)
        r = k * np.array([x, n, a * (1.0 - a), c])
        s = k * np.array([1.0, 1.0, 1.0 - 2.0 * a, 1.0])
        by_T = r * E / (T * T)
        J = np.zeros((6, 6))
        of = [0, 1, 3, 4]
        J[of, of] = SIGN * s
        J[of, 5] = SIGN * by_T
        J[5, of] = q * s
        J[1, 2], J[2] = r[1] / TUNNEL, [0.0, k[1], -r[1] / TUNNEL, 0.0, 0.0, by_T[1]]
        J[5, 2] = -q[1] * r[1] / TUNNEL
        J[5, 5] = q @ by_T - hA - 4.0 * radiation * T**3
        return J

    return rhs, jacobian


if numba:
    @numba.njit
    def numba_rhs(y, lnA, E, q, hA, radiation, T_oven):
        f, T = np.empty(6), y[5]
        sei = np.exp(lnA[0] - E[0] / T) * y[0]
        anode = np.exp(lnA[1] - E[1] / T - y[2] / TUNNEL) * y[1]
        cathode = np.exp(lnA[2] - E[2] / T) * y[3] * (1.0 - y[3])
        electrolyte = np.exp(lnA[3] - E[3] / T) * y[4]
        f[0], f[1], f[2], f[3], f[4] = -sei, -anode, anode, cathode, -electrolyte
        f[5] = (q[0] * sei + q[1] * anode + q[2] * cathode + q[3] * electrolyte + hA * (T_oven - T) +
                radiation * (T_oven**4 - T**4))
        return f


def numba_problem(*constants):
    return lambda t, y: numba_rhs(y, *constants), None


TOOLS = {"lsoda": ("LSODA", numpy_problem), "bdf": ("BDF", numpy_problem)}
if numba:
    TOOLS["lsoda_numba"] = ("LSODA", numba_problem)


def mark(t, y):
    return y[5] - MARK


def solve(member, method, problem, rtol):
    *constants, start = member
    rhs, jacobian = problem(*constants)
    return solve_ivp(rhs, (0.0, END), start, method=method, rtol=rtol, atol=rtol * SCALE, events=mark, jac=jacobian)


def answer(s):
    if s.status != 0 or s.t[-1] != END:
        return "0"
    onset = s.t_events[0][0] if len(s.t_events[0]) else -1.0
    return " ".join(["1", repr(float(onset)), str(len(s.t) - 1), str(s.nfev), str(s.njev), str(s.nlu)] +
                    [repr(float(v)) for v in s.y[:, -1]])


def main(path):
    warnings.simplefilter("ignore")  # of trial states beyond all bounds
    np.seterr(all="ignore")
    members = list(read(path))
    print(f"numpy {np.__version__}, scipy {scipy.__version__}, " + (f"numba {numba.__version__}" if numba else "no numba"))
    print(" ".join(TOOLS), flush=True)
    if numba:  # compiles, before anybody measures
        solve(members[0], "LSODA", numba_problem, 1e-3)
    for line in sys.stdin:
        tool, rtol, *rows = line.split()
        method, problem = TOOLS[tool]
        before = time.process_time()
        solved = [solve(members[int(row)], method, problem, float(rtol)) for row in rows]
        spent = time.process_time() - before
        print("\n".join([answer(s) for s in solved] + [repr(spent)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
