#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laptops whose disk goes bad, with real processes: what only they have, or only the township has of them, outlives the rebuilding, whatever else happens meanwhile.

    damage.py [CASE…]
"""
import hashlib
import json
import os
import shutil
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

from house import Scratch, Tap, check, wait_for
from link import Link
from restore import PAGE, Story
from scope import photo

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date()


class Damage(Story):
    def at_rest(self, laptop):
        """All of its database in one file."""
        laptop.daemon.stop()
        connection = sqlite3.connect(laptop.data / "ruhu.db")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return laptop.data / "ruhu.db"

    def behead(self, laptop):
        """Nothing but bytes can be read of it."""
        with open(self.at_rest(laptop), "r+b") as file:
            file.write(b"\0" * 100)

    def whole_again(self, laptop):
        laptop.start()
        wait_for(lambda: laptop.on_bus() == "idle", f"the laptop to be whole again: {laptop.daemon.said()[-800:]}", 60)
        laptop.sync(self.township, 120)

    def handed(self, laptop):
        return {body for body, in self.township.query("SELECT body FROM handed_draft WHERE device = ?1", laptop.state()["device"])}

    def drafts(self):
        """A draft that was handed over comes back after a rebuild that cannot read it, and after the data was put back from before it; it stays at the township all the while."""
        laptop, copy = self.laptop(), self.scratch.path / "before-the-draft"
        household = laptop.households()[0]
        self.at_rest(laptop)
        shutil.copytree(laptop.data, copy)
        laptop.record("draft", household, json.dumps({"note": "HANDEDOVER"}))
        self.edit(laptop, "first time")
        laptop.start().sync(self.township)
        wait_for(lambda: len(self.handed(laptop)) == 1, "the draft to be handed over")
        self.behead(laptop)
        self.whole_again(laptop)
        check("HANDEDOVER" in laptop.record("draft", household).stdout, "the draft did not come back after the rebuild")
        check(len(self.handed(laptop)) == 1, f"the township has {self.handed(laptop)}")
        laptop.daemon.stop()
        shutil.rmtree(laptop.data)
        shutil.copytree(copy, laptop.data)
        self.edit(laptop, "second time", 1)
        self.whole_again(laptop)
        laptop.record("draft", laptop.households()[1], json.dumps({"note": "LATER"}))
        laptop.sync(self.township)
        wait_for(lambda: len(self.handed(laptop)) == 2, f"both drafts at the township: {self.handed(laptop)}")
        check("HANDEDOVER" in laptop.record("draft", household).stdout, "the draft did not come back with the older copy")
        laptop.daemon.stop()

    def saved_meanwhile(self):
        """The app saves while the database is being made anew over a slow link: what it called saved arrives, up to the moment from which it cannot save there any more."""
        laptop = self.laptop()
        household, path = laptop.households()[0], self.at_rest(laptop)
        connection = sqlite3.connect(path)
        leaves = [row[0] for row in connection.execute("SELECT pageno FROM dbstat WHERE name LIKE '%term%' AND pagetype = 'leaf' ORDER BY pageno")]
        connection.close()
        whole = path.read_bytes()
        for page in leaves[len(leaves) // 2:]:
            bad = bytearray(whole)
            bad[(page - 1) * PAGE] ^= 0x55
            path.write_bytes(bad)
            if laptop.record("set", "household", household, "group_name", "MEANWHILE 0", check=False).returncode == 0:
                break
            path.write_bytes(whole)
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        link = Link(self.township.port)
        credentials = laptop.data / "credentials"
        credentials.write_text(credentials.read_text(encoding="utf-8").replace(f":{self.township.port}", f":{link.port}"), encoding="utf-8")
        link.hold = 2.0
        laptop.start()
        saved, number = ["MEANWHILE 0"], 0
        while not list(laptop.data.glob("ruhu.db.damaged-*")):
            check(number < 300 and laptop.daemon.running(), f"it was never made anew: {laptop.daemon.said()[-800:]}")
            number += 1
            if laptop.record("set", "household", household, "group_name", f"MEANWHILE {number}", check=False).returncode == 0:
                saved.append(f"MEANWHILE {number}")
        link.hold = 0
        wait_for(lambda: laptop.on_bus() == "idle", "the laptop to be whole again", 120)
        laptop.sync(self.township, 120)
        lost = [text for text in saved if self.times(text) != 1]
        check(not lost, f"of {len(saved)} saves were lost: {lost}")
        laptop.daemon.stop()
        return f"{len(saved)} saves, all there"

    def missing(self):
        """The database is gone from an enrolled laptop: it is made anew, drafts and all; so it is where the app has made an empty one meanwhile."""
        laptop = self.laptop()
        household = laptop.households()[0]
        laptop.record("draft", household, json.dumps({"note": "NOTONTHISDISK"}))
        self.edit(laptop, "there already")
        laptop.sync(self.township)
        wait_for(lambda: len(self.handed(laptop)) == 1, "the draft to be handed over")
        for opened in (False, True):
            self.at_rest(laptop).unlink()
            for suffix in ("-wal", "-shm"):
                (laptop.data / ("ruhu.db" + suffix)).unlink(missing_ok=True)
            if opened:
                (laptop.data / "ruhu.db").touch(0o600)
                laptop.record("state", check=False)
                check((laptop.data / "ruhu.db").stat().st_size > 0, "there is no database yet")
            self.whole_again(laptop)
            check(laptop.value("household", household, "group_name") == "there already", "it did not come back")
            check("NOTONTHISDISK" in laptop.record("draft", household).stdout, "its draft did not come back")
        self.edit(laptop, "goes on")
        self.settled(laptop)
        laptop.daemon.stop()

    # Bytes that go bad where SQLite does not look.

    def flip(self, laptop, text, offset=0):
        """One bit, @offset bytes behind the beginning of @text, which the log has."""
        path = self.at_rest(laptop)
        raw, found = bytearray(path.read_bytes()), 0
        place = raw.find(text)
        while place >= 0:
            raw[place + offset] ^= 1
            found += 1
            place = raw.find(text, place + 1)
        path.write_bytes(raw)
        connection = sqlite3.connect(path)
        check(found and connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), "this test spoils nothing, or too much")
        connection.close()

    def unsent_text(self):
        """One bit of an unsent change's text is altered, in its form or in what it says: it is shown to its author as refused, and all behind it arrives."""
        laptop = self.laptop()
        one, other = laptop.households()[:2]
        laptop.daemon.stop()
        laptop.record("set", "household", one, "group_name", "FORM")
        laptop.record("set", "household", one, "group_name", "VALUE")
        laptop.record("set", "household", other, "group_name", "BEHIND")
        self.flip(laptop, b'"group_name":"FORM"')
        self.flip(laptop, b'"group_name":"VALUE"', 14)
        laptop.start().sync(self.township, 120)
        check([self.times(text) for text in ("FORM", "VALUE", "WALUE", "BEHIND")] == [0, 0, 0, 1], "what was altered was sent, or what was behind it was not")
        told = ["\t".join(line) for line in laptop.lines("reviews")]
        check(len(told) == 2 and all("damaged" in line for line in told), f"its author is told {told}")
        check(laptop.state()["waiting"] == 0 and laptop.property("Refused") == 2, f"{laptop.state()} {laptop.properties()}")
        self.edit(laptop, "RECORDEDAGAIN")
        laptop.sync(self.township)
        check(self.times("RECORDEDAGAIN") == 1, "it cannot be recorded again")
        laptop.daemon.stop()

    def others_text(self):
        """The same of a change that came from the township: the database is made anew, and the change is there again."""
        laptop = self.laptop()
        household = laptop.households()[0]
        self.edit(laptop, "HERS")
        laptop.sync(self.township)
        self.flip(laptop, b'"group_name":"HERS"')
        laptop.record("draft", household, json.dumps({"note": "STAYS"}))
        self.whole_again(laptop)
        check(list(laptop.data.glob("ruhu.db.damaged-*")), "the damage was not noticed")
        check(b'"group_name":"HERS"' in self.everything(laptop) and "STAYS" in laptop.record("draft", household).stdout, "it is not there again")
        laptop.daemon.stop()

    def unsent_photo(self):
        """A photo that is altered before it was sent: it is not sent, its author is told, and it is not waited for; added once more, it goes."""
        laptop = self.laptop()
        household = laptop.households()[0]
        laptop.daemon.stop()
        file = self.scratch.path / "altered.jpg"
        file.write_bytes(photo("ALTERED" + "X" * 20_000))
        digest = laptop.record("photo", file).stdout.strip()
        laptop.record("save", household, "photo", "+", "subject", "01", "photo", "+", "image", digest, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)
        here, there = (folder / "photos" / digest[:2] / f"{digest}.jpg" for folder in (laptop.data, self.township.path))
        raw = bytearray(here.read_bytes())
        raw[100] ^= 1
        here.write_bytes(raw)
        laptop.start().sync(self.township)

        def told():
            connection = sqlite3.connect(f"file:{laptop.data}/ruhu.db?mode=ro", uri=True)
            try:
                return connection.execute("SELECT (SELECT count(*) FROM notice WHERE kind = 'photo'), (SELECT state FROM photo WHERE hash = ?1)", (digest,)).fetchone()
            finally:
                connection.close()
        wait_for(lambda: told() == (1, "damaged"), f"its author to be told: {laptop.daemon.said()[-500:]}")
        wait_for(lambda: (laptop.property("PhotosWaiting"), laptop.property("PhotosWanted")) == (0, 0), "the laptop not to wait for it")
        check(not there.exists(), "something was sent")
        laptop.daemon.stop()
        laptop.start().sync(self.township)
        check(told() == (1, "damaged"), "it was forgotten")
        laptop.record("photo", file)
        laptop.sync(self.township)
        wait_for(there.exists, "the photo that was added once more")
        laptop.daemon.stop()

    # Laptops that are withdrawn.

    def everything(self, laptop):
        """All bytes of its folder."""
        return b"".join(path.read_bytes() for path in laptop.data.rglob("*") if path.is_file() and not path.is_socket())

    def erased(self, laptop):
        wait_for(lambda: not (laptop.data / "credentials").exists(), f"the laptop to be erased: {laptop.on_bus()} {laptop.daemon.said()[-1200:]}", 60)

    def revoke(self, device):
        self.township.command("device", "revoke", self.township.path, device)

    def withdrawn_after_restore(self):
        """What was acknowledged and then lost by a restore is nowhere but on a laptop that is withdrawn: it hands all of it over once more, draft and photo too, before it erases itself."""
        laptop, backup = self.laptop(), self.scratch.path / "before-the-edits.db"
        device, household = laptop.state()["device"], laptop.households()[0]
        self.township.command("backup", self.township.path, backup)
        content = photo("THEPHOTO" + "X" * 20_000)
        file = self.scratch.path / "taken.jpg"
        file.write_bytes(content)
        digest = laptop.record("photo", file).stdout.strip()
        laptop.record("save", household, "photo", "+", "subject", "01", "photo", "+", "image", digest, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)
        self.edit(laptop, "ACKNOWLEDGED")
        laptop.record("draft", household, json.dumps({"note": "ALSOHANDEDOVER"}))
        laptop.sync(self.township)
        there = self.township.path / "photos" / digest[:2] / f"{digest}.jpg"
        wait_for(there.exists, "the photo at the township")
        wait_for(lambda: len(self.handed(laptop)) == 1, "the draft at the township")
        wait_for(lambda: laptop.property("PhotosWaiting") == 0, "the photo's acknowledgement")
        laptop.daemon.stop()
        self.township.server.stop()
        self.township.command("restore", backup, self.township.path)
        there.unlink()
        self.revoke(device)
        self.township.start()
        laptop.start()
        self.erased(laptop)
        check(self.times("ACKNOWLEDGED") == 1 and self.times(digest) == 1, "an acknowledged change was erased")
        check(self.township.query("SELECT count(*) FROM handed_draft WHERE device = ?1", device) == [(1,)], "the draft was erased")
        check(there.exists(), "the photo was erased")
        check(b"ACKNOWLEDGED" not in self.everything(laptop), "it is still there")
        laptop.daemon.stop()

    def withdrawn_damaged(self):
        """A laptop that is withdrawn while its database is damaged hands over what can be read and erases itself, with the damaged database."""
        laptop = self.laptop()
        device, household = laptop.state()["device"], laptop.households()[0]
        name = self.township.query("SELECT name FROM r_person WHERE scope = ?1 LIMIT 1", household)[0][0].encode()
        self.edit(laptop, "NEVERSENT")
        laptop.daemon.stop()
        self.edit(laptop, "NEVERSENTEITHER")
        self.behead(laptop)
        check(name in self.everything(laptop), "this test sees nothing")
        self.revoke(device)
        laptop.start()
        wait_for(lambda: list(laptop.data.glob("ruhu.db.damaged-*")) or not (laptop.data / "credentials").exists(), f"the database to be made anew: {laptop.daemon.said()[-800:]}", 60)
        self.erased(laptop)
        check(self.times("NEVERSENTEITHER") == 1, "what was not sent was erased")
        left = [path.name for path in laptop.data.glob("ruhu.db?*") if path.name not in ("ruhu.db-wal", "ruhu.db-shm")]
        check(not left, f"{left} are left")
        wait_for(lambda: name not in self.everything(laptop), "the last bytes to go")
        laptop.daemon.stop()

    def withdrawn_with_lost_photos(self):
        """A photo that the disk has altered, and one that the township does not take, do not keep a withdrawn laptop from erasing itself: the office is told which will not come."""
        laptop = self.laptop()
        device, household = laptop.state()["device"], laptop.households()[0]
        laptop.daemon.stop()
        self.revoke(device)
        file = self.scratch.path / "lost.jpg"
        file.write_bytes(photo("LOST" + "X" * 20_000))
        altered = laptop.record("photo", file).stdout.strip()
        raw = bytearray((laptop.data / "photos" / altered[:2] / f"{altered}.jpg").read_bytes())
        raw[100] ^= 1
        (laptop.data / "photos" / altered[:2] / f"{altered}.jpg").write_bytes(raw)
        content = b"no photo at all"
        refused = hashlib.sha256(content).hexdigest()
        (laptop.data / "photos" / refused[:2]).mkdir(exist_ok=True)
        (laptop.data / "photos" / refused[:2] / f"{refused}.jpg").write_bytes(content)
        for digest in (altered, refused):
            laptop.record("save", household, "photo", "+", "subject", "01", "photo", "+", "image", digest, "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)
        laptop.start()
        self.erased(laptop)
        told = [line.split("\t") for line in self.township.command("device", "photos", self.township.path).stdout.splitlines()]
        check(sorted(line[0] for line in told) == sorted([altered, refused]) and {line[1] for line in told} == {device}, f"the office is told {told}")
        check(self.times(altered) == 1 and self.times(refused) == 1, "the changes were erased")
        laptop.daemon.stop()

    def withdrawn_witness(self):
        """What a restore lost of a laptop that never comes back is nowhere but on another one, which is withdrawn: the township has the copy before it goes."""
        shared, *two = self.township.query("SELECT a.scope, a.helper_id, b.helper_id FROM r_assignment a JOIN r_assignment b ON a.scope = b.scope AND a.helper_id < b.helper_id "
                                           "WHERE a.deleted = 0 AND b.deleted = 0 AND a.to_date IS NULL AND b.to_date IS NULL ORDER BY a.scope LIMIT 1")[0]
        author, witness, backup = *(self.laptop(helper) for helper in two), self.scratch.path / "before-the-witness.db"
        self.township.command("backup", self.township.path, backup)
        author.record("set", "household", shared, "group_name", "ONLYSEENHERE")
        author.sync(self.township)
        witness.sync(self.township)
        author.daemon.stop()
        self.township.server.stop()
        self.township.command("restore", backup, self.township.path)
        self.township.start()
        witness.sync(self.township, 120)
        check(self.copies() == [], f"too early: {self.copies()}")
        self.revoke(witness.state()["device"])
        witness.sync_now()
        self.erased(witness)
        check(len(self.copies()) == 1 and "ONLYSEENHERE" in self.copies()[0], f"the copy is gone: {self.copies()}")
        check(self.times("ONLYSEENHERE") == 0, "a copy took effect")
        author.start().sync(self.township, 120)
        check(self.copies() == [] and self.times("ONLYSEENHERE") == 1, "its author came back")
        for laptop in (author, witness):
            laptop.daemon.stop()

    def copies(self):
        return self.township.command("witness", self.township.path).stdout.splitlines()

    def read_to_the_end(self):
        """Somebody reads while a laptop is erased: what stands in the log until then goes when they are done, though the laptop is nobody's by then."""
        laptop = self.laptop()
        name = self.township.query("SELECT name FROM r_person WHERE scope = ?1 LIMIT 1", laptop.households()[0])[0][0].encode()
        reader = sqlite3.connect(laptop.data / "ruhu.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM log").fetchall()
        self.revoke(laptop.state()["device"])
        laptop.sync_now()
        self.erased(laptop)
        check(name in self.everything(laptop), "this test sees nothing")
        reader.execute("COMMIT")
        reader.close()
        wait_for(lambda: name not in self.everything(laptop), "the last bytes to go", 40)
        laptop.daemon.stop()


def main():
    tap = Tap()
    with Scratch("damage") as scratch:
        story = Damage(scratch)
        tap.step("a township with helpers", story.prepare)
        for name in sys.argv[1:] or ["drafts", "saved_meanwhile", "missing", "unsent_text", "others_text", "unsent_photo", "withdrawn_after_restore", "withdrawn_damaged", "withdrawn_with_lost_photos", "withdrawn_witness", "read_to_the_end"]:
            case = getattr(story, name)
            tap.step(" ".join(case.__doc__.split()), case)
        tap.step("everything ends as it should", scratch.close)
    return tap.end()


if __name__ == "__main__":
    os.environ.setdefault("RUHU_LANGUAGE", "en")
    sys.exit(main())
