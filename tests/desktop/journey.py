#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A helper's day, in the real app, in Chinese (or English: journey.py en), through the accessibility bus: enrol, search, record a visit, lose power in the middle
of it, find the draft, finish it, synchronise, and settle a conflict with what another laptop recorded. Screenshots are kept in
tests/desktop/out of the build folder."""
import json
import os
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from house import BUILD, Laptop, Scratch, Tap, Township, check, compare, wait_for  # noqa: E402

from app import App  # noqa: E402
from person import Person, _, ngettext, word  # noqa: E402
from words import LANGUAGE  # noqa: E402

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date().isoformat()
SUMMARY = "井水已检测，路面需修补。"


class Journey:
    def __init__(self, scratch):
        self.scratch = scratch
        self.township = Township(scratch, seed=2018)

    def prepare(self):
        """Two laptops of one household; the second is worked by ruhu-record, the first by hand."""
        self.township.generate().start()
        self.household, helper_a, helper_b, self.head = self.township.query(
            "SELECT a.scope, a.helper_id, b.helper_id, p.name FROM r_assignment a JOIN r_assignment b ON a.scope = b.scope "
            "JOIN r_household h ON h.id = a.scope JOIN r_person p ON p.id = h.head JOIN r_living l ON l.scope = h.id JOIN r_assessment s ON s.scope = h.id "
            "WHERE a.post = 'A' AND b.post = 'B' AND a.deleted = 0 AND b.deleted = 0 AND l.water_safe = 1 AND s.i1 = '1' AND s.i2 = '1' ORDER BY a.scope LIMIT 1")[0]
        self.other = Laptop(self.scratch, "other")
        self.other.enrol(self.township.enrol(helper_b))
        self.other.start().sync(self.township)
        self.living = self.other.records("living", self.household)[0][0]
        self.last_year = self.other.records("assessment", self.household)[0][0]
        self.laptop = Laptop(self.scratch, "mine").start()
        self.link = self.township.enrol(helper_a)
        self.app = App(self.laptop, LANGUAGE, os.path.join(BUILD, "tests", "desktop", "out" if LANGUAGE == "zh_CN" else f"out-{LANGUAGE}")).attach()
        self.person = Person(self.app)
        return f"{self.head} of {self.household}"

    def enrol(self):
        self.app.start()
        self.person.enrol(self.link)
        check(len(self.person.listed()) == len(self.laptop.households()), f"{self.person.listed()} in the list, {len(self.laptop.households())} households here")

    def search(self):
        self.person.search("没有这个人", [])
        self.app.shoot("search-nothing")
        self.person.search(self.head, [self.head])
        initials = self.township.query("SELECT term FROM term WHERE record = (SELECT head FROM r_household WHERE id = ?1) AND term GLOB '[a-z]*' ORDER BY length(term), term",
                                       self.household)[0][0]
        check(self.head in self.person.search(initials, None), f"{initials!r} does not find the household")
        self.app.shoot("search-initials")
        self.person.open_household(self.head)
        self.app.see(word("家庭成员"))
        self.app.shoot("household")

    def begin_visit(self):
        """Without a network, so that the other laptop's edit is not known here."""
        self.township.server.stop()
        person = self.person
        person.begin_visit()
        person.write("日期", TODAY)
        person.answer("已告知可拒绝回答任何问题", "是")
        self.app.shoot("visit-greet")
        person.go_to("水电路网")
        person.answer("饮水安全", "否")
        person.write("距主干路", "7.5")
        self.app.shoot("visit-water")
        person.go_to("吃穿")
        person.answer("不愁吃", "未达标")
        person.answer("不愁穿", "未达标")
        self.app.wait(lambda: any("i2" in fields for fields in self.typed().get("assessment", {}).values()), "the last answer in the draft on the disk")
        self.app.shoot("visit-food")

    def typed(self):
        lines = self.laptop.lines("draft", self.household)
        return json.loads(lines[0][2])["typed"] if lines else {}

    def power_cut(self):
        self.app.kill()
        check(self.laptop.state()["waiting"] == 0, "an unfinished visit was saved as a change")

    def find_draft(self):
        app, self.person = self.app.start(), Person(self.app)
        person = self.person
        app.wait(lambda: app.find("label", _("Unfinished visit: %s") % self.head), "the offer to go on with the visit")
        app.shoot("draft-offered")
        app.press(_("Continue"))
        # It opens at the step where the power went.
        app.wait(lambda: person.is_answered("不愁穿", "未达标") and person.is_answered("不愁吃", "未达标"), "the answers of before the power cut")
        app.key("ctrl+Prior")
        app.wait(lambda: person.is_at("水电路网"), "the step before")
        check(person.is_answered("饮水安全", "否"), "an answer of before the power cut is not there")
        check(person.written("距主干路") == "7.5", "the distance of before the power cut is not there")
        app.shoot("draft-found")

    def finish(self):
        self.person.finish_visit(SUMMARY)
        wait_for(lambda: self.laptop.state()["waiting"] == 1, "the visit as one change")
        check(self.laptop.record("draft", self.household).stdout == "", "the draft is still there")
        check(self.laptop.value("living", self.living, "water_safe") is False, "the answer was not saved")
        check(self.laptop.value("assessment", self.last_year, "i1") == "1", "last year's answer was written over")

    def synchronise(self):
        """The other laptop has begun this year's assessment too, with the same two facts; one of them differs."""
        fields = ("kind", "1", "year", TODAY[:4], "i1", "0", "i2", "9")
        said = self.other.record("save", self.household, *[part for name, value in zip(fields[::2], fields[1::2]) for part in ("assessment", "+", name, value)]).stdout
        self.assessment = said.split()[2]
        self.township.start()
        self.other.sync(self.township)
        self.app.key("F5")
        wait_for(lambda: self.laptop.state()["waiting"] == 0, "the visit at the township", 60)
        self.laptop.sync(self.township)
        body = self.township.query("SELECT body FROM log WHERE body LIKE ?1 AND kind = 'change'", f"%{SUMMARY}%")
        check(len(body) == 1, f"the visit is {len(body)} times in the township's log")
        self.app.see(ngettext("%u conflict to review", "%u conflicts to review", 1) % 1)
        self.app.shoot("conflict-found")

    def settle_conflict(self):
        check([c[:3] for c in self.laptop.conflicts()] == [["assessment", self.assessment, "i2"]], f"conflicts: {self.laptop.conflicts()}")
        self.person.open_conflicts()
        self.person.take("不适用")
        check(self.laptop.conflicts() == [], "the conflict is not settled here")
        for laptop in (self.laptop, self.other):
            laptop.sync(self.township)
        check(self.other.conflicts() == [] and self.other.value("assessment", self.assessment, "i2") == "9", "the other laptop does not show the settlement")
        there = self.township.dump()
        for laptop in (self.laptop, self.other):
            compare(there, laptop.dump(), laptop.name)

    def leave(self):
        self.app.key("ctrl+q")
        wait_for(lambda: not self.app.process.running(), "the app to end")
        check(self.app.process.child.returncode == 0, f"the app ended with {self.app.process.child.returncode}")


def main():
    tap = Tap()
    with Scratch("journey") as scratch:
        journey = Journey(scratch)
        steps = [("a township and two laptops of one household", journey.prepare), ("enrol by pasting the link", journey.enrol), ("search by name and by pinyin initials", journey.search),
                 ("begin a visit", journey.begin_visit), ("the power goes", journey.power_cut), ("the draft is offered, with every answer", journey.find_draft),
                 ("finish the visit", journey.finish), ("synchronise", journey.synchronise), ("settle the conflict with the other laptop", journey.settle_conflict),
                 ("leave", journey.leave), ("everything ends cleanly", scratch.close)]
        for title, step in steps:
            if not tap.failed:
                tap.step(title, step)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
