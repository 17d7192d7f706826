#!/usr/bin/env python3
"""test_sim.py PROGRAM: does the simulator do what its README says: control interface, faults, locks, keys.

Prints one line a check and "N passed, N failed" at the end. Python 3.8 or newer, standard library only.
"""
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = "/products/batch"


class Sim:
    def __init__(self, program, folder, *options):
        out = subprocess.run([os.path.join(HERE, "start.sh"), program, folder, *options], check=True, capture_output=True, text=True)
        self.vars = dict(line.split("=", 1) for line in out.stdout.split())
        self.pid = int(self.vars["SIM_PID"])
        self.folder = folder
        self.context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
        self.auth = "Basic " + base64.b64encode(("%s:%s" % (self.key("rw_key"), self.key("rw_secret"))).encode()).decode()

    def key(self, name):
        with open(os.path.join(self.folder, name), encoding="ascii") as f:
            return f.read()

    def send(self, method, path, body=None, headers=None):
        """(status, headers, bytes); raises when the connection breaks."""
        conn = http.client.HTTPSConnection("127.0.0.1", int(self.vars["SIM_HTTPS_PORT"]), timeout=20, context=self.context)
        try:
            head = {"Authorization": self.auth, "Accept": "application/json", "Content-Type": "application/json"}
            head.update(headers or {})
            url = path if path.startswith("/_sim/") else "/wp-json/wc/v3" + path
            conn.request(method, url, None if body is None else json.dumps(body), head)
            reply = conn.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            conn.close()

    def json(self, method, path, body=None):
        status, _, raw = self.send(method, path, body)
        return status, json.loads(raw)

    def faults(self, *rules, **more):
        status, answer = self.json("POST", "/_sim/faults", dict(more, rules=list(rules)))
        assert status == 200, answer

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        for _ in range(100):
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.05)
        os.kill(self.pid, signal.SIGKILL)
        return False


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name, right, seen=""):
        self.passed += bool(right)
        self.failed += not right
        print("%s  %s%s" % ("ok  " if right else "FAIL", name, "" if right else "  (%.300s)" % (seen,)))


def breaks(sim, *args):
    try:
        sim.send(*args)
    except (http.client.HTTPException, OSError):
        return True
    return False


def test_control(sim, check):
    status, answer = sim.json("POST", "/_sim/seed?products=20&seed=5&taxes=1")
    check("seeded products", answer.get("products") == 20, answer)
    _, rows = sim.json("GET", "/products?per_page=100&orderby=id&order=asc")
    check("they are in the list", len(rows) == 20, len(rows))
    before = sum(r["stock_quantity"] for r in rows)
    sim.json("POST", "/_sim/orders/random?count=30&seed=9")
    _, orders = sim.json("GET", "/orders?per_page=100&orderby=id&order=asc")
    check("30 random orders", len(orders) == 30, len(orders))
    _, rows = sim.json("GET", "/products?per_page=100&orderby=id&order=asc")
    sold = sum(l["quantity"] for o in orders for l in o["line_items"])
    check("stock went down by what was sold", before - sum(r["stock_quantity"] for r in rows) == sold, (before, sold))
    wrong = [o["id"] for o in orders if cents(o["total"]) != sum(
        cents(x["total"]) + cents(x["total_tax"]) for k in ("line_items", "shipping_lines", "fee_lines") for x in o[k])]
    check("random orders add up to the cent", not wrong, wrong)
    check("and have taxes", any(cents(o["total_tax"]) for o in orders))
    sku = rows[0]["sku"]
    _, answer = sim.json("POST", "/_sim/sale", {"sku": sku, "quantity": 2})
    check("a sale behind the API", answer.get("stock_quantity") == rows[0]["stock_quantity"] - 2, answer)
    sim.json("POST", "/_sim/product/%d" % rows[1]["id"], {"action": "trash"})
    check("trashed behind the API", sim.json("GET", "/products/%d" % rows[1]["id"])[1]["status"] == "trash")
    sim.json("POST", "/_sim/product/%d" % rows[2]["id"], {"action": "delete"})
    check("deleted behind the API", sim.json("GET", "/products/%d" % rows[2]["id"])[0] == 404)
    sim.json("POST", "/_sim/product/%d" % rows[3]["id"], {"action": "edit", "regular_price": "7.77"})
    check("edited behind the API", sim.json("GET", "/products/%d" % rows[3]["id"])[1]["regular_price"] == "7.77")
    raw = sim.send("GET", "/_sim/dump/products.ndjson")[2]
    check("dump of products", len(raw.splitlines()) == 19 and json.loads(raw.splitlines()[0])["sku"] == sku, raw)
    sim.send("POST", "/_sim/requests/reset")
    sim.send("POST", BATCH, {"update": [{"id": rows[0]["id"], "stock_quantity": 3}]})
    _, log = sim.json("GET", "/_sim/requests?last=5")
    check("log of requests", log["counts"] == {"POST products/batch": 1} and log["batches"][0]["update"] == 1 and
          "stock_quantity" in log["last"][0]["body"], log)
    sim.json("POST", "/_sim/orders/trickle?every=3&count=2&seed=1")
    for _ in range(9):
        sim.send("GET", "/products?per_page=1")
    check("orders trickle in", sim.json("GET", "/_sim/state")[1]["orders"] == 32)
    sim.json("POST", "/_sim/clock?skew=-7200")
    date = sim.send("GET", "/products?per_page=1")[1]["Date"]
    check("clock skew shows in Date", abs(time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone -
                                          (time.time() - 7200)) < 5, date)
    sim.json("POST", "/_sim/clock?skew=0")


def cents(text):
    return round(float(text) * 100)


def test_recorded(sim, check):
    path = os.path.join(HERE, "..", "conformance", "woo", "orders-a.jsonl")
    with open(path, encoding="utf-8") as f:
        bodies = [json.loads(line)["order"] for line in f]
    _, answer = sim.json("POST", "/_sim/orders", {"orders": bodies})
    check("recorded orders injected", len(answer["ids"]) == len(bodies), answer)
    bad = []
    own = ("id", "number", "_links", "date_created", "date_modified", "date_created_gmt", "date_modified_gmt")
    for body, order_id in zip(bodies, answer["ids"]):
        _, got = sim.json("GET", "/orders/%d" % order_id)
        if got["id"] != order_id or any(got[k] != body[k] for k in body if k not in own):
            bad.append((body["id"], [k for k in body if k not in own and got[k] != body[k]]))
    check("served as they were recorded", not bad, bad)
    _, got = sim.json("PUT", "/orders/%d" % answer["ids"][0], {"status": "completed", "meta_data": [{"key": "_erp", "value": "1"}]})
    check("and can be acknowledged", got["status"] == "completed" and got["meta_data"][0]["key"] == "_erp" and
          got["date_completed"], got)


def test_faults(sim, check):
    _, rows = sim.json("GET", "/products?per_page=5&orderby=id&order=asc")
    ids = [r["id"] for r in rows]
    stock = lambda i: sim.json("GET", "/products/%d" % i)[1]["stock_quantity"]
    put = lambda value: (BATCH, {"update": [{"id": i, "stock_quantity": value} for i in ids]})
    sim.faults({"match": "batch", "action": "cut_before", "times": 1})
    check("cut before the effect", breaks(sim, "POST", *put(11)) and stock(ids[0]) != 11)
    sim.faults({"match": "batch", "action": "cut_after", "times": 1})
    check("cut after the effect", breaks(sim, "POST", *put(12)) and stock(ids[0]) == 12)
    for how in ("length", "chunked"):
        sim.faults({"match": "products", "action": "cut_body", "how": how, "times": 1})
        check("body cut, " + how, breaks(sim, "GET", "/products"))
    sim.faults({"match": "products", "action": "cut_body", "how": "close", "times": 1})
    raw = sim.send("GET", "/products")[2]
    check("body cut without a trace", raw and not is_json(raw), raw)
    for kind, status, text in (("429", 429, b"Too Many"), ("401", 401, b"cannot_view"), ("403", 403, b"blocked"), ("login", 200, b"loginform"),
                               ("redirect", 301, b"Moved"), ("413", 413, b"Too Large"), ("500", 500, b"internal_server_error"),
                               ("502", 502, b"Bad Gateway"), ("503", 503, b"wp_die"), ("db", 500, b"database")):
        sim.faults({"match": "products", "action": kind, "times": 1})
        got = sim.send("GET", "/products")
        check("answer " + kind, got[0] == status and text in got[2], got)
        check("and only once", sim.send("GET", "/products")[0] == 200)
    sim.faults({"match": ".", "action": "429", "retry_after": 3, "times": 1}, {"match": "nothing", "action": "500"})
    check("Retry-After in seconds", sim.send("GET", "/products")[1].get("Retry-After") == "3")
    sim.faults({"match": ".", "action": "429", "retry_after": "date", "times": 1})
    check("Retry-After as a date", sim.send("GET", "/products")[1].get("Retry-After", "").endswith("GMT"))
    sim.faults({"match": ".", "action": "503", "html": True, "times": 1})
    check("503 as a page", b"<!DOCTYPE" in sim.send("GET", "/products")[2])
    sim.faults({"match": "batch", "action": "warning", "times": 1})
    got = sim.send("POST", *put(13))
    check("warning in front, write done", got[0] == 200 and got[2].startswith(b"<br />") and stock(ids[0]) == 13, got[2][:80])
    sim.faults({"match": "products", "action": "notice", "times": 1})
    check("notice behind", sim.send("GET", "/products")[2].endswith(b"<br />\n"))
    sim.faults({"match": "products", "action": "bom", "times": 1})
    check("byte order mark", sim.send("GET", "/products")[2].startswith(b"\xef\xbb\xbf["))
    sim.faults({"match": "batch", "action": "fatal_in_batch", "after": 2, "times": 1})
    got = sim.send("POST", *put(14))
    check("fatal error in a batch", got[0] == 500 and [stock(i) for i in ids[:3]] == [14, 14, 13], (got[0], [stock(i) for i in ids]))
    sim.faults({"match": "batch", "action": "error_after", "status": 502, "times": 1})
    check("error but done", sim.send("POST", *put(15))[0] == 502 and stock(ids[4]) == 15)
    sim.faults({"match": "batch", "action": "partial", "times": 1})
    check("a verdict is missing", len(sim.json("POST", *put(16))[1]["update"]) == 4)
    sim.faults({"match": "batch", "action": "shuffle", "times": 1})
    got = [x["id"] for x in sim.json("POST", *put(17))[1]["update"]]
    check("verdicts in another order", got == ids[::-1], (got, ids))
    sim.faults({"match": "page=2", "action": "wrong_page", "times": 1}, {"match": "page=3", "action": "repeat_page", "times": 1})
    page = lambda n: [x["id"] for x in sim.json("GET", "/products?per_page=2&orderby=id&order=asc&page=%d" % n)[1]]
    check("page parameter ignored", page(2) == page(1))
    check("a page repeated", page(3) == page(2))
    sim.faults({"match": "page=2", "action": "insert", "times": 1})
    first, second = (sim.json("GET", "/products?per_page=2&page=%d" % n)[1] for n in (1, 2))
    check("pages moved by an insert", first[1]["id"] == second[0]["id"] or first[1]["date_created"] == second[0]["date_created"],
          [x["id"] for x in first + second])
    sim.faults({"match": "GET .*products", "action": "silent_delete", "sku": rows[4]["sku"], "times": 1})
    check("silently deleted", sim.json("GET", "/products?sku=" + rows[4]["sku"])[1] == [])
    sim.faults({"match": "products/", "action": "duplicate_keys", "times": 1})
    check("keys twice", sim.send("GET", "/products/%d" % ids[0])[2].count(b'"id":') > 1)
    sim.faults({"match": "products/", "action": "deep", "times": 1})
    check("deep", b"[" * 1000 in sim.send("GET", "/products/%d" % ids[0])[2])
    sim.faults({"match": "products/", "action": "huge", "times": 1})
    check("huge", len(sim.send("GET", "/products/%d" % ids[0])[2]) > 64 << 20)
    sim.faults({"match": "products", "action": "500", "nth": 3})
    check("the third only", [sim.send("GET", "/products")[0] for _ in range(5)] == [200, 200, 500, 200, 200])
    sim.faults({"match": "products", "action": "500", "every": 2})
    check("every second", [sim.send("GET", "/products")[0] for _ in range(4)] == [200, 500, 200, 500])
    check("an unknown action is refused", sim.json("POST", "/_sim/faults", {"rules": [{"action": "nonsense"}]})[0] == 400)
    test_chaos(sim, check)
    sim.faults()


def test_chaos(sim, check):
    runs = []
    for _ in range(2):
        sim.faults(chaos=0.2, seed=7, max_delay_ms=1, kinds=["cut_before", "cut_after", "429", "500", "login", "warning", "bom"])
        run = []
        for _ in range(200):
            try:
                got = sim.send("GET", "/products?per_page=1")
                run.append((got[0], is_json(got[2])))
            except (http.client.HTTPException, OSError):
                run.append("broken")
        runs.append(run)
    bad = sum(x != (200, True) for x in runs[0])
    check("20 % of requests go wrong", 20 <= bad <= 60, bad)
    check("the same ones for the same seed", runs[0] == runs[1])


def is_json(raw):
    try:
        json.loads(raw.decode())
        return True
    except ValueError:
        return False


def test_parallel(sim, check):
    _, rows = sim.json("GET", "/products?per_page=5")
    sim.faults({"match": "batch", "action": "delay", "ms": 300})
    body = {"update": [{"id": r["id"], "stock_quantity": 1} for r in rows]}
    threads = [threading.Thread(target=sim.send, args=("POST", BATCH, body)) for _ in range(4)]
    start = time.monotonic()
    for t in threads:
        t.start()
    time.sleep(0.1)
    quick = time.monotonic()
    sim.send("GET", "/products?per_page=1")
    quick = time.monotonic() - quick
    for t in threads:
        t.join()
    took = time.monotonic() - start
    check("four delays of 300 ms at once", took < 0.9, took)
    check("nobody waits for a sleeper", quick < 0.25, quick)
    sim.faults()


def test_tls(sim, check):
    port = int(sim.vars["SIM_HTTPS_PORT"])
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            ssl.create_default_context(cafile=os.path.join(sim.folder, "other-ca.pem")).wrap_socket(s, server_hostname="127.0.0.1")
        trusted = True
    except ssl.SSLError:
        trusted = False
    check("another CA does not vouch for it", not trusted)


def main():
    check = Checks()
    folder = tempfile.mkdtemp()
    sim = Sim(sys.argv[1], folder)
    try:
        test_control(sim, check)
        test_recorded(sim, check)
        test_faults(sim, check)
        test_parallel(sim, check)
        test_tls(sim, check)
    finally:
        check("ends on SIGTERM", sim.stop())
        with open(os.path.join(folder, "sim.log"), encoding="utf-8") as f:
            said = f.read()
        check("and said nothing", not said, said)
        shutil.rmtree(folder)
    print("%d passed, %d failed" % (check.passed, check.failed))
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
