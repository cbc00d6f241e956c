#!/bin/sh
# test: full
# SPDX-License-Identifier: GPL-3.0-or-later
# The house's walls: who may include whom, who knows which library, what symbols are called, that headers stand alone,
# that every file says its licence, and that the generated pages are those of this build.
# shellcheck disable=SC2086,SC2013 # lists of words: our paths hold no blanks
set -u
cd "$PRO_SOURCE" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
wrong() { echo "wrong: $*"; bad=1; }

sources=$(find sim scenarios output predictor cli bench tests -name '*.[ch]' | LC_ALL=C sort)
[ -n "$sources" ] || { echo "no sources found"; exit 1; }

# ---- floors: room of a file, and what it may include of ours ----
runtime='predictor/(detector|feature)\.[ch]|predictor/detector/[a-z0-9_]+\.c'
base='sim/(base|field|unit|rng)\.[ch]'
for file in $sources; do
  ours=$(sed -n 's/^#include "\(.*\)"/\1/p' "$file" | grep -v '^registry/' || true)
  if echo "$file" | grep -Eqx "$runtime"; then allowed='sim/(base|field)\.h|predictor/(detector|feature)\.h'
  elif echo "$file" | grep -Eqx "$base"; then allowed='sim/(base|field|unit|rng|lanes)\.h'
  else
    case $file in
      sim/*) allowed='sim/.*' ;;
      predictor/evaluate*) allowed='sim/(base|field|unit|rng|event)\.h|output/(corpus|trace)\.h|predictor/.*' ;;
      predictor/*) allowed='sim/(base|field|unit|rng)\.h|output/(corpus|trace)\.h|predictor/.*' ;;
      scenarios/*) allowed='sim/.*|scenarios/.*' ;;
      output/*) allowed='sim/.*|output/.*|predictor/detector\.h' ;;
      *) allowed='.*' ;;
    esac
  fi
  for header in $ours; do
    echo "$header" | grep -Eqx "$allowed" || wrong "$file includes $header"
    [ -f "$header" ] || wrong "$file includes $header, which is not a path from the root"
  done
done

# a predictor must not be able to name the truth through what it includes
for header in sim/run.h sim/case.h sim/simulate.h output/label.h scenarios/scenario.h; do
  for file in predictor/*.[ch] predictor/detector/*.c; do
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -I. -I"$PRO_BUILD" -MM "$file" 2>/dev/null | tr ' ' '\n' |
      grep -qx "$header" && wrong "$file reaches $header"
  done
done

# ---- each outside library is known to the fewest files ----
knows() { # what, pattern of the include, files allowed (regular expression)
  for file in $(grep -lE "^ *#[ ]*include [<\"]$2" $sources); do
    echo "$file" | grep -Eqx "$3" || wrong "$file knows $1"
  done
}
knows SUNDIALS '(cvode|nvector|sunmatrix|sunlinsol|sundials|sunnonlinsol)' 'sim/integrator/cvode\.c|bench/peer_cvode\.c'
knows HDF5 'hdf5' 'output/(corpus|shard)[a-z0-9_]*\.[ch]|tests/.*'
knows libdeflate 'libdeflate' 'output/pack\.c|tests/.*'
knows nettle 'nettle' 'sim/sha256\.h'
knows libfyaml 'libfyaml' 'scenarios/yaml\.c|tests/.*'
knows GSL 'gsl' 'sim/(rng|fit)\.c|predictor/(train|evaluate)\.c|bench/peer_gsl\.c|tests/.*'
knows MPI 'mpi\.h' 'cli/mpi/main\.c'
knows OpenMP 'omp\.h' 'scenarios/ensemble\.c|tests/.*'
for file in $(grep -lE '^ *# *pragma omp' $sources); do
  [ "$file" = scenarios/ensemble.c ] || wrong "$file knows OpenMP"
done

# ---- only cli prints ----
for file in $(echo "$sources" | grep -Ev '^(cli|bench|tests)/'); do
  grep -nE '(^|[^a-z_])(printf|puts|putchar|perror) *\(|stderr|stdout' "$file" && wrong "$file prints"
done

# ---- no libm in what a corpus stores: glibc picks variants by processor ----
for file in $(echo "$sources" | grep -E '^(sim|scenarios)/'); do
  [ "$file" = sim/fit.c ] && continue
  sed -E 's@//.*@@; s@"([^"\\]|\\.)*"@""@g' "$file" | tr '\n' '\001' | sed 's@/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/@@g' |
    tr '\001' '\n' | grep -nE '(^|[^a-z_0-9.>])(exp|log|log10|log2|exp2|expm1|log1p|pow|tanh|sinh|cosh|sin|cos|tan|atan2?|erfc?|cbrt) *\(' &&
    wrong "$file calls libm"
done

# ---- public symbols carry the prefix ----
for library in "$PRO_BUILD"/libprodrome_*.a; do
  [ -f "$library" ] || { wrong "no libraries in $PRO_BUILD"; continue; }
  nm -g --defined-only "$library" 2>/dev/null | awk 'NF == 3 {print $3}' | LC_ALL=C sort -u |
    grep -vE '^(pro_|_?_?(asan|odr_asan|ubsan|gcov)|DW\.ref\.)' >"$work/names"
  [ -s "$work/names" ] && wrong "$(basename "$library") has public symbols without pro_: $(tr '\n' ' ' <"$work/names")"
done

# ---- every header compiles alone ----
flags=$(pkg-config --cflags hdf5 libfyaml gsl 2>/dev/null || true)
for header in $(echo "$sources" | grep '\.h$'); do
  # shellcheck disable=SC2086
  printf '#include "%s"\n' "$header" |
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Wno-psabi -Werror -fsyntax-only $flags -I. \
      -I"$PRO_BUILD" -x c - || wrong "$header does not compile alone"
  guard=$(echo "$header" | sed 's|.*/||; s|[^A-Za-z0-9]|_|g' | tr '[:lower:]' '[:upper:]')
  grep -q "#ifndef PRO_.*$guard" "$header" || wrong "$header: its guard is not PRO_$guard"
done

# ---- the licence of every file ----
for file in $sources $(find scenarios tests docs bench .ci . -maxdepth 1 \( -name '*.sh' -o -name '*.py' -o -name '*.yaml' -o -name '*.cmake' -o -name CMakeLists.txt -o -path '.ci/*' \) -type f | sed 's|^\./||' | LC_ALL=C sort -u); do
  name=$(sed -n '1,3s/.*SPDX-License-Identifier: \([A-Za-z0-9.-]*\).*/\1/p' "$file")
  case $name in
    "") wrong "$file does not say its licence in its first lines" ;;
    *) [ -f "LICENSES/$name.txt" ] || wrong "$file: LICENSES/$name.txt is not there" ;;
  esac
  if echo "$file" | grep -Eqx "$runtime" && [ "$name" != Apache-2.0 ]; then wrong "$file ships in firmware and is not Apache-2.0"; fi
done

# ---- length, width, words that promise instead of doing ----
for file in $sources; do
  [ "$(wc -l <"$file")" -lt 700 ] || wrong "$file has 700 lines or more"
done
# shellcheck disable=SC2086
grep -nE '\<(TODO|FIXME|XXX|HACK)\>' $sources README.md docs/*.md scenarios/*.yaml 2>/dev/null && wrong "promises in the tree"

# ---- generated pages are fresh ----
if [ -d docs/generated ] && [ -x "$PRO_BUILD/prodrome" ]; then
  sh docs/generate.sh "$PRO_BUILD/prodrome" "$work/generated" || wrong "docs/generate.sh failed"
  diff -ru docs/generated "$work/generated" || wrong "docs/generated is stale: run sh docs/generate.sh build/prodrome"
fi

[ $bad = 0 ] && echo "the walls stand"
exit $bad
