#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A helper's day, in the real app, in Chinese, through the accessibility bus: enrol, search, record a visit, lose power in the middle
of it, find the draft, finish it, synchronise, and settle a conflict with what another laptop recorded. Screenshots are kept in
tests/desktop/out of the build folder."""
import json
import os
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from house import BUILD, Failed, Laptop, Scratch, Tap, Township, check, compare, wait_for  # noqa: E402

from app import App  # noqa: E402

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date().isoformat()
SUMMARY = "井水已检测，路面需修补。"


class Journey:
    def __init__(self, scratch):
        self.scratch = scratch
        self.township = Township(scratch, seed=2018)

    def prepare(self):
        """Two laptops of one household; the second is worked by ruhu-record, the first by hand."""
        self.township.generate().start()
        self.household, helper_a, helper_b, head = self.township.query(
            "SELECT a.scope, a.helper_id, b.helper_id, p.name FROM r_assignment a JOIN r_assignment b ON a.scope = b.scope "
            "JOIN r_household h ON h.id = a.scope JOIN r_person p ON p.id = h.head JOIN r_living l ON l.scope = h.id JOIN r_assessment s ON s.scope = h.id "
            "WHERE a.post = 'A' AND b.post = 'B' AND a.deleted = 0 AND b.deleted = 0 AND l.water_safe = 1 AND s.i1 = '1' AND s.i2 = '1' ORDER BY a.scope LIMIT 1")[0]
        self.head = head
        self.other = Laptop(self.scratch, "other")
        self.other.enrol(self.township.enrol(helper_b))
        self.other.start().sync(self.township)
        self.living = self.other.records("living", self.household)[0][0]
        self.assessment = self.other.records("assessment", self.household)[0][0]
        self.laptop = Laptop(self.scratch, "mine").start()
        self.link = self.township.enrol(helper_a)
        self.app = App(self.laptop, out=os.path.join(BUILD, "tests", "desktop", "out")).attach()
        return f"{head} of {self.household}"

    def enrol(self):
        app = self.app.start()
        app.see("欢迎使用入户")
        app.shoot("welcome")
        app.write(app.get("text", "登记链接"), self.link)
        app.press("登记本机")
        app.wait(lambda: app.find("list item", root=app.find("list", "农户")), "households", 30)
        app.shoot("households")
        check(self.rows() == len(self.laptop.households()), f"{self.rows()} rows in the list, {len(self.laptop.households())} households here")

    def rows(self):
        return len(self.app.find_all("list item", root=self.app.find("list", "农户")))

    def names(self):
        return [next((a.name for a in self.app.walk(item) if a.getRoleName() == "label"), "") for item in
                self.app.find_all("list item", root=self.app.find("list", "农户"))]

    def search(self):
        app = self.app
        entry = app.get("entry", "搜索农户")
        app.write(entry, "没有这个人")
        app.wait(lambda: self.rows() == 0, "an empty list for a name that is not there")
        app.shoot("search-nothing")
        app.write(entry, self.head)
        app.wait(lambda: self.names() == [self.head], "the household found by its head's name")
        initials = self.township.query("SELECT term FROM term WHERE record = (SELECT head FROM r_household WHERE id = ?1) AND term GLOB '[a-z]*' ORDER BY length(term), term",
                                       self.household)[0][0]
        app.write(entry, initials)
        app.wait(lambda: self.head in self.names(), f"the household found by {initials!r}")
        app.shoot("search-initials")
        app.write(entry, self.head)
        app.wait(lambda: self.names() == [self.head], "the household found again")
        app.key("Return")
        app.get("push button", "记录走访")
        app.see("家庭成员")
        app.shoot("household")

    def begin_visit(self):
        """Without a network, so that the other laptop's edit is not known here."""
        self.township.server.stop()
        app = self.app
        app.key("ctrl+n")
        page = app.page("RuhuVisitPage")
        app.write(app.field("日期", "text", root=page), TODAY)
        app.click(app.field("已告知可拒绝回答任何问题", "push button", "是", root=page))
        app.shoot("visit-greet")
        self.go_to("水电路网")
        app.click(app.field("饮水安全", "push button", "否", root=page))
        app.write(app.field("距主干路", "text", root=page), "7.5")
        app.shoot("visit-water")
        self.go_to("吃穿")
        app.click(app.field("不愁吃", "push button", "未达标", root=page))
        app.click(app.field("不愁穿", "push button", "未达标", root=page))
        app.wait(lambda: "i2" in self.typed().get("assessment", {}).get(self.assessment, {}), "the last answer in the draft on the disk")
        app.shoot("visit-food")

    def typed(self):
        lines = self.laptop.lines("draft", self.household)
        return json.loads(lines[0][2])["typed"] if lines else {}

    def heading(self, page, step):
        """The title of the step that is shown, beside its name in the list of steps."""
        return any(a.getRoleName() == "label" and a.name == step and not self.in_steps(a) for a in self.app.walk(page))

    def go_to(self, step):
        """By the button that a person uses, step by step."""
        app = self.app
        page = app.page("RuhuVisitPage")
        for _ in range(14):
            if app.calmly(lambda: self.heading(page, step)):
                return
            app.click(app.calmly(lambda: app.find_all("push button", "下一步", page)[-1]))
            app.settle(0.3)
        raise Failed(f"no step {step}")

    def in_steps(self, item):
        """Whether a label belongs to the list of steps at the side."""
        for _ in range(5):
            item = item.parent
            if item is None:
                return False
            if item.getRoleName() == "list" and item.name == "走访步骤":
                return True
        return False

    def power_cut(self):
        self.app.kill()
        check(self.laptop.state()["waiting"] == 0, "an unfinished visit was saved as a change")

    def find_draft(self):
        app = self.app.start()
        app.see(f"{self.head}")
        app.wait(lambda: app.find("label", "未完成的走访"), "the offer to go on with the visit")
        app.shoot("draft-offered")
        app.press("继续")
        page = app.page("RuhuVisitPage")
        # It opens at the step where the power went.
        app.wait(lambda: app.is_pressed(app.field("不愁穿", "push button", "未达标", root=page)), "the answer of before the power cut")
        app.press("上一步", root=page)
        app.wait(lambda: self.heading(page, "水电路网"), "the step before")
        check(app.is_pressed(app.field("饮水安全", "push button", "否", root=page)), "an answer of before the power cut is not there")
        check(app.text_of(app.field("距主干路", "text", root=page)) == "7.5", "the distance of before the power cut is not there")
        app.shoot("draft-found")

    def finish(self):
        app = self.app
        page = app.page("RuhuVisitPage")
        self.go_to("宣读确认")
        app.click(app.field("走访结果", "push button", "完成", root=page))
        app.write(app.field("摘要", "text", root=page), SUMMARY)
        app.click(app.field("已向农户宣读确认", "push button", "是", root=page))
        app.shoot("visit-read-back")
        self.go_to("核对并完成")
        app.shoot("visit-finish")
        app.press("完成走访")
        wait_for(lambda: self.laptop.state()["waiting"] == 1, "the visit as one change")
        app.shoot("visit-saved")
        check(self.laptop.record("draft", self.household).stdout == "", "the draft is still there")
        check(self.laptop.value("living", self.living, "water_safe") is False, "the answer was not saved")

    def synchronise(self):
        """The other laptop has recorded the same two facts meanwhile; one of them differs."""
        self.other.record("set", "assessment", self.assessment, "i1", "0", "i2", "9")
        self.township.start()
        self.other.sync(self.township)
        app = self.app
        app.key("F5")
        wait_for(lambda: self.laptop.state()["waiting"] == 0, "the visit at the township", 60)
        self.laptop.sync(self.township)
        body = self.township.query("SELECT body FROM log WHERE body LIKE ?1 AND kind = 'change'", f"%{SUMMARY}%")
        check(len(body) == 1, f"the visit is {len(body)} times in the township's log")
        app.see("1 个冲突")
        app.shoot("conflict-found")

    def settle_conflict(self):
        app = self.app
        app.key("ctrl+shift+c")
        app.wait(lambda: len(app.find_all("push button", "采用")) >= 2, "both values side by side")
        app.shoot("conflict")
        check([c[:3] for c in self.laptop.conflicts()] == [["assessment", self.assessment, "i2"]], f"conflicts: {self.laptop.conflicts()}")
        take = next(a for a in app.find_all("push button", "采用") if "不适用" in a.name)
        app.click(take)
        wait_for(lambda: self.laptop.conflicts() == [], "the conflict settled here")
        app.shoot("conflict-settled")
        for laptop in (self.laptop, self.other):
            laptop.sync(self.township)
        check(self.other.conflicts() == [] and self.other.value("assessment", self.assessment, "i2") == "9", "the other laptop does not show the settlement")
        there = self.township.dump()
        for laptop in (self.laptop, self.other):
            compare(there, laptop.dump(), laptop.name)

    def leave(self):
        app = self.app
        app.key("ctrl+q")
        wait_for(lambda: not app.process.running(), "the app to end")
        check(app.process.child.returncode == 0, f"the app ended with {app.process.child.returncode}")


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
