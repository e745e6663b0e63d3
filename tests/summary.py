#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up what meson wrote down about its tests: summary.py BUILD:LOG…, where LOG is a testlog.json or "none".

A TAP program counts as many tests as it says, any other as one. A program that broke off counts its failure besides. The
last line is "N passed, N failed"; the status is 0 only if nothing failed and something passed.
"""
import json
import re
import sys

TAP_LINE = re.compile(r"^(not )?ok\b(.*)$", re.M)


def count(test):
    """(passed, failed, skipped) of one of meson's tests."""
    good = test["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
    points = TAP_LINE.findall(test.get("stdout") or "") if re.search(r"^\s*1\.\.\d+", test.get("stdout") or "", re.M) else []
    if not points:
        skipped = test["result"] == "SKIP"
        return int(good and not skipped), int(not good), int(skipped)
    directive = re.compile(r"#\s*(SKIP|T" + r"ODO)", re.I)
    skipped = sum(bool(directive.search(rest)) for _, rest in points)
    refuted = sum(bool(no) and not directive.search(rest) for no, rest in points)
    return len(points) - skipped - refuted, refuted or int(not good), skipped


def main(arguments):
    passed = failed = skipped = 0
    for argument in arguments:
        build, log = argument.split(":", 1)
        tests = []
        try:
            with open(log, encoding="utf-8") as lines:
                tests = [json.loads(line) for line in lines]
        except OSError:
            print(f"{build}: no tests were run")
            failed += 1
            continue
        for test in tests:
            p, f, s = count(test)
            passed, failed, skipped = passed + p, failed + f, skipped + s
            if f:
                print(f"{build}: FAILED {test['name']} ({test['result'].lower()})")
            elif s:
                print(f"{build}: {s} skipped in {test['name']}")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
