#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos between real programs over a poor link: they go on at the byte after both ends were killed, and reach whoever may have them; curl's own resume and the stock tus client work with
the township as with any other server."""
import hashlib
import json
import random
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import string
import subprocess
import sys
from datetime import datetime, timedelta, timezone

from house import TOP, Laptop, Scratch, Tap, Township, check, run, wait_for
from link import Link
from scope import creation, photo
from wire import Device, parse_link

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date()
SLOW_LINK = 60_000  # bytes a second
OVERHEAD = 60_000  # handshakes, headers and what else the laptop asks


def make_photo(seed, size):
    letters = random.Random(seed).choices(string.ascii_letters, k=size)
    return photo("".join(letters))


def digest(content):
    return hashlib.sha256(content).hexdigest()


def path_of(directory, name):
    return directory / "photos" / name[:2] / f"{name}.jpg"


class Skipped(Exception):
    pass


class Story:
    def __init__(self, scratch):
        self.scratch, self.township = scratch, Township(scratch)

    def through(self, link):
        """@link by way of the bad link."""
        return link.replace(f":{self.township.port}/", f":{self.link.port}/")

    def prepare(self):
        self.township.generate().start()
        self.link = Link(self.township.port)
        self.household = self.township.query("SELECT scope FROM r_assignment WHERE deleted = 0 AND to_date IS NULL GROUP BY scope HAVING count(DISTINCT helper_id) >= 2 ORDER BY scope LIMIT 1")[0][0]
        helpers = [row[0] for row in self.township.query("SELECT DISTINCT helper_id FROM r_assignment WHERE scope = ?1 AND deleted = 0 AND to_date IS NULL ORDER BY helper_id", self.household)]
        self.helper, other = helpers[:2]
        self.a, self.b = Laptop(self.scratch, "a"), Laptop(self.scratch, "b")
        self.a.enrol(self.through(self.township.enrol(self.helper)))
        self.b.enrol(self.through(self.township.enrol(other)))
        for laptop in (self.a, self.b):
            laptop.start().sync(self.township, 120)

    # The laptops.

    def take(self, laptop, content):
        """As the app does it: the photo first, then a record that mentions it."""
        file = self.scratch.path / "taken.jpg"
        file.write_bytes(content)
        name = laptop.record("photo", file).stdout.strip()
        check(name == digest(content), f"the photo is called {name}")
        laptop.record("save", self.household, "photo", "+", "subject", "01", "photo", "+", "image", name, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)
        return name

    def progress(self, laptop, name):
        connection = sqlite3.connect(f"file:{laptop.data / 'ruhu.db'}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute("SELECT state, received FROM photo WHERE hash = ?1", (name,)).fetchone()
        finally:
            connection.close()

    def in_pieces(self):
        content = make_photo(1, 250_000)
        self.link.rate = SLOW_LINK
        self.first = self.take(self.a, content)

        def under_way():
            row = self.progress(self.a, self.first)
            return row and row[0] == "due" and 0 < row[1] < len(content)
        wait_for(under_way, f"a part of the photo to be at the township: {self.progress(self.a, self.first)}, {self.a.daemon.said()[-1500:]}", 60)
        self.a.daemon.kill()
        self.township.server.kill()
        there = max(file.stat().st_size for file in (self.township.path / "photos/incoming").glob("*.part"))
        check(0 < there < len(content), f"{there} of {len(content)} bytes are at the township")
        self.link.mend()
        self.township.start()
        self.a.start()
        wait_for(lambda: self.progress(self.a, self.first)[0] == "sent", f"the photo to be sent: {self.a.daemon.said()[-1500:]}", 60)
        check(path_of(self.township.path, self.first).read_bytes() == content, "the township has something else")
        # The other laptop asks for it meanwhile, but nothing of it goes up.
        sent = self.link.sum("up")
        check(sent < len(content) - there + OVERHEAD, f"{sent} bytes were sent for the {len(content) - there} that were left")
        return f"{there} of {len(content)} bytes were there, {sent} went over the link for the rest"

    def to_the_other(self):
        """While the changes are here and the photo is not, it is wanted; fetching goes on where it stopped."""
        self.b.sync(self.township)
        wait_for(lambda: path_of(self.b.data, self.first).exists(), f"the photo on b: {self.b.daemon.said()[-1500:]}", 60)
        check(path_of(self.b.data, self.first).read_bytes() == path_of(self.a.data, self.first).read_bytes(), "another photo came")
        self.b.daemon.stop()
        content = make_photo(2, 250_000)
        second = self.take(self.a, content)
        wait_for(lambda: self.progress(self.a, second)[0] == "sent", "the second photo to be sent", 60)
        self.link.mend()
        self.link.rate = SLOW_LINK
        self.b.start()
        part = self.b.data / "photos/fetching" / second
        wait_for(lambda: part.exists() and part.stat().st_size > 0, f"a part of the photo on b: {self.b.daemon.said()[-1500:]}", 60)
        check(self.b.property("PhotosWanted") == 1, f"{self.b.properties()}")
        self.b.daemon.kill()
        here = part.stat().st_size
        check(0 < here < len(content), f"{here} bytes are on b")
        self.link.mend()
        self.b.start()
        wait_for(lambda: path_of(self.b.data, second).exists(), f"the second photo on b: {self.b.daemon.said()[-1500:]}", 60)
        came = self.link.sum("down")
        check(came < len(content) - here + OVERHEAD, f"{came} bytes came for the {len(content) - here} that were left")
        wait_for(lambda: self.b.property("PhotosWanted") == 0 and self.a.property("PhotosWaiting") == 0, f"the counts: {self.b.properties()}")
        return f"{here} of {len(content)} bytes were here, {came} came over the link for the rest"

    def changes_first(self):
        """While a photo crawls, a change that is saved overtakes it."""
        # What it learned of the good link is forgotten: it begins with a small piece.
        self.a.daemon.stop()
        self.a.start().sync(self.township)
        self.link.rate = 6_000
        third = self.take(self.a, make_photo(3, 250_000))
        wait_for(lambda: self.progress(self.a, third)[1] > 0, "the photo to be under way", 60)
        check(self.progress(self.a, third)[0] == "due", "the link was too good")
        self.a.record("save", self.household, "problem", "+", "kind", "11", "problem", "+", "found", TODAY, "problem", "+", "state", "1", "problem", "+", "description", "OVERTAKES")
        wait_for(lambda: self.township.query("SELECT 1 FROM log WHERE kind = 'change' AND body LIKE '%OVERTAKES%'"), f"the change at the township: {self.a.daemon.said()[-1000:]}", 30)
        check(self.progress(self.a, third)[0] == "due", "the photo was there before the change")
        self.link.mend()
        wait_for(lambda: self.progress(self.a, third)[0] == "sent", "the photo to be sent", 60)

    def lost_there(self):
        """The township's disk has lost one photo and damaged another: whoever has them sends them again, and asks no more than once a week."""
        self.a.daemon.stop()
        self.b.daemon.stop()
        whole = path_of(self.a.data, self.first).read_bytes()
        names = [path.stem for path in sorted((self.a.data / "photos").glob("??/*.jpg"))]
        lost, damaged = names[0], names[1]
        path_of(self.township.path, lost).unlink()
        path_of(self.township.path, damaged).write_bytes(whole[:100])
        # It is found when somebody asks for it.
        device = Device(self.township.enrol(self.helper), "asks").enrol()
        device.catch_up()
        check(device.ask("GET", f"/v1/photos/{damaged}")[0] == 404, "a damaged photo was given")
        self.a.start().sync(self.township)
        check(not path_of(self.township.path, lost).exists(), "it was asked about at once")
        self.a.daemon.stop()
        connection = sqlite3.connect(self.a.data / "ruhu.db", timeout=10)
        with connection:
            connection.execute("UPDATE meta SET value = '0' WHERE key = 'photos_asked'")
        connection.close()
        self.a.start()
        for name in (lost, damaged):
            wait_for(lambda name=name: path_of(self.township.path, name).exists() and digest(path_of(self.township.path, name).read_bytes()) == name,
                     f"the photo to be sent again: {self.a.daemon.said()[-1500:]}", 60)
        wait_for(lambda: self.progress(self.a, lost)[0] == "sent", "it to count as sent")
        self.b.start()

    # Others' clients.

    def curl_resumes(self):
        device = Device(self.township.enrol(self.helper), "curl").enrol()
        device.catch_up()
        host, port, _, _ = parse_link(self.township.enrol(self.helper))
        url, file = f"https://{host}:{port}/v1/photos/{self.first}", self.scratch.path / "by-curl.jpg"
        common = ["curl", "-sS", "-k", "--fail", "-H", f"Authorization: Bearer {device.token}", "-o", str(file)]
        run([*common, "-r", "0-99999", url])
        check(file.stat().st_size == 100_000, f"{file.stat().st_size} bytes of a range")
        said = run([*common, "-C", "-", "-w", "%{http_code} %{size_download}", url]).stdout.split()
        check(digest(file.read_bytes()) == self.first and said[0] == "206" and int(said[1]) == path_of(self.township.path, self.first).stat().st_size - 100_000, f"{said}")

    def cut_in_a_record(self):
        """When the server looks, the bytes and the end of the connection are both there: what came whole counts at once, not when its patience ends."""
        device, content = Device(self.township.enrol(self.helper), "cut").enrol(), make_photo(7, 100_000)
        headers = creation(content)
        headers.pop("Content-Type")
        status, _, data = device.ask("POST", "/v1/uploads", headers=headers)
        check(status == 201, f"the upload was answered by {status} {data[:200]}")
        upload = "/v1/uploads/" + re.search(rb"/v1/uploads/([0-9a-f]+)", device.received[-1])[1].decode()
        head = (f"PATCH {upload} HTTP/1.1\r\nHost: township\r\nAuthorization: Bearer {device.token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(content)}\r\nExpect: 100-continue\r\n\r\n")
        came, going = ssl.MemoryBIO(), ssl.MemoryBIO()
        layer = device.context.wrap_bio(came, going)
        with socket.create_connection((device.host, device.port), timeout=60) as link:

            def until(act):
                while True:
                    try:
                        done = act()
                    except ssl.SSLWantReadError:
                        done = None
                    link.sendall(going.read())
                    if done is not None:
                        return done
                    came.write(link.recv(65536))
            until(lambda: layer.do_handshake() or True)
            layer.write(head.encode())
            check(b" 100 " in until(lambda: layer.read(4096)), "the body is not asked for")
            layer.write(content[:40_000])
            self.township.server.child.send_signal(signal.SIGSTOP)
            link.sendall(going.read()[:-100])
            link.shutdown(socket.SHUT_WR)
            self.township.server.child.send_signal(signal.SIGCONT)

            def there():
                device.ask("HEAD", upload, headers={"Tus-Resumable": "1.0.0"})
                return int(re.search(rb"Upload-Offset: ([0-9]+)", device.received[-1])[1])
            wait_for(lambda: there() > 0, "what came before the cut to count", 10)
            return f"{there()} of 40000 bytes count"

    def install(self):
        self.tus = self.scratch.path / "tus"
        shutil.copytree(TOP / "tests/e2e/tus", self.tus)
        if shutil.which("node") is None or shutil.which("npm") is None:
            raise Skipped("there is no node or no npm here")
        try:
            done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=self.tus, capture_output=True, text=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            raise Skipped("npm does not get the client") from None
        if done.returncode != 0:
            raise Skipped(f"npm does not get the client: {' '.join(done.stderr.split())[-200:]}")
        self.device = Device(self.township.enrol(self.helper), "tus").enrol()

    def upload(self, content, port=None, expect=0, **job):
        file = self.tus / "photo.jpg"
        file.write_bytes(content)
        job.update(base=f"https://127.0.0.1:{port or self.township.port}", token=self.device.token, file=str(file), hash=digest(content))
        done = subprocess.run(["node", str(self.tus / "upload.mjs"), json.dumps(job)], cwd=self.tus, capture_output=True, text=True, timeout=120, check=False)
        check(done.returncode == expect, f"{job} {done.stdout[-1500:]} {done.stderr[-1500:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def tus_resumes(self):
        """Stopped after some chunks; the server is killed; it asks where to go on, and does."""
        content = make_photo(4, 200_000)
        begun = self.upload(content, chunk=30_000, stop=60_000)
        stopped = next(line for line in begun if "stopped" in line)
        self.township.server.kill()
        self.township.start()
        ended = self.upload(content, url=stopped["url"], chunk=50_000)
        check([ended[0]["method"], ended[1]["status"]] == ["HEAD", 200] and int(ended[1]["offset"]) >= 60_000, f"{ended[:2]}")
        check(ended[2] == {"method": "PATCH", "offset": ended[1]["offset"]}, f"{ended[2]}")
        check(ended[-1].get("done") and path_of(self.township.path, digest(content)).read_bytes() == content, f"{ended[-1]}")
        return f"went on at {ended[1]['offset']} of {len(content)}"

    def tus_over_a_broken_link(self):
        """One request for all of it; the link is cut in the middle. What came counts."""
        content = make_photo(5, 200_000)
        bad = Link(self.township.port)
        # Slow enough that what came is read before the reset that follows could throw it away.
        bad.rate, bad.cut["up"] = 200_000, 90_000
        said = self.upload(content, port=bad.port, retry=True)
        heads = [int(after["offset"]) for before, after in zip(said, said[1:]) if before.get("method") == "HEAD" and after.get("status") == 200]
        check(bad.cuts > 0 and any(0 < offset < len(content) for offset in heads), f"{bad.cuts} cuts, {said}")
        check(said[-1].get("done") and path_of(self.township.path, digest(content)).read_bytes() == content, f"{said[-1]}")
        return f"{bad.cuts} cuts, went on at {heads}"

    def tus_in_one(self):
        content = make_photo(6, 50_000)
        said = self.upload(content, together=True)
        check([line["method"] for line in said if "method" in line] == ["POST"] and said[-1].get("done"), f"{said}")
        # What is there already is not taken again, and no error.
        again = self.upload(content, retry=True)
        check(again[-1].get("done") and not any(line.get("status") == 204 for line in again), f"{again}")
        refused = self.upload(b"GIF89a" + content, expect=1)
        check(any(line.get("status") == 422 for line in refused), f"{refused}")

    def end(self):
        said = self.township.verify()
        check(" photos" in said, said)
        return " ".join(said.split())


def main():
    tap = Tap()
    with Scratch("photos") as scratch:
        story = Story(scratch)
        tap.step("a township, and two helpers of one household behind a bad link", story.prepare)
        if not tap.failed:
            tap.step("a photo goes on at the byte after both programs were killed", story.in_pieces)
            tap.step("the other helper gets it, and goes on at the byte as well", story.to_the_other)
            tap.step("a change overtakes a photo that is under way", story.changes_first)
            tap.step("what the township lost is sent again", story.lost_there)
            tap.step("what came before a link was cut within a record counts at once", story.cut_in_a_record)
            tap.step("curl's own resume works", story.curl_resumes)
            try:
                story.install()
            except Skipped as reason:
                tap.points += 1
                print(f"ok {tap.points} the stock tus client # SKIP {reason}", flush=True)
            else:
                tap.step("the stock tus client goes on after the server was killed", story.tus_resumes)
                tap.step("the stock tus client goes on after its link was cut", story.tus_over_a_broken_link)
                tap.step("the stock tus client sends at once, and what is there is not sent again", story.tus_in_one)
            tap.step("the township finds all photos whole", story.end)
        tap.step("all programs ended well and said nothing bad", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
