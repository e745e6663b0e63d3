#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Today, the list and its filters, a refused change, a bundle on a stick, help and preferences: in the real app, in Chinese, by keyboard alone."""
import os
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from house import BUILD, Laptop, Scratch, Tap, Township, check, program, run, wait_for  # noqa: E402

from app import App  # noqa: E402
from person import Person, _, ngettext  # noqa: E402


class Home:
    def __init__(self, scratch):
        self.scratch = scratch
        self.township = Township(scratch, seed=2018)

    def prepare(self):
        # Both daemons' sentences reach the window.
        self.township.env["LANGUAGE"] = "zh_CN"
        self.township.generate().start()
        self.helper = self.township.query("SELECT helper_id FROM r_assignment WHERE post = 'A' AND deleted = 0 GROUP BY helper_id ORDER BY count (*) DESC, helper_id LIMIT 1")[0][0]
        # The laptop takes itself to be a day to the west.
        self.laptop = Laptop(self.scratch, "mine", extra_env={"LANGUAGE": "zh_CN", "TZ": "WEST16"})
        self.laptop.set_up(tour_shown="false")
        self.laptop.enrol(self.township.enrol(self.helper))
        self.laptop.start().sync(self.township)
        self.app = App(self.laptop, out=os.path.join(BUILD, "tests", "desktop", "home")).attach()
        self.person = Person(self.app)

    def tour(self):
        app = self.app.start()
        app.see(_("Begin with Today"))
        app.focus_newest()
        app.shoot("tour")
        app.key("Return", "Return", "Return")
        app.wait(lambda: not app.sees(_("No Network Is Needed")), "the three cards to be over")
        app.settle(0.5)
        app.window()

    def today(self):
        app = self.app
        app.key("ctrl+1")
        n = len(self.laptop.households())
        app.see(ngettext("%u household is due for a visit.", "%u households are due for a visit.", n) % n)
        app.shoot("today")
        # The first thing that the keyboard reaches: all that are due.
        app.key("space")
        app.see(_("Remove the filter “%s”") % _("Due for a visit"))

    def filters(self):
        app, person = self.app, self.person
        check(len(person.listed()) == len(self.laptop.households()), "not everybody is due")
        app.key("ctrl+l")
        app.get("check box", _("Only households with open problems"))
        app.shoot("filters")
        app.key("Escape")
        app.key("ctrl+f")
        app.type("zzzzzz")
        app.see(_("No household passes the filters above. Remove one of them."))
        app.key("Escape")
        app.wait(lambda: len(person.listed()) == len(self.laptop.households()), "everybody again")

    def waiting(self):
        """Without a network."""
        app = self.app
        self.township.server.stop()
        household = self.laptop.households()[0]
        self.laptop.record("set", "household", household, "group_name", "七组")
        check(self.laptop.state()["waiting"] == 1, "nothing waits")
        app.key("ctrl+4")
        app.see(ngettext("%u change, kept on this laptop until the township confirms it.", "%u changes, kept on this laptop until the township confirms them.", 1) % 1)
        app.shoot("waiting")

    def carry(self):
        """By the dialog's own keys: the folder is typed in."""
        app, path = self.app, self.scratch.path / "stick.bundle"
        app.click(app.get("push button", _("_Write File…").replace("(_W)", "")[:4]))
        app.focus_newest()
        # By the calendar that records are dated in, wherever the laptop thinks it is.
        today = datetime.now(timezone(timedelta(hours=8))).strftime("ruhu-%Y-%m-%d.bundle")
        app.wait(lambda: any(app.text_of(item) == today for item in app.find_all("text")), f"{today} proposed as the file's name")
        app.key("ctrl+a")
        app.type(str(path))
        app.key("Return")
        app.focus_newest()
        app.see(ngettext("%u change is in the file.", "%u changes are in the file.", 1) % 1)
        app.shoot("exported")
        answer = self.scratch.path / "answer.bundle"
        run([program("ruhu-township"), "import-bundle", "--answer", str(answer), str(self.township.path), str(path)], env=self.township.env)
        app.click(app.get("push button", _("_Take In Answer…")[:4]))
        app.focus_newest()
        app.type(str(answer))
        app.key("Return")
        app.focus_newest()
        wait_for(lambda: self.laptop.state()["waiting"] == 0, "the change confirmed by the answer")
        app.see(_("Everything recorded here is at the township."))
        app.shoot("imported")

    def windows(self):
        app = self.app
        app.key("F1")
        app.see(_("What is never recorded"))
        app.focus_newest()
        app.shoot("help")
        app.key("Escape")
        app.focus_newest()
        app.key("ctrl+comma")
        app.see(_("What Is Stored Where"))
        app.focus_newest()
        app.shoot("preferences")
        app.key("Escape")
        app.wait(lambda: not app.sees(_("What Is Stored Where")), "the preferences to close")
        app.focus_newest()

    def leave(self):
        self.app.key("ctrl+q")
        wait_for(lambda: not self.app.process.running(), "the app to end")
        check(self.app.process.child.returncode == 0, f"the app ended with {self.app.process.child.returncode}")


def main():
    tap = Tap()
    with Scratch("home") as scratch:
        home = Home(scratch)
        steps = [("a helper with households", home.prepare), ("three cards at the first start, once", home.tour), ("today says who is due, and leads there", home.today),
                 ("filters are seen, combine, and go by the keyboard", home.filters), ("what waits is listed", home.waiting), ("carry it on a stick, and take in the answer", home.carry),
                 ("help and preferences", home.windows), ("leave", home.leave), ("everything ends cleanly", scratch.close)]
        for title, step in steps:
            if not tap.failed:
                tap.step(title, step)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
