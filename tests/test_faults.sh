#!/bin/sh
# test: full
# SPDX-License-Identifier: GPL-3.0-or-later
# Whatever dies, fails or fills up around a sweep, a shard or a merge: nothing is lost, and nothing half-written stays.
set -eu
command -v python3 >/dev/null || { echo "SKIPPED: there is no python3"; exit 77; }
exec python3 "$PRO_SOURCE/tests/faults.py" "$PRO_BUILD/prodrome" "$PRO_BUILD/tests/libfault_shim.so"
