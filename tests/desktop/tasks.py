# SPDX-License-Identifier: GPL-3.0-or-later
"""What each page is for, by keyboard alone, in one running app (see audit.py): what a screen reader says has the keyboard is where the next key goes."""
import json
import subprocess

from house import check, program, run, wait_for
from person import Person
from places import chapter, home, household, name_of, speak
from words import words


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

    def sort_the_list(self):
        """By name; and the order that was, again."""
        home(self.app)
        before = self.heads()
        for keys in (("Home", "Down"), ("Home",)):
            home(self.app)
            self.app.key("ctrl+l")
            self.app.focus_newest(0.5)
            # The order has the keyboard first.
            self.app.key("space", *keys, "Return", "Escape")
            self.app.focus_newest(0.3)
            order = before[::-1] if len(keys) > 1 else before
            self.app.wait(lambda: self.heads() == order, f"{order} in the list")

    def heads(self):
        return Person(self.app).listed()

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

    def input_method_in_a_row(self):
        """In a row of text as well: what is not chosen yet is not typed, and Return chooses instead of amending."""
        app = self.app
        home(app)
        chapter(8)(app)
        app.key("space")
        app.settle(0.6)
        self.tab_to(self._("Amend…"))
        app.key("Return")
        app.focus_newest(0.8)
        row = app.wait(lambda: next((a for a in app.find_all("text", self._("What is corrected"))), None), "the row of text")
        app.key("ctrl+shift+u", "4", "e", "5", "9")
        app.settle(0.5)
        check(app.text_of(row) == "", f"typed before it is chosen: {app.text_of(row)!r}")
        app.key("Return")
        app.wait(lambda: app.text_of(row) == "乙", "the sign in the row")
        check(app.count_windows() == 2, "Return went to the dialog instead of the input method")
        app.key("Escape")
        app.focus_newest()

    def hear_a_check(self):
        """What a check finds is told to a screen reader when the field is left, and that it is over when it is mended."""
        app, heard = self.app, []
        listen = lambda event: heard.append((str(event.type), event.source.name, event.detail1, str(event.any_data)))  # noqa: E731
        kinds = ("object:property-change:accessible-description", "object:state-changed:invalid")
        app.pyatspi.Registry.registerEventListener(listen, *kinds)
        self.open_household()
        app.key("ctrl+shift+p")
        app.focus_newest(0.8)
        label = next(iter(words("发现日期")))
        self.tab_to(label)
        app.key("ctrl+a")
        app.type("2018-02-30")
        app.key("Tab", "Tab")
        app.wait(lambda: any(kind.endswith("invalid") and name == label and now == 1 for kind, name, now, data in heard), f"the date to be called wrong: {heard}")
        app.wait(lambda: any(kind.endswith("description") and name == label and self._("must be a date (YYYY-MM-DD).") in data for kind, name, now, data in heard), f"the reason: {heard}")
        app.key("shift+Tab", "shift+Tab", "ctrl+a")
        app.type("2018-02-28")
        app.wait(lambda: any(kind.endswith("invalid") and name == label and now == 0 for kind, name, now, data in heard), f"the date to be right again: {heard}")
        app.pyatspi.Registry.deregisterEventListener(listen, *kinds)
        app.key("Escape")
        app.focus_newest(0.8)
        if app.count_windows() > 1:
            # What was typed is not thrown away without a question.
            self.tab_to(self._("Leave"))
            app.key("Return")
            app.focus_newest()

    def carry_on_a_stick(self):
        """What waits goes to a file, and the township's answer comes back from one."""
        app, path, answer = self.app, self.world.scratch.path / "stick.bundle", self.world.scratch.path / "answer.bundle"
        check(self.laptop.state()["waiting"] > 0, "nothing waits")
        home(app)
        app.key("ctrl+4")
        app.settle(0.8)
        self.choose_file("_Write File…", path)
        wait_for(path.exists, "the file on the stick")
        run([program("ruhu-township"), "import-bundle", "--answer", str(answer), str(self.world.township.path), str(path)], env=self.world.township.env)
        self.choose_file("_Take In Answer…", answer)
        wait_for(lambda: self.laptop.state()["waiting"] == 0, "what waited confirmed by the answer")

    def choose_file(self, button, path):
        """The chooser's own way: the path is typed."""
        self.tab_to(name_of(self.app, button))
        self.app.key("Return")
        self.app.focus_newest(0.8)
        self.app.key("ctrl+a")
        self.app.type(str(path))
        self.app.key("Return")
        self.app.focus_newest(0.8)

    def read_the_help(self):
        app = self.app
        home(app)
        app.key("F1")
        app.focus_newest(0.8)
        self.tab_to(self._("Without a network"))
        app.key("space")
        app.see(self._("Go on working: everything is kept on this laptop and sent by itself later. If no network comes for weeks, carry what waits to the township on a USB stick; "
                       "Synchronisation has the button for it."))
        app.key("Escape")
        app.focus_newest()
        check(app.count_windows() == 1, "the help stays")

    def save_the_card(self):
        """The household card as PDF, from the menu."""
        app, path = self.app, self.world.scratch.path / "card.pdf"
        self.open_household()
        app.key("F10", "Down", "Down", "Down", "Down", "Return")
        app.focus_newest(0.9)
        app.key("ctrl+a")
        app.type(str(path))
        app.key("Return")
        wait_for(lambda: path.exists() and path.read_bytes()[-6:].strip() == b"%%EOF", "the whole card")
        check(path.read_bytes().startswith(b"%PDF"), "no PDF")
        app.focus_newest()

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


HELPER = ("narrow_the_list", "sort_the_list", "input_method_first", "input_method_in_a_row", "hear_a_check", "record_a_problem", "add_a_photo", "amend_a_visit", "save_the_card", "carry_on_a_stick",
          "settle_a_conflict", "read_the_help", "choose_dark")
TASKS = {"laptop": HELPER, "office": ("decide",), "newcomer": ("enrol",)}
