#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian builds its SUNDIALS without optimisation. This builds the same source with -O3 into DIR, for bench/peers:
#   sh bench/optimised_sundials.sh DIR && cmake -S . -B build -DPRO_PEER_SUNDIALS=DIR
# Debian's source is fetched by apt with lists of its own, so that the system's stay as they are; needs dpkg-dev.
set -eu
[ $# = 1 ] || { sed -n '3,5s/^# //p' "$0" >&2; exit 64; }
mkdir -p "$1"
to=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/parts"

for list in /etc/apt/sources.list.d/*.sources; do
  [ -f "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/parts/$(basename "$list")"
done
[ -f /etc/apt/sources.list ] && sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$work/parts/main.list"
chmod -R a+rX "$work"
apt() { apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" -o Dir::State::lists="$work/lists" "$@" >&2; }

cd "$work"
apt update
apt source --download-only sundials
dpkg-source --no-check -x sundials_*.dsc source >&2
cmake -S source -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE='-O3 -DNDEBUG' -DBUILD_SHARED_LIBS=OFF \
  -DEXAMPLES_ENABLE_C=OFF -DEXAMPLES_INSTALL=OFF -DBUILD_ARKODE=OFF -DBUILD_CVODES=OFF -DBUILD_IDA=OFF \
  -DBUILD_IDAS=OFF -DBUILD_KINSOL=OFF -DCMAKE_INSTALL_PREFIX="$to" -DCMAKE_INSTALL_LIBDIR=lib >&2
cmake --build build -j "$(getconf _NPROCESSORS_ONLN)" >&2
cmake --install build >&2
