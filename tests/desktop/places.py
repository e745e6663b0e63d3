# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page, dialog and popover of the app, how a person gets there and back, and households in which each has something to show. For the screenshots and for the audit.

PLACES says how a place is reached from today's page: add yours there."""
import contextlib
import gettext
import os
import sqlite3
import subprocess
from datetime import datetime, timedelta, timezone

from house import BUILD, Laptop, Township

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date().isoformat()
STEPS = 13


def speak(app):
    """The words on the screen, in the app's language."""
    language = app.env["LANGUAGE"]
    return gettext.NullTranslations() if language == "en" else gettext.translation("ruhu", BUILD / "po", [language])


def home(app):
    """From wherever the place before has left the app."""
    app.focus_newest(0.1)
    app.key("Escape", "Escape")
    app.focus_newest(0.2)
    app.key("ctrl+1")
    app.settle(0.3)


def keys(*pressed):
    def go(app):
        if pressed:
            app.key(*pressed)
        app.focus_newest(0.8)
    return go


def household(app):
    """The first one of the list."""
    app.key("ctrl+2")
    app.settle(0.4)
    app.key("Return")
    app.wait(lambda: next((a for a in app.walk() if a.name == "RuhuHouseholdPage"), None), "the household's page")
    app.settle(0.8)


def chapter(number):
    def go(app):
        household(app)
        # All of them are made.
        app.settle(1.5)
        app.key(*["ctrl+Prior"] * 2, *["ctrl+Next"] * number)
        app.settle(0.6)
    return go


def press_in_file(number, msgid, *to_row):
    """What can be done with the first record of a chapter."""
    def go(app):
        chapter(number)(app)
        app.key(*to_row, "space")
        app.settle(0.6)
        app.click(app.wait(lambda: app.find("push button", speak(app).gettext(msgid)), msgid))
        app.focus_newest(0.8)
    return go


def history(app):
    """Of the first field of the living conditions."""
    chapter(4)(app)
    app.key("Tab", "Return")
    app.settle(1.0)


def in_household(*pressed):
    def go(app):
        household(app)
        app.key(*pressed)
        app.focus_newest(0.9)
    return go


def visit(step=0, *pressed):
    def go(app):
        household(app)
        app.key("ctrl+n")
        app.settle(1.2)
        if step:
            app.key(*["ctrl+Next"] * step)
            app.settle(0.8)
        if pressed:
            app.key(*pressed)
            app.focus_newest(0.8)
    return go


def leave_visit(app):
    """An untouched visit leaves nothing behind."""
    app.key("alt+Left")
    app.settle(0.6)


def clear_search(app):
    app.key("ctrl+f", "Escape")
    app.settle(0.5)


def leave_window(app):
    app.key("Escape")
    app.focus_newest(0.5)


def pressed_in_visit(step, msgid, role="push button"):
    def go(app):
        visit(step)(app)
        app.click(app.wait(lambda: app.find_all(role, speak(app).gettext(msgid)), msgid)[-1])
        app.focus_newest(0.8)
    return go


def leave_window_and_visit(app):
    leave_window(app)
    leave_visit(app)


def held(app):
    """From the synchronisation page; the first change unfolded. Only the office has it: see OFFICE."""
    app.key("ctrl+4")
    app.settle(0.6)
    app.key("shift+Tab", "space")
    app.settle(0.8)
    app.key("space")
    app.settle(0.8)


def menu(msgid):
    """By the main menu's own action, which has no key."""
    def go(app):
        app.key("F10")
        app.settle(0.5)
        app.click(app.wait(lambda: app.find_all("menu item", speak(app).gettext(msgid).split("(")[0].replace("_", "")), f"the menu's {msgid}")[-1])
        app.focus_newest(0.9)
    return go


# name: (how it is reached from today's page, how it is left, or None)
PLACES = {
    "today": (keys(), None),
    "households": (keys("ctrl+2"), None),
    "filters": (keys("ctrl+l"), leave_window),
    "menu": (keys("F10"), leave_window),
    "nothing-found": (keys("ctrl+f", "9", "9", "9"), clear_search),
    "household": (household, None),
    "household-chapters": (in_household("Tab"), None),
    "history": (history, None),
    "edit": (in_household("ctrl+e"), leave_window),
    "problem": (in_household("ctrl+shift+p"), leave_window),
    "solve": (press_in_file(0, "Solved…", "Tab"), leave_window),
    "amend": (press_in_file(8, "Amend…"), leave_window),
    "recorded": (press_in_file(8, "Show What It Recorded"), None),
    **{f"visit-{step + 1:02}": (visit(step), leave_visit) for step in range(STEPS)},
    "read-back": (visit(STEPS - 2, "ctrl+l"), leave_window_and_visit),
    "conflicts": (keys("ctrl+3"), None),
    "sync": (keys("ctrl+4"), None),
    "held": (held, None),
    "preferences": (keys("ctrl+comma"), leave_window),
    "help": (keys("F1"), leave_window),
    "tour": (menu("_First Steps"), leave_window),
    "about": (menu("_About Ruhu"), leave_window),
    "shortcuts": (keys("ctrl+question"), leave_window),
    "welcome": (keys(), None),
}

# The same page further down: for the pictures.
PARTS = {f"household-{number + 1:02}": (chapter(number), None) for number in (2, 4, 6, 8, 9)}

# Of the office, and of a laptop that is not enrolled: each has its own laptop.
OFFICE = ("held",)
NEWCOMER = ("welcome",)


class World:
    """A township; a helper with households, an edit that another laptop contradicts, problems, photos, and a change that waits; the office; a newcomer."""

    def __init__(self, scratch):
        self.scratch = scratch

    def prepare(self):
        self.township = Township(self.scratch, seed=2018).generate().start()
        self.household, self.helper, others = self.township.query(
            "SELECT a.scope, a.helper_id, b.helper_id FROM r_assignment a JOIN r_assignment b ON a.scope = b.scope JOIN r_living l ON l.scope = a.scope "
            "JOIN r_assessment s ON s.scope = a.scope WHERE a.post = 'A' AND b.post = 'B' AND a.deleted = 0 AND b.deleted = 0 AND s.i2 = '1' ORDER BY a.scope LIMIT 1")[0]
        self.laptop, self.other, self.office = (Laptop(self.scratch, name) for name in ("mine", "other", "office"))
        self.newcomer = Laptop(self.scratch, "new").start()
        self.laptop.enrol(self.township.enrol(self.helper))
        self.other.enrol(self.township.enrol(others))
        self.office.enrol(self.township.enrol(self.township.query("SELECT id FROM r_helper WHERE role = 'office' ORDER BY id LIMIT 1")[0][0]))
        for laptop in (self.laptop, self.other, self.office):
            laptop.start().sync(self.township)
        self.fill_file()
        self.contradict()
        self.hold_back()
        self.township.server.stop()
        self.laptop.record("set", "household", self.household, "group_name", "三组")
        return self

    def fill_file(self):
        problems = ((self.laptop, "04", "1", "屋顶西角漏雨", []), (self.office, "07", "2", "入户路段坑洼，雨天难行", ["deadline", "2026-11-01", "owner", self.helper]),
                    (self.laptop, "04", "3", "卧室门锁损坏", ["fix", "已更换门锁", "fixed_on", TODAY]))
        for laptop, kind, state, text, more in problems:
            fields = ["kind", kind, "state", state, "found", "2026-10-20", "description", text, *more]
            laptop.record("save", self.household, *[part for name, value in zip(fields[::2], fields[1::2]) for part in ("problem", "+", name, value)])
            laptop.sync(self.township)
        path = self.scratch.path / "roof.jpg"
        subprocess.run(["convert", "-size", "800x600", "gradient:#8ab-#543", "-fill", "#a63", "-draw", "polygon 150,320 400,140 650,320", str(path)], check=True)
        name = self.laptop.record("photo", path).stdout.strip()
        self.laptop.record("save", self.household, "photo", "+", "subject", "01", "photo", "+", "image", name, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)

    def contradict(self):
        assessment = self.laptop.records("assessment", self.household)[0][0]
        for laptop, value in ((self.laptop, "0"), (self.other, "9")):
            laptop.record("set", "assessment", assessment, "i2", value)
        for laptop in (self.laptop, self.other, self.laptop):
            laptop.sync(self.township)

    def hold_back(self):
        """What the office's laptop shows: one of the helper's changes as if it had been held back."""
        self.laptop.record("set", "household", self.household, "group_name", "五组")
        for laptop in (self.laptop, self.office):
            laptop.sync(self.township)
        self.office.daemon.stop()
        with contextlib.closing(sqlite3.connect(self.office.data / "ruhu.db", isolation_level=None)) as database:
            database.execute("UPDATE log SET kind = 'quarantined', reason = 'forbidden' WHERE body LIKE '%五组%'")

    def whose(self, place):
        return self.office if place in OFFICE else self.newcomer if place in NEWCOMER else self.laptop

    def speak(self, language):
        """The daemon's sentences, too."""
        if self.laptop.env["LANGUAGE"] != language:
            self.laptop.daemon.stop()
            self.laptop.env["LANGUAGE"] = language
            self.laptop.start()


def go_to(app, place):
    """From the step of a visit before it there is a shorter way than from today's page."""
    before, app.at = getattr(app, "at", None), place
    if before is not None and follows(before, place):
        app.key("ctrl+Next")
        app.settle(0.8)
        return
    home(app)
    {**PLACES, **PARTS}[place][0](app)


def follows(before, place):
    return before.startswith("visit-") and place == f"visit-{int(before[6:]) + 1:02}"


def leave(app, place, following=None):
    back = {**PLACES, **PARTS}[place][1]
    if back is not None and not (following is not None and follows(place, following)):
        back(app)
        app.at = None
