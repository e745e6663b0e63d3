#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, shown. With a display it opens the app on a helper's laptop; without one, or with --headless, it plays the story
of two helpers and the office through the same programs and tells what happened. See tests/demo."""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

from house import TOP, Failed, Laptop, Scratch, Township, check, compare, program, wait_for

sys.path.insert(0, str(TOP / "tests" / "desktop"))

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date().isoformat()


class Teller:
    """Says what happens, step by step, with the seconds since the start."""

    def __init__(self):
        self.start, self.number = time.monotonic(), 0

    def step(self, text):
        self.number += 1
        print(f"\n{self.number}. {text}", flush=True)

    def say(self, text):
        print(f"   {time.monotonic() - self.start:5.1f} s  {text}", flush=True)


class Story:
    """A township from the plan, its server, and three laptops: an A岗 and a B岗 helper of one household, and the office."""

    def __init__(self, scratch, teller):
        self.teller, self.scratch = teller, scratch
        self.township = Township(scratch, seed=2018)
        self.a = self.b = self.office = self.household = None

    def name_of(self, helper):
        return self.township.query("SELECT name FROM r_helper WHERE id = ?1", helper)[0][0]

    def make_township(self):
        self.teller.step("A township from the 2018 work plan (ruhu-township generate)")
        self.township.generate()
        count = lambda table, where="1": self.township.query(f"SELECT count(*) FROM r_{table} WHERE {where}")[0][0]  # noqa: E731
        self.teller.say(f"{count('household')} households, {count('person')} persons, {count('village')} villages, {count('helper')} people of the office and units, "
                        f"{count('assignment')} assignments; {self.township.head()} entries in the log")
        self.teller.step("The township's server (ruhu-township serve)")
        self.township.start()
        self.teller.say(f"answers at https://127.0.0.1:{self.township.port}, with a key of its own")

    def choose(self):
        """A household with one A岗 and one B岗 helper and an earlier year's assessment, and what they are called."""
        return self.township.query(
            "SELECT a.scope, a.helper_id, b.helper_id, p.name FROM r_assignment a JOIN r_assignment b ON a.scope = b.scope "
            "JOIN r_household h ON h.id = a.scope JOIN r_person p ON p.id = h.head JOIN r_assessment s ON s.scope = h.id "
            "WHERE a.post = 'A' AND b.post = 'B' AND a.deleted = 0 AND b.deleted = 0 AND s.i1 = '1' AND s.i2 = '1' ORDER BY a.scope LIMIT 1")[0]

    def enrol_laptops(self):
        self.teller.step("Three laptops are enrolled with links that the office issues (ruhu-township enrol, ruhu-syncd --enrol)")
        self.household, helper_a, helper_b, self.head = self.choose()
        office = self.township.query("SELECT id FROM r_helper WHERE role = 'office' ORDER BY id LIMIT 1")[0][0]
        self.a, self.b, self.office = (self.enrol(name, helper) for name, helper in (("laptop-A", helper_a), ("laptop-B", helper_b), ("office", office)))

    def enrol(self, name, helper):
        laptop = Laptop(self.scratch, name)
        laptop.enrol(self.township.enrol(helper))
        laptop.start()
        laptop.sync(self.township, 120)
        laptop.helper = self.name_of(helper)
        self.teller.say(f"{name}: {laptop.helper}, {len(laptop.households())} households here")
        return laptop

    def laptops(self):
        return (self.a, self.b, self.office)

    def lose_network(self):
        self.teller.step("The network is gone (the server is stopped); two helpers visit the same household")
        self.township.server.stop()

    def visit_by_hand(self, laptop, clothing, summary):
        """In the app, on a virtual screen, by the names that a screen reader would say."""
        from app import App
        from person import Person

        app = App(laptop).attach()
        try:
            app.start()
            person = Person(app)
            person.open_household(self.head)
            person.begin_visit()
            person.write("日期", TODAY)
            person.answer("已告知可拒绝回答任何问题", "是")
            person.go_to("吃穿")
            person.answer("不愁吃", "未达标")
            person.answer("不愁穿", clothing)
            person.finish_visit(summary)
            app.key("ctrl+q")
            wait_for(lambda: not app.process.running(), "the app to end")
            check(app.process.child.returncode == 0, f"the app ended with {app.process.child.returncode}: {app.process.said()[-500:]}")
        finally:
            app.close()

    def visit_by_line(self, laptop, code, summary):
        """Without a virtual screen: the same save from a command line."""
        laptop.record("save", self.household, "visit", "+", "date", TODAY, "visit", "+", "outcome", "1", "visit", "+", "summary", summary,
                      "assessment", "+", "kind", "1", "assessment", "+", "year", TODAY[:4], "assessment", "+", "i1", "0", "assessment", "+", "i2", code)

    def find_assessment(self, laptop):
        """This year's, which both visits begin: it is one record."""
        found = [record for record, _title, fields in laptop.records("assessment", self.household) if fields["year"] == int(TODAY[:4])]
        check(len(found) == 1, f"{laptop.name} has {len(found)} assessments of {TODAY[:4]}")
        return found[0]

    def record_offline(self):
        screen = shutil.which("Xvfb") and shutil.which("xdotool")
        for laptop, clothing, code, summary in ((self.a, "未达标", "0", "缺少冬衣。"), (self.b, "不适用", "9", "暂住亲戚家。")):
            if screen:
                from app import in_child

                in_child(self.visit_by_hand, laptop, clothing, summary)
            else:
                self.visit_by_line(laptop, code, summary)
            state = laptop.state()
            self.teller.say(f"{laptop.name}: {laptop.helper} visits {self.head} {'in the app' if screen else 'from a command line'}, food: 未达标, clothing: {clothing}; "
                            f"{state['waiting']} change waits to be sent")
            check(state["waiting"] == 1, f"{laptop.name}: {state['waiting']} changes wait, not 1")
            self.assessment = self.find_assessment(laptop)
            check(laptop.value("assessment", self.assessment, "i2") == code, f"{laptop.name} holds {laptop.value('assessment', self.assessment, 'i2')}")
        wait_for(lambda: self.a.property("State") == "offline", "the daemon to see that it is offline")
        self.teller.say(f"laptop-A's daemon: {self.a.property('State')}: {self.a.property('LastError')}")

    def regain_network(self):
        self.teller.step("The network is back; everybody synchronises")
        self.township.start()
        for laptop in (*self.laptops(), *self.laptops()):
            laptop.sync(self.township)
        for laptop in self.laptops():
            found = laptop.conflicts()
            check([["assessment", self.assessment, "i2"]] == [c[:3] for c in found], f"{laptop.name}: conflicts {found}")
            values = [v.split("=")[1] for v in laptop.lines("conflicts")[0][5:]]
            self.teller.say(f"{laptop.name}: 1 conflict, on clothing (i2): {' against '.join(values)}; on food, where both say the same, none")

    def resolve(self):
        self.teller.step("The office looks at both values and settles it")
        said = self.office.record("resolve", "assessment", self.assessment, "i2", "0").stdout
        self.teller.say(f"office: takes 未达标, by an ordinary change (number {said.split()[-1]} of that machine)")
        for laptop in (self.office, self.a, self.b):
            laptop.sync(self.township)
        for laptop in self.laptops():
            check(laptop.conflicts() == [] and laptop.value("assessment", self.assessment, "i2") == "0", f"{laptop.name} did not take the resolution")
            self.teller.say(f"{laptop.name}: no conflict; clothing: 未达标")

    def compare_all(self):
        self.teller.step("Every replica against the township: rows, heads, conflicts, log")
        there = self.township.dump()
        for laptop in self.laptops():
            scopes, lines, log = compare(there, laptop.dump(), laptop.name)
            self.teller.say(f"{laptop.name}: {scopes} scopes, {lines} rows and heads, {log} changes in its log: identical")
        self.teller.say(f"ruhu-township verify: {self.township.verify()}")

    def summary(self):
        counts = self.township.query("SELECT sum(kind = 'change'), sum(kind = 'refused'), sum(kind = 'scope'), sum(length(body)), max(n) FROM log")[0]
        made = self.township.query("SELECT count(*), sum(length(body)) FROM log WHERE seq IS NOT NULL AND device <> 'township'")[0]
        check(counts[1] == 0, f"{counts[1]} changes were refused")
        check(made[0] == 3, f"{made[0]} changes came from laptops, not 3")
        print(f"\nSummary: {counts[4]} positions ({counts[0]} changes, {counts[2]} grants, {counts[1]} refused), {counts[3]} bytes of log; "
              f"{made[0]} changes from laptops ({made[1]} bytes), 1 conflict found on 3 machines and settled, 0 open; "
              f"{len(self.laptops()) + 1} replicas identical; {time.monotonic() - self.teller.start:.1f} s")

    def play(self):
        self.make_township()
        self.enrol_laptops()
        self.lose_network()
        self.record_offline()
        self.regain_network()
        self.resolve()
        self.compare_all()
        self.summary()


def show(story, who):
    """With a display: the township and its laptops, and the app on one of them until it is closed."""
    story.make_township()
    story.enrol_laptops()
    laptop = {"a": story.a, "b": story.b, "office": story.office}[who]
    story.teller.step(f"The app on {laptop.name} ({laptop.helper}). Close its window to end the demonstration")
    # Chinese first: a locale that names no language is no wish for English.
    wish = os.environ.get("LANGUAGE") or os.environ.get("LANG") or ""
    environment = dict(laptop.env, LANGUAGE="zh_CN" if wish.split(".")[0] in ("", "C", "POSIX") else wish)
    return subprocess.call([program("ruhu")], env=environment)


def main():
    parser = argparse.ArgumentParser(prog="tests/demo", description="Shows Ruhu's main job on this machine, with synthetic data, in a scratch folder.")
    parser.add_argument("--headless", action="store_true", help="play the story without a window and tell it (chosen by itself without a display)")
    parser.add_argument("--as", dest="who", choices=("a", "b", "office"), default="a", help="whose laptop to open: the A岗 helper's (default), the B岗 helper's, or the office's")
    options = parser.parse_args()
    headless = options.headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with Scratch("demo") as scratch:
            story = Story(scratch, Teller())
            if not headless:
                return show(story, options.who)
            story.play()
            scratch.close()
    except (Failed, subprocess.SubprocessError, OSError) as failure:
        print(f"\nFAILED: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
