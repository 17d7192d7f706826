#!/usr/bin/env python3
"""recorded_shop.py RECORDING: the options that make the simulator the kind of shop the exchanges were recorded from.

Versions come from the system status, the time zone from the site's index, and the storage of orders from what the shop said of a
page past the end: with orders in tables of their own (HPOS) the total is 0 there, with orders kept as posts it is the true one.
Nothing is printed for what the recording does not tell.
"""
import json
import re
import sys


def find(thing, key):
    """The first value of that name, however deep."""
    if isinstance(thing, dict):
        if key in thing:
            return thing[key]
        thing = list(thing.values())
    if isinstance(thing, list):
        for part in thing:
            got = find(part, key)
            if got is not None:
                return got
    return None


def past_the_end(case):
    return (case["status"] == 200 and case["response"] == [] and case["path"].startswith("/orders?")
            and int((re.search(r"[?&]page=(\d+)", case["path"]) or [0, "1"])[1]) > 1)


def main():
    wc = wp = zone = legacy = None
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                continue
            case = json.loads(line)
            environment = find(case["response"], "environment") or {}
            wc = wc or environment.get("version")
            wp = wp or environment.get("wp_version")
            zone = zone or (find(case["response"], "timezone_string") if case.get("api") == "site" else None)
            if legacy is None and past_the_end(case):
                total = {k.lower(): v for k, v in case["headers"].items()}.get("x-wp-total")
                legacy = None if total is None else "0" if total == "0" else "1"
    for name, value in (("--wc-version", wc), ("--wp-version", wp), ("--zone", zone), ("--legacy", legacy)):
        if value and re.fullmatch(r"[\w./+-]+", value):
            print(name, value)


if __name__ == "__main__":
    main()
