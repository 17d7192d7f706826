#!/usr/bin/env python3
"""Measures the program and prints one table, a row for each claim, each beside a yardstick measured in the same run. README.md tells
what the rows are.

    bench.py --build DIR [--small] [--rows abcdefg] [--big N] [--json FILE] [--keep]

Exit status: 0 every row is within its bound; 1 a row is over it; 2 the bench could not run. With --small the sizes are small and only
counts decide, never times.
"""
import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time

from profile_sql import full_read
from world import TOP, Company, Failure, Sim, World, copy_database

PROFILE = os.path.join(TOP, "service/erp/profiles/reference.sql")
CLIENT = "@woocommerce/woocommerce-rest-api"
CLIENT_VERSION = "1.0.2"
MIB = "%.1f MiB"


class Row:
    def __init__(self, letter, what, ours, yardstick, ratio, bound, ok, timed=True, bounded=True):
        self.letter, self.what, self.ours, self.yardstick = letter, what, ours, yardstick
        self.ratio, self.bound, self.ok, self.timed, self.bounded = ratio, bound, ok, timed, bounded


class Bench:
    def __init__(self, args):
        self.args = args
        self.world = World(args.build, args.keep)
        self.rows, self.notes = [], []
        self.begun = time.monotonic()

    def say(self, text):
        print("%6.1f s  %s" % (time.monotonic() - self.begun, text), file=sys.stderr, flush=True)

    def row(self, *values, **more):
        row = Row(*values, **more)
        self.rows.append(row)
        self.say("(%s) %s: %s | %s | %s" % (row.letter, row.what, row.ours, row.yardstick, verdict(row, self.args.small)))

    def note(self, text):
        self.notes.append(text)
        self.say(text)

    def need(self, true, text):
        """What must hold for a measurement to mean anything."""
        if not true:
            raise Failure(text)


def verdict(row, small):
    if row.ok is None:
        return "not measured"
    if small and row.timed:
        return "ran"
    if not row.bounded:
        return "told"
    return "ok" if row.ok else "OVER"


def thousands(n):
    return "{:,}".format(n)


# --- (a) (b) (c): a big company ---

def big_company(b, items):
    """Sends a whole company once; what was measured of it."""
    sim = Sim(b.world, "big-%d" % items)
    company = Company(b.world, "big-%d" % items, items, sim)
    b.note("demo-company of %s items: %.1f s, %s" % (thousands(items), company.made.wall, MIB % company.made.peak))
    before = sim.things()
    first, asked = company.sync("--send-offer")
    there = sim.things() - before
    b.need(there == items, "the shop has %d of %d items after the first send" % (there, items))
    b.note("first send of %s items: %.1f s (%d items/s), %.1f s of processor time, %s, %s requests" % (
        thousands(items), first.wall, items / first.wall, first.cpu, MIB % first.peak, thousands(asked.total)))
    idle, asked = min((company.sync("--send-offer") for _ in range(3)), key=lambda run: run[0].cpu)
    compare, differs = company.sync("--compare-all")
    b.need(differs.writes == 0, "a comparison of two equal sides wrote %d times" % differs.writes)
    return {"items": items, "sim": sim, "company": company, "first": first, "idle": idle, "asked": asked, "compare": compare,
            "peak": max(first.peak, idle.peak, compare.peak)}


def row_a(b, small, big):
    def cells(of):
        return "%d requests, %.0f ms processor, %s" % (of["asked"].total, of["idle"].cpu * 1000, MIB % of["idle"].peak)

    share = small["idle"].cpu / small["compare"].cpu
    b.row("a", "nothing changed, %s items" % thousands(small["items"]), cells(small),
          "full comparison: %.0f ms processor" % (small["compare"].cpu * 1000), share, "0 requests", small["asked"].total == 0, timed=False)
    if big is not small:
        b.row("a", "nothing changed, %s items" % thousands(big["items"]), cells(big), "%s items: %.0f ms processor" % (
            thousands(small["items"]), small["idle"].cpu * 1000), big["idle"].cpu / small["idle"].cpu, "0 requests", big["asked"].total == 0,
              timed=False)
    big["company"].settings(orders=True)
    polled, asked = big["company"].sync("--send-offer")
    big["company"].settings(orders=False)
    b.row("a", "the same with orders polled", "%d writes, %d reads, %.0f ms processor" % (asked.writes, asked.reads, polled.cpu * 1000),
          "without: %.0f ms processor" % (big["idle"].cpu * 1000), polled.cpu / big["idle"].cpu, "0 writes", asked.writes == 0, timed=False)


def shell_seconds(b, company):
    """How long the sqlite3 shell needs for the columns of a full comparison."""
    sql = b.world.path("read.sql")
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    price_list, country = company.sql("SELECT price_list_id, country FROM company")[0]
    with open(sql, "w") as f:
        f.write(".output /dev/null\n")
        f.write(full_read(PROFILE, {"channel": "shop", "country": country, "today": today, "price_list": price_list}))
    runs = []
    for _ in range(2):
        cost, text = b.world.measure(["sqlite3", "-batch", "-bail", "-readonly", "-init", "/dev/null", company.db, ".read '%s'" % sql])
        b.need(not text.strip(), "the sqlite3 shell said: " + text)
        runs.append(cost)
    return min(runs, key=lambda c: c.wall)


def row_b(b, big):
    again, _ = big["company"].sync("--compare-all")
    ours = min(big["compare"], again, key=lambda c: c.wall)
    shell = shell_seconds(b, big["company"])
    b.row("b", "full comparison of %s items" % thousands(big["items"]), "%.2f s (%.2f s processor)" % (ours.wall, ours.cpu),
          "sqlite3 shell reads the columns: %.2f s (%.2f s)" % (shell.wall, shell.cpu), ours.wall / shell.wall, "<= 2.5",
          ours.wall <= 2.5 * shell.wall)


def row_c(b, small, big):
    def three(of):
        return "first send %.1f, nothing changed %.1f, comparison %.1f" % (of["first"].peak, of["idle"].peak, of["compare"].peak)

    b.row("c", "peak memory at %s items" % thousands(big["items"]), MIB % big["peak"], "64 MiB", big["peak"] / 64, "<= 1", big["peak"] <= 64)
    if big is not small:
        b.row("c", "the same beside %s items" % thousands(small["items"]), MIB % big["peak"], MIB % small["peak"], big["peak"] / small["peak"],
              "<= 1.25", big["peak"] <= 1.25 * small["peak"])
    b.note("peak memory in MiB at %s items: %s" % (thousands(big["items"]), three(big)))


def rows_big(b):
    sizes = [1000] if b.args.small else sorted({100000, b.args.big})
    made = [big_company(b, n) for n in sizes]
    row_a(b, made[0], made[-1])
    row_b(b, made[-1])
    row_c(b, made[0], made[-1])
    for of in made:
        of["sim"].stop()


# --- (d): a slow shop ---

THROTTLE_MS = 300
AT_ONCE = 4


def row_d(b):
    changed = 1000 if b.args.small else 10000
    items = changed * 10 // 6 + 10  # the first six of each ten are simple items, so their changes fill batches
    throttle = 50 if b.args.small else THROTTLE_MS
    sim = Sim(b.world, "slow", "--throttle-batch-ms", str(throttle))
    company = Company(b.world, "slow", items, sim, parallel_requests=AT_ONCE)
    company.sql("UPDATE item SET published = 0 WHERE kind NOT IN ('simple', 'service')")  # or the first send takes minutes
    company.sync("--send-offer")
    company.sql("UPDATE item_price SET price = price + 100 WHERE item_id <= ?", changed)
    cost, asked = company.sync("--send-offer")
    sent = [n for n in asked.batches if n["update"]]
    b.need(asked.lines == changed, "%d lines were sent for %d changed items" % (asked.lines, changed))
    best = changed / 100 / AT_ONCE * throttle / 1000
    b.row("d", "%s changed items, %d ms a batch, %d at once" % (thousands(changed), throttle, AT_ONCE),
          "%.2f s, %d batches" % (cost.wall, len(sent)), "what the shop can take: %.2f s" % best, best / cost.wall, ">= 0.90",
          best / cost.wall >= 0.90)
    sim.stop()


# --- (e) (f) (g): a small company, a fast shop ---

def change_stock(company, count):
    """Of items that are in no set, so that exactly these change."""
    company.sql("UPDATE stock SET on_hand = on_hand + 1000000 WHERE warehouse_id = (SELECT warehouse_id FROM company) AND item_id IN ("
                "SELECT s.item_id FROM stock s JOIN item i ON i.id = s.item_id WHERE i.kind = 'simple' AND s.item_id NOT IN ("
                "SELECT component_id FROM set_component) AND s.warehouse_id = (SELECT warehouse_id FROM company) ORDER BY 1 LIMIT ?)", count)


def row_e(b, company, count=1000):
    change_stock(company, count)
    cost, asked = company.sync("--stock-only")
    b.row("e", "%s stock changes" % thousands(count), "%d requests, %s lines, %.0f ms" % (asked.total, thousands(asked.lines), cost.wall * 1000),
          "full batches: %d" % (count // 100), asked.total / (count / 100), "= 1", asked.total == count // 100 and asked.lines == count,
          timed=False)


def reading_seconds(sim, status):
    """How long the shop itself needs to tell its orders, asked one page after the other by a client that does nothing with them."""
    if not shutil.which("curl"):
        return None
    begun = time.monotonic()
    got = subprocess.run(["curl", "-sS", "--fail", "--cacert", sim.ca, "-o", "/dev/null", "-u", "%s:%s" % (sim.key("rw_key"), sim.key("rw_secret")),
                          "%s/wp-json/wc/v3/orders?per_page=100&status=%s&page=[1-%d]" % (sim.https, status, 100)],
                         timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return time.monotonic() - begun if got.returncode == 0 else None


def orders_turn(b, company, sim, count, turn):
    """Ours, then at once the bare loop with what ours left behind: a disk is not equally fast all day."""
    company.sync("--fetch-orders")  # what the shop tells again of the last turn's orders, for they were acknowledged
    time.sleep(1.1)
    b.need(sim.random_orders(count, seed=7 + turn) == count, "the shop did not make %d orders" % count)
    before = [b.world.path("state-before.db"), b.world.path("erp-before.db")]
    for source, copy in zip((company.state(), company.db), before):
        if os.path.exists(copy):
            os.unlink(copy)
        copy_database(source, copy)
    cost, asked = company.sync("--fetch-orders", good=(0, 1))
    written = company.sql("SELECT count(*) FROM sales_order WHERE channel = 'shop'")[0][0]
    b.need(written == count * (turn + 1), "%d of %d orders are in the ERP" % (written, count * (turn + 1)))
    _, text = b.world.measure([b.world.program("bench_inserts"), company.state(), company.db] + before)
    seconds, orders, commits, rows = text.split()
    b.need(int(orders) == count, "the bare loop wrote %s of %d orders" % (orders, count))
    b.say("orders in: %.2f s, the bare loop %s s" % (cost.wall, seconds))
    return cost, asked, float(seconds), int(commits), int(rows)


def row_f(b, company, sim):
    count = 200 if b.args.small else 10000
    company.settings(orders=True, order_overlap_minutes=0)
    turns = [orders_turn(b, company, sim, count, n) for n in range(1 if b.args.small else 2)]
    cost, asked = min(((t[0], t[1]) for t in turns), key=lambda pair: pair[0].wall)
    bare, commits, rows = min(t[2:] for t in turns)
    b.row("f", "%s orders in" % thousands(count), "%.2f s (%.2f s processor), %s" % (cost.wall, cost.cpu, MIB % cost.peak),
          "bare loop of the same inserts: %.2f s (%s commits, %s rows)" % (bare, thousands(commits), thousands(rows)), cost.wall / bare, "<= 2",
          cost.wall <= 2 * bare)
    alone = None if b.args.small else reading_seconds(sim, "completed")
    if alone:
        b.note("orders in: of our %.2f s the shop alone needs about %.2f s to tell its orders; without it the ratio is %.2f (%d requests in all)"
               % (cost.wall, alone, (cost.wall - alone) / bare, asked.total))


def official_client(b):
    """Folder with the official client's modules, installed on first use; None when this machine cannot."""
    folder = os.path.join(os.environ.get("SHOPFERRY_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "shopferry"), "bench-client-" + CLIENT_VERSION)
    modules = os.path.join(folder, "node_modules")
    if os.path.exists(os.path.join(modules, CLIENT, "package.json")):
        return modules
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    b.say("installing %s into %s" % (CLIENT, folder))
    os.makedirs(folder, exist_ok=True)
    got = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, CLIENT + "@" + CLIENT_VERSION],
                         cwd=folder, timeout=180, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if got.returncode:
        b.say(got.stdout.decode("utf-8", "replace")[-500:])
        return None
    return modules


def sent_batches(requests):
    """[endpoint, body] of each batch the shop was sent, in the order they came."""
    batches = []
    for entry in requests.last:
        method, uri = entry["request"].split(" ", 1)
        if method == "POST" and "/batch" in uri:
            batches.append([uri.split("/wc/v3/", 1)[1].split("?")[0], json.loads(entry["body"])])
    return batches


def write_job(b, sim, name, **job):
    path = b.world.path(name)
    with open(path, "w") as f:
        json.dump(dict(job, url=sim.https, key=sim.key("rw_key"), secret=sim.key("rw_secret"), out=b.world.path("pulled.ndjson")), f)
    return path


def pulled_orders(b):
    with open(b.world.path("pulled.ndjson"), encoding="utf-8") as f:
        return sorted((json.loads(line) for line in f), key=lambda order: order["id"])


def told(b, who, text, count):
    got = json.loads(text.strip().splitlines()[-1])
    b.need(got == {"updated": count, "pulled": count}, "%s did %s instead of %d each" % (who, got, count))


def client_run(b, sim, modules, batches, count, single):
    """The client's part: the batches that we sent, byte for byte (or one update a request), and the newest orders."""
    job = write_job(b, sim, "job.json", modules=modules, batches=batches, orders={"status": "processing"}, pages=count // 100, single=single)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "official_client.js")
    cost, text = b.world.measure(["node", script, job], env=dict(os.environ, NODE_EXTRA_CA_CERTS=sim.ca))
    told(b, "the official client", text, count)
    return cost


def driver_run(b, sim, company, batches, count, since):
    """The same part done by the program's own channel driver, alone. What it sends must be the client's batches again."""
    skus = company.remote_skus()
    lines = [[[line["id"], skus[str(line["id"])], line["stock_quantity"]] for line in body["update"]] for _, body in batches]
    job = write_job(b, sim, "job-driver.json", ca_file=sim.ca, batches=lines, since_ms=since * 1000)
    sim.forget_requests()
    cost, text = b.world.measure([b.world.program("bench_driver"), job])
    told(b, "the driver", text, count)
    b.need(sent_batches(sim.requests(50)) == batches, "the driver did not send the batches it was to send")
    return cost


def cycle_of_stock(b, sim, company, count, turn):
    """One cycle of the whole program; (Cost, Requests, the second in which the orders of this turn begin)."""
    # The shop's clock has whole seconds, and what shares one with the last order read is told again: so one order by itself first.
    time.sleep(1.1)
    sim.random_orders(1)
    company.sync("--stock-only")
    company.sql("UPDATE stock SET on_hand = on_hand + 1000000 WHERE item_id <= ? AND warehouse_id = (SELECT warehouse_id FROM company)", count)
    time.sleep(1.1)
    since = int(time.time())
    b.need(sim.random_orders(count, seed=100 + turn) == count, "the shop did not make %d orders" % count)
    cost, asked = company.sync("--stock-only", last=50)
    b.need(asked.lines == count and asked.writes == count // 100, "%d lines in %d requests were sent for %d changed items" % (
        asked.lines, asked.writes, count))
    b.need(company.kept_orders() == (count + 1) * (turn + 1), "%d orders are kept of %d" % (
        company.kept_orders(), (count + 1) * (turn + 1)))
    return cost, asked, since


def row_g(b):
    """One cycle of stock, as the service runs it: the orders are read and kept first, then the quantities are sent. The shop sells just the
    items that changed, so that what the orders sold is no more than what is sent anyway. Then the same batches and orders once more: by the
    driver of that program alone, and by the official client."""
    count = 100 if b.args.small else 1000
    modules = None if b.args.small else official_client(b)
    sim = Sim(b.world, "both")
    company = Company(b.world, "both", count * 10 // 6 + 10, sim, parallel_requests=2)  # what a new link has; six of ten are simple items
    company.sql("UPDATE item SET published = 0 WHERE kind <> 'service' AND NOT (kind = 'simple' AND id <= ?)", count)
    company.sync("--send-offer")
    company.settings(orders=True, order_overlap_minutes=0)
    whole, driver, client, single = [], [], [], []
    for turn in range(1 if b.args.small else 5):
        cost, asked, since = cycle_of_stock(b, sim, company, count, turn)
        whole.append(cost)
        batches = sent_batches(asked)
        for _ in range(1 if b.args.small else 2):
            driver.append(driver_run(b, sim, company, batches, count, since))
            if modules:
                kept = pulled_orders(b)
                client.append(client_run(b, sim, modules, batches, count, False))
                b.need(pulled_orders(b) == kept, "the driver and the official client did not pull the same orders")
        if modules:
            single.append(client_run(b, sim, modules, batches, count, True))
    sim.stop()
    rows_g(b, count, [best(runs) for runs in (whole, driver, client, single)], asked.total)


def best(runs):
    """(processor time, peak memory), the least of each."""
    return (min(c.cpu for c in runs), min(c.peak for c in runs)) if runs else None


def rows_g(b, count, costs, requests):
    whole, driver, client, single = costs
    both = "%s updates pushed, %s orders pulled" % (thousands(count), thousands(count))
    more = "the whole program, every order kept with its records"
    compared = (("driver: %s: processor" % both, driver, client, 0, 0.20, ""),
                ("driver: %s: memory" % both, driver, client, 1, 0.25, ""),
                ("%s: processor" % more, whole, client, 0, None, ", %d requests" % requests),
                ("%s: memory" % more, whole, client, 1, 0.25, ""),
                ("%s, the client sends one update a request: processor" % more, whole, single, 0, 0.20, ", %d requests" % requests))
    for what, ours, theirs, at, bound, detail in compared:
        def cell(of):
            return MIB % of[1] if at else "%.0f ms" % (of[0] * 1000)

        limit = "<= %.2f" % bound if bound else "no bound: does more"
        if not theirs:
            b.row("g", what, cell(ours) + detail, "official client: not run", 0, limit, True if b.args.small else None)
            continue
        b.row("g", what, cell(ours) + detail, "official client %s: %s" % (CLIENT_VERSION, cell(theirs)), ours[at] / theirs[at], limit,
              not bound or ours[at] <= bound * theirs[at], bounded=bool(bound))


def rows_e(b):
    sim = Sim(b.world, "fast")
    company = Company(b.world, "fast", 2000, sim)
    company.sync("--send-offer")
    row_e(b, company)
    sim.stop()


def rows_f(b):
    sim = Sim(b.world, "orders")
    company = Company(b.world, "orders", 500 if b.args.small else 5000, sim)
    company.sync("--send-offer")
    row_f(b, company, sim)
    sim.stop()


# --- the table ---

def print_table(b):
    head = ("row", "what", "ours", "yardstick", "ratio", "bound", "")
    lines = [head]
    for r in b.rows:
        ratio = "%.3f" % r.ratio if r.ratio < 0.1 else "%.2f" % r.ratio
        lines.append(("(%s)" % r.letter, r.what, r.ours, r.yardstick, ratio if r.ok is not None else "-", r.bound, verdict(r, b.args.small)))
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for i, line in enumerate(lines):
        print(" | ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip())
        if i == 0:
            print("-+-".join("-" * w for w in widths))
    for text in b.notes:
        print("- " + text)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--build", required=True, help="build folder with the programs in bin/")
    ap.add_argument("--small", action="store_true", help="small sizes; counts decide, times do not")
    ap.add_argument("--rows", default="abcdefg", help="only these rows; a, b and c go together")
    ap.add_argument("--big", type=int, default=1000000, help="items of the biggest company")
    ap.add_argument("--json", help="write the rows there too")
    ap.add_argument("--keep", action="store_true", help="leave the temporary folder")
    b = Bench(ap.parse_args())
    code = 0
    for letters, run in (("e", rows_e), ("g", row_g), ("d", row_d), ("f", rows_f), ("abc", rows_big)):
        if not set(letters) & set(b.args.rows):
            continue
        try:
            run(b)
        except Failure as e:
            b.say("rows %s: %s" % (letters, e))
            b.note("rows %s could not be measured: %s" % (letters, str(e).splitlines()[0]))
            code = 2
    b.rows.sort(key=lambda r: r.letter)
    print_table(b)
    if b.args.json:
        with open(b.args.json, "w") as f:
            json.dump([dict(vars(r), verdict=verdict(r, b.args.small)) for r in b.rows], f, indent=1)
    over = [r for r in b.rows if verdict(r, b.args.small) == "OVER"]
    print("%d rows, %d over their bound, %.0f s in all" % (len(b.rows), len(over), time.monotonic() - b.begun))
    b.world.close()
    return code or (1 if over else 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as e:
        print("bench: %s" % e, file=sys.stderr)
        sys.exit(2)
