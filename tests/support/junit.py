#!/usr/bin/env python3
"""Reads the record that ctest writes. Prints "passed|failed name seconds" a test; with --failures what the failed ones wrote."""
import sys
import xml.etree.ElementTree as xml

show = sys.argv[1] == "--failures"
for case in xml.parse(sys.argv[-1]).getroot().iter("testcase"):
    good = case.get("status") == "run"
    if show and not good:
        out = (case.findtext("system-out") or "").splitlines()
        print(f"--- {case.get('name')} ({case.get('status')}), the end of its output:")
        print("\n".join(out[-40:]))
    elif not show:
        print("passed" if good else "failed", case.get("name"), f"{float(case.get('time') or 0):.1f}")
