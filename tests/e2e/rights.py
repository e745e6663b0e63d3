#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights that move, with real processes: a household that goes to somebody else while its helper is offline, a laptop that is withdrawn with everything
still on it, one that is lost and replaced, and claims of rights that ended long ago. Whatever was recorded is in force or before the office; nothing is
lost, and nothing stays where it has no business any more."""
import hashlib
import http.client
import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone

from house import BUILD, Laptop, Scratch, Tap, Township, check, compare, program, run, wait_for
from link import Link
from scope import photo
from wire import Device

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date()
CANARY = "CANARYOFTHEWITHDRAWN"
PHOTO_LINK = 25_000  # bytes a second


def digest(content):
    return hashlib.sha256(content).hexdigest()


class Story:
    def __init__(self, scratch):
        self.scratch, self.township = scratch, Township(scratch)

    # Who and what.

    def prepare(self):
        self.township.generate()
        # Guesses are counted soon enough for a test; of one address as few as ever.
        config = self.township.path / "township.conf"
        config.write_text(config.read_text(encoding="utf-8") + "\n[enrolment]\nfailures-per-minute-in-all=25\n", encoding="utf-8")
        self.township.start()
        self.office_user = self.township.query("SELECT id FROM r_helper WHERE role = 'office' ORDER BY id LIMIT 1")[0][0]
        self.office = self.laptop("office", self.office_user)
        rows = self.township.query("SELECT helper_id, scope FROM r_assignment WHERE deleted = 0 AND to_date IS NULL ORDER BY helper_id, scope")
        self.of, self.by = {}, {}
        for helper, scope in rows:
            self.of.setdefault(helper, []).append(scope)
            self.by.setdefault(scope, []).append(helper)
        # Helpers none of whose households is another's of them.
        chosen, taken = [], set()
        for helper, scopes in self.of.items():
            if len(scopes) >= 3 and not taken & set(scopes) and any(len(self.by[scope]) > 1 for scope in scopes):
                chosen.append(helper)
                taken |= set(scopes)
        self.reassigned, self.withdrawn, self.lost = chosen[:3]

    def laptop(self, name, helper, through=None):
        laptop = Laptop(self.scratch, name)
        link = self.township.enrol(helper)
        laptop.enrol(link.replace(f":{self.township.port}/", f":{through.port}/") if through else link)
        return laptop.start().sync(self.township, 120) or laptop

    def kinds(self, text):
        return self.township.query("SELECT kind, reason FROM log WHERE body LIKE ?1 ORDER BY n", f"%{text}%")

    def quarantine(self, *arguments, check=True):
        return self.township.command("quarantine", *arguments, check=check)

    def waiting(self, device=None):
        rows = [line.split("\t") for line in self.quarantine("list", self.township.path).stdout.splitlines()]
        return [row for row in rows if device in (None, row[0])]

    def number_of(self, text):
        return self.township.query("SELECT device, seq FROM log WHERE kind = 'quarantined' AND body LIKE ?1", f"%{text}%")[0]

    # A household goes to somebody else.

    def save_page(self, number, text, seen):
        self.a.record("save", self.gone, "household", self.gone, "group_name", text, seen=seen, draft=self.drafts[number])

    def reassignment(self):
        """What was recorded before is accepted; what an old page saves when this laptop knows of it waits for the office, and its author is told why."""
        self.a = self.laptop("reassigned", self.reassigned)
        self.gone = self.of[self.reassigned][0]
        self.a.daemon.stop()
        self.a.record("save", self.gone, "household", self.gone, "group_name", "WRITTENBEFORE")
        self.seen_before = self.a.state()["seen"]
        # Pages that stay open.
        self.drafts = [self.a.lines("draft", self.gone, "{}")[0][2] for _ in range(2)]
        for record, in self.township.query("SELECT id FROM r_assignment WHERE helper_id = ?1 AND scope = ?2 AND deleted = 0", self.reassigned, self.gone):
            self.office.record("save", self.gone, "assignment", record, "to_date", TODAY - timedelta(days=1), "assignment", record, "from_date", TODAY - timedelta(days=300))
        self.office.sync(self.township)
        self.a.start().sync(self.township)
        check(self.kinds("WRITTENBEFORE") == [("change", None)], f"what was written before is {self.kinds('WRITTENBEFORE')}")
        check(self.gone not in self.a.households(), "the household is still here")
        self.save_page(0, "WRITTENAFTER", self.a.state()["seen"])
        self.a.sync(self.township)
        check(self.kinds("WRITTENAFTER") == [("quarantined", "forbidden")], f"what was written after is {self.kinds('WRITTENAFTER')}")
        told = self.a.lines("reviews")
        check(len(told) == 1 and told[0][0] == "quarantined" and "forbidden" in told[0] and "assigned" in "\t".join(told[0]), f"its author is told {told}")
        check(self.office.value("household", self.gone, "group_name") == "WRITTENBEFORE", "the office has something else")
        return "\t".join(told[0])

    def refusal(self):
        """The office refuses it with a reason, which its author reads."""
        device, seq = self.number_of("WRITTENAFTER")
        silent = self.quarantine("refuse", "--by", self.office_user, self.township.path, device, seq, check=False)
        check(silent.returncode == 2 and "--reason" in silent.stderr, f"a refusal without a reason: {silent}")
        self.quarantine("refuse", "--by", self.office_user, "--reason", "the household has moved", self.township.path, device, seq)
        self.a.sync(self.township)
        wait_for(lambda: "the household has moved" in self.a.record("reviews").stdout, "the reason to reach the author")
        check(self.waiting(device) == [], f"still waiting: {self.waiting(device)}")
        check(self.kinds("WRITTENAFTER")[-1] == ("refused", "office"), f"{self.kinds('WRITTENAFTER')}")

    # A laptop is withdrawn.

    def full_laptop(self):
        """An outbox, a draft, a photo that a record mentions and one that only the draft does, all unsent."""
        self.link = Link(self.township.port)
        self.b = self.laptop("withdrawn", self.withdrawn, self.link)
        self.device = self.b.state()["device"]
        self.b.daemon.stop()
        self.shared = next(scope for scope in self.of[self.withdrawn] if len(self.by[scope]) > 1)
        self.photos = [photo(CANARY + name + "X" * 70_000) for name in ("RECORDED", "DRAFTED")]
        for number, content in enumerate(self.photos):
            file = self.scratch.path / f"taken{number}.jpg"
            file.write_bytes(content)
            check(self.b.record("photo", file).stdout.strip() == digest(content), "the photo has another hash")
        self.b.record("save", self.shared, "household", self.shared, "group_name", CANARY)
        self.b.record("save", self.shared, "photo", "+", "subject", "01", "photo", "+", "image", digest(self.photos[0]), "photo", "+", "things_only", "true", "photo", "+", "date", TODAY)
        self.b.record("save", self.of[self.withdrawn][-1], "problem", "+", "kind", "11", "problem", "+", "found", TODAY, "problem", "+", "state", "1", "problem", "+", "description", CANARY)
        self.b.record("draft", self.shared, json.dumps({"changed": {"photo": {"f": {"image": digest(self.photos[1])}}}, "note": CANARY + "DRAFT"}))
        check(self.files_with_canary(), "this test sees nothing")
        self.township.command("device", "revoke", self.township.path, self.device)

    def files_with_canary(self):
        """Whatever lies in the laptop's folder, with its write-ahead log, its photos, and what was left of them."""
        return sorted(str(path.relative_to(self.b.path)) for path in self.b.path.rglob("*") if path.is_file() and not path.is_socket() and CANARY.encode() in path.read_bytes())

    def there(self, content):
        name = digest(content)
        path = self.township.path / "photos" / name[:2] / f"{name}.jpg"
        return path.exists() and path.read_bytes() == content

    def handed_over(self):
        return len(self.waiting(self.device)) == 3 and self.township.query("SELECT count(*) FROM handed_draft WHERE device = ?1", self.device)[0][0] == 1

    def withdrawal(self):
        """The daemon is killed when the changes are there, when a part of a photo is, and when one photo is; started again, it goes on."""
        self.link.rate = PHOTO_LINK

        def part():
            return any(file.stat().st_size > 0 for file in (self.township.path / "photos/incoming").glob("*.part"))
        for moment in (self.handed_over, lambda: part() or any(map(self.there, self.photos)), lambda: any(map(self.there, self.photos))):
            self.b.start()
            wait_for(moment, f"the moment to kill the daemon at: {self.b.daemon.said()[-800:]}", 60)
            self.b.daemon.kill()
            check((self.b.data / "credentials").exists() and self.files_with_canary(), "it had erased itself already")
        self.link.mend()
        self.b.start()
        wait_for(lambda: self.b.on_bus() == "revoked" and not (self.b.data / "credentials").exists(), f"the laptop to be erased: {self.b.daemon.said()[-1500:]}", 60)
        # And once more: it stays erased, and says so in a new run.
        self.b.daemon.kill()
        self.b.start()
        wait_for(lambda: self.b.on_bus() == "unenrolled", "the laptop to know that it is nobody's")
        self.b.daemon.stop()

    def nothing_lost(self):
        check(self.handed_over(), f"waiting: {self.waiting(self.device)}")
        check(all(map(self.there, self.photos)), f"photos at the township: {[self.there(content) for content in self.photos]}")
        check({row[3] for row in self.waiting(self.device)} == {"revoked"}, f"{self.waiting(self.device)}")

    def nothing_stays(self):
        check(not self.files_with_canary(), f"still in {self.files_with_canary()}")
        check(not list((self.b.data / "photos").rglob("*.jpg")), "photos are left")

    def wrong_arguments(self):
        """What is wrong with a command is said in the language of whoever typed it, and nothing is decided by it."""
        device, seq = self.number_of('"group_name":"' + CANARY)
        before, town = self.waiting(), self.township.path
        chinese = dict(self.township.env, LANGUAGE="zh_CN", RUHU_LOCALEDIR=str(BUILD / "po"))
        by = ("--by", self.office_user)
        for status, words, arguments in (
                (2, "用法", ()),
                (2, "用法", ("decide", town, device, seq)),
                (2, "目录 电脑 序号", ("show", town, device)),
                (2, "目录 电脑 序号", ("accept", *by, town, device, seq, "more")),
                (1, "不是改动的编号", ("show", town, device, f"{seq}x")),
                (1, "quarantine list", ("show", town, device, 9999)),
                (1, "quarantine list", ("accept", *by, town, "0" * 16, seq)),
                (2, "--by", ("accept", town, device, seq)),
                (2, "--reason", ("refuse", *by, town, device, seq)),
                (2, "--reason", ("refuse", *by, "--reason", "", town, device, seq)),
                (1, "乡镇", ("accept", "--by", self.withdrawn, town, device, seq)),
                (1, "", ("accept", "--by", "nobody", town, device, seq)),
                (1, "", ("refuse", *by, "--reason", "x" * 501, town, device, seq)),
                (1, "", ("list", self.scratch.path / "nowhere"))):
            said = run([program("ruhu-township"), "quarantine", *map(str, arguments)], env=chinese, check=False)
            check(said.returncode == status and words in said.stderr and any("\u4e00" <= sign <= "\u9fff" for sign in said.stderr), f"{arguments}: {said}")
        check(self.waiting() == before, "something was decided")

    def decisions(self):
        """The office looks at each, lets two in and refuses one; what was let in is in force, and reaches another laptop with its photo."""
        device, seq = self.number_of('"group_name":"' + CANARY)
        shown = self.quarantine("show", self.township.path, device, seq)
        check(json.loads(shown.stdout)["set"]["household"][self.shared]["group_name"] == CANARY and "withdrawn" in shown.stderr, f"{shown}")
        self.quarantine("accept", "--by", self.office_user, self.township.path, device, seq)
        twice = self.quarantine("accept", "--by", self.office_user, self.township.path, device, seq, check=False)
        check(twice.returncode == 1 and "quarantine list" in twice.stderr, f"decided twice: {twice}")
        self.quarantine("accept", "--by", self.office_user, self.township.path, *self.number_of(digest(self.photos[0])))
        self.quarantine("refuse", "--by", self.office_user, "--reason", "known already", self.township.path, *self.number_of('"description":"' + CANARY))
        check(self.waiting(device) == [], f"still waiting: {self.waiting(device)}")
        other = self.laptop("other", next(helper for helper in self.by[self.shared] if helper != self.withdrawn))
        check(other.value("household", self.shared, "group_name") == CANARY, "it is not in force")
        name = digest(self.photos[0])
        wait_for((other.data / "photos" / name[:2] / f"{name}.jpg").exists, f"its photo on the other laptop: {other.daemon.said()[-800:]}")
        compare(self.township.dump(), other.dump(), other.name)
        check(self.kinds('"description":"' + CANARY)[-1] == ("refused", "office"), "the other one is in force")
        other.daemon.stop()

    # A laptop is lost.

    def replacement(self):
        """What it had sent comes back, the draft with its photo too; it is withdrawn when the new one is enrolled."""
        c = self.laptop("lost", self.lost)
        scope = self.of[self.lost][0]
        content = photo("OFADRAFT" + "Y" * 5_000)
        file = self.scratch.path / "draft.jpg"
        file.write_bytes(content)
        c.record("photo", file)
        c.record("set", "household", scope, "group_name", "SENTINTIME")
        c.record("draft", scope, json.dumps({"changed": {"photo": {"f": {"image": digest(content)}}}, "note": "HALFAWORD"}))
        c.sync(self.township)
        wait_for(lambda: self.there(content), f"the draft's photo at the township: {c.daemon.said()[-800:]}")
        device = c.state()["device"]
        c.daemon.stop()
        c.record("set", "household", scope, "group_name", "TYPEDTOOLATE")
        said = self.township.command("device", "replace", self.township.path, device).stdout
        self.once = said.strip()
        new = Laptop(self.scratch, "new")
        new.enrol(self.once)
        new.start().sync(self.township, 120)
        check(new.value("household", scope, "group_name") == "SENTINTIME", "what was sent did not come back")
        wait_for(lambda: "HALFAWORD" in new.record("draft", scope).stdout, "the draft to come back")
        name = digest(content)
        wait_for((new.data / "photos" / name[:2] / f"{name}.jpg").exists, f"the draft's photo to come back: {new.daemon.said()[-800:]}")
        compare(self.township.dump(), new.dump(), new.name)
        # The lost one is found: what it still had is before the office, and then it is empty.
        c.start()
        wait_for(lambda: c.on_bus() == "revoked" and not (c.data / "credentials").exists(), f"the lost laptop to be erased: {c.daemon.said()[-800:]}", 60)
        check(self.kinds("TYPEDTOOLATE") == [("quarantined", "revoked")], f"{self.kinds('TYPEDTOOLATE')}")
        c.daemon.stop()
        new.daemon.stop()

    def single_use(self):
        laptop = Laptop(self.scratch, "again")
        refused = laptop.enrol(self.once, check=False)
        check(refused.returncode != 0 and "used up, expired or unknown" in refused.stderr, f"{refused}")
        check(not (laptop.data / "credentials").exists(), "the refused enrolment left credentials")
        return refused.stderr.strip()

    # Later.

    def much_later(self):
        """Sixty-one days on: a link has expired, and so has the claim to have seen what was before the reassignment."""
        link = self.township.command("enrol", "--hours", "1", self.township.path, self.lost).stdout.strip()
        self.township.server.stop()
        # Not by the program faketime, which would be what is stopped in the end: the server itself would go on.
        library = run(["faketime", "-f", "+0d", "printenv", "LD_PRELOAD"]).stdout.strip()
        self.township.server.command = ["env", "FAKETIME=+61d", f"LD_PRELOAD={library}", *self.township.server.command]
        self.township.env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        self.township.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.township.start()
        laptop = Laptop(self.scratch, "late")
        refused = laptop.enrol(link, check=False)
        check(refused.returncode != 0 and "used up, expired or unknown" in refused.stderr, f"{refused}")
        self.save_page(1, "VERYOLDPAGE", self.seen_before)
        self.a.sync_now()
        wait_for(lambda: self.kinds("VERYOLDPAGE"), f"the change at the township: {self.a.daemon.said()[-800:]}")
        check(self.kinds("VERYOLDPAGE") == [("quarantined", "expired")], f"{self.kinds('VERYOLDPAGE')}")
        wait_for(lambda: any("expired" in line for line in self.a.lines("reviews")), "its author to be told")
        self.a.daemon.stop()

    def guess(self, address=None):
        """A wrong code, from an address of this machine."""
        device = Device(self.once, "guess")
        connection = http.client.HTTPSConnection(device.host, device.port, timeout=60, context=device.context, source_address=(address, 0) if address else None)
        try:
            body = json.dumps({"code": "AAAA-BBBB-CCCC", "device": device.device, "token": device.token, "name": "x"})
            connection.request("POST", "/v1/enrol", body=body, headers={"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            return response.status, int(response.headers.get("Retry-After", 0))
        finally:
            connection.close()

    def guesses(self):
        """Ten wrong codes from one address, and some from each of many, are all that is looked at in a minute."""
        began = time.monotonic()
        one = [self.guess() for _ in range(11)]
        check([status for status, _ in one].count(410) <= 10 and one[-1][0] == 429 and 0 < one[-1][1] <= 60, f"{one}")
        check(self.guess("127.0.0.2")[0] == 410, "another address is held up by the first")
        others = [self.guess(f"127.0.1.{number % 200 + 1}") for number in range(25)]
        if time.monotonic() - began < 50:
            check([status for status, _ in others].count(410) <= 15 and others[-1][0] == 429 and 0 < others[-1][1] <= 60, f"{others}")
        laptop = Laptop(self.scratch, "honest")
        refused = laptop.enrol(self.township.enrol(self.lost), check=False)
        check(refused.returncode != 0 and "try again" in refused.stderr, f"{refused}")
        return f"{refused.stderr.strip()}"

    def end(self):
        return " ".join(self.township.verify().split())


def main():
    tap = Tap()
    with Scratch("rights") as scratch:
        story = Story(scratch)
        tap.step("a township with its office", story.prepare)
        if not tap.failed:
            tap.step("a household goes to somebody else while its helper is offline", story.reassignment)
            tap.step("the office refuses what came after, and its author reads why", story.refusal)
            tap.step("a laptop is withdrawn with everything unsent", story.full_laptop)
            tap.step("it hands everything over, though it is killed again and again, and is erased", story.withdrawal)
            tap.step("all of it is at the township", story.nothing_lost)
            tap.step("none of it is left in any file of the laptop", story.nothing_stays)
            tap.step("a command that makes no sense decides nothing", story.wrong_arguments)
            tap.step("the office decides, and what it lets in is in force everywhere", story.decisions)
            tap.step("a lost laptop is replaced, and its helper goes on", story.replacement)
            tap.step("an enrolment link works once", story.single_use)
            tap.step("links and claims of old rights expire", story.much_later)
            tap.step("codes cannot be guessed", story.guesses)
            tap.step("the township's history is whole", story.end)
        tap.step("all programs ended well and said nothing bad", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
