#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Breaks, one after the other, what DESIGN.md says loses edits when it is done otherwise (mutations/*.patch), each in a copy of the source, and expects the simulation to
# fail; or, of what the simulation does not do, the test that a patch's line "Found by:" names. Not part of the tests: it builds the library once for each. That each patch still
# applies is a style check.
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
build() { ninja -C build "tests/$1" >build.log 2>&1 || { tail -20 build.log; return 1; }; }
simulate() { build/tests/sim/ruhu-simulate --whole --quiet --histories "$1" >result.log 2>&1; }

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
  test=$(sed -n 's/^Found by: //p' "$patch")
  if ! build "${test:-sim/ruhu-simulate}"; then
    echo "$name: DOES NOT BUILD any more"
    survived=1
  elif [ -n "$test" ]; then
    if "build/tests/$test" >result.log 2>&1; then
      echo "$name: NOT FOUND by $test"
      survived=1
    else
      echo "$name: $(grep -m 1 '^not ok\|^Bail out' result.log || tail -1 result.log)"
    fi
  elif simulate "$histories"; then
    echo "$name: NOT FOUND in $histories histories"
    survived=1
  else
    echo "$name: $(grep -m 1 '^history' result.log || tail -1 result.log)"
  fi
  patch -s -p1 -R <"$patch"
done
build sim/ruhu-simulate || exit 1
simulate 200 || { cat result.log; exit 1; }
echo "unbroken: $(tail -1 result.log)"
exit $survived
