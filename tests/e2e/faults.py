#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on real machines: full and read-only disks, damaged files, wrong clocks, wrong keys, servers that are something else,
answers that get lost. Each is said in a sentence, nothing is lost, and all is well once the cause is gone.

    faults.py [CASE…]
"""
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

from house import Failed, Laptop, Scratch, Tap, Township, check, compare, program, run, wait_for
from wire import Device, parse_link

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date()


class Disk:
    """A small disk of its own for a folder: a tmpfs. None where this machine allows no mounts."""

    def __init__(self, path, size):
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        mounted = run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(path)], check=False)
        self.mounted = mounted.returncode == 0

    def fill(self):
        """To its last byte."""
        with open(self.path / "filler", "wb", buffering=0) as filler:
            for size in (65536, 4096, 512, 1):
                try:
                    while filler.write(b"\0" * size) == size:
                        pass
                except OSError:
                    pass

    def free(self):
        (self.path / "filler").unlink()

    def remount(self, mode):
        run(["mount", "-o", f"remount,{mode}", str(self.path)])

    def close(self):
        if self.mounted:
            run(["umount", "-l", str(self.path)], check=False)


class Relay(threading.Thread):
    """Stands between laptop and township, and cuts connections: when the bytes of an answer reach @limit (None: never)."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target, self.limit, self.cuts, self.up = port, None, 0, True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        threading.Thread(target=self.copy, args=(client, server, False), daemon=True).start()
        self.copy(server, client, True)

    def copy(self, source, target, answers):
        passed = 0
        try:
            while data := source.recv(65536):
                if answers and self.limit is not None and passed + len(data) > self.limit:
                    self.cuts += 1
                    break
                passed += len(data)
                target.sendall(data)
        except OSError:
            pass
        for s in (source, target):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Story:
    """One township for all cases; each case has laptops of its own."""

    def __init__(self, scratch):
        self.scratch, self.number = scratch, 0
        self.township = Township(scratch)

    def prepare(self):
        self.township.generate().start()
        self.helpers = [row[0] for row in self.township.query("SELECT helper_id FROM r_assignment WHERE deleted = 0 GROUP BY helper_id ORDER BY helper_id")]

    def laptop(self, path=None, link=None, prefix=(), start=True, township=None):
        self.number += 1
        township = township or self.township
        laptop = Laptop(self.scratch, f"laptop{self.number}", prefix=prefix)
        laptop.helper = self.helpers[self.number]
        laptop.enrol(link or township.enrol(laptop.helper))
        if start:
            laptop.start().sync(township, 120)
        return laptop

    def edit(self, laptop, text, check=True):
        self.household = laptop.households()[0]
        return laptop.record("set", "household", self.household, "group_name", text, check=check)

    def is_at_township(self, laptop, text):
        return self.township.query("SELECT count(*) FROM log WHERE body LIKE ?1", f'%"{text}"%')[0][0] == 1

    def settled(self, laptop, *texts, township=None):
        """All is well again: everything recorded is at the township once, and both are the same."""
        laptop.sync(township or self.township)
        for text in texts:
            check(self.is_at_township(laptop, text), f"{text!r} is not once in the township's log")
        compare((township or self.township).dump(), laptop.dump(), laptop.name)

    def says(self, laptop, name):
        """The daemon tells this error to the app, with a sentence."""
        def told():
            laptop.sync_now()
            time.sleep(0.2)
            return laptop.property("LastErrorName") == name
        try:
            wait_for(told, f"the error {name!r}")
        except Failed as failure:
            raise Failed(f"{failure}; it says {laptop.properties()}") from None
        sentence = laptop.property("LastError")
        check(len(sentence) > 10, f"no sentence: {sentence!r}")
        return sentence

    # The cases.

    def full_laptop(self):
        disk = Disk(self.scratch.path / f"laptop{self.number + 1}" / "data", "12m")
        if not disk.mounted:
            return "SKIP no mounts here"
        try:
            laptop = self.laptop()
            self.edit(laptop, "vor-dem-Ende")
            disk.fill()
            # Small writes may still fit into the write-ahead log's pages: until it says so.
            refused = None
            for number in range(200):
                result = self.edit(laptop, f"full-{number}-", check=False)
                if result.returncode != 0:
                    refused = result
                    break
            check(refused is not None and refused.stderr.startswith("no-space\t"), f"a save on a full disk: {refused}")
            # The daemon goes on with what was saved before; of this save there is no trace.
            kept = str(laptop.dump())
            check((f"full-{number - 1}-" if number > 0 else "vor-dem-Ende") in kept, "what was saved before is not there")
            check(f"full-{number}-" not in kept, "a save that failed left something behind")
            check(laptop.daemon.running(), "the daemon ended on a full disk")
            disk.free()
            self.edit(laptop, "space-again")
            self.settled(laptop, "vor-dem-Ende", "space-again")
            laptop.daemon.stop()
            return refused.stderr.strip()
        finally:
            for process in self.scratch.processes:
                if process.name.startswith(f"laptop{self.number}"):
                    process.kill()
            disk.close()

    def full_township(self):
        disk = Disk(self.scratch.path / "small", "60m")
        if not disk.mounted:
            return "SKIP no mounts here"
        township = Township(self.scratch, "small/township")
        try:
            (self.scratch.path / "small").chmod(0o755)
            township.generate().start()
            laptop = self.laptop(township=township)
            disk.fill()
            waiting = 0
            for number in range(40):
                self.edit(laptop, f"to-full-{number}" + "x" * 5)
                laptop.sync_now()
                time.sleep(0.25)
                waiting = laptop.state()["waiting"]
                if waiting and laptop.property("LastError"):
                    break
            sentence = laptop.property("LastError")
            check(waiting > 0 and sentence, f"a full township took everything: {laptop.properties()}")
            check(township.server.running(), "the server ended on a full disk")
            disk.free()
            laptop.sync(township, 120)
            compare(township.dump(), laptop.dump(), laptop.name)
            township.verify()
            laptop.daemon.stop()
            return sentence
        finally:
            township.server.kill()
            disk.close()

    def read_only(self):
        disk = Disk(self.scratch.path / f"laptop{self.number + 1}" / "data", "12m")
        if not disk.mounted:
            return "SKIP no mounts here"
        try:
            laptop = self.laptop()
            self.edit(laptop, "writable")
            laptop.sync(self.township)
            laptop.daemon.stop()
            disk.remount("ro")
            refused = self.edit_known(laptop, "read-only")
            check(refused.returncode != 0 and refused.stderr.split("\t")[0] in ("read-only",), f"a save on a read-only disk: {refused}")
            disk.remount("rw")
            laptop.start()
            self.settled(laptop, "writable")
            laptop.daemon.stop()
            return refused.stderr.strip()
        finally:
            disk.close()

    def edit_known(self, laptop, text):
        return laptop.record("set", "household", self.household, "group_name", text, check=False)

    def damaged(self):
        laptop = self.laptop()
        self.edit(laptop, "before-damage")
        laptop.sync(self.township)
        laptop.daemon.stop()
        database = next(path for path in laptop.data.iterdir() if path.suffix in (".db", ".sqlite"))
        for path in laptop.data.glob(database.name + "-*"):
            path.unlink()
        size = database.stat().st_size
        with open(database, "r+b") as file:
            for offset in range(0, size, 4096):
                file.seek(offset + (100 if offset == 0 else 0))
                file.write(b"\xa5" * 2048)
        damaged = database.read_bytes()
        refused = self.edit_known(laptop, "after-damage")
        check(refused.returncode != 0 and refused.stderr.startswith("corrupt\t"), f"a save into a damaged file: {refused}")
        laptop.daemon.start()
        # Set aside as it was, never deleted; and everything is here again from the township.
        wait_for(lambda: any(path.is_file() and path != database and path.read_bytes() == damaged for path in laptop.data.rglob("*")), "the damaged file set aside", 60)
        wait_for(lambda: self.edit_known(laptop, "after-rebuild").returncode == 0, "the laptop's file made anew", 60)
        laptop.sync(self.township)
        laptop.daemon.kill()
        return refused.stderr.strip()

    def damaged_log(self):
        """A byte of the write-ahead log went bad while the laptop was off: what was saved behind it, and never sent, arrives all the same."""
        laptop = self.laptop()
        texts = [f"behind-the-damage-{i}" for i in range(5)]
        self.township.server.stop()
        self.household = laptop.households()[0]
        saved = subprocess.run([program("ruhu-record"), str(laptop.data), "batch"], input="".join(f"set household {self.household} group_name {text}\n" for text in texts),
                               capture_output=True, text=True, env=laptop.env, check=True)
        check("error" not in saved.stdout, f"recording failed: {saved.stdout}")
        laptop.daemon.kill()
        log = next(laptop.data.glob("*.db-wal"))
        bad = bytearray(log.read_bytes())
        # Its first page: SQLite would end the log there, with five saves behind it.
        bad[32 + 24 + 100] ^= 1
        log.write_bytes(bad)
        refused = self.edit_known(laptop, "after-damage")
        check(refused.returncode != 0 and refused.stderr.startswith("corrupt\t"), f"a save behind a damaged log: {refused}")
        check(log.read_bytes() == bad, "the damaged log was changed")
        self.township.start()
        laptop.daemon.start()
        wait_for(lambda: all(self.is_at_township(laptop, text) for text in texts), "what stood behind the damage at the township", 60)
        check(any(path.read_bytes() == bad for path in laptop.data.glob("*damaged-*-wal")), "the damaged log was not set aside")
        self.settled(laptop, *texts)
        laptop.daemon.stop()
        return refused.stderr.strip()

    def clock(self, shift):
        prefix = ["faketime", "-f", shift]
        laptop = self.laptop(prefix=prefix, start=False)
        laptop.env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        # faketime has to be loaded first too.
        laptop.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        laptop.start().sync(self.township, 120)
        recorder = laptop.record
        household = laptop.households()[0]
        text = f"clock{shift}"
        fake = dict(laptop.env)
        run([*prefix, program("ruhu-record"), str(laptop.data), "set", "household", household, "group_name", text], env=fake)
        self.settled(laptop, text)
        stamp = self.township.query("SELECT time FROM log WHERE body LIKE ?1", f'%"{text}"%')[0][0]
        check(abs((datetime.fromisoformat(stamp[:19]) - datetime.now(timezone.utc).replace(tzinfo=None)).total_seconds()) < 600, f"it was stamped {stamp}")
        check(laptop.state()["refused"] == 0, "it was refused")
        check(recorder("show", "household", household, "group_name").stdout.strip() == f'"{text}"', "the value is not what was written")
        laptop.daemon.stop()
        return stamp

    def wrong_key(self):
        laptop = self.laptop()
        self.township.server.stop()
        other = Township(self.scratch, "impostor")
        other.port = self.township.port
        other.make().start()
        try:
            self.edit(laptop, "for-the-right-one")
            sentence = self.says(laptop, "server-key")
            check(laptop.state()["waiting"] == 1, "something was sent to a server with another key")
        finally:
            other.server.stop()
            self.township.start()
        self.settled(laptop, "for-the-right-one")
        laptop.daemon.stop()
        return sentence

    def html(self):
        """The township's own key, but what answers speaks of something else (as a captive portal or a proxy of the office would)."""
        laptop = self.laptop()
        self.township.server.stop()
        self.edit(laptop, "not-for-html")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.township.path / "certificate.pem", self.township.path / "key.pem")
        listener = socket.create_server(("127.0.0.1", self.township.port))
        stop = threading.Event()

        def serve():
            while not stop.is_set():
                try:
                    client, _ = listener.accept()
                    with context.wrap_socket(client, server_side=True) as tls:
                        tls.recv(65536)
                        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 25\r\nConnection: close\r\n\r\n<html>Please log in</html")
                except OSError:
                    continue
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            sentence = self.says(laptop, "protocol")
            check("<html" not in sentence, "the page's text is shown")
            check(laptop.state()["waiting"] == 1, "the change counts as sent")
        finally:
            stop.set()
            listener.close()
            self.township.start()
        self.settled(laptop, "not-for-html")
        laptop.daemon.stop()
        return sentence

    def relayed(self, relay, link):
        return link.replace(f":{self.township.port}/", f":{relay.port}/")

    def enrol_at_last(self, laptop, link):
        """An attempt before may have gone through, and only its answer was lost."""
        result = laptop.enrol(link, check=False)
        check(result.returncode == 0 or "enrolled already" in result.stderr, f"{result}")

    def lost_answers(self):
        """Enrolment, push and pull whose answers break off again and again; then the network is whole."""
        relay = Relay(self.township.port)
        self.number += 1
        laptop = Laptop(self.scratch, f"laptop{self.number}")
        link = self.relayed(relay, self.township.enrol(self.helpers[self.number]))
        for limit in (0, 1500, 2500):
            relay.limit = limit
            result = laptop.enrol(link, check=False)
            if result.returncode == 0:
                break
            check(result.stderr.strip(), "an enrolment that was cut off says nothing")
        relay.limit = None
        self.enrol_at_last(laptop, link)
        check(self.township.query("SELECT count(*) FROM device WHERE owner = ?1", self.helpers[self.number])[0][0] == 1, "two devices came of one link")
        laptop.start().sync(self.township, 120)
        for number, limit in enumerate((0, 600, 1300, 2000, 3000, 5000)):
            relay.limit = limit
            self.edit(laptop, f"cut-{number}")
            laptop.sync_now()
            time.sleep(0.5)
        relay.limit = None
        check(relay.cuts > 3, f"only {relay.cuts} answers were cut")
        self.settled(laptop, *(f"cut-{number}" for number in range(6)))
        laptop.daemon.stop()
        return f"{relay.cuts} answers cut"

    def killed_enrolment(self):
        self.number += 1
        laptop = Laptop(self.scratch, f"laptop{self.number}")
        link = self.township.enrol(self.helpers[self.number])
        for delay in (0.005, 0.02, 0.04, 0.08, 0.15):
            child = subprocess.Popen([program("ruhu-syncd"), "--data-dir", str(laptop.data), "--enrol", link], env=laptop.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            child.kill()
            child.wait()
        self.enrol_at_last(laptop, link)
        laptop.start()
        laptop.sync(self.township, 120)
        check(laptop.households(), "no households came")
        check(self.township.query("SELECT count(*) FROM device WHERE owner = ?1", self.helpers[self.number])[0][0] == 1, "two devices came of one link")
        laptop.daemon.stop()

    def bad_links(self):
        used = self.township.enrol(self.helpers[0])
        Device(used).enrol()
        host, port, code, pin = parse_link(used)
        said = []
        for link, wanted in ((used, "expired"), ("hello", "invalid"), (f"ruhu://{host}:{port}/enrol?code={code}", "invalid"),
                             (f"ruhu://{host}:{port}/enrol?code={code}&pin={'A' * 43}", "server-key"), (f"ruhu://{host}:1/enrol?code={code}&pin={pin}", "network")):
            self.number += 1
            laptop = Laptop(self.scratch, f"laptop{self.number}")
            result = laptop.enrol(link, check=False)
            check(result.returncode != 0 and len(result.stderr.strip()) > 20, f"{wanted}: {result}")
            check(code not in result.stderr, "the message repeats the code")
            said.append(result.stderr.strip().splitlines()[-1])
        check(len(set(said)) >= 4, f"the messages do not differ: {said}")
        return " | ".join(said)

    def revoked(self):
        laptop = self.laptop()
        self.edit(laptop, "last-words")
        laptop.sync(self.township)
        device = laptop.state()["device"]
        self.township.command("device", "revoke", self.township.path, device)
        wait_for(lambda: (laptop.sync_now(), time.sleep(0.2), laptop.property("State") == "revoked")[-1], "the daemon to see that it was revoked")
        sentence = laptop.property("LastError")
        check(laptop.households() == [], "a revoked laptop keeps its households")
        held = [str(path) for path in laptop.data.rglob("*") if path.is_file() and b"last-words" in path.read_bytes()]
        check(not held, f"its data is still in {held}")
        check(self.is_at_township(laptop, "last-words"), "its last change is not at the township")
        laptop.daemon.stop()
        return sentence

    def bad_pushes(self):
        """What no laptop of ours sends: refused as a whole or stored as refused, and the township goes on."""
        device = Device(self.township.enrol(self.helpers[0])).enrol()
        device.catch_up()
        household = sorted(scope for scope in device.held if scope not in ("township", "*"))[0]
        for body in (b"{", b"nonsense\n", b"[]\n", b'{"device":"x"}\n', b"\xff\xfe\n", b'{"a":' * 4000 + b"1" + b"}" * 4000 + b"\n"):
            status, kind, data = device.ask("POST", "/v1/push", body, headers={"Content-Type": "application/x-ndjson"})
            check(400 <= status < 500 and "problem+json" in kind, f"{body[:20]}: {status} {kind}")
        for encoding in ("gzip", "zstd"):
            status, kind, _ = device.ask("POST", "/v1/push", b"not compressed", headers={"Content-Type": "application/x-ndjson", "Content-Encoding": encoding})
            check(status == 400 and "problem+json" in kind, f"damaged {encoding}: {status}")
        status, answer = device.push(household, {"household": {household: {"group_name": "raw-1"}}})
        check(status == 200 and answer["accepted"] == 1 and not answer["refused"], f"a good change: {status} {answer}")
        device.seq = 0
        status, answer = device.push(household, {"household": {household: {"group_name": "raw-1"}}})
        check(status == 200 and answer["accepted"] == 1, f"the same one again: {status} {answer}")
        device.seq = 5
        status, answer = device.push(household, {"household": {household: {"group_name": "raw-6"}}})
        check((answer.get("stop") or {}).get("code") == "gap" or status == 409, f"a gap: {status} {answer}")
        device.seq = 1
        status, answer = device.push(household, {"household": {household: {"plan_exit_year": 99}}})
        check(status == 200 and answer["accepted"] == 2 and answer["refused"], f"a value out of range: {status} {answer}")
        status, answer = device.push(household, {"household": {household: {"no_such_field": 1}}, "no_such_type": {"x1": {"a": "b"}}})
        check(status == 200 and answer["accepted"] == 3 and not answer["refused"], f"a field this program does not know: {status} {answer}")
        device.seq += 1
        status, answer = device.push_lines(['{"device":"%s","seq":4,"seen":0,"time":"%s","by":"%s","household":"%s","set":{}}' % (
            device.device, (datetime.now(timezone.utc) + timedelta(days=730)).strftime("%Y-%m-%dT%H:%M:%S.000Z.0000"), device.user, household)])
        check((answer.get("stop") or {}).get("code") == "clock" or 400 <= status < 500, f"a stamp from the future: {status} {answer}")
        check(self.township.query("SELECT count(*) FROM log WHERE device = ?1 AND seq IS NOT NULL", device.device)[0][0] == 3, "the log holds something else than the three")
        return self.township.verify()


CASES = {
    "full-laptop": ("the laptop's disk is full", Story.full_laptop),
    "full-township": ("the township's disk is full", Story.full_township),
    "read-only": ("the laptop's disk is read-only", Story.read_only),
    "damaged": ("the laptop's file is damaged", Story.damaged),
    "damaged-log": ("a byte of the laptop's write-ahead log went bad", Story.damaged_log),
    "clock-ahead": ("the laptop's clock is two years ahead", lambda story: story.clock("+730d")),
    "clock-behind": ("the laptop's clock is two years behind", lambda story: story.clock("-730d")),
    "wrong-key": ("the server has another key", Story.wrong_key),
    "html": ("the server answers HTML", Story.html),
    "lost-answers": ("answers get lost", Story.lost_answers),
    "killed-enrolment": ("the enrolment is killed", Story.killed_enrolment),
    "bad-links": ("links that are no good", Story.bad_links),
    "revoked": ("the laptop was revoked", Story.revoked),
    "bad-pushes": ("pushes that are no good", Story.bad_pushes),
}


def main():
    names = sys.argv[1:] or list(CASES)
    tap = Tap()
    with Scratch("faults") as scratch:
        story = Story(scratch)
        tap.step("a township", story.prepare)
        for name in names if not tap.failed else ():
            title, case = CASES[name]
            tap.step(title, case, story)
        tap.step("everything ends cleanly", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
