#!/usr/bin/env python3
"""Measures how long a sale may be overwritten by a stock figure that does not know of it (hazard 12), and that the next
cycle corrects it.

    window.py --sim http://127.0.0.1:PORT --erp company.db --seed S --most SECONDS -- PROGRAM ARGS...

All quantities are edited in the ERP, and the program sends them to a shop that takes its time for each batch. Meanwhile
buyers buy, each another item. Whoever buys between the program's reading of orders and the moment its figure arrives is
not in that figure. The window is what lies between the two, seen from the shop's own record of requests: for each sale
that was overwritten, the time from the sale to the overwriting; and for each batch, the time since orders were read last.
The first must not be more than --most. Then the program runs once more and both sides must be the same.
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


class Wrong(Exception):
    pass


def ask(base, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(base + path, data, {"Content-Type": "application/json"}),
                                timeout=60) as answer:
        return answer.read()


def products(sim):
    return [json.loads(line) for line in ask(sim, "/_sim/dump/products.ndjson").splitlines() if line.strip()]


class Watch(threading.Thread):
    """When orders were read, and which quantity of which product arrived when, by the shop's record of requests."""

    def __init__(self, sim):
        super().__init__(daemon=True)
        self.sim, self.over, self.reads, self.writes, self.since_read = sim, False, [], {}, []
        ask(sim, "/_sim/requests/reset", {})

    def run(self):
        seen = 0
        while not self.over:
            log = json.loads(ask(self.sim, "/_sim/requests?last=40"))
            new = min(log["total"] - seen, len(log["last"]))
            for entry in log["last"][len(log["last"]) - new:] if new else []:
                self.note(entry, time.monotonic())
            seen = log["total"]
            time.sleep(0.01)

    def note(self, entry, now):
        line = entry["request"]
        if line.startswith("GET ") and "/orders?modified_after" in line:
            self.reads.append(now)
        elif line.startswith("POST ") and "/batch" in line and "/products" in line:
            if self.reads:
                self.since_read.append(now - self.reads[-1])
            for update in json.loads(entry["body"]).get("update", []):
                if "stock_quantity" in update:
                    self.writes.setdefault(update["id"], []).append((now, update["stock_quantity"]))


def plain(path):
    """SKU -> pieces available, of items that are neither a set nor part of one: whose stock no other item's sale moves."""
    db = sqlite3.connect(path, timeout=30)
    rows = db.execute("SELECT i.sku, sum(s.on_hand - s.reserved) / 1000 FROM item i JOIN stock s ON s.item_id = i.id"
                      " WHERE i.kind IN ('simple', 'variant') AND i.id NOT IN (SELECT component_id FROM set_component)"
                      " AND trim(coalesce(i.sku, '')) <> '' GROUP BY i.id").fetchall()
    db.close()
    return {" ".join(sku.split()): pieces for sku, pieces in rows}


class Buyers(threading.Thread):
    def __init__(self, sim, rng, skus):
        super().__init__(daemon=True)
        goods = [p for p in products(sim) if p["type"] in ("simple", "variation") and (p["stock_quantity"] or 0) > 3 and
                 p["status"] == "publish" and p["sku"] in skus]
        self.sim, self.over, self.sales, self.rng = sim, False, [], rng
        self.goods = rng.sample(goods, len(goods))

    def run(self):
        while not self.over and self.goods:
            time.sleep(self.rng.uniform(0.02, 0.2))
            p = self.goods.pop()
            line = {"product_id": p["id"], "quantity": 1}
            if p["type"] == "variation":
                line = {"product_id": p["parent_id"], "variation_id": p["id"], "quantity": 1}
            person = {"first_name": "Anna", "last_name": "Nowak", "address_1": "ul. Krótka 1", "city": "Łódź",
                      "postcode": "90-001", "country": "PL", "email": "anna@example.test"}
            order = {"line_items": [line], "billing": person, "shipping": person, "set_paid": True,
                     "payment_method": "bacs", "created_via": "checkout"}
            at = time.monotonic()
            made = json.loads(ask(self.sim, "/_sim/orders", {"create": [order]}))
            if len(made.get("ids", [])) == 1:
                self.sales.append((at, p["id"], p["sku"]))


def edit_all(path):
    """Every quantity becomes another one."""
    db = sqlite3.connect(path, timeout=30)
    db.execute("UPDATE stock SET on_hand = on_hand + 20000 WHERE item_id IN (SELECT id FROM item WHERE kind <> 'service')")
    db.commit()
    db.close()


def judge(sales, writes, before):
    """Each sale is of another item, one piece, so a figure that is one too high did not know of it. Returns how old the
    sales were that were overwritten, and how long they stayed so if the same run sent the right figure behind."""
    ages, cured = [], []
    for at, product, sku in sales:
        wrong = None
        for when, figure in writes.get(product, []):
            if figure not in (before[sku], before[sku] - 1):
                raise Wrong("%s: %s was sent, %s in the ERP" % (sku, figure, before[sku]))
            if when > at and figure == before[sku]:
                wrong = wrong or when
                ages.append(when - at)
            elif wrong:
                cured.append(when - wrong)
                wrong = None
    return ages, cured


def run(args, *more):
    return subprocess.run(args.command + list(more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          timeout=300).returncode


def stock_run(args, watch, buyers):
    watch.start()
    buyers.start()
    begun = time.monotonic()
    code = run(args, "--stock-only")
    took = time.monotonic() - begun
    buyers.over = True
    buyers.join(10)
    time.sleep(0.1)
    watch.over = True
    watch.join(10)
    if code != 0:
        raise Wrong("the run ended with %d" % code)
    return took


def next_cycle(args):
    ask(args.sim, "/_sim/faults", {})
    begun = time.monotonic()
    if run(args) != 0:
        raise Wrong("the cycle after it did not end well")
    took = time.monotonic() - begun
    seen = subprocess.run([sys.executable, BOTH_SIDES, "--erp", args.erp, "--sim", args.sim, "--link", args.link, "--items",
                           "--orders", "--json"], capture_output=True, text=True)
    if seen.returncode:
        raise Wrong("the next cycle did not correct it:\n" + seen.stdout + seen.stderr)
    return took


def measure(args):
    edit_all(args.erp)
    before = plain(args.erp)
    watch, buyers = Watch(args.sim), Buyers(args.sim, random.Random(args.seed), before)
    took = stock_run(args, watch, buyers)
    ages, cured = judge(buyers.sales, watch.writes, before)
    if not ages:
        raise Wrong("none of %d sales fell into the window: this test has measured nothing" % len(buyers.sales))
    next_took = next_cycle(args)
    print("%d sales during a stock run of %.1f s over %d items; orders were read %d times; a figure arrived at most %.1f s "
          "after orders were read; %d sales were overwritten, the oldest %.1f s old at that moment (limit %.0f s), %d of "
          "them put right by the same run; the next cycle (%.1f s) put all of them right: both sides are the same" %
          (len(buyers.sales), took, len(watch.writes), len(watch.reads), max(watch.since_read), len(ages), max(ages),
           args.most, len(cured), next_took))
    if max(ages) > args.most:
        raise Wrong("the window is wider than said")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--sim", required=True)
    ap.add_argument("--erp", required=True)
    ap.add_argument("--link", default="shop")
    ap.add_argument("--seed", type=int, required=True)
    ap.add_argument("--most", type=float, required=True, help="seconds")
    ap.add_argument("command", nargs="+")
    args = ap.parse_args()
    try:
        measure(args)
    except Wrong as e:
        print("FAILED: seed %d: %s" % (args.seed, e))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
