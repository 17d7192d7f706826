"""What the rows of bench.py are measured with: a folder of its own, the shop simulator, the program, and what each run cost."""
import atexit
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
RUN_LIMIT_S = 900
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """The bench cannot go on; the text says why."""


class Cost:
    """What one process cost, as the kernel counted it."""

    def __init__(self, wall_us, user_us, sys_us, peak_kib, code):
        self.wall = wall_us / 1e6
        self.cpu = (user_us + sys_us) / 1e6
        self.peak = peak_kib / 1024
        self.code = code


class World:
    """A temporary folder and the processes started in it. close() ends these processes and removes the folder."""

    def __init__(self, build, keep=False):
        self.bin = os.path.join(build, "bin")
        self.folder = tempfile.mkdtemp(prefix="shopferry-bench-", dir=os.environ.get("TMPDIR", "/var/tmp"))
        self.keep = keep
        self.sims = []
        self.running = None
        for name in ("shopferry", "shop_sim", "bench_measure", "bench_inserts", "bench_driver"):
            if not os.access(self.program(name), os.X_OK):
                raise Failure("%s is not built" % self.program(name))
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._interrupted)

    def _interrupted(self, number, _frame):
        self.close()
        os._exit(128 + number)

    def program(self, name):
        return os.path.join(self.bin, name)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def close(self):
        if self.running:
            self._end_group(self.running)
        for sim in self.sims[:]:
            sim.stop()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _end_group(process):
        """Only of processes that were started here, each leader of its own group."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()

    def measure(self, command, env=None, stdin="", limit=RUN_LIMIT_S, good=(0,)):
        """Runs it to its end; (Cost, output). A wrong exit code or a time-out is a Failure."""
        report, out = self.path("measure.txt"), self.path("output.txt")
        with open(out, "w+b") as log:
            self.running = subprocess.Popen([self.program("bench_measure"), report] + command, stdin=subprocess.PIPE, stdout=log,
                                            stderr=subprocess.STDOUT, env=env, start_new_session=True)
            try:
                self.running.communicate(stdin.encode(), timeout=limit)
            except subprocess.TimeoutExpired:
                self._end_group(self.running)
                raise Failure("no end after %d s: %s" % (limit, " ".join(command[:4])))
            finally:
                self.running = None
            log.seek(0)
            text = log.read().decode("utf-8", "replace")
        with open(report) as f:
            cost = Cost(*map(int, f.read().split()))
        if cost.code not in good:
            raise Failure("exit code %d of: %s\n%s" % (cost.code, " ".join(command), text[-3000:]))
        return cost, text


class Sim:
    """The shop simulator, over HTTPS with a CA of its own, on free ports of the loopback."""

    def __init__(self, world, name, *options):
        self.world, self.folder = world, world.path("sim-" + name)
        got = subprocess.run([os.path.join(TOP, "tests/sim/start.sh"), world.program("shop_sim"), self.folder, "--currency", "PLN", "--prices", "gross"] + list(options),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
        if got.returncode:
            raise Failure("the simulator did not start: %s" % got.stderr.decode())
        said = dict(line.split("=", 1) for line in got.stdout.decode().splitlines())
        self.pid = int(said["SIM_PID"])
        world.sims.append(self)
        self.https, self.http, self.ca = said["SIM_HTTPS"], said["SIM_HTTP"], said["SIM_CA"].strip("'")

    def stop(self):
        if self in self.world.sims:
            self.world.sims.remove(self)
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def key(self, name):
        with open(os.path.join(self.folder, name)) as f:
            return f.read()

    def _call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.http + path, data=data, headers={"Content-Type": "application/json"})
        with NO_PROXY.open(request, timeout=300) as answer:
            return json.load(answer)

    def things(self):
        """Products and variations there ever were, as long as nobody ordered anything."""
        return self._call("/_sim/state")["ids"]

    def random_orders(self, count, seed=7):
        made = 0
        while made < count:
            made += self._call("/_sim/orders/random", dict(count=min(1000, count - made), **({"seed": seed} if not made else {})))["orders"]
        return made

    def forget_requests(self):
        self._call("/_sim/requests/reset", {})

    def requests(self, last=0):
        """What the shop was asked since forget_requests(), as the shop counted it."""
        return Requests(self._call("/_sim/requests?last=%d" % last))


class Requests:
    def __init__(self, told):
        self.total = told["total"]
        self.counts = told["counts"]
        self.reads = sum(n for name, n in self.counts.items() if name.startswith(("GET ", "HEAD ", "OPTIONS ")))
        self.writes = self.total - self.reads
        self.batches = told["batches"]
        self.lines = sum(b["create"] + b["update"] + b["delete"] for b in self.batches)
        self.last = told["last"]


class Company:
    """One company database, one link to one simulator, and a home folder of the program for both."""

    def __init__(self, world, name, items, sim, **link):
        self.world, self.name, self.items, self.sim = world, name, items, sim
        self.home = world.path("home-" + name)
        os.makedirs(self.home)
        self.db = world.path(name + ".db")
        self.env = {"PATH": os.environ["PATH"], "HOME": self.home, "SHOPFERRY_HOME": os.path.join(self.home, "data"), "LC_ALL": "C.UTF-8"}
        self.link = dict(link)
        self.made, _ = self.run("demo-company", "--items", str(items), "--out", self.db, "--quiet")
        self.settings()
        for key, secret in (("consumer_key", "rw_key"), ("consumer_secret", "rw_secret")):
            self.run("secret", "set", "--company", "Bench", "--link", "shop", "--name", key, stdin=sim.key(secret) + "\n")

    def settings(self, **changes):
        """Puts settings of the link in force, over those given before."""
        self.link.update(changes)
        link = {"name": "shop", "kind": "woocommerce", "url": self.sim.https, "ca_file": self.sim.ca, "parallel_requests": 4,
                "orders": False, "order_statuses": ["processing"], "acknowledge_status": "completed"}
        link.update(self.link)
        company = {"name": "Bench", "database": self.db, "links": [link]}
        path = os.path.join(self.home, "settings.json")
        with open(path, "w") as f:
            json.dump({"version": 1, "companies": [company]}, f)
        self.run("import", path)

    def run(self, *arguments, stdin="", good=(0,)):
        return self.world.measure([self.world.program("shopferry")] + list(arguments), env=self.env, stdin=stdin, good=good)

    def sync(self, *options, good=(0,), last=0):
        """One run; (Cost, Requests with the last ones in full)."""
        self.sim.forget_requests()
        cost, _ = self.run("sync", "--company", "Bench", "--link", "shop", "--quiet", *options, good=good)
        return cost, self.sim.requests(last)

    def sql(self, statement, *values):
        """Someone works in the company database."""
        db = sqlite3.connect(self.db, timeout=30)
        with db:
            rows = db.execute(statement, values).fetchall()
        db.close()
        return rows

    def kept_orders(self):
        db = sqlite3.connect("file:%s?mode=ro" % self.state(), uri=True)
        count = db.execute("SELECT count(*) FROM inbox_raw").fetchone()[0]
        db.close()
        return count

    def remote_skus(self):
        """SKU by the shop's number."""
        db = sqlite3.connect("file:%s?mode=ro" % self.state(), uri=True)
        rows = db.execute("SELECT remote_id, sku FROM map WHERE kind = 2 AND remote_id <> ''").fetchall()
        db.close()
        return dict(rows)

    def state(self):
        """The program's own database of this company."""
        for folder, _, names in os.walk(self.home):
            if "state.db" in names:
                return os.path.join(folder, "state.db")
        raise Failure("the program has no state yet")


def copy_database(source, target):
    """Whole, also when a write-ahead log stands beside it."""
    old, new = sqlite3.connect(source), sqlite3.connect(target)
    with new:
        old.backup(new)
    old.close()
    new.close()
