# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does in the app, by the names on the screen. Labels of the catalogue are given in Chinese, whatever language the test speaks."""
from house import Failed
from words import _, ngettext, word, words  # noqa: F401


class Person:
    def __init__(self, app):
        self.app, self.found = app, None

    # First start and search.

    def enrol(self, link):
        app = self.app
        app.see(_("Welcome to Ruhu"))
        app.shoot("welcome")
        app.write(app.get("text", _("Enrolment link")), link)
        app.press(_("Enrol This Laptop"))
        app.wait(self.listed, "households", 30)
        app.shoot("households")

    def listed(self):
        """The heads' names in the list of households."""
        app = self.app
        found = self.list_of_households()
        items = app.find_all("list item", root=found) if found is not None else []
        return [next((a.name for a in app.walk(item) if a.getRoleName() == "label"), "") for item in items]

    def list_of_households(self):
        """Not one of today's page."""
        return next((a for a in self.app.find_all("list") if a.name == _("Households")), None)

    def search(self, text, heads):
        """Until exactly these heads (None: whoever it finds) are listed."""
        self.app.write(self.app.get("entry", _("Search households")), text)
        return self.app.wait(lambda: [self.listed()] if heads is None or self.listed() == heads else None, f"{heads} found by {text!r}")[0]

    def open_household(self, head):
        self.search(head, [head])
        self.app.key("Return")
        self.app.get("push button", _("Record Visit"))

    # A visit.

    def begin_visit(self):
        self.found = None
        self.app.key("ctrl+n")
        return self.page()

    def page(self):
        """Looked for once: every look is a thousand messages on the bus."""
        try:
            if self.found is not None and self.found.name and self.found.parent is not None:
                return self.found
        except (self.app.GLib.Error, AttributeError, RuntimeError):
            pass
        self.found = self.app.page("RuhuVisitPage")
        return self.found

    def answer(self, label, choice):
        """Presses one of the buttons of a field."""
        self.app.click(self.app.field(words(label), "push button", words(choice), root=self.page()))

    def is_answered(self, label, choice):
        return self.app.is_pressed(self.app.field(words(label), "push button", words(choice), root=self.page()))

    def write(self, label, text):
        self.app.write(self.app.field(words(label), "text", root=self.page()), text)

    def written(self, label):
        return self.app.text_of(self.app.field(words(label), "text", root=self.page()))

    def is_at(self, step):
        """Whether this step is shown: its title stands beside its name in the list of steps."""
        return any(a.getRoleName() == "label" and a.name in words(step) and not self.is_in_steps(a) for a in self.app.walk(self.page()))

    def is_in_steps(self, item):
        for attempt in range(5):
            item = item.parent
            if item is None:
                return False
            if item.getRoleName() == "list" and item.name == _("Steps of the visit"):
                return True
        return False

    def go_to(self, step):
        """Step by step, by the button that a person uses."""
        app = self.app
        for attempt in range(14):
            if app.calmly(lambda: self.is_at(step)):
                return
            onward = app.calmly(lambda: app.find_all("push button", _("Next"), self.page()) or app.find_all("push button", _("No Change, Next"), self.page()))
            if onward:
                app.click(onward[-1])
            app.settle(0.3)
        raise Failed(f"no step {step}")

    def finish_visit(self, summary):
        self.go_to("宣读确认")
        self.answer("走访结果", "完成")
        self.write("摘要", summary)
        self.answer("已向农户宣读确认", "是")
        self.app.shoot("visit-read-back")
        self.go_to(_("Check and finish"))
        self.app.shoot("visit-finish")
        self.give_reasons()
        self.app.press(_("Finish Visit"))
        self.app.wait(lambda: not self.app.find_all("filler", "RuhuVisitPage"), "the visit's page to close")
        self.app.shoot("visit-saved")

    def give_reasons(self):
        """Where a rule finds the family's file not in order, the visit is sealed with a reason."""
        app = self.app
        app.settle(1.5)
        if not app.find("label", _("To be corrected, or given a reason"), self.page()):
            return
        app.shoot("visit-reasons")
        for button in app.calmly(lambda: app.find_all("push button", _("Checked with the household: it is so"), self.page())):
            app.click(button)
        app.settle(0.5)

    # A conflict.

    def open_conflicts(self):
        app = self.app
        app.key("ctrl+shift+c")
        app.wait(lambda: len(app.find_all("push button", _("Take this: %s") % "")) >= 2, "both values side by side")
        app.shoot("conflict")

    def take(self, value):
        app = self.app
        app.click(app.calmly(lambda: next(a for a in app.find_all("push button", _("Take this: %s") % "") if word(value) in a.name)))
        app.see(_("No Conflicts"), 30)
        app.shoot("conflict-settled")
