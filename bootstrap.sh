#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From a fresh Debian 12 to a demo or to the tests, without a question:
#   sh bootstrap.sh demo|test|build|bench [--long]
set -eu
cd "$(dirname "$0")"

packages="gcc make cmake pkg-config git libc6-dev libgsl-dev libsundials-dev libhdf5-dev libdeflate-dev nettle-dev check libfyaml-dev"
test_packages="libopenmpi-dev openmpi-bin python3-h5py python3-xarray python3-h5netcdf python3-netcdf4 netcdf-bin hdf5-tools"
slurm_packages="slurmctld slurmd slurm-client munge" # for a cluster on loopback that lives as long as its test
bench_packages="python3-scipy python3-numba dpkg-dev"

usage() {
  cat <<'END'
usage: sh bootstrap.sh demo            build, sweep scenarios/quickstart.yaml, evaluate and score the detectors
       sh bootstrap.sh test [--long]   build, run the quick and full tests, and the quick ones under sanitizers;
                                       --long: whole tables but under sanitizers, up to 90 minutes
       sh bootstrap.sh build           build only: build/prodrome
       sh bootstrap.sh bench [MEMBERS] time what a user would otherwise run beside this (docs/performance.md)
Missing Debian packages are installed first.
END
}

say() { printf '\n== %s\n' "$*" >&2; }

missing() { # those of the packages named that are not installed
  for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
      *" installed") ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

install_packages() {
  wanted=$(missing "$@")
  [ -z "$wanted" ] && return 0
  if [ "$(id -u)" = 0 ]; then
    root=""
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    root="sudo -n"
  else
    echo "These packages are missing, and installing them needs root. Run this, then the same command again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $wanted" >&2
    exit 1
  fi
  say "installing: $wanted"
  # shellcheck disable=SC2086 # lists of words
  $root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
  # Nothing that is installed here is to run as a daemon, neither now nor after the next boot.
  # shellcheck disable=SC2086,SC2016 # expands in the inner shell
  $root env DEBIAN_FRONTEND=noninteractive sh -ec '
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" >$policy
      chmod 755 $policy
    fi
    apt-get install -q -y --no-install-recommends "$@"
    for package in "$@"; do
      case $package in munge | slurmd | slurmctld) systemctl disable -q $package 2>/dev/null || true ;; esac
    done' sh $wanted >&2
}

cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

build() { # folder, targets or "", cmake options
  folder=$1 targets=$2
  shift 2
  say "building in $folder"
  cmake -S . -B "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
  rm -f "$folder.log"
  # shellcheck disable=SC2086
  cmake --build "$folder" ${targets:+--target $targets} -j "$cores" >&2
}

score() { # title, folder
  if [ -d "$2" ]; then
    say "$1: $2"
    name=build/demo/score_$(basename "$2")
    build/prodrome score "$2" --json >"$name.json"
    build/prodrome score "$2" >"$name.txt"
    cat "$name.txt"
  else
    say "$1: not there ($2), not scored"
  fi
}

demo() {
  # shellcheck disable=SC2086
  install_packages $packages
  build build "prodrome kim cost validate" -DCMAKE_BUILD_TYPE=Release
  mkdir -p build/demo
  say "sweeping scenarios/quickstart.yaml"
  build/prodrome sweep scenarios/quickstart.yaml -o build/demo/quickstart.h5
  build/prodrome verify build/demo/quickstart.h5
  say "lead times on the simulated corpus"
  build/prodrome evaluate build/demo/quickstart.h5 --json >build/demo/lead_times.json
  build/prodrome evaluate build/demo/quickstart.h5 >build/demo/lead_times.txt
  cat build/demo/lead_times.txt
  score "measured traces shipped here" tests/data
  score "measured abuse traces" ../shared/data/abuse_traces
  score "measured healthy operation and heater runaways" ../shared/data/measured
  say "results"
  echo "corpus:      build/demo/quickstart.h5"
  echo "lead times:  build/demo/lead_times.txt, .json"
  echo "scores:      build/demo/score_*.txt, .json"
}

run_tests() {
  # shellcheck disable=SC2086
  install_packages $packages $test_packages $slurm_packages
  build build "" -DCMAKE_BUILD_TYPE=Release
  # bad input under the address and undefined sanitizers
  build build-asan "" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-O1 -g" -DPRO_SANITIZE=ON -DPRO_WERROR=ON
  say "tests"
  failed=0
  (cd build && ctest --output-on-failure -j "$cores" -L 'quick|full') || failed=1
  say "quick tests under sanitizers"
  # whole tables would take these an hour and more
  (unset PRO_LONG && cd build-asan && ctest --output-on-failure -j "$cores" -L quick) || failed=1
  return $failed
}

bench() { # an ensemble's file
  [ -r "$1" ] || { echo "bench: no ensemble $1: sh bootstrap.sh bench MEMBERS.csv" >&2; exit 66; }
  # shellcheck disable=SC2086
  install_packages $packages $bench_packages
  optimised=$PWD/build/optimised_sundials
  if [ ! -r "$optimised/lib/libsundials_cvode.a" ]; then
    say "building SUNDIALS with optimisation"
    mkdir -p build
    sh bench/optimised_sundials.sh "$optimised" >build/optimised_sundials.log 2>&1 || {
      say "no optimised SUNDIALS (build/optimised_sundials.log); its rows stay empty"
      optimised=""
    }
  fi
  build build peers -DCMAKE_BUILD_TYPE=Release -DPRO_PEER_SUNDIALS="$optimised"
  say "measuring on $1"
  build/bench/peers "$1" --json >build/peers.json
  /usr/bin/python3 docs/speed_table.py build/peers.json
}

command=${1:-}
[ $# -gt 0 ] && shift
ensemble=../shared/data/kim_ensemble/members.csv
for word in "$@"; do
  case $word in
    --long) [ "$command" = test ] || { usage >&2; exit 64; }
            PRO_LONG=1; export PRO_LONG ;;
    -*) usage >&2; exit 64 ;;
    *) [ "$command" = bench ] || { usage >&2; exit 64; }
       ensemble=$word ;;
  esac
done
# shellcheck disable=SC2086 # the package list is a list of words
case $command in
  build) install_packages $packages; build build "" -DCMAKE_BUILD_TYPE=Release ;;
  demo) demo ;;
  test) run_tests ;;
  bench) bench "$ensemble" ;;
  --help | -h) usage ;;
  *) usage >&2; exit 64 ;;
esac
