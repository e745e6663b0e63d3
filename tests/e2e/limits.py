#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The township under load, with a real server: backups that are taken while laptops push, and memory that runs out under clients that mean ill. What was acknowledged
stays, the server answers or ends and is started again, and whoever is honest goes on.

    limits.py [CASE…]
"""
import gzip
import json
import os
import shutil
import sqlite3
import sys
import threading
import time
from collections import Counter

from house import Process, Scratch, Tap, Township, check, wait_for
from wire import Device

MIB = 1024 * 1024
# What the server may take beside its own for bodies and for what is unpacked of them (BODY_BUDGET), and what it works on.
ENOUGH = 450 * MIB
# Less than that: it will have to give something up.
SCARCE = 10 * MIB
BACKUPS = 5 if os.environ.get("RUHU_SANITIZE", "none") == "none" else 2


class Honest(threading.Thread):
    """A laptop that pushes one change after the other and asks again when it gets no answer, as the daemon does."""

    def __init__(self, township, helper, stop):
        super().__init__(daemon=True)
        self.device = Device(township.enrol(helper)).enrol()
        self.device.catch_up()
        self.household = sorted(scope for scope in self.device.held if scope not in ("township", "*") and not scope.startswith("v"))[0]
        self.stop, self.acknowledged, self.broken, self.refused = stop, 0, 0, []

    def once(self):
        before = self.device.seq
        try:
            status, answer = self.device.push(self.household, {"household": {self.household: {"group_name": f"g{before + 1}"}}})
        except (OSError, EOFError, ValueError) as failure:
            status, answer = 0, str(failure)
        except Exception as failure:  # http.client's own
            status, answer = 0, str(failure)
        if status == 200 and answer["accepted"] > before:
            self.acknowledged = answer["accepted"]
            self.refused += answer["refused"]
            return True
        self.device.seq = before
        self.broken += 1
        time.sleep(0.1)
        return False

    def run(self):
        while not self.stop.is_set():
            self.once()


class Attacker(threading.Thread):
    """Sends what is large, or becomes large, over and over."""

    def __init__(self, device, body, headers, stop):
        super().__init__(daemon=True)
        self.device, self.body, self.headers, self.stop, self.statuses = device, body, headers, stop, Counter()

    def run(self):
        while not self.stop.is_set():
            try:
                status, _, _ = self.device.ask("POST", "/v1/push", self.body, headers=dict(self.headers, **{"Content-Type": "application/x-ndjson"}))
            except Exception:  # whatever the server did to it
                status = 0
                time.sleep(0.05)
            self.statuses[status] += 1


class Keeper(threading.Thread):
    """Starts the server again when it ends, as systemd does it."""

    def __init__(self, server, stop):
        super().__init__(daemon=True)
        self.server, self.stop, self.starts = server, stop, 0

    def run(self):
        while not self.stop.is_set():
            if not self.server.running():
                self.starts += 1
                self.server.start()
            time.sleep(0.1)


class Story:
    def __init__(self, scratch):
        self.scratch, self.township = scratch, Township(scratch)

    def prepare(self):
        self.township.generate().start()
        self.helpers = [row[0] for row in self.township.query("SELECT helper_id FROM r_assignment WHERE deleted = 0 GROUP BY helper_id ORDER BY helper_id")]

    def honest(self, number, stop):
        laptops = [Honest(self.township, self.helpers.pop(), stop) for _ in range(number)]
        for laptop in laptops:
            laptop.start()
        return laptops

    def status(self, what):
        with open(f"/proc/{self.township.server.child.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(what))

    def nothing_lost(self, laptops):
        for laptop in laptops:
            check(not laptop.refused, f"refused: {laptop.refused[:2]}")
            rows = [row[0] for row in self.township.query("SELECT seq FROM log WHERE device = ?1 AND kind = 'change' ORDER BY seq", laptop.device.device)]
            check(rows[:laptop.acknowledged] == list(range(1, laptop.acknowledged + 1)), f"{laptop.acknowledged} were acknowledged, the log has {len(rows)}")
        return self.township.verify()

    # The cases.

    def backups(self):
        """Backups under four laptops that push: each is whole, is a beginning of the log, and has all that was acknowledged before it was begun."""
        stop, taken = threading.Event(), []
        laptops = self.honest(4, stop)
        try:
            for number in range(BACKUPS):
                time.sleep(0.3)
                known = {laptop.device.device: laptop.acknowledged for laptop in laptops}
                path = self.scratch.path / f"backup-{number}.db"
                self.township.command("backup", self.township.path, path)
                taken.append((path, known))
        finally:
            stop.set()
            for laptop in laptops:
                laptop.join()
        log, lengths = self.township.query("SELECT n, hash FROM log ORDER BY n"), []
        for number, (path, known) in enumerate(taken):
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                rows = connection.execute("SELECT n, hash FROM log ORDER BY n").fetchall()
                have = dict(connection.execute("SELECT device, max(seq) FROM log GROUP BY device").fetchall())
            connection.close()
            check(rows == log[:len(rows)], f"backup {number} is no beginning of the log")
            check(all(have.get(device, 0) >= seq for device, seq in known.items()), f"backup {number} lacks what was acknowledged: {known} {have}")
            lengths.append(len(rows))
            self.verify_backup(path, number)
        check(lengths[0] < lengths[-1] <= len(log) and sum(taken[-1][1].values()) > 20, f"nothing was pushed meanwhile: {lengths}")
        self.nothing_lost(laptops)
        return f"{lengths} of {len(log)} entries"

    def verify_backup(self, path, number):
        place = Township(self.scratch, f"copy-{number}")
        place.path.mkdir(mode=0o700)
        for name in ("key.pem", "certificate.pem", "township.conf"):
            shutil.copy(self.township.path / name, place.path)
        shutil.copy(path, place.database())
        place.verify()

    def limited(self, room):
        """The server from here on, which may have @room bytes more than it has when nobody asks anything."""
        if os.environ.get("RUHU_SANITIZE", "none") != "none":
            return None
        # One that has worked keeps what it needed then: a fresh one is measured.
        self.township.server.stop()
        self.township.start()
        idle = self.status("VmData:")
        self.township.server.stop()
        limit = idle + room
        self.township.server = Process(self.scratch, f"limited-{room // MIB}", ["prlimit", "--core=0", f"--data={limit}", *self.township.server.command[-3:]], env=self.township.env)
        self.township.start()
        return limit

    def attack(self, seconds, laptops, stop):
        """Everything at once; what the server answered."""
        device = Device(self.township.enrol(self.helpers.pop())).enrol()
        wide = json.dumps({"device": device.device, "seq": 1, "seen": 0, "time": "2018-01-01T00:00:00.000Z.0000", "by": "x", "household": "h",
                           "set": {"t": {"r": {f"a{n:x}": 1 for n in range(30000)}}}}).encode()
        bodies = [(os.urandom(4 * MIB).hex().encode()[:8 * MIB], {}), (gzip.compress(b"\n" * (200 * MIB), 9), {"Content-Encoding": "gzip"}),
                  (gzip.compress(b"[" * (7 * MIB), 9), {"Content-Encoding": "gzip"}), (gzip.compress((wide + b"\n") * 12, 9), {"Content-Encoding": "gzip"})]
        attackers = [Attacker(device, body, headers, stop) for body, headers in bodies * 4]
        before = [laptop.acknowledged for laptop in laptops]
        for attacker in attackers:
            attacker.start()
        time.sleep(seconds)
        gone_on = [laptop.acknowledged - start for laptop, start in zip(laptops, before)]
        stop.set()
        for thread in [*attackers, *laptops]:
            thread.join()
        return sum((attacker.statuses for attacker in attackers), Counter()), gone_on

    def enough_memory(self):
        """With the memory that its own bounds add up to, it answers everybody, and is never at its end."""
        limit = self.limited(ENOUGH)
        if limit is None:
            return "SKIP a sanitizer's memory is not the server's"
        stop = threading.Event()
        laptops = self.honest(3, stop)
        pid = self.township.server.child.pid
        statuses, gone_on = self.attack(5, laptops, stop)
        check(self.township.server.running() and self.township.server.child.pid == pid, f"the server ended: {self.township.server.said()[-500:]}")
        check(set(statuses) <= {0, 200, 400, 413, 429, 503} and statuses[413] > 0 and statuses[0] == 0, f"answers: {dict(statuses)}")
        check(all(number > 0 for number in gone_on), f"the honest ones waited: {gone_on}")
        peak = self.status("VmHWM:")
        check(peak < 350 * MIB, f"it had {peak // MIB} MiB")
        self.nothing_lost(laptops)
        return f"{dict(statuses)}, honest changes meanwhile {gone_on}, peak {peak // MIB} MiB"

    def scarce_memory(self):
        """With far less it may end, in the middle of anything: it is started again, and nothing that was acknowledged is lost."""
        if self.limited(SCARCE) is None:
            return "SKIP a sanitizer's memory is not the server's"
        stop, end = threading.Event(), threading.Event()
        keeper = Keeper(self.township.server, end)
        laptops = self.honest(3, stop)
        keeper.start()
        statuses, gone_on = self.attack(8, laptops, stop)
        wait_for(self.township.server.running, "the server to be there again")
        for laptop in laptops:
            wait_for(laptop.once, "an honest laptop to get through after all")
        end.set()
        keeper.join()
        check(keeper.starts > 0 or statuses[503] > 0, f"that was enough memory: {dict(statuses)}")
        said = self.nothing_lost(laptops)
        check(said, "verify says nothing")
        return f"started again {keeper.starts} times, {dict(statuses)}, honest changes meanwhile {gone_on}"


def main():
    tap = Tap()
    with Scratch("limits") as scratch:
        story = Story(scratch)
        tap.step("a township with helpers", story.prepare)
        for name in sys.argv[1:] or ["backups", "enough_memory", "scarce_memory"]:
            case = getattr(story, name)
            began = time.monotonic()
            tap.step(" ".join(case.__doc__.split()), case)
            print(f"# {name}: {time.monotonic() - began:.1f} s", flush=True)
        if "scarce_memory" not in (sys.argv[1:] or ["scarce_memory"]):
            tap.step("everything ends cleanly", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
