#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile network between real daemons and a real township: slow, stalling, cut at every byte, losing answers, answered by somebody else.
Whatever passes is used, nothing that was acknowledged is sent again, and once the network is well, both ends are the same.

    network.py [CASE…]
    RUHU_CUT_STEP=1 network.py cut-everywhere    a cut behind every single byte, which takes minutes; else behind every hundred-and-first
"""
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from house import Laptop, Scratch, Tap, Township, check, compare, program, run, wait_for
from link import Doubler, Link
from scope import photo

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date()
REQUEST = re.compile(r"(GET|POST) (/\S+) (\d+) .*? in (\d+) out (\d+)")
# 8 kbit/s.
SLOWEST = 1000
# Laptops at a time where many connections are cut.
MANY = 4


def noise(length):
    """Signs that stand in no order, which compression makes little smaller."""
    return "".join(chr(0x4E00 + number % 20000) for number in memoryview(os.urandom(2 * length)).cast("H"))


class Story:
    """One township; each case has a laptop of its own, behind a link of its own."""

    def __init__(self, scratch):
        self.scratch, self.number, self.marked = scratch, 0, 0
        self.township = Township(scratch)

    def prepare(self):
        self.township.generate().start()
        self.helpers = [row[0] for row in self.township.query("SELECT helper_id FROM r_assignment WHERE deleted = 0 GROUP BY helper_id ORDER BY helper_id")]

    def laptop(self, start=True):
        self.number += 1
        laptop = Laptop(self.scratch, f"laptop{self.number}")
        laptop.link = Link(self.township.port)
        laptop.enrol(self.township.enrol(self.helpers[self.number]).replace(f":{self.township.port}/", f":{laptop.link.port}/"))
        if start:
            laptop.start().sync(self.township, 120)
        else:
            self.once(laptop)
        laptop.household = laptop.households()[0]
        return laptop

    def once(self, laptop, check=True):
        return run([program("ruhu-syncd"), "--data-dir", str(laptop.data), "--once"], env=laptop.env, check=check)

    def edit(self, laptop, text):
        laptop.record("set", "household", laptop.household, "group_name", text)

    def bulk(self, laptop, number):
        """@number changes that no compression makes smaller, some 500 bytes each."""
        commands = [f"save {laptop.household} problem + kind 11 problem + found {TODAY} problem + state 1 problem + description {noise(200)}" for _ in range(number)]
        result = subprocess.run([program("ruhu-record"), str(laptop.data), "batch"], input="\n".join(commands) + "\n", capture_output=True, text=True, env=laptop.env, check=False)
        check(result.returncode == 0 and "error" not in result.stdout, f"recording failed: {result.stdout[-300:]} {result.stderr[-300:]}")

    def mark(self):
        self.marked = len(self.township.server.said())

    def requests(self):
        """(method, path, status, bytes in) of everything that was answered since mark()."""
        return [(m[1], m[2], int(m[3]), int(m[4])) for m in REQUEST.finditer(self.township.server.said()[self.marked:])]

    def pushes(self):
        """Those that carried something."""
        return [request for request in self.requests() if request[1] == "/v1/push" and request[3] > 0]

    def waiting(self, laptop):
        return laptop.state()["waiting"]

    def settle(self, laptop, *texts):
        """The network is well: everything that was recorded is at the township once, both ends are the same, and nothing is sent again."""
        laptop.link.mend()
        if laptop.daemon.running():
            laptop.sync(self.township)
        else:
            self.once(laptop)
        bodies = [row[0] for row in self.township.query("SELECT body FROM log WHERE device = ?1", laptop.state()["device"])]
        for text in texts:
            count = sum(f'"{text}"' in body for body in bodies)
            check(count == 1, f"{text!r} is {count} times in the township's log")
        compare(self.township.dump(), laptop.dump(), laptop.name)
        laptop.daemon.stop()
        self.mark()
        self.once(laptop)
        check([request[:2] for request in self.requests()] == [("GET", "/v1/pull")], f"with nothing new it asked {self.requests()}")

    # The cases.

    def no_change(self):
        laptop = self.laptop(start=False)
        self.once(laptop)
        laptop.link.mend()
        self.mark()
        self.once(laptop)
        requests, size = self.requests(), laptop.link.beyond_handshakes()
        check(len(requests) == 1, f"a synchronisation without news is {requests}")
        check(len(laptop.link.passages) == 1, f"it took {len(laptop.link.passages)} connections")
        check(laptop.link.passages[0].asked(), "the link did not see the request")
        check(size < 2048, f"it took {size} bytes beyond the handshake")
        self.settle(laptop)
        return f"1 request, {size} bytes, and {laptop.link.passages[0].handshake} of handshake"

    def slow(self):
        """8 kbit/s, each piece a third of a second late, and every tenth half a second more, as where packets are lost."""
        laptop = self.laptop()
        laptop.daemon.stop()
        laptop.link.mend()
        laptop.link.rate, laptop.link.delay, laptop.link.loss = SLOWEST, 0.3, 0.5
        self.bulk(laptop, 6)
        self.edit(laptop, "slowly")
        began = time.monotonic()
        laptop.start()
        wait_for(lambda: self.waiting(laptop) == 0, "seven changes to pass through 8 kbit/s", 60)
        check(laptop.link.sum("up") > 2500 and laptop.link.drops > 20, "that was nothing")
        seconds = time.monotonic() - began
        self.settle(laptop, "slowly")
        return f"{seconds:.1f} s"

    def slow_handshake(self):
        """The township's first byte takes longer than a connection may take to be opened."""
        laptop = self.laptop(start=False)
        self.edit(laptop, "long-handshake")
        laptop.link.mend()
        laptop.link.hold = 12
        result = self.once(laptop, check=False)
        check(result.returncode == 0, f"{result}")
        self.settle(laptop, "long-handshake")

    def cut_everywhere(self):
        """One connection each cut after so many bytes, in one direction and in the other: within the handshake, the request's head, its body, the answer, and behind all of it. What did not
        get through goes over a good link before the next cut, else each would be tried with all that waits, in smaller and smaller batches."""
        step = int(os.environ.get("RUHU_CUT_STEP", 101))
        places = [(direction, place) for direction, end in (("up", 1500), ("down", 2600)) for place in range(0, end, step)]
        laptops = [self.laptop(start=False) for _ in range(min(len(places) // 100 + 1, MANY))]
        shares = [places[number::len(laptops)] for number in range(len(laptops))]
        with ThreadPoolExecutor(len(laptops)) as pool:
            cuts = sum(pool.map(self.cut_at, laptops, shares))
        check(cuts >= len(places) // 2, f"only {cuts} connections were cut at {len(places)} places")
        for laptop, share in zip(laptops, shares):
            self.settle(laptop, *(f"cut-{direction}-{place}." for direction, place in share))
        return f"{cuts} cuts at {len(places)} places"

    def cut_at(self, laptop, places):
        """One edit for each place; how many connections were cut."""
        cuts = 0
        with laptop.recorder() as record:
            for direction, place in places:
                record("set", "household", laptop.household, "group_name", f"cut-{direction}-{place}.")
                laptop.link.mend()
                laptop.link.cut[direction] = place
                result = self.once(laptop, check=False)
                check(result.returncode in (0, 1), f"cut {direction} after {place}: {result}")
                check(result.returncode == 0 or len(result.stderr) > 20, f"cut {direction} after {place} says nothing")
                waiting = int(dict(record("state"))["waiting"])
                check(direction == "up" or not laptop.link.cuts or result.returncode == 1 or waiting == 0, f"cut {direction} after {place}: called a success")
                cuts += laptop.link.cuts
                laptop.link.mend()
                if waiting > 0:
                    self.once(laptop)
        return cuts

    def short_pushes(self):
        """Each connection passes 5 kB upwards and breaks: a batch that does not fit through becomes a smaller one."""
        laptop = self.laptop()
        laptop.daemon.stop()
        self.bulk(laptop, 24)
        self.mark()
        laptop.link.mend()
        laptop.link.cut["up"] = 5000
        laptop.start()
        wait_for(lambda: self.waiting(laptop) == 0, "24 changes to pass through 5 kB at a time", 60)
        carried = sum(request[3] for request in self.pushes())
        check(laptop.link.cuts >= 2, f"only {laptop.link.cuts} cuts")
        check(carried < 24 * 700, f"{carried} bytes were taken by the township for 24 changes: something was sent again")
        said = f"{laptop.link.cuts} cuts, {len(self.pushes())} pushes, {carried} bytes"
        self.settle(laptop)
        return said

    def short_pages(self):
        """Each connection passes 6 kB downwards and breaks: a page that does not fit through becomes a smaller one."""
        laptop = self.laptop()
        laptop.daemon.stop()
        writer = Laptop(self.scratch, f"laptop{self.number}-other")
        writer.enrol(self.township.enrol(self.helpers[self.number]))
        self.once(writer)
        writer.household = laptop.household
        self.bulk(writer, 30)
        self.once(writer)
        laptop.link.mend()
        laptop.link.cut["down"] = 6000
        laptop.start()
        head = self.township.head()
        wait_for(lambda: laptop.state()["seen"] >= head, "30 changes of another laptop to come through 6 kB at a time", 60)
        check(laptop.link.cuts >= 2, f"only {laptop.link.cuts} cuts")
        said = f"{laptop.link.cuts} cuts, {laptop.link.sum('down')} bytes"
        self.settle(laptop)
        return said

    def lost_answers(self):
        """The request goes through, its answer does not: the township is asked what it has, and nothing is sent a second time."""
        laptop = self.laptop()
        laptop.link.mend()
        self.mark()
        laptop.link.lose_answers = True
        # One change, for of several that take their time the first push may have some only.
        self.edit(laptop, "unanswered")
        laptop.sync_now()
        wait_for(lambda: self.pushes() and laptop.property("LastErrorName") == "network", "a push whose answer is lost")
        first = len(self.pushes())
        check(self.waiting(laptop) == 1, "a change without an answer counts as sent")
        for _ in range(2):
            laptop.sync_now()
            time.sleep(0.5)
        laptop.link.mend()
        laptop.sync(self.township)
        check(first == len(self.pushes()) == 1, f"pushes: {self.pushes()}")
        check(laptop.link.lost == 0 and ("POST", "/v1/push", 200, 0) in self.requests(), f"the township was not asked: {self.requests()}")
        self.settle(laptop, "unanswered")

    def doubled(self):
        """Every request comes twice, and in the end all of them once more: enrolment, changes, drafts and photos are there once, and nothing is refused."""
        doubler = Doubler(self.township.port, self.township.path / "certificate.pem", self.township.path / "key.pem")
        self.number += 1
        laptop = Laptop(self.scratch, f"laptop{self.number}")
        laptop.link = Link(doubler.port)
        laptop.enrol(self.township.enrol(self.helpers[self.number]).replace(f":{self.township.port}/", f":{laptop.link.port}/"))
        self.once(laptop)
        laptop.household = laptop.households()[0]
        self.bulk(laptop, 5)
        self.edit(laptop, "doubled")
        content = photo("doubled" * 4000)
        file = self.scratch.path / "doubled.jpg"
        file.write_bytes(content)
        name = laptop.record("photo", file).stdout.strip()
        laptop.record("save", laptop.household, "photo", "+", "subject", "01", "photo", "+", "image", name, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)
        laptop.start().sync(self.township, 60)
        there = self.township.path / "photos" / name[:2] / f"{name}.jpg"
        wait_for(there.exists, "the photo at the township")
        laptop.daemon.stop()
        # Not what the township's own rules raise meanwhile.
        theirs = "SELECT n, kind, body FROM log WHERE device <> 'township' ORDER BY n"
        log = self.township.query(theirs)
        kinds = {(request[0], request[1].split("?")[0].split("/")[2]) for request in doubler.requests}
        check({("POST", "enrol"), ("POST", "push"), ("GET", "pull"), ("GET", "backfill"), ("POST", "uploads")} <= kinds, f"only {kinds} were doubled")
        for request in list(doubler.requests):
            doubler.ask(request)
        more = self.township.query(theirs)[len(log):]
        check(not more, f"what came again was taken again: {more}")
        check(there.read_bytes() == content, "the photo is another one")
        check(self.township.query("SELECT count(*) FROM device WHERE owner = ?1", self.helpers[self.number])[0][0] == 1, "two devices came of one link")
        check(laptop.state()["refused"] == 0, "something was refused")
        doubler.close()
        laptop.link.target = self.township.port
        self.settle(laptop, "doubled")
        return f"{len(doubler.requests)} requests, each three times"

    def stalls(self):
        """Nothing moves for seconds, and then it goes on where it was."""
        laptop = self.laptop()
        laptop.link.mend()
        laptop.link.stall = 1.5
        self.edit(laptop, "stalled")
        laptop.sync_now()
        wait_for(lambda: self.waiting(laptop) == 0, "a change to pass a link that stalls", 40)
        stalls = laptop.link.stalls
        check(stalls >= 2, f"only {stalls} stalls")
        self.settle(laptop, "stalled")
        return f"{stalls} stalls"

    def answers(self):
        """Somebody with the township's key answers instead: 5xx, and "not now" with the time to wait. Then somebody with another key."""
        laptop = self.laptop()
        said = []
        for status, head, least in (("503 Service Unavailable", "Retry-After: 40\r\n", 40), ("429 Too Many Requests", "Retry-After: 50\r\n", 50), ("500 Internal Server Error", "", 0),
                                    ("502 Bad Gateway", "", 0)):
            fake = Fake(self.township.path / "certificate.pem", self.township.path / "key.pem", status, head)
            # Before there is something to send: else it may go on to the township over the connection that is open.
            laptop.link.turn(fake.port)
            self.edit(laptop, f"answer-{status[:3]}")
            self.fails(laptop, fake, least, status)
            said.append(f"{status[:3]} {laptop.property('LastErrorName')}")
            fake.close()
        other = self.scratch.path / "other"
        other.mkdir()
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=ruhu", "-keyout", str(other / "key"), "-out", str(other / "certificate")])
        fake = Fake(other / "certificate", other / "key", "200 OK", "")
        laptop.link.turn(fake.port)
        self.fails(laptop, fake, 0, "another key")
        check(laptop.property("LastErrorName") == "server-key", f"another key is called {laptop.property('LastErrorName')}")
        check(fake.heard == 0, "something was said to a server with another key")
        fake.close()
        laptop.link.turn(self.township.port)
        self.settle(laptop, "answer-503", "answer-429", "answer-500", "answer-502")
        return ", ".join(said)

    def fails(self, laptop, fake, least, what):
        before = fake.connections
        laptop.sync_now()
        wait_for(lambda: fake.connections > before and laptop.property("State") in ("offline", "failed") and laptop.property("NextAttempt") > 0, f"{what} to be noticed")
        left = laptop.property("NextAttempt") - time.time()
        check(least - 3 <= left, f"after {what} the next attempt comes in {left:.0f} s")
        check(self.waiting(laptop) > 0, f"after {what} the change counts as sent")

    def namespaces(self):
        """A real interface that goes down and comes up again."""
        wire = Wire(f"ruhu{os.getpid() % 10000}")
        if not wire.made:
            return "SKIP no network namespaces here"
        try:
            township = Township(self.scratch, "far-township")
            township.options = lambda: ["--name", "Ruhu", "--listen", "0.0.0.0", "--port", township.port, "--public-address", wire.far]
            township.generate()
            township.server.command = [*wire.at_far, *township.server.command]
            township.answers = lambda: run([*wire.at_near, sys.executable, "-c", f"import socket; socket.create_connection(('{wire.far}', {township.port}), 1)"], check=False).returncode == 0
            township.start()
            laptop = Laptop(self.scratch, "near", prefix=wire.at_near)
            run([*wire.at_near, program("ruhu-syncd"), "--data-dir", str(laptop.data), "--enrol", township.enrol(self.helpers[0])], env=laptop.env)
            laptop.start().sync(township, 120)
            laptop.household = laptop.households()[0]
            for number in range(2):
                wire.set("down")
                self.edit(laptop, f"no-wire-{number}")
                laptop.sync_now()
                time.sleep(1)
                check(self.waiting(laptop) == 1, "it was sent without a wire")
                wire.set("up")
                laptop.sync(township)
            compare(township.dump(), laptop.dump(), laptop.name)
            laptop.daemon.stop()
            township.server.stop()
            return "two times down and up"
        finally:
            for process in self.scratch.processes:
                if process.name.startswith(("far-", "near-")):
                    process.kill()
            wire.close()


class Fake:
    """Has a key and a certificate, and one answer to everything."""

    def __init__(self, certificate, key, status, head):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.answer = f"HTTP/1.1 {status}\r\n{head}Content-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsorry\n".encode()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.connections, self.heard = self.listener.getsockname()[1], 0, 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(client, server_side=True) as tls:
                    heard = len(tls.recv(65536))
                    self.heard += heard
                    if heard:
                        tls.sendall(self.answer)
            except OSError:
                pass
            self.connections += 1

    def close(self):
        self.listener.close()


class Wire:
    """Two network namespaces with one wire between them."""

    def __init__(self, name):
        self.names, self.near_device = (f"{name}a", f"{name}b"), f"{name}v"
        self.near, self.far = "10.213.77.1", "10.213.77.2"
        self.at_near, self.at_far = (["ip", "netns", "exec", n] for n in self.names)
        near, far = self.names
        self.made = all(run(command, check=False).returncode == 0 for command in (
            ["ip", "netns", "add", near], ["ip", "netns", "add", far],
            ["ip", "-n", near, "link", "add", self.near_device, "type", "veth", "peer", "name", "wire", "netns", far],
            ["ip", "-n", near, "address", "add", f"{self.near}/24", "dev", self.near_device], ["ip", "-n", far, "address", "add", f"{self.far}/24", "dev", "wire"],
            ["ip", "-n", near, "link", "set", "lo", "up"], ["ip", "-n", far, "link", "set", "lo", "up"],
            ["ip", "-n", near, "link", "set", self.near_device, "up"], ["ip", "-n", far, "link", "set", "wire", "up"]))
        if not self.made:
            self.close()

    def set(self, state):
        run(["ip", "-n", self.names[0], "link", "set", self.near_device, state])

    def close(self):
        for name in self.names:
            run(["ip", "netns", "delete", name], check=False)


CASES = {
    "no-change": ("a synchronisation without news is one small request", Story.no_change),
    "slow": ("8 kbit/s", Story.slow),
    "slow-handshake": ("a handshake that takes long", Story.slow_handshake),
    "cut-everywhere": ("connections cut anywhere", Story.cut_everywhere),
    "short-pushes": ("a batch that does not fit through becomes a smaller one", Story.short_pushes),
    "short-pages": ("a page that does not fit through becomes a smaller one", Story.short_pages),
    "lost-answers": ("answers that are lost", Story.lost_answers),
    "doubled": ("requests that come twice", Story.doubled),
    "stalls": ("a link that stalls", Story.stalls),
    "answers": ("5xx, 429 and another key", Story.answers),
    "namespaces": ("a real interface that goes down and up", Story.namespaces),
}


def main():
    names = sys.argv[1:] or list(CASES)
    tap = Tap()
    with Scratch("network") as scratch:
        story = Story(scratch)
        tap.step("a township", story.prepare)
        for name in names if not tap.failed else ():
            title, case = CASES[name]
            began = time.monotonic()
            tap.step(title, case, story)
            print(f"# {name}: {time.monotonic() - began:.1f} s", flush=True)
        tap.step("everything ends cleanly", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
