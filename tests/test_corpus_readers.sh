# SPDX-License-Identifier: GPL-3.0-or-later
# test: full
# Real readers open a corpus: h5py, xarray with both of its engines, netCDF4, ncdump.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$PRO_BUILD/tests/test_corpus" make "$folder/corpus.h5"
python=/usr/bin/python3 # Debian's: another one earlier in PATH does not see Debian's packages
[ -x $python ] || python=python3
if ! $python -c 'import h5py, xarray, h5netcdf, netCDF4' || ! command -v ncdump >/dev/null; then
  echo "SKIPPED: needs python3-h5py python3-xarray python3-h5netcdf python3-netcdf4 netcdf-bin"
  exit 77
fi
test "$(ncdump -k "$folder/corpus.h5")" = netCDF-4
ncdump -h "$folder/corpus.h5" >"$folder/head"
for line in 'obs = UNLIMITED ; // (197108 currently)' 'case = 25 ;' 'double time(obs) ;' 'short T_surface(obs) ;' \
  'int pressure(obs) ;' 'ushort stages(obs) ;' 'float T_core(obs) ;' 'float extent(obs, reaction) ;' 'group: normalization'; do
  grep -q "$line" "$folder/head" || { echo "ncdump -h lacks: $line"; exit 1; }
done
ncdump -v t_runaway "$folder/corpus.h5" >/dev/null
$python "$PRO_SOURCE/tests/readers.py" "$folder/corpus.h5"
# what others have laid out anew is read as well: with other filters or none
if command -v h5repack >/dev/null; then
  for how in '-f NONE' '-f GZIP=5' '-f voltage:NONE'; do
    # shellcheck disable=SC2086 # options
    h5repack $how "$folder/corpus.h5" "$folder/other.h5"
    "$PRO_BUILD/prodrome" verify "$folder/other.h5" >"$folder/said" 2>&1 || { echo "h5repack $how:"; cat "$folder/said"; exit 1; }
    rm "$folder/other.h5"
  done
else
  echo "h5repack is not installed: what it lays out anew was not verified"
fi
