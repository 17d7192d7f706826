#!/usr/bin/env python3
"""Real processes that want to run on the same links of one company database, at random, killed (SIGKILL) and frozen
(SIGSTOP, for longer than the lease). Afterwards the company database and the journals of all processes must show that
no two runs on a link overlapped and that no write of a stale owner was accepted (rule R3).

  lease_storm.py              the short form, as ctest runs it
  lease_storm.py --long       10,000 triggers
  --worker PROGRAM --triggers N --seconds S --limit S --workers N --links N --length MS --seed N --keep

The database is its own witness: triggers made here write a row for each taking, each giving back and each order, with the
epoch that held in that moment. The first fifth of the time nobody is frozen: then nobody may lose a lease either.
"""
import argparse, collections, os, random, shlex, shutil, signal, sqlite3, subprocess, sys, tempfile, time

WITNESS = """
CREATE TABLE witness (serial INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, link TEXT, epoch INTEGER, text TEXT);
CREATE TRIGGER witness_new AFTER INSERT ON lease BEGIN
    INSERT INTO witness (what, link, epoch, text) VALUES ('take', NEW.link, NEW.epoch, NEW.process); END;
CREATE TRIGGER witness_take AFTER UPDATE ON lease WHEN NEW.epoch <> OLD.epoch BEGIN
    INSERT INTO witness (what, link, epoch, text) VALUES (CASE OLD.held WHEN 1 THEN 'takeover' ELSE 'take' END, NEW.link,
                                                          NEW.epoch, NEW.process); END;
CREATE TRIGGER witness_end AFTER UPDATE ON lease WHEN NEW.epoch = OLD.epoch AND NEW.held < OLD.held BEGIN
    INSERT INTO witness (what, link, epoch, text) VALUES ('release', NEW.link, NEW.epoch, NEW.process); END;
CREATE TRIGGER witness_order AFTER INSERT ON sales_order BEGIN
    INSERT INTO witness (what, link, epoch, text)
    SELECT 'write', NEW.channel, coalesce(max(CASE held WHEN 1 THEN epoch ELSE -epoch END), 0), NEW.token
      FROM lease WHERE link = NEW.channel; END;
"""


class Storm:
    def __init__(self, options):
        self.o = options
        self.random = random.Random(options.seed)
        self.folder = tempfile.mkdtemp(prefix="lease-storm-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.database = os.path.join(self.folder, "company.db")
        self.alive, self.frozen = {}, {}  # process: Popen; process: when it goes on
        self.journals, self.killed, self.freezes = [], set(), []
        self.failed = []
        self.pids, self.known, self.owner = {}, set(), {}
        self.slack = 0.02 if options.also else 0  # seconds: wall clocks are read in milliseconds
        self.tries = {}  # (link, epoch): when the one who got it began to try

    def start(self):
        n = len(self.journals)
        kinds = [[self.o.worker]] + [shlex.split(c) for c in self.o.also]
        kind = n % len(kinds)
        # Natively as if on two machines; a Windows program has its own, and sees our folders below Z:.
        place = os.path.join(self.folder, "place%d" % (n % 2 if len(kinds) == 1 else kind))
        journal = os.path.join(self.folder, "journal%d" % n)
        drive = "Z:" if kind else ""
        command = kinds[kind] + [drive + self.database, drive + place, drive + journal, str(self.o.seed * 100003 + n),
                                 str(self.o.length), str(self.o.links)]
        os.makedirs(place, exist_ok=True)
        process = subprocess.Popen(command)
        self.alive[process.pid] = process
        self.journals.append(journal)
        self.pids[journal] = process.pid

    def numbers(self):
        """The number each process gives itself (Windows has its own): whom it belongs to."""
        for journal in self.journals:
            if journal in self.known or not os.path.exists(journal):
                continue
            first = open(journal, encoding="utf-8").readline().split(" ")
            if len(first) > 4 and first[1] == "process":
                self.known.add(journal)
                self.owner.setdefault(int(first[3]), set()).add(self.pids[journal])
        return self.owner

    def enough(self):
        """Triggers as many as wanted, and each thing that must be seen was seen."""
        text = "".join(open(j).read() for j in self.journals if os.path.exists(j))
        return text.count(" trigger ") >= self.o.triggers and " fenced " in text and " stopped " in text

    def holders(self):
        try:
            return [r[0] for r in self.db.execute("SELECT process FROM lease WHERE held AND link GLOB 'shop*'")]
        except sqlite3.OperationalError:
            return []

    def pick(self):
        """Mostly one that has a lease in this moment."""
        awake = [p for p in self.alive if p not in self.frozen]
        holders = [p for h in self.holders() for p in self.numbers().get(h, ()) if p in awake]
        return self.random.choice(holders if holders and self.random.random() < 0.9 else awake) if awake else None

    def freeze(self, pid, seconds):
        os.kill(pid, signal.SIGSTOP)
        self.frozen[pid] = (time.monotonic(), time.monotonic() + seconds)

    def thaw(self, all_of_them=False):
        for pid, (since, until) in list(self.frozen.items()):
            if all_of_them or time.monotonic() >= until:
                os.kill(pid, signal.SIGCONT)
                self.freezes.append((since, time.monotonic()))
                del self.frozen[pid]

    def kill(self, pid):
        self.alive[pid].send_signal(signal.SIGKILL)
        self.alive[pid].wait()
        del self.alive[pid]
        self.killed.add(pid)
        if pid in self.frozen:
            since, _ = self.frozen.pop(pid)
            self.freezes.append((since, time.monotonic()))
        self.start()

    def storm(self):
        subprocess.run([self.o.worker, "--make", self.database], check=True)
        self.db = sqlite3.connect(self.database, timeout=10, isolation_level=None)
        self.db.executescript(WITNESS)
        length, began = self.o.length / 1000, time.monotonic()
        for _ in range(self.o.workers):
            self.start()
        kill_at = began + 0.5 * length
        freeze_at = began + max(0.2 * self.o.seconds, 2.5 * length)
        count_at, enough = began + self.o.seconds, False
        while time.monotonic() < began + self.o.seconds or not (enough or time.monotonic() > began + self.o.limit):
            time.sleep(0.02)
            self.thaw()
            now = time.monotonic()
            if any(p.poll() is not None for p in self.alive.values()):
                self.failed.append("a worker ended by itself")
                break
            pid = self.pick()
            if now >= kill_at and pid:
                self.kill(pid)
                kill_at = now + length * self.random.uniform(0.7, 2)
            elif now >= freeze_at and pid and len(self.frozen) < self.o.workers // 2 + 1:
                long = self.random.random() < 0.75
                self.freeze(pid, length * (self.random.uniform(1.7, 2.5) if long else self.random.uniform(0.05, 0.4)))
                freeze_at = now + length * self.random.uniform(0.02, 0.3)
            if now >= count_at:
                count_at, enough = now + 1, self.enough()
        self.thaw(all_of_them=True)
        for place in {os.path.join(self.folder, f) for f in os.listdir(self.folder) if f.startswith("place")}:
            open(os.path.join(place, "stop"), "w").close()
        for process in list(self.alive.values()):
            try:
                if process.wait(timeout=30) != 0:
                    self.failed.append("a worker ended with code %d" % process.returncode)
            except subprocess.TimeoutExpired:
                process.kill()
                self.failed.append("a worker did not end")

    # --- the verdict ---

    def read_journals(self):
        lines, monotonic = [], time.time() - time.monotonic()
        for journal in self.journals:
            if not os.path.exists(journal):
                continue
            shift, tried = 0.0, 0.0
            for line in open(journal, encoding="utf-8"):
                if not line.endswith("\n"):
                    continue
                at, word, link, epoch, text = line.rstrip("\n").split(" ", 4)
                at, link, epoch = int(at) / 1e6, "shop" + link, int(epoch)
                if word == "process" and self.o.also:
                    shift = int(text) / 1000 - at - monotonic
                elif word == "trigger":
                    tried = at + shift
                elif word == "began":
                    self.tries[link, epoch] = tried
                lines.append((at + shift, word, link, epoch, text))
        return lines

    def say(self, what):
        self.failed.append(what)

    def check_witness(self, rows):
        """In the order of the database: only the owner of the moment writes, and epochs never go back."""
        last = collections.Counter()
        for serial, what, link, epoch, text in rows:
            if what == "write":
                _, of, _, _ = text.split(".")
                if int(of) != epoch:
                    self.say("row %d: a write of epoch %s on %s was accepted when %d held" % (serial, of, link, epoch))
            elif what in ("take", "takeover"):
                if epoch != last[link] + 1:
                    self.say("row %d: epoch %d of %s came after %d" % (serial, epoch, link, last[link]))
                last[link] = epoch
            elif epoch != last[link]:
                self.say("row %d: epoch %d of %s was given back in %d" % (serial, epoch, link, last[link]))

    def check_journals(self, lines):
        """Nothing was done in the name of an epoch after the next one had begun."""
        began = {}
        for at, word, link, epoch, _ in lines:
            if word == "began":
                if (link, epoch) in began:
                    self.say("two runs had epoch %d of %s" % (epoch, link))
                began[link, epoch] = at
        for link in {k[0] for k in began}:
            earliest, limit = {}, float("inf")  # of all later epochs
            for epoch in sorted((e for l, e in began if l == link), reverse=True):
                earliest[epoch] = limit
                limit = min(limit, began[link, epoch])
            for at, word, of, epoch, _ in lines:
                if of == link and word in ("act", "ended") and at > earliest.get(epoch, float("inf")) + self.slack:
                    self.say("%s: %s of epoch %d at %.6f, after the next run began at %.6f" % (link, word, epoch, at,
                                                                                       earliest[epoch]))
        for at, word, link, epoch, text in lines:
            if word in ("lost", "fenced") and (link, epoch) in began and not any(
                    since < at and until > self.tries[link, epoch] for since, until in self.freezes):
                self.say("epoch %d of %s was lost although nobody was frozen: %s" % (epoch, link, text))

    def check_orders(self, rows, lines):
        """What was told as written is there; what is there was told, or its process was killed."""
        told = {text for _, word, _, _, text in lines if word == "wrote"}
        there = {text for _, what, _, _, text in rows if what == "write"}
        for token in told - there:
            self.say("order %s was told as written and is not there" % token)
        for token in there - told:
            if not self.numbers().get(int(token.split(".")[2]), set()) & self.killed:
                self.say("order %s is there and nobody told so" % token)
        numbers = [r[0] for r in self.db.execute("SELECT number FROM sales_order ORDER BY id")]
        if len(numbers) != len(there) or any(int(n.split("/")[1]) != i + 1 for i, n in enumerate(numbers)):
            self.say("the orders' numbers are not those of one after the other")

    def verdict(self):
        rows = self.db.execute("SELECT serial, what, link, epoch, text FROM witness ORDER BY serial").fetchall()
        lines = self.read_journals()
        self.check_witness(rows)
        self.check_journals(lines)
        self.check_orders(rows, lines)
        if sum(word == "trigger" for _, word, _, _, _ in lines) < self.o.triggers:
            self.say("fewer triggers than were asked for")
        words = collections.Counter(word for _, word, _, _, _ in lines)
        whats = collections.Counter(what for _, what, _, _, _ in rows)
        long = sum(until - since > self.o.length / 1000 for since, until in self.freezes)
        print("%d triggers by %d processes: %d runs, %d refused, %d asked to stop, %d lost; %d orders, %d stale writes refused; "
              "%d take-overs; %d killed, %d frozen (%d for longer than the lease); database busy %d times"
              % (words["trigger"], len(self.journals), words["began"], words["refused"], words["stopped"], words["lost"],
                 whats["write"], words["fenced"], whats["takeover"], len(self.killed), len(self.freezes), long,
                 words["error"]))
        for needed, n in (("run", words["began"]), ("take-over", whats["takeover"]), ("stale write", words["fenced"]),
                          ("stop that was asked for", words["stopped"])):
            if n == 0:
                self.say("there was no %s: this proves nothing" % needed)
        if not any(r[1] == "write" for r in rows):
            self.say("nothing was written")
        errors = [text for _, word, _, _, text in lines if word == "error" and "in use by another program" not in text]
        if errors:
            self.say("%d other failures, the first: %s" % (len(errors), errors[0]))
        for line in self.failed[:20]:
            print("FAILED: " + line)
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser()
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--worker", default=os.path.join(top, "build/native/tests/engine/lease_worker"))
    parser.add_argument("--also", action="append", default=[], help="command of a Windows worker; every n-th process is one")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--triggers", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--limit", type=float, default=30, help="seconds at most, if not enough was seen")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--links", type=int, default=3)
    parser.add_argument("--length", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    options = parser.parse_args()
    if options.long:
        options.triggers, options.workers, options.links, options.limit = 10000, 16, 5, 1800
    storm = Storm(options)
    try:
        storm.storm()
        return storm.verdict()
    finally:
        for process in storm.alive.values():
            if process.poll() is None:
                process.kill()
        if storm.o.keep:
            print(storm.folder)
        else:
            shutil.rmtree(storm.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
