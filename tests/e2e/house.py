# SPDX-License-Identifier: GPL-3.0-or-later
"""Real processes for the end-to-end tests: a township, its server, laptops with their daemons, and the comparison of replicas.

Every program runs from the build folder named by RUHU_BUILD_DIR, in a scratch folder of its own, each laptop on a bus of its
own, so that several tests may run at once and nothing of the machine's user is touched.
"""
import json
import os
import re
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("RUHU_BUILD_DIR", TOP / "_build"))
SLOW = 4 if "address" in os.environ.get("RUHU_SANITIZE", "") else 1
COMPLAINT = re.compile(r"Sanitizer|runtime error:|CRITICAL \*\*|-CRITICAL|Gtk-WARNING|Segmentation|Assertion")


class Failed(Exception):
    """What a test found; its text is what a person reads."""


def program(name):
    for folder in ("client", "syncd/agent", "syncd/township", "tests"):
        if (BUILD / folder / name).is_file():
            return str(BUILD / folder / name)
    raise Failed(f"{name} has not been built in {BUILD}")


def wait_for(condition, what, seconds=30):
    """The first true result of @condition; Failed after @seconds (more where a sanitizer slows everything)."""
    end = time.monotonic() + seconds * SLOW
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failed(f"waited {seconds * SLOW} s in vain: {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Scratch:
    """A folder for everything a test makes; removed when all went well, or kept and named."""

    def __init__(self, name):
        self.path = Path(tempfile.mkdtemp(prefix=f"ruhu-{name}-"))
        self.processes = []
        self.keep = "RUHU_KEEP" in os.environ

    def __enter__(self):
        return self

    def close(self):
        """Ends every process as a person would; Failed if one crashed, leaked, warned, or did not end well."""
        bad = []
        for process in reversed(self.processes):
            ran = process.running()
            status = process.stop()
            if ran and status not in (0, -15):
                bad.append(f"{process.name} ended with {status}")
            bad += [f"{process.name}: {line}" for line in process.said().splitlines() if COMPLAINT.search(line)]
        check(not bad, "\n".join(bad[:20]))

    def __exit__(self, kind, value, trace):
        for process in reversed(self.processes):
            process.kill()
        if kind is not None or self.keep:
            print(f"# kept for a look: {self.path}", file=sys.stderr)
        else:
            shutil.rmtree(self.path, ignore_errors=True)


class Process:
    """A program that runs until it is stopped; what it says goes to a file."""

    def __init__(self, scratch, name, command, env=None, cwd=None):
        self.name, self.log = name, scratch.path / f"{name}.log"
        self.command, self.env, self.cwd, self.child = command, env, cwd, None
        scratch.processes.append(self)

    def start(self):
        assert self.child is None or self.child.poll() is not None, f"{self.name} runs already"
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env, cwd=self.cwd)
        return self

    def running(self):
        return self.child is not None and self.child.poll() is None

    def kill(self):
        """As a power cut does it."""
        if self.running():
            self.child.kill()
        if self.child is not None:
            self.child.wait()

    def stop(self, seconds=20):
        """As a person does it; the status it ended with."""
        if not self.running():
            return self.child.poll() if self.child else None
        self.child.terminate()
        try:
            return self.child.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"{self.name} did not end within {seconds} s of SIGTERM") from None

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def run(command, env=None, check=True, stdin=None, timeout=120):
    result = subprocess.run(command, capture_output=True, text=True, env=env, input=stdin, timeout=timeout * SLOW, check=False)
    if check and result.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}\n  status {result.returncode}\n  {result.stdout[-1000:]}{result.stderr[-2000:]}")
    return result


class Township:
    """A township's folder and its server."""

    def __init__(self, scratch, name="township", seed=1):
        self.scratch, self.path, self.port, self.seed = scratch, scratch.path / name, free_port(), seed
        self.env = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en")
        self.server = Process(scratch, f"{name}-server", [program("ruhu-township"), "serve", str(self.path)], env=self.env)

    def command(self, *arguments, check=True):
        return run([program("ruhu-township"), *map(str, arguments)], env=self.env, check=check)

    def options(self):
        """On this machine only, at a free port."""
        return ["--name", "Ruhu", "--listen", "127.0.0.1", "--port", self.port, "--public-address", "127.0.0.1"]

    def make(self):
        """An empty one."""
        self.command("init", *self.options(), self.path)
        return self

    def generate(self):
        """From the plan, with its figures."""
        self.command("generate", "--seed", self.seed, *self.options(), self.path)
        return self

    def start(self):
        self.server.start()
        wait_for(self.answers, f"the township's server to answer (it said: {self.server.said()[-500:]})")
        return self

    def answers(self):
        if not self.server.running():
            raise Failed(f"the township's server ended: {self.server.said()[-1500:]}")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def enrol(self, helper):
        """A link for @helper's laptop."""
        said = self.command("enrol", self.path, helper).stdout
        if not re.fullmatch(r"ruhu://\S+\n", said):
            raise Failed(f"no enrolment link, or more than that, on standard output: {said}")
        return said.strip()

    def database(self):
        return self.path / "township.db"

    def query(self, sql, *parameters):
        connection = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def head(self):
        return self.query("SELECT max(n) FROM log")[0][0]

    def settled(self):
        """Its rules have been run over all that has come, so that it will not raise problems of its own just now. The whole township's turn comes by the clock."""
        def done():
            return not self.server.running() or self.query("SELECT count(*) FROM finding_due WHERE scope <> 'township'")[0][0] == 0
        wait_for(done, "the township's rules to have been run", 60)
        return self

    def dump(self):
        return run([program("ruhu-record"), "--database", str(self.database()), str(self.path), "dump"], env=self.env).stdout

    def verify(self):
        return " ".join(self.command("verify", self.path).stdout.split())


class Laptop:
    """A laptop: its data folder, its own bus, its daemon, and what a person records on it."""

    def __init__(self, scratch, name, extra_env=None, prefix=()):
        self.name, self.path, self.scratch, self.bus = name, scratch.path / name, scratch, None
        for folder in ("data", "home", "run", "config", "cache"):
            (self.path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data = self.path / "data"
        # Whoever starts the app for the first time is shown around; the tests know their way.
        self.set_up(tour_shown="true")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "DBUS_", "RUHU_DATA"))}
        self.env.update(LC_ALL="C.UTF-8", LANGUAGE=os.environ.get("RUHU_LANGUAGE", "en"), HOME=str(self.path / "home"), RUHU_DATA_DIR=str(self.data),
                        XDG_RUNTIME_DIR=str(self.path / "run"), XDG_CONFIG_HOME=str(self.path / "config"), XDG_CACHE_HOME=str(self.path / "cache"),
                        XDG_DATA_HOME=str(self.path / "home/.local/share"), GSETTINGS_BACKEND="keyfile",
                        RUHU_NO_KEYRING="1", RUHU_LOCALEDIR=str(BUILD / "po"), GSETTINGS_SCHEMA_DIR=str(BUILD / "client/data"))
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.path}/run/bus"
        self.env.update(extra_env or {})
        self.bus_daemon = Process(scratch, f"{name}-bus", ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog",
                                                           f"--address={self.env['DBUS_SESSION_BUS_ADDRESS']}"], env=self.env).start()
        wait_for((self.path / "run/bus").exists, f"{name}'s bus")
        self.daemon = Process(scratch, f"{name}-daemon", [*prefix, program("ruhu-syncd"), "--data-dir", str(self.data)], env=self.env)

    def set_up(self, **settings):
        """The app's settings before it starts, as GSettings writes them."""
        file = self.path / "config/glib-2.0/settings/keyfile"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[org/ruhu/Ruhu]\n" + "".join(f"{key.replace('_', '-')}={value}\n" for key, value in settings.items()))

    # What the daemon does.

    def enrol(self, link, check=True):
        return run([program("ruhu-syncd"), "--data-dir", str(self.data), "--enrol", link], env=self.env, check=check)

    def start(self):
        self.daemon.start()
        return self

    def connection(self):
        if self.bus is None or self.bus.is_closed():
            flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
            self.bus = Gio.DBusConnection.new_for_address_sync(self.env["DBUS_SESSION_BUS_ADDRESS"], flags, None, None)
            self.bus.set_exit_on_close(False)
        return self.bus

    def call(self, interface, method, arguments=None, seconds=25):
        return self.connection().call_sync("org.ruhu.Sync1", "/org/ruhu/Sync1", interface, method, arguments, None,
                                           Gio.DBusCallFlags.NO_AUTO_START, seconds * 1000 * SLOW, None)

    def property(self, name):
        return self.call("org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", ("org.ruhu.Sync1", name))).unpack()[0]

    def properties(self):
        return self.call("org.freedesktop.DBus.Properties", "GetAll", GLib.Variant("(s)", ("org.ruhu.Sync1",))).unpack()[0]

    def on_bus(self):
        if not self.daemon.running():
            raise Failed(f"{self.name}'s daemon ended: {self.daemon.said()[-1500:]}")
        try:
            return self.property("State")
        except GLib.Error:
            return None

    def sync_now(self):
        wait_for(self.on_bus, f"{self.name}'s daemon on the bus")
        self.call("org.ruhu.Sync1", "SyncNow")

    def sync(self, township, seconds=60):
        """Until everything recorded here is at the township and everything there is here."""
        head = township.settled().head()
        self.sync_now()

        def done():
            if not self.daemon.running():
                raise Failed(f"{self.name}'s daemon ended: {self.daemon.said()[-1500:]}")
            state = self.state()
            return state["waiting"] == 0 and state["seen"] >= max(head, 1) and self.property("State") == "idle"
        try:
            wait_for(done, f"{self.name} to be in step", seconds)
        except Failed as failure:
            raise Failed(f"{failure}; {self.state()}; {self.properties()}; log: {self.daemon.said()[-1500:]}") from None

    # What a person does.

    def record(self, *arguments, check=True, seen=None, draft=None):
        """While another program writes, a sanitizer's build can outlast the wait for the lock: then nothing was done, and it is asked again."""
        options = (["--seen", str(seen)] if seen is not None else []) + (["--draft", draft] if draft is not None else [])
        command = [program("ruhu-record"), *options, str(self.data), *map(str, arguments)]
        for attempt in range(SLOW * 5):
            result = run(command, env=self.env, check=False)
            if result.returncode == 0 or SLOW == 1 or not result.stderr.startswith("busy\t"):
                break
        if check and result.returncode != 0:
            raise Failed(f"{' '.join(map(str, command))}\n  status {result.returncode}\n  {result.stderr[-2000:]}")
        return result

    @contextmanager
    def recorder(self):
        """One program that records many things: yields a function like lines()."""
        with subprocess.Popen([program("ruhu-record"), str(self.data), "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.env) as child:
            def lines(*arguments):
                said = []
                print(shlex.join(map(str, arguments)), file=child.stdin, flush=True)
                while (line := child.stdout.readline()) != "ok\n":
                    check(line and not line.startswith("error\t"), f"{arguments}: {line or 'the recorder ended'}")
                    said.append(line.rstrip("\n").split("\t"))
                return said
            yield lines

    def lines(self, *arguments):
        return [line.split("\t") for line in self.record(*arguments).stdout.splitlines()]

    def state(self):
        state = {line[0]: line[1] for line in self.lines("state")}
        return {key: int(value) if value.isdigit() and key in ("seen", "waiting", "refused", "conflicts") else value for key, value in state.items()}

    def households(self, text=None):
        return [line[1] for line in self.lines("households", *([text] if text else []))]

    def records(self, kind, scope=None):
        return [(line[2], line[3], json.loads(line[4])) for line in self.lines("list", kind, *([scope] if scope else []))]

    def value(self, kind, record, field):
        return json.loads(self.record("show", kind, record, field).stdout)

    def conflicts(self):
        return [line[1:5] for line in self.lines("conflicts")]

    def dump(self):
        return self.record("dump").stdout


def parse_dump(text):
    """scope → lines of rows, heads and conflicts; the log by (device, seq); the scopes held."""
    by_scope, log, held = defaultdict(list), {}, set()
    for line in text.splitlines():
        parts = line.split("\t")
        if parts[0] == "log":
            identity = (parts[1], int(parts[2]))
            # What the office let in stands in the log once as it waited, and once as a change.
            before = log.get(identity)
            if before and "quarantined" not in (before[1], parts[4]):
                raise Failed(f"the same change twice in a log: {identity}")
            if not before or before[1] == "quarantined":
                log[identity] = parts[3:]
        elif parts[0] == "scope":
            held.add(parts[1])
        else:
            by_scope[parts[1]].append(line)
    return by_scope, log, held


def compare(township_dump, laptop_dump, name):
    """Rows, heads and conflicts of every scope that the laptop holds are the township's; nothing else is there; its log is part of the township's log."""
    there, log_there, _ = parse_dump(township_dump)
    here, log_here, held = parse_dump(laptop_dump)
    scopes = set(there) if "*" in held else held
    for scope in sorted(scopes):
        if here[scope] != there[scope]:
            only_here, only_there = sorted(set(here[scope]) - set(there[scope])), sorted(set(there[scope]) - set(here[scope]))
            raise Failed(f"{name} differs from the township in {scope}:\n  only on {name}: {only_here[:4]}\n  only at the township: {only_there[:4]}")
    beyond = {scope for scope, lines in here.items() if lines} - scopes
    if beyond:
        raise Failed(f"{name} holds rows of scopes it was not given: {sorted(beyond)[:4]}")
    for identity, (position, kind, scope, digest) in log_here.items():
        if log_there.get(identity) != [position, kind, scope, digest]:
            raise Failed(f"{name}'s log has {identity} as {position, kind, scope, digest}, the township's as {log_there.get(identity)}")
    return len(scopes), sum(len(here[scope]) for scope in scopes), len(log_here)


class Tap:
    """A test's answer in the Test Anything Protocol; each step is one point."""

    def __init__(self):
        self.points, self.failed = 0, 0

    def step(self, name, function, *arguments):
        """Runs it, whatever happened before it."""
        self.points += 1
        try:
            result = function(*arguments)
            print(f"ok {self.points} {name}" + (f" # {result}" if isinstance(result, str) else ""), flush=True)
            return result
        except Exception as failure:  # whatever it is, it is this step's failure
            self.failed += 1
            print(f"not ok {self.points} {name}", flush=True)
            said = f"{failure}" if isinstance(failure, Failed) else traceback.format_exc()
            print("# " + said.replace("\n", "\n# "), file=sys.stderr, flush=True)
            return None

    def end(self):
        print(f"1..{self.points}")
        return 1 if self.failed else 0


def check(condition, message):
    if not condition:
        raise Failed(message)
