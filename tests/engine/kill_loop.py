#!/usr/bin/env python3
"""Runs a program again and again, kills most of its runs at a random moment, and says whether shop and ERP agree in the end.

    kill_loop.py --kills N --seed S --sim http://127.0.0.1:PORT --erp company.db --state state.db [options] -- PROGRAM ARGS...

Orders trickle into the shop while the program works; items are edited in the ERP between its runs (and, with --edit-live,
also while it works). Half of the kills come after a random time, half just after a random number of requests has reached
the shop, which is where the journal has most to lose. After each kill: no order stands in the ERP twice. At each
checkpoint the program may end a run of its own: then orders and items of both sides are compared. Rule R4: the start
after a kill reaches the shop within --limit seconds. One line of figures at the end; exit status 0 only if all was well.

--kill signal: SIGKILL to the program itself. --kill pipe: the program is started by terminator.exe (tests/wine), which
calls TerminateProcess when it reads a byte.
"""
import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BOTH_SIDES = os.path.join(HERE, "..", "support", "both_sides.py")
EXIT_OK, EXIT_PARTLY = 0, 1


class Wrong(Exception):
    pass


class Shop:
    def __init__(self, base):
        self.base = base

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        ask = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(ask, timeout=60) as answer:
            return answer.read()

    def requests(self):
        return json.loads(self.ask("/_sim/requests?last=0"))["total"]

    def orders(self, count):
        """Only once there is something to sell: an order without goods is complete by itself."""
        if json.loads(self.ask("/_sim/state"))["products"] > 100:
            self.ask("/_sim/orders/random", {"count": count})

    def trickle(self, every, count):
        self.ask("/_sim/orders/trickle", {"every": every, "count": count})


class Company:
    """Edits as an operator makes them; the schema's triggers keep the versions."""

    def __init__(self, path, rng):
        self.path, self.rng, self.edits, self.made = path, rng, 0, 0

    def open(self):
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        db.execute("PRAGMA foreign_keys = ON")
        return db

    def edit(self, new_items):
        db = self.open()
        try:
            db.execute("BEGIN IMMEDIATE")
            simple = [r[0] for r in db.execute("SELECT id FROM item WHERE kind = 'simple' AND trim(coalesce(sku, '')) <> ''"
                                               " ORDER BY id")]
            for item in self.rng.sample(simple, min(len(simple), 6)):
                getattr(self, self.rng.choice(["price", "stock", "name"]))(db, item)
            for _ in range(new_items):
                self.new(db, self.rng.choice(simple))
            db.execute("COMMIT")
        finally:
            db.close()

    def price(self, db, item):
        self.edits += db.execute("UPDATE item_price SET price = price + ? WHERE item_id = ?",
                                 (self.rng.randint(1, 500), item)).rowcount > 0

    def stock(self, db, item):
        self.edits += db.execute("UPDATE stock SET on_hand = reserved + ? WHERE item_id = ?",
                                 (1000 * self.rng.randint(0, 90), item)).rowcount > 0

    def name(self, db, item):
        self.edits += db.execute("UPDATE item SET name = substr(name, 1, 60) || ' ' || ? WHERE id = ?",
                                 (self.rng.randint(1, 9999), item)).rowcount > 0

    def new(self, db, like):
        self.made += 1
        row = db.execute("INSERT INTO item (kind, sku, name, unit, weight_g, group_id, vat_code)"
                         " SELECT 'simple', ?, ?, unit, weight_g, group_id, vat_code FROM item WHERE id = ?",
                         ("NEW-%d" % self.made, "Nowość żółta %d" % self.made, like))
        item = row.lastrowid
        db.execute("INSERT INTO item_price (price_list_id, item_id, price)"
                   " SELECT price_list_id, ?, price FROM item_price WHERE item_id = ?", (item, like))
        db.execute("INSERT INTO stock (item_id, warehouse_id, on_hand)"
                   " SELECT ?, warehouse_id, ? FROM stock WHERE item_id = ?", (item, 1000 * self.rng.randint(5, 90), like))

    def doubles(self, link):
        db = self.open()
        try:
            return db.execute("SELECT internet_number, count(*) FROM sales_order WHERE channel = ?"
                              " GROUP BY internet_number HAVING count(*) > 1", (link,)).fetchall()
        finally:
            db.close()


class Loop:
    def __init__(self, args):
        self.args = args
        self.rng = random.Random(args.seed)
        self.shop = Shop(args.sim)
        self.company = Company(args.erp, self.rng)
        self.killed = self.ended = self.clean = self.checkpoints = 0
        self.first = []  # seconds from a start after a kill to its first request
        self.usual = args.usual
        self.after_kill = False
        self.output = open(args.output, "ab")

    # --- one run ---

    def start(self):
        piped = self.args.kill == "pipe"
        self.began, self.base, self.seen = time.monotonic(), self.shop.requests(), 0
        return subprocess.Popen(self.args.command, stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                                stdout=self.output, stderr=self.output)

    def look(self):
        """Counts the requests of this run; the first one after a kill shows that the start was not stuck."""
        self.seen = self.shop.requests() - self.base
        if self.seen and self.after_kill:
            self.first.append(time.monotonic() - self.began)
            self.after_kill = False

    def end(self, program):
        if self.args.kill == "pipe":
            try:
                program.stdin.write(b"k")
                program.stdin.close()
            except BrokenPipeError:
                pass
        else:
            program.send_signal(signal.SIGKILL)
        code = program.wait(timeout=60)
        return code in (-signal.SIGKILL, 137)

    def limit(self):
        waited = time.monotonic() - self.began
        if self.after_kill and waited > self.args.limit + 60:
            raise Wrong("the start after a kill made no request within %.0f s" % waited)

    def run_and_kill(self):
        by_requests = self.rng.random() < 0.5
        after_requests = self.rng.randint(1, 14)
        after_time = self.rng.uniform(0, self.usual * 1.15)
        linger = self.rng.uniform(0, 0.04)
        edit_at = self.rng.uniform(0, self.usual) if self.args.edit_live and self.rng.random() < 0.5 else None
        program = self.start()
        while program.poll() is None:
            self.look()
            self.limit()
            passed = time.monotonic() - self.began
            if edit_at is not None and passed >= edit_at:
                self.company.edit(0)
                edit_at = None
            if self.seen >= after_requests if by_requests else passed >= after_time:
                time.sleep(linger)
                break
            time.sleep(0.003)
        if program.poll() is None and self.end(program):
            self.killed += 1
            self.after_kill = True
        else:
            self.finished(program)

    def finished(self, program):
        self.look()
        self.ended += 1
        if program.returncode not in (EXIT_OK, EXIT_PARTLY):
            raise Wrong("a run that nobody killed ended with %d" % program.returncode)
        took = time.monotonic() - self.began
        self.usual = 0.8 * self.usual + 0.2 * took

    def run_to_end(self):
        program = self.start()
        while program.poll() is None:
            self.look()
            self.limit()
            if time.monotonic() - self.began > 120:
                self.end(program)
                raise Wrong("a run did not end within 120 s")
            time.sleep(0.01)
        self.finished(program)
        return program.returncode

    # --- looking at both sides ---

    def checkpoint(self):
        self.shop.trickle(1, 0)
        for _ in range(6):
            if self.run_to_end() == EXIT_OK:
                break
        else:
            raise Wrong("six runs in a row left something undone")
        seen = subprocess.run([sys.executable, BOTH_SIDES, "--erp", self.args.erp, "--sim", self.args.sim, "--link",
                               self.args.link, "--items", "--orders", "--json"], capture_output=True, text=True)
        if seen.returncode:
            raise Wrong("after %d kills the two sides differ:\n%s%s" % (self.killed, seen.stdout, seen.stderr))
        self.figures = json.loads(seen.stdout)
        told = self.figures["orders_by_status"]
        if set(told) - {"completed"}:
            raise Wrong("orders in the ERP of which the shop was not told: %s" % told)
        if not self.figures["orders_shop"] and self.killed:
            raise Wrong("there was no order at all")
        self.checkpoints += 1

    def round(self):
        if self.rng.random() < 0.7:
            self.company.edit(self.rng.choice([0, 0, 1, 12]))
        if self.rng.random() < 0.5:
            self.shop.orders(self.rng.randint(1, 8))
        self.shop.trickle(self.rng.randint(2, 6), 4 if self.killed > 3 else 0)
        self.run_and_kill()
        doubles = self.company.doubles(self.args.link)
        if doubles:
            raise Wrong("orders twice in the ERP: %s" % doubles[:10])

    def intact(self):
        for path in (self.args.erp, self.args.state):
            if not os.path.isfile(path):
                raise Wrong("there is no file %s" % path)
            db = sqlite3.connect(path, timeout=30)
            verdict = db.execute("PRAGMA integrity_check").fetchone()[0]
            broken = db.execute("PRAGMA foreign_key_check").fetchall()
            db.close()
            if verdict != "ok" or broken:
                raise Wrong("%s is damaged: %s %s" % (path, verdict, broken[:3]))

    def all(self):
        next_checkpoint = self.args.every
        while self.killed < self.args.kills:
            self.round()
            if self.killed >= next_checkpoint or self.killed >= self.args.kills:
                self.checkpoint()
                next_checkpoint += self.args.every
            if self.ended > 3 * self.args.kills + 30:
                raise Wrong("too few runs lived long enough to be killed")
        self.intact()
        if self.after_kill or not self.first:
            raise Wrong("no start after a kill was seen to reach the shop")
        if max(self.first) > self.args.limit:
            raise Wrong("a start after a kill took %.1f s to its first request" % max(self.first))


def tell(loop, seconds, verdict):
    figures = getattr(loop, "figures", {})
    first = sorted(loop.first) or [0.0]
    print("%s: seed %d, %d kills, %d runs left alone, %d comparisons of both sides, %d orders each once, %d items equal, "
          "%d edits, %d items added, start after a kill to its first request: median %.2f s, worst %.2f s; %.0f s" %
          (verdict, loop.args.seed, loop.killed, loop.ended, loop.checkpoints, figures.get("orders_shop", 0),
           figures.get("items_shop", 0), loop.company.edits, loop.company.made, first[len(first) // 2], first[-1], seconds))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--kills", type=int, required=True)
    ap.add_argument("--seed", type=int, required=True)
    ap.add_argument("--sim", required=True)
    ap.add_argument("--erp", required=True)
    ap.add_argument("--state", required=True)
    ap.add_argument("--link", default="shop")
    ap.add_argument("--every", type=int, default=10, help="kills between two comparisons of both sides")
    ap.add_argument("--limit", type=float, default=3.0, help="seconds from a start after a kill to its first request")
    ap.add_argument("--usual", type=float, default=0.6, help="seconds a run takes, a first guess")
    ap.add_argument("--kill", choices=["signal", "pipe"], default="signal")
    ap.add_argument("--edit-live", action="store_true")
    ap.add_argument("--output", default="/dev/null", help="where the output of the program goes")
    ap.add_argument("command", nargs="+")
    args = ap.parse_args()
    loop, begun, verdict = Loop(args), time.monotonic(), "FAILED"
    try:
        loop.all()
        verdict = "fine"
    except Wrong as e:
        print(e, file=sys.stderr)
    tell(loop, time.monotonic() - begun, verdict)
    return 0 if verdict == "fine" else 1


if __name__ == "__main__":
    sys.exit(main())
