# SPDX-License-Identifier: GPL-3.0-or-later
"""The app as a person uses it: on a virtual screen, found and operated by the names that a screen reader would say.

The accessibility bus belongs to a session bus, and libatspi knows one for the life of a process: an App must be used in the process
that called App.attach() first, with one laptop. Several laptops need several processes (see in_child)."""
import os
import subprocess
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from house import SLOW, Failed, Process, program, wait_for  # noqa: E402

SCREEN = "1366x768"


class Display:
    """A virtual screen."""

    def __init__(self, scratch, name, screen=SCREEN):
        read, write = os.pipe()
        os.set_inheritable(write, True)
        self.process = Process(scratch, f"{name}-screen", ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{screen}x24", "-nolisten", "tcp", "-noreset"])
        with open(self.process.log, "ab") as log:
            self.process.child = subprocess.Popen(self.process.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(write,))
        os.close(write)
        number = b""
        while not number.endswith(b"\n"):
            part = os.read(read, 16)
            if not part:
                raise Failed(f"no virtual screen: {self.process.said()}")
            number += part
        os.close(read)
        self.name = f":{int(number)}"


class App:
    """The app on one laptop."""

    def __init__(self, laptop, language="zh_CN", out=None, screen=SCREEN, extra_env=None):
        self.laptop, self.out, self.shots, self.root = laptop, out, 0, None
        self.width, self.height = (int(number) for number in screen.split("x"))
        self.display = Display(laptop.scratch, laptop.name, screen)
        self.env = dict(laptop.env, DISPLAY=self.display.name, GDK_BACKEND="x11", GSK_RENDERER="cairo", GTK_USE_PORTAL="0", NO_AT_BRIDGE="0", GTK_A11Y="atspi",
                        LC_ALL="C.UTF-8", LANGUAGE=language, GIO_USE_VFS="local", LIBGL_ALWAYS_SOFTWARE="1")
        self.env.pop("WAYLAND_DISPLAY", None)
        self.env.update(extra_env or {})
        if SLOW > 1:
            # Leaks are the gui suite's matter: telling GTK's from ours needs whole stacks, which make the app ten times slower.
            self.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.process = Process(laptop.scratch, f"{laptop.name}-app", [*os.environ.get("RUHU_WRAP", "").split(), program("ruhu")], env=self.env)

    def attach(self):
        """Binds this process to the laptop's bus."""
        os.environ.update({key: self.env[key] for key in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "XDG_RUNTIME_DIR", "LC_ALL")})
        import pyatspi
        from gi.repository import Atspi, GLib
        self.pyatspi, self.Atspi, self.GLib = pyatspi, Atspi, GLib
        return self

    def start(self):
        self.process.start()
        self.root = self.wait(self.find_application, "the app on the accessibility bus", 30)
        self.root.set_cache_mask(self.Atspi.Cache.NONE)
        self.wait(lambda: self.find("frame"), "the app's window")
        self.window()
        return self

    def find_application(self):
        if not self.process.running():
            raise Failed(f"the app ended: {self.process.said()[-2000:]}")
        return next((a for a in self.pyatspi.Registry.getDesktop(0) if a is not None and a.name == "ruhu"), None)

    def window(self):
        """There is no window manager: the window takes the whole screen, as it does on a small laptop."""
        found = wait_for(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "ruhu"], env=self.env, capture_output=True, text=True).stdout.split(), "the window")
        self.xid = found[-1]
        # Out of the way: no tooltip is wanted on the screenshots.
        subprocess.run(["xdotool", "mousemove", str(self.width - 1), str(self.height - 1)], env=self.env, check=False, capture_output=True)
        subprocess.run(["xdotool", "windowmove", self.xid, "0", "0", "windowsize", self.xid, str(self.width), str(self.height), "windowfocus", self.xid], env=self.env, check=False,
                       capture_output=True)
        return self.xid

    def list_windows(self):
        return subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "ruhu"], env=self.env, capture_output=True, text=True).stdout.split()

    def count_windows(self):
        return len(self.list_windows())

    def focus_newest(self, seconds=0.5):
        """The keyboard goes to the window that was opened last, or to the one that is left."""
        self.settle(seconds)
        found = self.list_windows()
        if found:
            self.xid = found[-1]

    def kill(self):
        self.process.kill()
        self.root = None

    def stop(self):
        return self.process.stop()

    def close(self):
        """The app as it is, and its screen. What it used after it was gone, GLib has said."""
        self.process.kill()
        self.display.process.kill()
        wrong = [line for line in self.process.said().splitlines() if "-CRITICAL **" in line]
        if wrong:
            raise Failed(f"the app said: {wrong[:3]}")

    # Looking.

    def wait(self, condition, what, seconds=15):
        """libatspi keeps a cache that only its main context refreshes; objects vanish while one walks."""
        end = time.monotonic() + seconds * SLOW
        while True:
            while self.GLib.MainContext.default().iteration(False):
                pass
            try:
                result = condition()
                if result:
                    return result
            except (self.GLib.Error, AttributeError, RuntimeError, NotImplementedError):
                pass
            if self.root is not None and not self.process.running():
                raise Failed(f"the app ended while a test waited for {what}: {self.process.said()[-2000:]}")
            if time.monotonic() > end:
                self.shoot("failed")
                raise Failed(f"waited in vain: {what}\n{self.tree()[-6000:]}")
            time.sleep(0.05)

    def calmly(self, look):
        """What @look finds, once nothing vanishes under its eyes."""
        for _ in range(20):
            try:
                return look()
            except (self.GLib.Error, AttributeError, RuntimeError):
                self.settle(0.1)
        return look()

    def walk(self, item=None):
        item = self.root if item is None else item
        yield item
        for child in item:
            if child is not None:
                yield from self.walk(child)

    def find_all(self, role, text="", root=None):
        return [a for a in self.walk(root) if (not role or a.getRoleName() == role) and text in a.name]

    def find(self, role, text="", root=None):
        return next(iter(self.find_all(role, text, root)), None)

    def get(self, role, text, root=None, seconds=15):
        return self.wait(lambda: self.find(role, text, root), f"{role} {text!r}", seconds)

    def see(self, text, seconds=15):
        """Anything on the screen that says this."""
        return self.wait(lambda: self.sees(text), f"the text {text!r}", seconds)

    def sees(self, text, root=None):
        return next((a for a in self.walk(root) if text in a.name or text in self.text_of(a)), None)

    def text_of(self, item):
        """What stands in an entry; a label's text is its name."""
        if item.getRoleName() not in ("text", "entry"):
            return ""
        try:
            text = item.queryText()
            return text.getText(0, text.characterCount)
        except NotImplementedError:
            return ""

    def tree(self):
        """What a screen reader would find, for the message of a failure."""
        lines = []
        try:
            for item in self.walk():
                if item.getRoleName() not in ("panel", "filler", "scroll pane", "scroll bar", "separator", "image") and not item.name.startswith("Gtk"):
                    text = self.text_of(item)
                    lines.append(f"{item.getRoleName()} {item.name!r}" + (f" {text!r}" if text not in ("", item.name) else ""))
        except (self.GLib.Error, AttributeError, RuntimeError):
            lines.append("…")
        return "\n".join(lines)

    def page(self, kind):
        """The newest page of a class: an unnamed widget is called by its type."""
        return self.wait(lambda: next(iter(self.find_all("filler", kind)[-1:]), None), f"a {kind}")

    def field(self, labels, role, texts=(), root=None, seconds=15):
        """The control of a field of a form: the nearest one around the field's label. Each may have several names."""
        def look():
            for found in reversed([a for a in self.walk(root) if a.getRoleName() == "label" and a.name in labels]):
                around = found
                for _ in range(6):
                    around = around.parent
                    if around is None:
                        break
                    control = next((a for a in self.walk(around) if a.getRoleName() == role and (a.name in texts if texts else True)), None)
                    if control is not None:
                        return control
                    if sum(a.getRoleName() == "label" for a in self.walk(around)) > 12:
                        break
            return None
        return self.wait(look, f"the {role} {texts} of the field {labels}", seconds)

    def is_pressed(self, item):
        return item.getState().contains(self.pyatspi.STATE_PRESSED)

    # Doing.

    def click(self, item):
        action = item.queryAction()
        for number in range(action.nActions):
            if action.getName(number) in ("click", "activate", "toggle"):
                action.doAction(number)
                return
        raise Failed(f"{item.getRoleName()} {item.name!r} cannot be clicked")

    def press(self, text, role="push button", root=None):
        self.click(self.get(role, text, root))

    def write(self, item, text):
        item.queryEditableText().setTextContents(text)

    def key(self, *keys):
        subprocess.run(["xdotool", "windowfocus", self.xid, "key", "--delay", "40", *keys], env=self.env, check=True, capture_output=True)

    def type(self, text):
        subprocess.run(["xdotool", "windowfocus", self.xid, "type", "--delay", "20", text], env=self.env, check=True, capture_output=True)

    def settle(self, seconds=0.6):
        """Until the animations are over."""
        end = time.monotonic() + seconds * SLOW
        while time.monotonic() < end:
            while self.GLib.MainContext.default().iteration(False):
                pass
            time.sleep(0.02)

    def shoot(self, name):
        """A screenshot, kept for a look."""
        if self.out is None:
            return
        self.settle()
        self.shots += 1
        os.makedirs(self.out, exist_ok=True)
        subprocess.run(["import", "-window", "root", os.path.join(self.out, f"{self.shots:02}-{name}.png")], env=self.env, check=False, capture_output=True)


def in_child(function, *arguments):
    """Runs it in a process of its own, for a second laptop's screen; Failed with what it said."""
    read, write = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        # libatspi warns of an interface that GTK has not.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        said, status = "", 0
        try:
            said = function(*arguments) or ""
        except BaseException as failure:  # noqa: B902  (whatever it was, the parent is to know)
            said, status = f"{failure}" if isinstance(failure, Failed) else traceback.format_exc(), 1
        os.write(write, said.encode()[:60000])
        os._exit(status)
    os.close(write)
    said = b""
    while part := os.read(read, 65536):
        said += part
    os.close(read)
    if os.waitpid(pid, 0)[1] != 0:
        raise Failed(said.decode(errors="replace"))
    return said.decode()
