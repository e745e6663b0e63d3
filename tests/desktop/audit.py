#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page, dialog and popover of the app, in Chinese, on a small laptop's screen: whatever takes the keyboard has a name and a role, Tab and Shift+Tab reach all of it and come
round, the focus is seen, Escape leads out, no text is cut or left in English, and nothing is wider than a narrow window, one at 200 %, or one with large letters allows. Then what each page is for is done by keyboard alone, in the same app.

  audit.py [en] [PLACE… TASK…]      "tasks": all tasks, no place; "places": all places but those of SAME, no task; "en": in English"""
import os
import re
import signal
import subprocess
import sys
import time
from collections import namedtuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from house import BUILD, Failed, Scratch, Tap, check, wait_for  # noqa: E402

from app import App, in_child  # noqa: E402
from places import PLACES, TOOLKIT, World, go_to, leave  # noqa: E402
from tasks import TASKS, Keyboard  # noqa: E402
from words import LANGUAGE  # noqa: E402

Seen = namedtuple("Seen", "window widget kind x y width height flags text tooltip parents")

# Latin words that a Chinese window shows: keys, and what things are called in the field.
LATIN = re.compile(r"Ctrl|Shift|Alt|Delete|Enter|Return|Esc|Page (Up|Down)|F\d+|ID|PDF|USB|GPL|GNU|GTK|Ruhu|ruhu|JPEG|Wi-Fi|[ABCDUTWVIMSPLNHEFRZ]|\S+\.bundle|https?://\S+|/\S+")
# Cut on purpose, and whole elsewhere: the preview in the head of a folded card (all of it is in the card), names and places in the list (whole on the household's page).
PREVIEWS = ("RuhuRecordCard", "RuhuHouseholdCell")
# The toolkit's own parts.
NAMELESS = ("scroll pane", "frame", "window", "dialog", "filler", "panel", "viewport", "unknown", "page tab list", "list", "table", "application")
SENSELESS = ("unknown", "invalid")
# Width, height, dots per inch: a narrow window; 1366×768 at 200 %; letters twice as large.
# What GTK draws around a window on a screen without a compositor is in its size: 10 pixels.
SIZES = ((370, 730, 96), (683, 384, 96), (1366, 768, 192))
# What is shown where: that it is there is waited for.
SIGNS = {"today": "RuhuTodayPage", "households": "RuhuHouseholdCell", "filters": "RuhuFilterPopover", "menu": "GtkPopoverMenu", "nothing-found": "RuhuHouseholdList", "history": "RuhuHistoryPage",
         "edit": "RuhuRecordDialog", "problem": "RuhuRecordDialog", "solve": "AdwMessageDialog", "amend": "AdwMessageDialog", "recorded": "RuhuPage", "read-back": "RuhuReadBack",
         "conflicts": "RuhuConflictCard", "sync": "RuhuSyncPage", "held": "RuhuHeldRow", "preferences": "RuhuPreferences", "help": "RuhuHelpWindow", "tour": "RuhuTour", "about": "AdwAboutWindow",
         "shortcuts": "GtkShortcutsWindow", "welcome": "RuhuWelcomePage", "visit-08": "RuhuIncomePad", "somebody-left": "GtkPopover", "photo": "RuhuPhotoWindow", "photo-added": "RuhuPhotoDialog",
         "sync-state": "GtkPopover", "notices": "RuhuNoticeGroup", "write-bundle": "GtkFileChooserDialog", "take-answer": "GtkFileChooserDialog", "save-card": "GtkFileChooserDialog",
         "print-card": "GtkPrintUnixDialog"}


# Steps of a visit that are made of the same parts as those before and after them: looked at when everything is.
SAME = tuple(f"visit-{step:02}" for step in (3, 4, 5, 6, 7, 9, 10, 11, 12))
LAPTOPS = (("every page and dialog of a helper", "laptop"), ("the office's pages", "office"), ("what happened to the data", "other"), ("the first start", "newcomer"))


class Audit:
    def __init__(self, scratch):
        self.scratch, self.world = scratch, World(scratch)

    def prepare(self):
        self.world.prepare()
        self.world.speak(LANGUAGE)

    def start(self, laptop):
        folder = laptop.path / "lens"
        folder.mkdir()
        self.folder = folder
        self.app = App(laptop, language=LANGUAGE, out=os.path.join(BUILD, "tests", "desktop", "audit"), extra_env={"RUHU_LENS": str(folder), "LD_PRELOAD": str(BUILD / "tests" / "liblens.so")}).attach()
        self.app.start()
        self.app.settle(1.0)
        self.heard = []
        self.app.pyatspi.Registry.registerEventListener(self.heard_cb, "object:state-changed:focused")

    def ask(self, command):
        """The lens: see lens.c."""
        answer = self.folder / "answer"
        answer.unlink(missing_ok=True)
        (self.folder / "ask").write_text(command)
        os.kill(self.app.process.child.pid, signal.SIGUSR2)
        wait_for(answer.exists, f"the lens's answer to {command}")
        return [record.split("\x1f") for record in answer.read_text(encoding="utf-8").split("\x1e") if record]

    def look(self):
        return [Seen(*fields) for fields in self.ask("look")]

    # What is looked for. Each yields sentences.

    def find_cut(self):
        for seen in self.look():
            if "ellipsised" in seen.flags and not any(preview in seen.parents for preview in PREVIEWS) or "cut" in seen.flags:
                yield f"{seen.text!r} is {seen.flags.split()[0]} in {seen.parents[:80]}"

    def find_untranslated(self):
        for seen in self.look():
            for text in (seen.text, seen.tooltip):
                if re.search(r"[A-Za-z]{2,}", LATIN.sub("", text)) and seen.kind != "GtkTextView" and not re.match(r"^[0-9a-f-]{8,}$", text):
                    yield f"{text!r} is not translated ({seen.kind} in {seen.parents[:60]})"

    def find_unreached(self):
        for direction, key in (("tab", "Tab"), ("back", "Shift+Tab")):
            for mark, kind, text, parents in self.ask(direction):
                # A text that stands in a row of a list.
                if mark == "-" and kind != "GtkListBox":
                    yield f"{key} does not reach {kind} {text!r} in {parents[:120]}"

    def find_nameless(self):
        """What a screen reader hears while a person tabs through."""
        self.app.settle(0.1)
        self.heard.clear()
        self.ask("tab")
        self.app.settle(0.3)
        check(self.heard, "nothing takes the keyboard")
        for item in dict.fromkeys(self.heard):
            name, role = item.name, item.getRoleName()
            if role in SENSELESS or role not in NAMELESS and not name.strip():
                yield f"a {role} without a name beside {self.around(item)}"

    def heard_cb(self, event):
        if event.detail1:
            self.heard.append(event.source)

    def around(self, item):
        """For the message of a failure."""
        for attempt in range(4):
            names = [a.name for a in self.app.walk(item) if a.name and not a.name.startswith(("Gtk", "Adw"))]
            if names:
                return names[:4]
            item = item.parent
        return []

    def find_unseen_focus(self):
        for kind, text in (fields[:2] for fields in self.ask("rings")):
            # A menu shows where the keyboard is as it shows where the mouse is; a page that is scrolled moves.
            if not kind.startswith(("GtkModelButton", "GtkScrolledWindow")):
                yield f"the focus on {kind} {text!r} is not seen"

    def resize(self, width, height, dpi):
        self.ask(f"dpi {dpi * 1024}")
        subprocess.run(["xdotool", "windowsize", self.app.xid, str(width), str(height)], env=self.app.env, check=True)
        self.app.settle(0.2)

    def find_too_wide(self):
        for width, height, dpi in SIZES:
            self.resize(width, height, dpi)
            for attempt in range(10):
                # Sizes are given anew frame by frame.
                seen = self.look()
                if not any("cut" in one.flags for one in seen):
                    break
                self.app.settle(0.3)
            windows = {one.widget: one for one in seen if one.widget == one.window}
            for one in seen:
                window = windows.get(one.window)
                if window is None or "scrolled" in one.flags:
                    continue
                if int(one.width) > 0 and int(one.x) + int(one.width) > int(window.width) + 1 or window.kind != "GtkPopover" and int(window.width) > width:
                    yield f"at {width}×{height}, {dpi} dpi, {one.kind} {one.text!r} ends at {int(one.x) + int(one.width)} of {window.width} in {one.parents[:90]}"
                    break
                if "ellipsised" in one.flags and not any(preview in one.parents for preview in (*PREVIEWS, "AdwWindowTitle")) or "cut" in one.flags:
                    yield f"at {width}×{height}, {dpi} dpi, {one.text!r} is {one.flags.split()[0]} in {one.parents[:80]}"
        self.resize(1366, 768, 96)

    def is_at(self, place):
        sign = SIGNS.get(place, "RuhuVisitStep" if place.startswith("visit-") and place != "visit-13" else "RuhuVisitPage" if place.startswith("visit-") else "RuhuHouseholdPage")
        return any(seen.kind == sign for seen in self.look())

    def find(self, finder):
        """A page that is still on its way is looked at again; what is wrong with it stays wrong."""
        for attempt in range(6):
            found = self.app.calmly(lambda: list(finder()))
            if not found:
                break
            self.app.settle(0.5)
        return found

    def is_plain(self):
        """Nothing but the window and its page."""
        return self.app.count_windows() == 1 and not any(seen.kind.startswith(("GtkPopover", "RuhuFilterPopover")) for seen in self.look())

    def audit(self, place):
        app = self.app
        go_to(app, place)
        wait_for(lambda: self.is_at(place), f"the place {place}")
        # What is in a dialog of the toolkit is not ours; that it opens, and lets a person out, is.
        finders = [] if place in TOOLKIT else [self.find_cut, self.find_untranslated, self.find_unreached, self.find_nameless, self.find_unseen_focus]
        if finders and self.is_plain():
            finders.append(self.find_too_wide)
        found = [sentence for finder in finders for sentence in self.find(finder)]
        # The lens took the focus out of the page, and with it the key to the next step: each is gone to anew.
        leave(app, place)
        app.focus_newest(0.2)
        try:
            wait_for(self.is_plain, "the page alone", 5)
        except Failed:
            app.shoot(place)
            found.append("Escape does not lead out")
        return [f"{place}: {sentence}" for sentence in dict.fromkeys(found)]


def do_tasks(audit, names):
    keyboard, found = Keyboard(audit.app, audit.world), []
    for name in names:
        try:
            getattr(keyboard, name)()
        except Exception as failure:  # whatever it is, the other tasks are to be done
            audit.app.shoot(name)
            found.append(f"{name}: {str(failure)[:600]}")
            audit.app.window()
    return found


def audit_laptop(audit, laptop, places, tasks):
    found = []
    audit.start(laptop)
    took = []
    for place in places:
        began = time.monotonic()
        try:
            found += audit.audit(place)
        except Failed as failure:
            found.append(f"{place}: {str(failure)[:400]}")
        took.append(f"{place} {time.monotonic() - began:.1f} s")
    found += do_tasks(audit, tasks)
    audit.app.stop()
    audit.app.close()
    check(not found, "\n".join(found))
    return ", ".join(took)


def main():
    tap, wanted = Tap(), [name for name in sys.argv[1:] if name != "en"]
    with Scratch("audit") as scratch:
        audit = Audit(scratch)
        tap.step("a township, three laptops and a newcomer", audit.prepare)
        for title, who in LAPTOPS if not tap.failed else ():
            places = [place for place in PLACES if audit.world.whose(place) is getattr(audit.world, who) and (not wanted or place in wanted or "places" in wanted and place not in SAME)]
            tasks = [task for task in TASKS.get(who, ()) if not wanted or task in wanted or "tasks" in wanted]
            if places or tasks:
                tap.step(title, in_child, audit_laptop, audit, getattr(audit.world, who), places, tasks)
        tap.step("everything ends cleanly", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
