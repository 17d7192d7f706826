#!/bin/bash
# tests/CAPABILITIES.md: every row names at least one test, and each named test ran and passed in this run.
# Reads build/results/ran.txt, which tests/run.sh writes. A test's name is "native:engine/orders_in" (preset, colon, ctest name) or the name
# of a stage of tests/run.sh. Usage: capabilities.sh [CAPABILITIES.md RAN.TXT]
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
table=${1:-$top/tests/CAPABILITIES.md}
ran=${2:-$top/build/results/ran.txt}
[ -f "$ran" ] || { echo "$ran does not exist: run tests/run.sh"; exit 1; }
python3 - "$table" "$ran" <<'PY'
import re
import sys

table, ran = sys.argv[1:]
verdict = {}
for line in open(ran, encoding="utf-8"):
    result, name, _ = line.split()
    verdict[name] = result
bad, rows, seen, named = [], 0, set(), 0
for number, line in enumerate(open(table, encoding="utf-8"), 1):
    cells = [c.strip() for c in line.strip().strip("|").split("|")]
    if not line.startswith("|") or not re.match(r"[A-Z]+-?\d+", cells[0]):
        continue
    rows += 1
    where = f"line {number}, {cells[0]}"
    if len(cells) != 3 or not cells[1]:
        bad.append(f"{where}: a row is | id | text | test |")
        continue
    if cells[0] in seen:
        bad.append(f"{where}: stands twice")
    seen.add(cells[0])
    tests = re.findall(r"`([^`]+)`", cells[2])
    if not tests:
        bad.append(f"{where}: names no test")
    for test in tests:
        named += 1
        if test not in verdict:
            bad.append(f"{where}: {test} does not exist or did not run")
        elif verdict[test] != "passed":
            bad.append(f"{where}: {test} failed")
for b in bad:
    print(b)
if not rows:
    print("the table has no row")
print(f"{rows} capabilities, {named} tests named, {len(bad)} findings")
sys.exit(1 if bad or not rows else 0)
PY
