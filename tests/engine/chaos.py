#!/usr/bin/env python3
"""Orders arrive at random in a shop of which every fifth request fails, and a program has to bring them all in, once each.

    chaos.py --orders N --seed S --sim http://127.0.0.1:PORT --erp company.db [--pace ORDERS_A_SECOND] -- PROGRAM ARGS...

A thread of its own places orders in bunches of random size at random moments, whatever the program does; the program is
run again and again. When all orders are placed, it goes on, the shop as bad as before, until the ERP has as many as the
shop, at most --patience seconds. Only then the faults end and one last run may tidy up; then both sides are compared.
"""
import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BOTH_SIDES = os.path.join(HERE, "..", "support", "both_sides.py")
# Every kind the fault script knows that is a failing request. Not here: remove, trash, silent_delete, which throw orders
# and items of the shop away, so that the two sides are not the same set any more.
KINDS = """delay cut_before cut_after cut_body 429 401 403 login redirect 413 500 502 503 db warning notice bom fatal_in_batch
wrong_page repeat_page insert partial shuffle error_after duplicate_keys huge deep clock_skew""".split()
# 3: a redirect looks like a wrong address in the settings; 5: the shop could not be reached or refused us.
EXIT_OK, EXIT_PARTLY, EXIT_SETTINGS, EXIT_CHANNEL = 0, 1, 3, 5


def ask(base, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(base + path, data, {"Content-Type": "application/json"}),
                                timeout=120) as answer:
        return json.loads(answer.read())


class Buyers(threading.Thread):
    """The orders of the --orders that did not come in by themselves (the fault "insert" places some too)."""

    def __init__(self, args):
        super().__init__(daemon=True)
        self.args, self.rng, self.left, self.trouble = args, random.Random(args.seed + 1), args.orders, None

    def run(self):
        try:
            while self.left > 0:
                bunch = min(self.left, self.rng.choice([1, 1, 2, 3, 5, 8, 30, 120]))
                time.sleep(self.rng.expovariate(1.0) * bunch / self.args.pace)
                ask(self.args.sim, "/_sim/orders/random", {"count": bunch})
                self.left -= bunch
        except OSError as e:
            self.trouble, self.left = e, 0


def imported(path, link):
    db = sqlite3.connect(path, timeout=30)
    try:
        return db.execute("SELECT count(*) FROM sales_order WHERE channel = ?", (link,)).fetchone()[0]
    finally:
        db.close()


def run_once(args, output):
    program = subprocess.run(args.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=600)
    if program.returncode not in (EXIT_OK, EXIT_PARTLY, EXIT_SETTINGS, EXIT_CHANNEL):
        raise RuntimeError("a run ended with %d" % program.returncode)
    return program.returncode


def storm(args, output, buyers):
    """Until the program has them all. Returns how its runs ended: {exit code: runs}."""
    ends, calm_by = {}, None
    buyers.start()
    while True:
        placed_all = buyers.left <= 0
        if buyers.trouble:
            raise RuntimeError("orders cannot be placed: %s" % buyers.trouble)
        code = run_once(args, output)
        ends[code] = ends.get(code, 0) + 1
        if not placed_all:
            continue
        calm_by = calm_by or time.monotonic() + args.patience
        if imported(args.erp, args.link) >= ask(args.sim, "/_sim/state")["orders"]:
            return ends
        if time.monotonic() > calm_by:
            raise RuntimeError("%.0f s after the last order the ERP still has only %d orders" %
                               (args.patience, imported(args.erp, args.link)))


def measure(args, output):
    begun, buyers = time.monotonic(), Buyers(args)
    ask(args.sim, "/_sim/requests/reset", {})
    ask(args.sim, "/_sim/faults", {"chaos": 0.2, "seed": args.seed, "kinds": KINDS, "max_delay_ms": 200, "retry_after": 1})
    ends = storm(args, output, buyers)
    seconds, seen = time.monotonic() - begun, ask(args.sim, "/_sim/requests?last=0")
    ask(args.sim, "/_sim/faults", {})
    ask(args.sim, "/_sim/clock", {"skew": 0})
    return ends, seconds, seen


def tidy_up(args, output):
    for _ in range(3):
        if run_once(args, output) == EXIT_OK:
            return
    raise RuntimeError("the shop is well again, and three runs in a row left something undone")


def compare(args):
    seen = subprocess.run([sys.executable, BOTH_SIDES, "--erp", args.erp, "--sim", args.sim, "--link", args.link, "--items",
                           "--orders", "--json"], capture_output=True, text=True)
    if seen.returncode:
        raise RuntimeError("the two sides differ:\n" + seen.stdout + seen.stderr)
    figures = json.loads(seen.stdout)
    if figures["orders_shop"] < args.orders:
        raise RuntimeError("only %d orders came into the shop" % figures["orders_shop"])
    if set(figures["orders_by_status"]) - {"completed"}:
        raise RuntimeError("orders in the ERP of which the shop was not told: %s" % figures["orders_by_status"])
    return figures


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--orders", type=int, required=True)
    ap.add_argument("--seed", type=int, required=True)
    ap.add_argument("--sim", required=True)
    ap.add_argument("--erp", required=True)
    ap.add_argument("--link", default="shop")
    ap.add_argument("--pace", type=float, default=60, help="orders a second, on average")
    ap.add_argument("--patience", type=float, default=120, help="seconds from the last order until all must be in the ERP")
    ap.add_argument("--output", default="/dev/null", help="where the output of the program goes")
    ap.add_argument("command", nargs="+")
    args = ap.parse_args()
    try:
        with open(args.output, "ab") as output:
            ends, seconds, seen = measure(args, output)
            tidy_up(args, output)
        figures = compare(args)
    except RuntimeError as e:
        print("FAILED: seed %d: %s" % (args.seed, e))
        return 1
    faults, total = seen["faults"], sum(seen["faults"].values())
    missing = sorted(set(KINDS) - set(faults))
    print("fine: seed %d: %d orders in the shop, %d in the ERP, none lost, none double; %d items equal; %.0f s, %d runs "
          "(%d to their end, %d with something left, %d ended by the shop)" %
          (args.seed, figures["orders_shop"], figures["orders_erp"], figures["items_shop"], seconds, sum(ends.values()),
           ends.get(EXIT_OK, 0), ends.get(EXIT_PARTLY, 0), ends.get(EXIT_CHANNEL, 0) + ends.get(EXIT_SETTINGS, 0)))
    print("%d requests, %d of them spoilt (%.0f %%): %s%s" %
          (seen["total"], total, 100.0 * total / max(1, seen["total"]),
           ", ".join("%s %d" % (k, faults[k]) for k in KINDS if k in faults),
           "; chance never chose " + ", ".join(missing) if missing else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
