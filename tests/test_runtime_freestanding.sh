# SPDX-License-Identifier: GPL-3.0-or-later
# test: quick
# What firmware would link needs nothing from outside but mem* functions, which a freestanding compiler may call.
set -eu
library="$PRO_BUILD/libprodrome_runtime.a"
[ -f "$library" ] || { echo "$library is not built" >&2; exit 1; }
if nm "$library" 2>/dev/null | grep -q ' U __[au][sb]san'; then
  echo "built with sanitizers, which need a runtime of their own: not checked" >&2
  exit 0
fi
nm "$library" 2>/dev/null | awk '
  NF == 3 && $2 ~ /^[A-TV-Z]$/ { here[$3] = 1 }
  NF == 2 && $1 == "U" { wanted[$2] = 1 }
  END {
    for (name in wanted) if (!(name in here) && name !~ /^mem(cpy|move|set|cmp)$/) { print "needs " name; bad = 1 }
    for (name in here) if (name !~ /^pro_/) { print "exports " name; bad = 1 }
    exit bad
  }'
