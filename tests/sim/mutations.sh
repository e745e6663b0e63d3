#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Breaks, one after the other, what DESIGN.md says loses edits when it is done otherwise (mutations/*.patch), each in a copy of the source, and expects the simulation to
# fail. Not part of the tests: it builds the library once for each.
#
#   tests/sim/mutations.sh [histories [name…]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(git -C "$here" rev-parse --show-toplevel)
histories=${1:-20000}
[ $# -eq 0 ] || shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git -C "$source" archive HEAD | tar -x -C "$scratch"
cd "$scratch"
meson setup build >build.log
build() { ninja -C build tests/sim/ruhu-simulate >build.log 2>&1 || { tail -20 build.log; return 1; }; }

survived=0
for patch in "$here"/mutations/*.patch; do
  name=$(basename "$patch" .patch)
  case " $* " in "  " | *" $name "*) ;; *) continue ;; esac
  if ! patch -s -p1 --dry-run <"$patch" >/dev/null; then
    echo "$name: DOES NOT APPLY any more"
    survived=1
    continue
  fi
  patch -s -p1 <"$patch"
  if ! build; then
    echo "$name: DOES NOT BUILD any more"
    survived=1
  elif build/tests/sim/ruhu-simulate --whole --quiet --histories "$histories" >result.log 2>&1; then
    echo "$name: NOT FOUND in $histories histories"
    survived=1
  else
    echo "$name: $(grep -m 1 '^history' result.log || tail -1 result.log)"
  fi
  patch -s -p1 -R <"$patch"
done
build || exit 1
build/tests/sim/ruhu-simulate --whole --quiet --histories 200 >result.log || { cat result.log; exit 1; }
echo "unbroken: $(tail -1 result.log)"
exit $survived
