#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power cuts: the township's server, the laptops' daemons and what people record are killed at random moments while visits are
recorded and synchronised. In the end every replica is the township's, everything that was confirmed is there, and nothing twice.

    kill.py [--seed N] [--seconds S]
"""
import argparse
import random
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

from house import Failed, Laptop, Scratch, Tap, Township, check, compare, parse_dump, program, run

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date().isoformat()


class Recorder:
    """A person at a laptop: saves without end, and is cut off in the middle of one."""

    def __init__(self, laptop, seed, households):
        self.laptop, self.rng, self.households = laptop, random.Random(seed), households
        self.tried, self.confirmed, self.cuts, self.errors = 0, {}, 0, []

    def command(self, marker):
        household = self.rng.choice(self.households)
        kind = self.rng.random()
        if kind < 0.5:
            return f"save {household} visit + date {TODAY} visit + outcome 1 visit + summary {marker} living {self.living[household]} road_km {self.rng.randint(0, 99)}"
        if kind < 0.8:
            return f"save {household} household {household} group_name {marker} household {household} cause_main 0{self.rng.randint(1, 9)}"
        return f"save {household} problem + kind {self.problem_kind} problem + found {TODAY} problem + state {self.problem_state} problem + description {marker}"

    def session(self, seconds):
        """One run of the recorder that ends with SIGKILL after @seconds."""
        child = subprocess.Popen([program("ruhu-record"), str(self.laptop.data), "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, env=self.laptop.env)
        timer = threading.Timer(seconds, child.kill)
        timer.start()
        try:
            while True:
                marker = f"{self.laptop.name}-{self.tried}"
                self.tried += 1
                child.stdin.write(self.command(marker) + "\n")
                child.stdin.flush()
                self.answer(child, marker)
                time.sleep(self.rng.random() * 0.05)
        except (BrokenPipeError, EOFError):
            self.cuts += 1
        finally:
            timer.cancel()
            child.kill()
            child.wait()

    def answer(self, child, marker):
        sequence = None
        while True:
            line = child.stdout.readline()
            if not line.endswith("\n"):
                raise EOFError
            if line.startswith("saved\t"):
                sequence = int(line.split("\t")[1])
            elif line.startswith("error"):
                self.errors.append(line.strip())
                return
            elif line == "ok\n":
                self.confirmed[marker] = sequence
                return


class Story:
    def __init__(self, scratch, seed, seconds):
        self.rng, self.seconds, self.seed = random.Random(seed), seconds, seed
        self.township = Township(scratch, seed=1)
        self.scratch, self.laptops, self.recorders, self.kills = scratch, [], [], {"server": 0, "daemon": 0}

    def prepare(self):
        self.township.generate().start()
        helpers = self.helpers()
        names = ["office", *(f"helper{i}" for i in range(1, len(helpers)))]
        for name, helper in zip(names, helpers):
            laptop = Laptop(self.scratch, name)
            laptop.enrol(self.township.enrol(helper))
            laptop.start()
            self.laptops.append(laptop)
        for laptop in self.laptops:
            laptop.sync(self.township, 120)
        shared = self.laptops[1].households()
        check(shared, "the first helper has no households")
        for number, laptop in enumerate(self.laptops):
            mine = [h for h in laptop.households() if number != 0 or h in shared]
            recorder = Recorder(laptop, self.seed * 100 + number, mine)
            recorder.living = {h: next((r for r, s, _ in laptop.records("living", h)), "+") for h in mine}
            recorder.problem_kind, recorder.problem_state = "11", "1"
            self.recorders.append(recorder)
        return f"{len(self.laptops)} laptops, {len(shared)} households shared"

    def helpers(self):
        """The office, then two helpers of one household, then one who shares nothing with them."""
        office = self.township.query("SELECT id FROM r_helper WHERE role = 'office' ORDER BY id LIMIT 1")[0][0]
        pairs = self.township.query("SELECT a.helper_id, b.helper_id FROM r_assignment a JOIN r_assignment b ON a.scope = b.scope AND a.post <> b.post "
                                    "ORDER BY a.helper_id, b.helper_id LIMIT 1")
        other = self.township.query("SELECT helper_id FROM r_assignment WHERE scope NOT IN (SELECT scope FROM r_assignment WHERE helper_id IN (?1, ?2)) "
                                    "ORDER BY helper_id LIMIT 1", *pairs[0])
        return [office, *pairs[0], other[0][0]]

    def chaos(self):
        """Everybody records; every few moments something is killed and started again, until enough has come of it."""
        self.end = time.monotonic() + self.seconds
        last = self.end + 9 * self.seconds
        threads = [threading.Thread(target=self.work, args=(recorder,)) for recorder in self.recorders]
        for thread in threads:
            thread.start()
        while time.monotonic() < self.end:
            # On a machine that has much else to do, little comes of the same time.
            if not self.is_enough():
                self.end = min(last, time.monotonic() + self.seconds)
            time.sleep(self.rng.uniform(0.05, 0.8))
            victim = self.rng.choice([self.township.server, *(laptop.daemon for laptop in self.laptops)])
            if victim is not self.township.server and not victim.running():
                raise Failed(f"{victim.name} ended by itself: {victim.said()[-1500:]}")
            victim.kill()
            self.kills["server" if victim is self.township.server else "daemon"] += 1
            time.sleep(self.rng.uniform(0, 0.4))
            victim.start()
        for thread in threads:
            thread.join()
        confirmed = self.count_confirmed()
        check(self.is_enough(), f"too little happened: {self.kills}, {confirmed} confirmed")
        return (f"{self.kills['server']} kills of the server, {self.kills['daemon']} of daemons, {sum(r.cuts for r in self.recorders)} of recorders; "
                f"{confirmed} saves confirmed of {sum(r.tried for r in self.recorders)}")

    def count_confirmed(self):
        return sum(len(recorder.confirmed) for recorder in self.recorders)

    def is_enough(self):
        return self.kills["server"] > 2 and self.kills["daemon"] > 2 and self.count_confirmed() > 20

    def work(self, recorder):
        while time.monotonic() < self.end:
            recorder.session(recorder.rng.uniform(0.3, 3))

    def settle(self):
        for _ in range(2):
            for laptop in self.laptops:
                laptop.sync(self.township, 120)

    def replicas(self):
        there = self.township.dump()
        found = [compare(there, laptop.dump(), laptop.name) for laptop in self.laptops]
        conflicts = sum(line.startswith("conflict\t") for line in there.splitlines())
        return f"scopes {[f[0] for f in found]}, lines {[f[1] for f in found]}, conflicts open {conflicts}"

    def nothing_lost(self):
        bodies = self.township.query("SELECT device, seq, kind, body FROM log WHERE seq IS NOT NULL ORDER BY n")
        text = "\n".join(body for _, _, _, body in bodies)
        for recorder in self.recorders:
            check(not recorder.errors, f"{recorder.laptop.name}: a save failed: {recorder.errors[:3]}")
            for marker, sequence in recorder.confirmed.items():
                check(text.count(f'"{marker}"') == 1, f"{marker} was confirmed as {sequence} and is {text.count(marker)} times in the township's log")
            for number in range(recorder.tried):
                check(text.count(f'"{recorder.laptop.name}-{number}"') <= 1, f"{recorder.laptop.name}-{number} is twice in the log")
        return f"{len(bodies)} changes"

    def in_order(self):
        last, refused = {}, 0
        for device, sequence, kind, _ in self.township.query("SELECT device, seq, kind, body FROM log WHERE seq IS NOT NULL ORDER BY n"):
            check(sequence == last.get(device, 0) + 1, f"{device}: {sequence} follows {last.get(device, 0)}")
            last[device] = sequence
            refused += kind == "refused"
        check(refused == 0, f"{refused} changes were refused")
        return f"{len(last)} devices"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=25)
    options = parser.parse_args()
    tap = Tap()
    print(f"# seed {options.seed}, {options.seconds} s")
    with Scratch("kill") as scratch:
        story = Story(scratch, options.seed, options.seconds)
        tap.step("township and laptops are ready", story.prepare)
        if not tap.failed:
            tap.step("kills at random moments", story.chaos)
            tap.step("everybody is in step again", story.settle)
            tap.step("every replica is the township's", story.replicas)
            tap.step("what was confirmed is there, once", story.nothing_lost)
            tap.step("each device's changes follow one another", story.in_order)
            tap.step("the chain of hashes holds", story.township.verify)
            tap.step("everything ends cleanly", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
