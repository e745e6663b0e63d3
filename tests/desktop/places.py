# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page, dialog and popover of the app, how a person gets there and back, and households in which each has something to show. For the screenshots and for the audit.

PLACES says how a place is reached from today's page: add yours there."""
import contextlib
import gettext
import json
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


def chapter_then(number, *pressed):
    def go(app):
        chapter(number)(app)
        app.key(*pressed)
        app.focus_newest(0.9)
    return go


def history(app):
    """Of the first field of the living conditions."""
    chapter_then(4, "Tab", "Return")(app)


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


def somebody_left(app):
    visit(1)(app)
    press(app, speak(app).gettext("Somebody Has Left…"))


def leave_window_and_visit(app):
    leave_window(app)
    leave_visit(app)


def name_of(app, msgid):
    """As it is seen, without its mnemonic."""
    return speak(app).gettext(msgid).split("(")[0].replace("_", "")


def press(app, name):
    """A menu button has its name twice; its inner one can be pressed."""
    app.click(app.wait(lambda: next((a for a in app.find_all("push button", name) if a.queryAction().nActions), None), name))
    app.focus_newest(0.8)


def sync_state(app):
    press(app, speak(app).gettext("Synchronisation: %s") % "")


def in_sync(msgid):
    def go(app):
        app.key("ctrl+4")
        app.settle(0.6)
        press(app, name_of(app, msgid))
    return go


def add_photo(app):
    """A picture in the clipboard is pasted."""
    subprocess.run(["xclip", "-selection", "clipboard", "-t", "image/png", "-i", str(app.laptop.scratch.path / "roof.png")], env=app.env, check=True)
    household(app)
    app.key("ctrl+v")
    app.wait(lambda: app.find("check box", speak(app).gettext("No person and no ID card is in it")), "the photo's dialog")
    app.focus_newest(0.5)


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


def save_card(app):
    household(app)
    menu("Save Household Card as P_DF…")(app)


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
    "somebody-left": (somebody_left, leave_window_and_visit),
    "photo": (chapter_then(7, "Tab", "Return"), leave_window),
    "photo-added": (add_photo, leave_window),
    "conflicts": (keys("ctrl+3"), None),
    "sync": (keys("ctrl+4"), None),
    "sync-state": (sync_state, leave_window),
    "notices": (keys("ctrl+4"), None),
    "held": (held, None),
    "write-bundle": (in_sync("_Write File…"), leave_window),
    "take-answer": (in_sync("_Take In Answer…"), leave_window),
    "print-card": (in_household("ctrl+p"), leave_window),
    "save-card": (save_card, leave_window),
    "preferences": (keys("ctrl+comma"), leave_window),
    "help": (keys("F1"), leave_window),
    "tour": (menu("_First Steps"), leave_window),
    "about": (menu("_About Ruhu"), leave_window),
    "shortcuts": (keys("ctrl+question"), leave_window),
    "welcome": (keys(), None),
}

# The same page further down: for the pictures.
PARTS = {f"household-{number + 1:02}": (chapter(number), None) for number in (2, 4, 6, 8, 9)}

# Of the office, of a laptop whose data had been lost and found, and of one that is not enrolled: each has its own laptop.
OFFICE = ("held",)
RESTORED = ("notices",)
NEWCOMER = ("welcome",)
# Kinds of notices, with their figures.
NOTICES = (("restored", {"again": 7}), ("reused", {"renumbered": 3}), ("rebuilt", {"changes": 4, "drafts": 1}), ("clock", {"days": 2, "slow": 1, "changes": 5}))
# Dialogs of the toolkit.
TOOLKIT = ("write-bundle", "take-answer", "print-card", "save-card")


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
        self.tell_what_happened()
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
        path, picture = self.scratch.path / "roof.jpg", self.scratch.path / "roof.png"
        subprocess.run(["convert", "-size", "800x600", "gradient:#8ab-#543", "-fill", "#a63", "-draw", "polygon 150,320 400,140 650,320", str(path)], check=True)
        subprocess.run(["convert", str(path), str(picture)], check=True)
        name = self.laptop.record("photo", path).stdout.strip()
        self.laptop.record("save", self.household, "photo", "+", "subject", "01", "photo", "+", "image", name, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)

    def contradict(self):
        assessment = self.laptop.records("assessment", self.household)[0][0]
        # Its daemon would fetch what the first one says before the second says something else.
        self.other.daemon.stop()
        for laptop, value in ((self.laptop, "0"), (self.other, "9")):
            laptop.record("set", "assessment", assessment, "i2", value)
        self.other.start()
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

    def tell_what_happened(self):
        """Every kind of notice, each with its figures, on the other helper's laptop."""
        self.other.daemon.stop()
        with contextlib.closing(sqlite3.connect(self.other.data / "ruhu.db", isolation_level=None)) as database:
            for kind, counts in NOTICES:
                database.execute("INSERT INTO notice (kind, time, counts) VALUES (?, '2018-06-29T01:02:03.004Z', ?)", (kind, json.dumps(counts)))
        self.other.start()

    def whose(self, place):
        return self.office if place in OFFICE else self.other if place in RESTORED else self.newcomer if place in NEWCOMER else self.laptop

    def speak(self, language):
        """The daemon's sentences, too."""
        for laptop in (self.laptop, self.other):
            if laptop.env["LANGUAGE"] != language:
                laptop.daemon.stop()
                laptop.env["LANGUAGE"] = language
                laptop.start()


def go_to(app, place):
    home(app)
    {**PLACES, **PARTS}[place][0](app)


def leave(app, place):
    back = {**PLACES, **PARTS}[place][1]
    if back is not None:
        back(app)
