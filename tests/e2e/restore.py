#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that are lost, with real processes: the township restored from an older backup, a laptop's data put back from an older copy, a laptop's
database damaged in many places. What was acknowledged comes back by itself, what was not sent is kept, and all are the same in the end.

    restore.py [CASE…]
"""
import json
import os
import random
import shutil
import sqlite3
import sys

from gi.repository import GLib

from house import Laptop, Scratch, Tap, Township, check, compare, wait_for

PAGE = 4096


class Story:
    """One township; each case has laptops of its own."""

    def __init__(self, scratch):
        self.scratch, self.number = scratch, 0
        self.township = Township(scratch)

    def prepare(self):
        self.township.generate().start()
        self.helpers = [row[0] for row in self.township.query("SELECT helper_id FROM r_assignment WHERE deleted = 0 GROUP BY helper_id HAVING count(*) > 1 ORDER BY helper_id")]

    def laptop(self, helper=None):
        self.number += 1
        laptop = Laptop(self.scratch, f"laptop{self.number}")
        laptop.enrol(self.township.enrol(helper or self.helpers[self.number]))
        laptop.start().sync(self.township, 120)
        return laptop

    def edit(self, laptop, text, household=0):
        laptop.record("set", "household", laptop.households()[household], "group_name", text)

    def times(self, text):
        return self.township.query("SELECT count(*) FROM log WHERE body LIKE ?1", f'%"{text}"%')[0][0]

    def settled(self, *laptops):
        for _ in range(2):
            for laptop in laptops:
                laptop.sync(self.township, 120)
        for laptop in laptops:
            compare(self.township.dump(), laptop.dump(), laptop.name)
        self.township.verify()

    # The township

    def older_backup(self):
        """What was acknowledged after the backup is sent again, byte for byte, and both laptops have it."""
        first, second, backup = self.laptop(), self.laptop(), self.scratch.path / "backup.db"
        self.edit(first, "before")
        first.sync(self.township)
        self.township.command("backup", self.township.path, backup)
        for i in range(8):
            self.edit(first, f"after {i}", i % 2)
        self.edit(second, "other")
        for laptop in (first, second):
            laptop.sync(self.township)
        sums = dict(self.township.query("SELECT seq, body FROM log WHERE kind = 'change' AND body LIKE '%after _%'"))
        head = self.township.head()
        check(len(sums) == 8, sums)
        second.daemon.stop()
        refused = self.township.command("restore", backup, self.township.path, check=False)
        check(refused.returncode == 1, "a backup was put in place under a server that runs")
        self.township.server.stop()
        self.township.command("restore", backup, self.township.path)
        check(self.township.head() > head, "positions are given twice")
        check(self.times("after 7") == 0, "that is no older backup")
        self.township.start()
        first.sync(self.township, 120)
        self.edit(first, "meanwhile", 1)
        first.sync(self.township)
        second.start()
        self.settled(first, second)
        check(dict(self.township.query("SELECT seq, body FROM log WHERE kind = 'change' AND body LIKE '%after _%'")) == sums, "not byte for byte")
        for text in ("before", "other", "meanwhile"):
            check(self.times(text) == 1, text)
        return f"{len(sums)} acknowledged changes came back"

    def forgotten(self):
        """Enrolled after the backup: the restored township does not know the laptop. It says so, keeps everything, and with a new link sends all of it under its own name."""
        backup = self.scratch.path / "before-enrolment.db"
        self.township.command("backup", self.township.path, backup)
        laptop = self.laptop()
        device = laptop.state()["device"]
        self.edit(laptop, "ack and lost")
        laptop.sync(self.township)
        household = laptop.households()[0]
        self.township.server.stop()
        self.township.command("restore", backup, self.township.path)
        self.township.start()
        check(self.times("ack and lost") == 0, "that is no older backup")
        self.edit(laptop, "never sent", 1)
        laptop.record("draft", household, '{"note":"half a word"}')
        laptop.sync_now()
        wait_for(lambda: laptop.property("LastErrorName") == "unauthorised", f"the laptop to say that it is not known: {laptop.properties()}")
        sentence = laptop.property("LastError")
        check("older backup" in sentence and "kept" in sentence and "enrolment link" in sentence, sentence)
        check(laptop.value("household", household, "group_name") == "ack and lost" and laptop.state()["waiting"] == 1 and "half a word" in laptop.record("draft", household).stdout, "something went")
        # Somebody else's link is not used up for it; its own is.
        wrong = self.township.enrol(self.helpers[0])
        try:
            laptop.call("org.ruhu.Sync1", "Enrol", GLib.Variant("(s)", (wrong,)))
            check(False, "somebody else's link was taken")
        except GLib.Error as refused:
            check("somebody else" in refused.message, refused.message)
        check(laptop.state()["waiting"] == 1, "something went")
        laptop.call("org.ruhu.Sync1", "Enrol", GLib.Variant("(s)", (self.township.enrol(self.helpers[self.number]),)))
        self.settled(laptop)
        check(laptop.state()["device"] == device, "it goes by another name")
        check([self.times(text) for text in ("ack and lost", "never sent")] == [1, 1], "something was lost")
        check(self.township.query("SELECT count(*) FROM log WHERE kind IN ('quarantined', 'refused') AND device = ?1", device) == [(0,)], "its own households are held against it")
        wait_for(lambda: self.township.query("SELECT count(*) FROM handed_draft WHERE device = ?1", device) == [(1,)], "the draft at the township")
        return sentence

    def rewritten(self):
        """A copy that was put in place by hand, with a history of its own: an alarm on both sides, nothing taken, nothing erased, work goes on."""
        laptop = self.laptop()
        self.township.server.stop()
        kept = self.scratch.path / "kept.db"
        shutil.copy(self.township.database(), kept)
        self.township.start()
        self.edit(laptop, "acknowledged")
        laptop.sync(self.township)
        self.township.server.stop()
        now = self.scratch.path / "now.db"
        shutil.copy(self.township.database(), now)
        shutil.copy(kept, self.township.database())
        self.township.start()
        laptop.sync_now()
        wait_for(lambda: laptop.property("LastErrorName") == "rewritten", "the laptop's alarm")
        check("ALARM" in self.township.server.said(), "the township says nothing")
        self.edit(laptop, "goes on", 1)
        check(laptop.value("household", laptop.households()[0], "group_name") == "acknowledged", "something was taken from it")
        # The office puts it right: what it has is a restored copy.
        self.township.server.stop()
        self.township.command("restore", kept, self.township.path)
        self.township.start()
        laptop.sync_now()
        self.settled(laptop)
        check(self.times("acknowledged") == 1 and self.times("goes on") == 1, "something was lost")

    # The laptop

    def put_back(self):
        """Numbers that were used twice: nothing of either time is lost."""
        laptop, copy = self.laptop(), self.scratch.path / "copy"
        laptop.daemon.stop()
        shutil.copytree(laptop.data, copy)
        laptop.start()
        self.edit(laptop, "first time")
        laptop.sync(self.township)
        laptop.daemon.stop()
        shutil.rmtree(laptop.data)
        shutil.copytree(copy, laptop.data)
        self.edit(laptop, "second time", 1)
        laptop.start()
        self.settled(laptop)
        check(self.times("first time") == 1 and self.times("second time") == 1, "something was lost")
        check(laptop.value("household", laptop.households()[0], "group_name") == "first time", "its own change did not come back")

    def damaged(self):
        """One place after the other is hurt; what was not sent and can be read arrives, the drafts that can be read are there, the damaged file is kept, and the laptop is whole again."""
        laptop, seed, kept, drafts = self.laptop(), random.Random(7), 0, 0

        def zero(file, page):
            file.seek(page * PAGE)
            file.write(b"\0" * PAGE)

        def flip(file, page):
            file.seek(page * PAGE)
            data = bytearray(file.read(PAGE))
            for _ in range(40):
                data[seed.randrange(8)] ^= 1 << seed.randrange(8)
            file.seek(page * PAGE)
            file.write(data)

        hurts = ["header", "schema", "half", "empty"] + [(kind, part) for kind in (zero, flip) for part in (0.1, 0.3, 0.5, 0.7, 0.9)]
        for number, hurt in enumerate(hurts):
            laptop.daemon.stop()
            text = f"unsent {number}"
            self.edit(laptop, text)
            draft = f"draft {number}"
            laptop.record("draft", laptop.households()[0], json.dumps({"summary": draft}))
            path = laptop.data / "ruhu.db"
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            schema = {row[0] - 1 for row in connection.execute("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")}
            connection.close()
            pages = path.stat().st_size // PAGE
            whole = path.read_bytes()
            held = [whole[page * PAGE:(page + 1) * PAGE] for page in range(pages)]
            where = [page for page in range(1, pages) if text.encode() not in held[page] and draft.encode() not in held[page]]
            readable = hurt not in ("half", "empty")
            with open(path, "r+b") as file:
                if hurt == "header":
                    file.write(b"\0" * 100)
                elif hurt == "schema":
                    zero(file, 0)
                elif hurt == "half":
                    file.truncate(pages // 2 * PAGE)
                elif hurt == "empty":
                    file.truncate(0)
                else:
                    hit = where[int(len(where) * hurt[1])]
                    hurt[0](file, hit)
            laptop.start()
            wait_for(lambda: laptop.on_bus() == "idle", f"the laptop to be whole again after {hurt}", 60)
            if readable:
                wait_for(lambda: self.times(text) >= 1, f"{text} after {hurt}")
                # Where the tables' names are lost, only the bytes are left, and in them only changes are known again.
                found = [line for line in laptop.lines("draft", laptop.households()[0]) if draft in line[2]]
                drafts += bool(found)
                check(found or hurt in ("header", "schema") or hit in schema, f"{draft} is gone after {hurt}")
            damaged = len(list(laptop.data.glob("ruhu.db.damaged-*")))
            if hurt in hurts[:4]:
                check(damaged > kept, f"{hurt} was not set aside")
            kept = damaged
        laptop.daemon.stop()
        laptop.start()
        self.settled(laptop)
        check(self.times("unsent 0") == 1, "sent twice")
        return f"{kept} of {len(hurts)} were rebuilt, the newest draft was there after {drafts}"


def main():
    tap = Tap()
    with Scratch("restore") as scratch:
        story = Story(scratch)
        tap.step("a township with helpers", story.prepare)
        for name in sys.argv[1:] or ["older_backup", "forgotten", "rewritten", "put_back", "damaged"]:
            case = getattr(story, name)
            tap.step(" ".join(case.__doc__.split()), case)
        tap.step("everything ends as it should", scratch.close)
    return tap.end()


if __name__ == "__main__":
    os.environ.setdefault("RUHU_LANGUAGE", "en")
    sys.exit(main())
