#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No network for weeks: two helpers and their township exchange everything by files on a stick, through the real programs. The
server answers twice, for the enrolments, and never again; what is repeated, out of order, lost or damaged does no harm.

    carry.py
"""
import hashlib
import re
import shutil
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

from house import Failed, Laptop, Scratch, Tap, Township, check, compare, program, run, wait_for
from scope import photo

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date().isoformat()


def figures(text):
    return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)(?=\s)", text)}


class Story:
    def __init__(self, scratch):
        self.scratch, self.township, self.number = scratch, Township(scratch), 0
        self.a = self.b = self.household = None

    def stick(self, name):
        """A new file's name."""
        self.number += 1
        return self.scratch.path / f"{self.number}-{name}.ruhu"

    def syncd(self, laptop, *arguments, check=True):
        return run([program("ruhu-syncd"), "--data-dir", str(laptop.data), *map(str, arguments)], env=laptop.env, check=check)

    def export(self, laptop):
        path = self.stick(laptop.name)
        laptop.exported = figures(self.syncd(laptop, "--export", path).stdout)
        return path

    def answer(self, path):
        """What the township made of it, and its answer."""
        back = self.stick("answer")
        return figures(self.township.command("import-bundle", self.township.path, path, "--answer", back).stdout), back

    def take(self, laptop, path):
        return figures(self.syncd(laptop, "--import", path).stdout)

    def round(self, laptop):
        """There and back."""
        path = self.export(laptop)
        taken, back = self.answer(path)
        return taken, self.take(laptop, back)

    def same(self, *laptops):
        there = self.township.dump()
        for laptop in laptops:
            compare(there, laptop.dump(), laptop.name)

    def visit(self, laptop, summary):
        laptop.record("save", self.household, "visit", "+", "date", TODAY, "visit", "+", "outcome", "1", "visit", "+", "summary", summary)

    def summaries(self):
        return {row[0] for row in self.township.query("SELECT summary FROM r_visit WHERE scope = ?1", self.household)}

    # The steps.

    def prepare(self):
        self.township.generate().start()
        self.household, *helpers = self.township.query(
            "SELECT a.scope, a.helper_id, b.helper_id FROM r_assignment a JOIN r_assignment b ON a.scope = b.scope "
            "WHERE a.post = 'A' AND b.post = 'B' AND a.deleted = 0 AND b.deleted = 0 ORDER BY a.scope LIMIT 1")[0]
        self.a, self.b = (Laptop(self.scratch, name) for name in ("laptop-A", "laptop-B"))
        for laptop, helper in zip((self.a, self.b), helpers):
            laptop.enrol(self.township.enrol(helper))
            check(not laptop.households(), "the enrolment alone brought households")
        self.township.server.stop()

    def first_round(self):
        """All that a laptop is given comes by file."""
        for laptop in (self.a, self.b):
            taken, received = self.round(laptop)
            check(taken["changes"] == 0 and received["received"] > 0, f"{laptop.name}: {taken}, {received}")
            check(self.household in laptop.households(), f"{laptop.name} has not been given its household")
        self.same(self.a, self.b)
        return f"{len(self.a.households())} and {len(self.b.households())} households"

    def both_record(self):
        self.visit(self.a, "first of A")
        self.visit(self.b, "first of B")
        for laptop in (self.a, self.b):
            taken, received = self.round(laptop)
            check(taken["taken"] == 1 and received["waiting"] == 0, f"{laptop.name}: {taken}, {received}")
        self.round(self.a)
        self.same(self.a, self.b)
        check({"first of A", "first of B"} <= self.summaries(), f"at the township: {self.summaries()}")

    def repeated_reordered_lost(self):
        self.visit(self.a, "second of A")
        early = self.export(self.a)
        self.visit(self.a, "third of A")
        late = self.export(self.a)
        check(self.a.exported["changes"] == 2, f"a bundle does not hold what the one before held: {self.a.exported}")
        taken, late_answer = self.answer(late)
        check(taken["taken"] == 2, f"{taken}")
        head = self.township.head()
        for path in (early, late, early):
            taken, early_answer = self.answer(path)
            check(taken["taken"] == 0 and self.township.head() == head, f"a bundle that came again was taken again: {taken}")
        for answer in (late_answer, early_answer, late_answer):
            received = self.take(self.a, answer)
            check(received["waiting"] == 0 and received["position"] == head, f"{received}")
        self.same(self.a)
        self.visit(self.b, "second of B")
        self.answer(self.export(self.b))  # whose answer gets lost
        check(self.b.state()["waiting"] == 1, "B takes for confirmed what nobody confirmed to it")
        taken, received = self.round(self.b)
        check(taken["changes"] == 1 and taken["taken"] == 0 and received["waiting"] == 0, f"{taken}, {received}")
        self.same(self.b)

    def damaged(self):
        self.visit(self.a, "fourth of A")
        path = self.export(self.a)
        whole, head, before = path.read_bytes(), self.township.head(), self.a.dump()
        check(b"fourth of A" not in whole and self.household.encode() not in whole, "a bundle can be read")
        _, good = self.answer(self.export(self.b))
        hurt = self.stick("hurt")
        for data in (whole[:-1], whole[:100], b"", whole[:90] + bytes([whole[90] ^ 1]) + whole[91:], whole + b"\n"):
            hurt.write_bytes(data)
            said = self.township.command("import-bundle", self.township.path, hurt, check=False)
            check(said.returncode == 1 and "bundle" in said.stderr and "Nothing was changed" in said.stderr, f"{said}")
        check(self.township.head() == head, "something of a damaged bundle was taken")
        answer = good.read_bytes()
        for data in (answer, answer[:-1]):
            hurt.write_bytes(data)
            said = self.syncd(self.a, "--import", hurt, check=False)
            check(said.returncode == 1 and "another laptop" in said.stderr, f"B's answer at A: {said}")
        hurt.write_bytes(answer[:60] + bytes([answer[60] ^ 1]) + answer[61:])
        said = self.syncd(self.b, "--import", hurt, check=False)
        check(said.returncode == 1 and "damaged" in said.stderr, f"{said}")
        check(self.a.dump() == before, "a refused answer changed something")
        taken, back = self.answer(path)
        check(taken["taken"] == 1, f"{taken}")
        self.take(self.a, back)
        self.same(self.a)

    # Photos.

    def take_photo(self, laptop, text):
        """As the app does it: the photo first, then a record that mentions it."""
        file, content = self.scratch.path / "taken.jpg", photo(text * 1000)
        file.write_bytes(content)
        name = laptop.record("photo", file).stdout.strip()
        laptop.record("save", self.household, "photo", "+", "subject", "01", "photo", "+", "image", name, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)
        check(name == hashlib.sha256(content).hexdigest(), f"the photo is called {name}")
        return name

    @staticmethod
    def photo_at(directory, name):
        return directory / "photos" / name[:2] / f"{name}.jpg"

    def photo_state(self, laptop, name):
        with sqlite3.connect(laptop.data / "ruhu.db") as database:
            row = database.execute("SELECT state FROM photo WHERE hash = ?1", (name,)).fetchone()
        database.close()
        return row and row[0]

    def photos(self):
        """There in the laptop's bundle, to the other in the township's answer; sent is what the township acknowledged, and nothing else."""
        name = self.take_photo(self.a, "one")
        path = self.export(self.a)
        check(self.a.exported["photos"] == 1 and self.a.exported["photos_left"] == 0, f"{self.a.exported}")
        whole, hurt = path.read_bytes(), self.stick("hurt")
        hurt.write_bytes(whole[:-500] + bytes([whole[-500] ^ 1]) + whole[-499:])
        said = self.township.command("import-bundle", self.township.path, hurt, check=False)
        check(said.returncode == 1 and "damaged" in said.stderr and not self.photo_at(self.township.path, name).exists(), f"{said}")
        taken, back = self.answer(path)  # whose answer is late
        check(taken["photos"] == taken["photos_taken"] == 1 and taken["photos_refused"] == 0, f"{taken}")
        check(self.photo_at(self.township.path, name).read_bytes() == self.photo_at(self.a.data, name).read_bytes(), "the township has something else")
        check(self.photo_state(self.a, name) == "due", "the laptop takes for sent what nobody acknowledged to it")
        again, _ = self.answer(path)
        check(again["taken"] == 0 and again["photos_taken"] == 1, f"the same bundle again: {again}")
        for _ in range(2):
            received = self.take(self.a, back)
            check(received["photos_waiting"] == 0 and self.photo_state(self.a, name) == "sent", f"{received}")
        self.export(self.a)
        check(self.a.exported["photos"] == 0, f"it is carried again: {self.a.exported}")
        # With the change that mentions it; and, missing later, because the laptop names it.
        for _ in range(2):
            _, received = self.round(self.b)
            there = self.photo_at(self.b.data, name)
            check(received["photos"] == 1 and there.read_bytes() == self.photo_at(self.township.path, name).read_bytes(), f"{received}")
            there.unlink()
        self.round(self.b)
        other = self.take_photo(self.b, "two")
        self.round(self.b)
        self.round(self.a)
        check(self.photo_at(self.a.data, other).exists() and self.photo_state(self.b, other) == "sent", "the other way it does not travel")

    def old_answers_after_a_restore(self):
        """What an answer acknowledged that the restored township no longer has comes again by itself at the next contact over the network; by file the office is told that it has to."""
        backup = self.scratch.path / "backup.db"
        for laptop in (self.a, self.b):
            self.round(laptop)
        self.township.command("backup", self.township.path, backup)
        for laptop, name in ((self.a, "lost of A"), (self.b, "lost of B")):
            self.visit(laptop, name)
        photo_of_b = self.take_photo(self.b, "lost")
        answers = [self.answer(self.export(laptop))[1] for laptop in (self.a, self.b)]
        check({"lost of A", "lost of B"} <= self.summaries(), "they were not taken")
        self.township.command("restore", backup, self.township.path)
        check(not {"lost of A", "lost of B"} & self.summaries(), "that is no older backup")
        self.take(self.a, answers[0])
        check(self.a.state()["waiting"] == 0, "the answer acknowledged nothing")
        said = self.township.command("import-bundle", self.township.path, self.export(self.a), check=False)
        check(said.returncode == 1 and "restored from a backup" in said.stderr and "over the network" in said.stderr, f"{said}")
        # B's old answer comes after it has been in touch: it fits nowhere any more.
        self.township.start()
        self.syncd(self.b, "--once")
        check("lost of B" in self.summaries(), f"{self.summaries()}")
        # Nor does its receipt: what the township took then may be lost since.
        self.photo_at(self.township.path, photo_of_b).unlink(missing_ok=True)
        with sqlite3.connect(self.b.data / "ruhu.db") as database:
            database.execute("UPDATE photo SET state = 'due', received = 0, upload = NULL WHERE hash = ?1", (photo_of_b,))
        database.close()
        self.take(self.b, answers[1])
        check(self.photo_state(self.b, photo_of_b) == "due", "an old receipt makes a photo sent that is nowhere else")
        self.visit(self.b, "later of B")
        for laptop in (self.a, self.b, self.a):
            self.syncd(laptop, "--once")
        self.township.settled().server.stop()
        check({"lost of A", "lost of B", "later of B"} <= self.summaries(), f"{self.summaries()}")
        self.same(self.a, self.b)
        counts = self.township.query("SELECT count(*) FROM log WHERE kind = 'change' AND (body LIKE '%lost of A%' OR body LIKE '%lost of B%')")[0][0]
        check(counts == 2, f"they are there {counts} times")

    def other_township(self):
        other = Township(self.scratch, "other")
        shutil.copytree(self.township.path, other.path)
        for name in ("key.pem", "certificate.pem"):
            (other.path / name).unlink()
        fresh = Township(self.scratch, "fresh").make()
        for name in ("key.pem", "certificate.pem"):
            shutil.copy(fresh.path / name, other.path / name)
        said = other.command("import-bundle", other.path, self.export(self.a), check=False)
        check(said.returncode == 1 and "another township" in said.stderr, f"{said}")
        said = fresh.command("import-bundle", fresh.path, self.export(self.a), check=False)
        check(said.returncode == 1 and "does not know" in said.stderr, f"{said}")

    def said_when_it_cannot_be(self):
        said = self.syncd(self.a, "--import", self.scratch.path / "nothing", check=False)
        check(said.returncode == 1 and "cannot be read" in said.stderr, f"{said}")
        said = self.syncd(self.a, "--export", self.stick("x"), "--once", check=False)
        check(said.returncode == 2, f"{said}")
        self.a.start()
        wait_for(self.a.on_bus, "A's daemon")
        said = self.syncd(self.a, "--export", self.stick("x"), check=False)
        check(said.returncode == 3, f"{said}")
        self.a.daemon.stop()
        with sqlite3.connect(self.b.data / "ruhu.db") as database:
            database.execute("DELETE FROM meta WHERE key = 'server_key'")
        database.close()
        said = self.syncd(self.b, "--export", self.stick("x"), check=False)
        check(said.returncode == 1 and "Synchronise once" in said.stderr, f"{said}")
        self.township.start()
        self.syncd(self.b, "--once")
        self.township.server.stop()
        self.export(self.b)

    def end(self):
        self.round(self.b)
        self.same(self.a, self.b)
        said = self.township.verify()
        check({f"{n} of A" for n in ("first", "second", "third", "fourth")} <= self.summaries(), f"{self.summaries()}")
        return said


def main():
    tap = Tap()
    with Scratch("carry") as scratch:
        story = Story(scratch)
        tap.step("two laptops are enrolled; then there is no network any more", story.prepare)
        tap.step("all that a laptop is given comes in the answer to its first bundle", story.first_round)
        tap.step("what two helpers record reaches the township and each other", story.both_record)
        tap.step("repeated, reordered and lost bundles do no harm", story.repeated_reordered_lost)
        tap.step("a damaged bundle, or another laptop's, is refused whole with the reason", story.damaged)
        tap.step("photos travel both ways, and are sent when the township has acknowledged them", story.photos)
        tap.step("an old answer after a restore loses nothing", story.old_answers_after_a_restore)
        tap.step("another township can do nothing with a bundle", story.other_township)
        tap.step("what cannot be done is said", story.said_when_it_cannot_be)
        tap.step("in the end everything is at the township and on both laptops", story.end)
        tap.step("all programs ended well and said nothing bad", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"{failure}")
