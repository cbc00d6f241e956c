#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the reference pages from the program's own tables:  sh docs/generate.sh build/prodrome [folder]
set -eu
program=$1
folder=${2:-$(dirname "$0")/generated}
mkdir -p "$folder"
page() { # file, title, what to describe
  {
    printf '<!-- printed by `prodrome describe %s`; do not edit -->\n# %s\n\n' "$3" "$2"
    "$program" describe "$3"
  } >"$folder/$1.md"
}
page chemistries Chemistries chemistries
page cells Cells cells
page kinds 'Kinds of abuse' kinds
page sensors Sensors sensors
page detectors Detectors detectors
page integrators Integrators integrators
page comparisons 'Comparisons with measurements' comparisons
page calibrations Calibrations calibrations
page scenario 'Keys of a scenario' scenario
