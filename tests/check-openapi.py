#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's description and the township's route table say the same: paths, methods, which of them ask for a token, the largest bodies,
and the names of the problems.

    tests/check-openapi.py [TOP]
"""
import re
import sys
from pathlib import Path

TOP = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]


def size_of(name, text):
    product = re.search(rf"#define\s+{name}\s+\(([\d* ]+)\)", text).group(1)
    total = 1
    for factor in product.split("*"):
        total *= int(factor)
    return total


def routes():
    """(method, path) → (open, max body) of the C table."""
    text = (TOP / "syncd/township/ruhu-route.c").read_text(encoding="utf-8")
    route = (TOP / "syncd/township/ruhu-route.h").read_text(encoding="utf-8")
    wire = (TOP / "syncd/wire/ruhu-wire.h").read_text(encoding="utf-8")
    sizes = {"0": 0, "RUHU_PHOTO_MAX_BYTES": 307200, "ENROL_MAX_BODY": size_of("ENROL_MAX_BODY", text), "RUHU_WIRE_MAX_BODY": size_of("RUHU_WIRE_MAX_BODY", wire),
             "RUHU_STANDING_MAX_BODY": size_of("RUHU_STANDING_MAX_BODY", route), "RUHU_PHOTOS_MAX_BODY": size_of("RUHU_PHOTOS_MAX_BODY", route)}
    found = re.findall(r'\{ "(\w+)", "([^"]+)", \w+, (\w+), ([A-Z_0-9| ]+?) \}', text)
    return {(method, path): ("RUHU_ROUTE_OPEN" in flags, sizes[size]) for method, path, size, flags in found}


def described():
    """The same of openapi.yaml, which keeps to a layout that lines can tell: paths at two blanks, methods at four, their members at six."""
    result, path, key, in_paths = {}, None, None, False
    for line in (TOP / "syncd/wire/openapi.yaml").read_text(encoding="utf-8").splitlines():
        if re.match(r"\S", line):
            in_paths = line.startswith("paths:")
        elif in_paths and (match := re.match(r"  (/\S*):$", line)):
            path = match.group(1)
        elif in_paths and (match := re.match(r"    (get|put|post|delete|patch|head|options):$", line)):
            key = (match.group(1).upper(), path)
            result[key] = (False, 0)
        elif in_paths and re.match(r"      security: \[\]$", line):
            result[key] = (True, result[key][1])
        elif in_paths and (match := re.match(r"      x-max-body: (\d+)$", line)):
            result[key] = (result[key][0], int(match.group(1)))
    return result


def problems_in_c():
    text = (TOP / "schema/ruhu-error.c").read_text(encoding="utf-8")
    return set(re.findall(r'\{ RUHU_ERROR_\w+, "([a-z-]+)", \d+', text))


def problems_described():
    text = (TOP / "syncd/wire/openapi.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"urn:ruhu:problem:([a-z-]+)", text))


def main():
    table, paper = routes(), described()
    results = [
        ("the route table was read", bool(table), ""),
        ("every route is described", not set(table) - set(paper), sorted(set(table) - set(paper))),
        ("everything described is a route", not set(paper) - set(table), sorted(set(paper) - set(table))),
        ("tokens and sizes agree", all(table[key] == paper[key] for key in set(table) & set(paper)),
         [(key, table[key], paper[key]) for key in set(table) & set(paper) if table[key] != paper[key]]),
        ("problems that are described exist", problems_described() <= problems_in_c() and len(problems_described()) > 5, sorted(problems_described() - problems_in_c())),
    ]
    print(f"1..{len(results)}")
    for number, (name, fine, found) in enumerate(results, 1):
        print(f"{'ok' if fine else 'not ok'} {number} {name}")
        if not fine:
            print(f"# {found}", file=sys.stderr)
    return 0 if all(fine for _, fine, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
