# SPDX-License-Identifier: GPL-3.0-or-later
"""What each page is for, by keyboard alone, in one running app (see audit.py): what a screen reader says has the keyboard is where the next key goes."""
import json
import subprocess

from house import check, wait_for
from places import chapter, home, household, speak


class Keyboard:
    def __init__(self, app, world):
        self.app, self.laptop, self.world, self._ = app, app.laptop, world, speak(app).gettext
        self.at = None
        app.pyatspi.Registry.registerEventListener(self.heard_cb, "object:state-changed:focused")

    def heard_cb(self, event):
        if event.detail1:
            self.at = event.source

    def tab_to(self, name, key="Tab", most=90):
        """Presses Tab until what has the keyboard is called so."""
        passed = []
        for attempt in range(most):
            self.at = None
            self.app.key(key)
            # The text of an AdwEntryRow takes it without a word.
            for turn in range(15):
                self.app.settle(0.05)
                if self.at is not None:
                    break
            passed.append(self.app.calmly(lambda: self.at.name if self.at is not None else ""))
            if name in passed[-1]:
                return
        raise AssertionError(f"{key} does not lead to {name!r}: {passed}")

    def count(self, kind):
        return len(self.laptop.records(kind, self.world.household))

    def open_household(self):
        """With the search, as its initials or name are typed."""
        home(self.app)
        household(self.app)

    def narrow_the_list(self):
        app = self.app
        home(app)
        app.key("ctrl+l")
        app.focus_newest(0.5)
        self.tab_to(self._("Only households with open problems"))
        app.key("space", "Escape")
        app.focus_newest(0.3)
        app.see(self._("Remove the filter “%s”") % self._("With open problems"))
        app.key("ctrl+l")
        app.focus_newest(0.5)
        self.tab_to(self._("Show All Households"))
        app.key("space", "Escape")
        app.focus_newest(0.3)
        app.wait(lambda: not app.sees(self._("Remove the filter “%s”") % self._("With open problems")), "the filter to go")

    def input_method_first(self):
        """Signs that are not chosen yet (here by their code) search for nothing, and keys are theirs."""
        app = self.app
        home(app)
        app.key("ctrl+f", "ctrl+shift+u", "4", "e", "5", "9")
        app.settle(0.6)
        check(app.find("entry", self._("Search households")) is not None and app.text_of(app.find("entry", self._("Search households"))) == "", "what is not chosen yet is searched for")
        app.key("Return")
        app.wait(lambda: app.text_of(app.find("entry", self._("Search households"))) == "乙", "the sign in the search")
        check(not any(a.name == "RuhuHouseholdPage" for a in app.walk()), "Return went to the list instead of the input method")
        app.key("Escape")

    def record_a_problem(self):
        app, before = self.app, self.count("problem")
        self.open_household()
        app.key("ctrl+shift+p")
        app.focus_newest(0.8)
        app.key("space", "Down", "Return", "Tab")
        app.type("屋后排水沟堵塞")
        app.key("ctrl+s")
        wait_for(lambda: self.count("problem") == before + 1, "the problem on the disk")
        app.focus_newest(0.8)
        app.key("ctrl+z")
        wait_for(lambda: self.count("problem") == before, "the problem taken back")
        app.settle(0.8)
        app.key("ctrl+z")
        wait_for(lambda: self.count("problem") == before + 1, "the problem there again")

    def add_a_photo(self):
        app, before = self.app, self.count("photo")
        picture = self.world.scratch.path / "tap.png"
        subprocess.run(["convert", "-size", "640x480", "gradient:#456-#abc", str(picture)], check=True)
        subprocess.run(["xclip", "-selection", "clipboard", "-t", "image/png", "-i", str(picture)], env=app.env, check=True)
        self.open_household()
        app.key("ctrl+v")
        app.get("check box", self._("No person and no ID card is in it"))
        app.focus_newest(0.3)
        self.tab_to(self._("No person and no ID card is in it"))
        app.key("space")
        self.tab_to(self._("_Add").split("(")[0].replace("_", ""))
        app.key("Return")
        wait_for(lambda: self.count("photo") == before + 1, "the photo on the disk")
        app.focus_newest()

    def amend_a_visit(self):
        app, before = self.app, self.count("amendment")
        home(app)
        chapter(8)(app)
        app.key("space")
        app.settle(0.6)
        self.tab_to(self._("Amend…"))
        app.key("Return")
        app.focus_newest(0.8)
        app.type("走访时长")
        app.key("Tab", "Tab", "Tab")
        app.type("记录时笔误")
        self.tab_to(self._("_Amend").split("(")[0].replace("_", ""))
        app.key("Return")
        wait_for(lambda: self.count("amendment") == before + 1, "the amendment on the disk")
        app.focus_newest()

    def settle_a_conflict(self):
        app = self.app
        check(len(self.laptop.conflicts()) == 1, f"conflicts: {self.laptop.conflicts()}")
        home(app)
        app.key("ctrl+3")
        app.settle(0.8)
        self.tab_to((self._("Take this: %s") % "")[:4])
        app.key("space")
        wait_for(lambda: self.laptop.conflicts() == [], "the conflict to be settled")

    def choose_dark(self):
        app = self.app
        home(app)
        app.key("ctrl+comma")
        app.focus_newest(0.8)
        self.tab_to(self._("Light or dark"))
        app.key("space", "End", "Return", "Escape")
        app.focus_newest()
        settings = self.laptop.path / "config/glib-2.0/settings/keyfile"
        wait_for(lambda: "color-scheme='dark'" in settings.read_text(), "the choice to be kept")

    def decide(self):
        """The office's."""
        app = self.app
        home(app)
        app.key("ctrl+4")
        app.settle(0.8)
        app.key("shift+Tab", "space")
        app.settle(0.8)
        app.key("space")
        app.settle(0.6)
        self.tab_to(self._("Accept"))
        app.key("space")
        wait_for(lambda: self.laptop.records("decision"), "the decision on the disk")
        check(json.dumps(self.laptop.records("decision")[0][2]) != "{}", "an empty decision")

    def enrol(self):
        """A newcomer, with the township's server at work."""
        app = self.app
        self.world.township.start()
        link = self.world.township.enrol(self.world.helper)
        subprocess.run(["xclip", "-selection", "clipboard", "-i"], env=app.env, input=link.encode(), check=True)
        app.key("ctrl+v", "Return")
        app.get("push button", self._("Main Menu"), seconds=30)
        wait_for(self.laptop.households, "the households of the helper")


HELPER = ("narrow_the_list", "input_method_first", "record_a_problem", "add_a_photo", "amend_a_visit", "settle_a_conflict", "choose_dark")
TASKS = {"laptop": HELPER, "office": ("decide",), "newcomer": ("enrol",)}
