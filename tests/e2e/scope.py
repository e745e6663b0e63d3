#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A helper gets the assigned households and nothing else. Each household carries texts that stand nowhere else; a client that asks
everything it can think of, over every endpoint, with a helper's token, never receives a byte of a household outside the helper's
scope, before and after a reassignment; and what left the scope is gone from every file of the laptop."""
import base64
import hashlib
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone

from house import TOP, Laptop, Scratch, Tap, Township, check, compare, program
from wire import Device, paths_of_openapi, stamp

TODAY = (datetime.now(timezone.utc) + timedelta(hours=8)).date()
OWN_WORDS = "OWNWORDSBEFORETHEREASSIGNMENT"
KINDS = ("group", "person", "note", "problem")


def canary(household, kind, generation=1):
    return "CA" + hashlib.sha256(f"{household} {kind} {generation}".encode()).hexdigest()[:14].upper()


def photo(text):
    """The smallest JPEG to the letter, with @text in its image data."""
    segment = lambda marker, content: bytes([0xff, marker]) + (len(content) + 2).to_bytes(2, "big") + content
    return (b"\xff\xd8" + segment(0xdb, bytes([0] + [1] * 64)) + segment(0xc0, b"\x08\0\x40\0\x40\1\1\x11\0") + segment(0xc4, bytes([0, 1] + [0] * 16)) +
            segment(0xda, b"\1\1\0\0\x3f\0") + text.encode() + b"\xff\xd9")


def creation(content):
    digest = base64.b64encode(hashlib.sha256(content).hexdigest().encode()).decode()
    return {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": f"sha256 {digest}", "Content-Type": "application/offset+octet-stream"}


def marks(household, generation=1):
    return [canary(household, kind, generation).encode() for kind in KINDS]


def batch(laptop, commands):
    result = subprocess.run([program("ruhu-record"), str(laptop.data), "batch"], input="\n".join(commands) + "\n", capture_output=True, text=True,
                            env=laptop.env, timeout=600, check=False)
    errors = [line for line in result.stdout.splitlines() if line.startswith("error")]
    check(result.returncode == 0 and not errors, f"recording failed: {errors[:3]} {result.stderr[-500:]}")


class Story:
    def __init__(self, scratch):
        self.scratch, self.township = scratch, Township(scratch)
        self.crawled = set()

    # Who and what.

    def prepare(self):
        self.township.generate().start()
        self.office = Laptop(self.scratch, "office")
        office = self.township.query("SELECT id FROM r_helper WHERE role = 'office' ORDER BY id LIMIT 1")[0][0]
        self.office.enrol(self.township.enrol(office))
        self.office.start().sync(self.township, 120)
        self.helper = self.township.query("SELECT helper_id FROM r_assignment WHERE deleted = 0 AND post = 'A' GROUP BY helper_id HAVING count(*) >= 2 ORDER BY helper_id LIMIT 1")[0][0]
        self.mine = {row[0] for row in self.township.query("SELECT scope FROM r_assignment WHERE helper_id = ?1 AND deleted = 0", self.helper)}
        self.all = {row[0] for row in self.township.query("SELECT id FROM r_household")}
        self.lost, self.gained = sorted(self.mine)[0], sorted(self.all - self.mine)[0]
        self.early = Device(self.township.enrol(self.helper), "early").enrol()
        self.early.catch_up()
        check(self.mine <= self.early.held, f"the helper's device was granted {self.early.held}, assigned are {self.mine}")
        return f"{len(self.all)} households, {len(self.mine)} of them the helper's"

    def mark(self, households, generation):
        batch(self.office, [f"save {h} household {h} group_name {canary(h, 'group', generation)} person + name {canary(h, 'person', generation)} "
                            f"housing {self.single('housing', h)} note {canary(h, 'note', generation)} problem + kind 11 problem + found {TODAY} problem + state 1 "
                            f"problem + description {canary(h, 'problem', generation)}" for h in sorted(households)])
        self.office.sync(self.township, 120)

    def single(self, kind, household):
        if not hasattr(self, "singles"):
            self.singles = {scope: record for record, scope, _ in self.office.records(kind)}
        return self.singles.get(household, "+")

    def mark_all(self):
        self.mark(self.all, 1)
        text = "\n".join(row[0] for row in self.township.query("SELECT body FROM log WHERE kind = 'change'"))
        for household in self.all:
            check(all(mark.decode() in text for mark in marks(household)), f"{household} carries no canary")
        return f"{len(KINDS) * len(self.all)} canaries"

    # What is asked.

    def crawl(self, device):
        """Everything that can be asked with this token."""
        device.catch_up()
        asked = [("GET", "/healthz", None), ("GET", "/v1/me", None)]
        asked += [("GET", f"/v1/pull?after={after}", None) for after in (0, 1, device.cursor // 2, device.cursor, device.cursor + 1000, -1)]
        asked += [("GET", f"/v1/pull?after=0&hash={'0' * 64}", None), ("GET", f"/v1/pull?after={device.cursor}&wait=1", None)]
        scopes = sorted(self.all)[:12] + [self.lost, self.gained, "*", "township", "", "%", "' OR 1=1 --", "../township", self.lost + "%00"]
        for scope in scopes:
            for at in (0, device.cursor, 10**9):
                asked.append(("GET", f"/v1/backfill?scope={scope.replace(' ', '%20')}&at={at}", None))
        asked += [("GET", "/v1/backfill", None), ("GET", "/v1/pull", None), ("POST", "/v1/push", b""), ("POST", "/v1/push", b"{}\n"), ("POST", "/v1/enrol", b"{}")]
        asked += [("POST", "/v1/standing", json.dumps({"checkpoints": checkpoints}), {"Content-Type": "application/json"})
                  for checkpoints in ([], [{"position": device.cursor, "hash": device.hash}], [{"position": 1, "hash": "0" * 64}])]
        asked += [("POST", "/v1/witness", body) for body in (b"", b"{}\n", b'{"device":"none","seq":1,"body":"{}"}\n')]
        asked += [("GET", "/v1/drafts", None), ("POST", "/v1/drafts", b'{"have":[]}\n')]
        asked += [("GET", path, None) for path in ("/", "/v1", "/v1/", "/township.db", "/..%2ftownship.db", "/v1/households", "/v1/me/../pull?after=0")]
        asked += self.photo_requests()
        for method, path, body, *headers in asked:
            status, _, _ = device.ask(method, path, body, headers=headers[0] if headers else None)
            check(status != 500, f"{method} {path} is answered by 500")
            self.crawled.add((method, path.split("?")[0]))
        for scope in sorted(self.all - self.mine)[:3] + [self.lost]:
            device.push(scope, {"household": {scope: {"phone": "13800000000"}}}, seen=10**9)
            device.push(scope, {"problem": {"p-" + scope: {"description": "x"}}}, seen=1)
        device.catch_up()
        device.pull(after=0)

    # Photos: their content is a canary as well.

    def mark_photos(self):
        """A photo of the same helper's device for one household of its own and, by the office, for one of another's."""
        self.photos = {household: photo(canary(household, "photo")) for household in (self.lost, self.gained)}
        for household, content in self.photos.items():
            digest = hashlib.sha256(content).hexdigest()
            batch(self.office, [f"save {household} photo + subject 01 photo + image {digest} photo + things_only true photo + date {TODAY}"])
        self.office.sync(self.township, 120)
        sender = Device(self.township.enrol(self.helper), "sender").enrol()
        for content in self.photos.values():
            status, _, data = sender.ask("POST", "/v1/uploads", content, headers=creation(content))
            check(status == 201, f"a photo was answered by {status} {data[:200]}")

    # What waits for the office, and what somebody else was typing: of the helper's own households too.

    def mark_held_back(self):
        """Another helper's withdrawn laptop hands over changes and a draft about a household that this helper has as well, and about one that it has not."""
        other = next(row[0] for row in self.township.query("SELECT DISTINCT helper_id FROM r_assignment WHERE deleted = 0 AND helper_id <> ?1 ORDER BY helper_id", self.helper)
                     if self.lost not in (scope[0] for scope in self.township.query("SELECT scope FROM r_assignment WHERE helper_id = ?1", row[0])))
        self.held_back = {}
        for name, household in (("own", sorted(self.mine)[-1]), ("other", self.gained)):
            device = Device(self.township.enrol(other), f"held-{name}").enrol()
            device.catch_up()
            marks = {kind: canary(household, f"held back {kind}") for kind in ("change", "draft", "photo")}
            content = photo(marks["photo"])
            self.township.command("device", "revoke", self.township.path, device.device)
            status, answer = device.push(household, {"household": {household: {"group_name": marks["change"]}}, "photo": {"held-" + name: {
                "subject": "01", "image": hashlib.sha256(content).hexdigest(), "things_only": True, "date": str(TODAY)}}})
            check(status == 200 and answer["accepted"] == 1, f"{status} {answer}")
            body = json.dumps({"version": 1, "typed": {"household": {household: {"group_name": marks["draft"]}}}})
            line = json.dumps({"id": "held-" + name, "kind": "visit", "scope": household, "seen": device.cursor, "updated": stamp(), "body": body})
            status, _, data = device.ask("POST", "/v1/drafts", f'{line}\n{{"have":["held-{name}"]}}\n'.encode(), headers={"Content-Type": "application/x-ndjson"})
            check(status == 200, f"a draft was answered by {status} {data[:200]}")
            status, _, data = device.ask("POST", "/v1/uploads", content, headers=creation(content))
            check(status == 201, f"a photo was answered by {status} {data[:200]}")
            self.held_back[household] = marks
            self.photos["held-" + name] = content
        text = "\n".join(row[0] for row in self.township.query("SELECT body FROM log WHERE kind = 'quarantined' UNION ALL SELECT body FROM handed_draft"))
        check(all(marks[kind] in text for marks in self.held_back.values() for kind in ("change", "draft")), "nothing is held back")
        # The office is given what it has to decide on, and no draft.
        self.office.sync(self.township)
        files = self.files_with(self.office, [marks["change"].encode() for marks in self.held_back.values()])
        check(any(path.startswith("data/ruhu.db") for path in files), f"the office has nothing to decide on: {files}")
        check(not self.files_with(self.office, [marks["draft"].encode() for marks in self.held_back.values()]), "the office was given a draft")
        return f"{3 * len(self.held_back)} canaries"

    def look_for_held_back(self, device, received):
        for marks in self.held_back.values():
            for kind, mark in marks.items():
                check(mark.encode() not in received, f"{device.name} received a {kind} that is before the office or another helper's")

    def photo_requests(self):
        tus, empty = {"Tus-Resumable": "1.0.0"}, "0" * 64
        paths = [f"/v1/photos/{hashlib.sha256(content).hexdigest()}" for content in self.photos.values()]
        asked = [(method, path, None) for path in paths + [f"/v1/photos/{empty}", "/v1/photos/..%2f..%2ftownship.db", "/v1/photos/*"] for method in ("GET", "HEAD")]
        asked += [("GET", path, None, {"Range": "bytes=1-"}) for path in paths]
        asked += [("POST", "/v1/uploads", None, creation(content)) for content in self.photos.values()]
        asked += [(method, "/v1/uploads/" + "0" * 32, None, tus) for method in ("HEAD", "DELETE", "OPTIONS")] + [("OPTIONS", "/v1/uploads", None, tus)]
        question = json.dumps({"photos": [hashlib.sha256(content).hexdigest() for content in self.photos.values()]})
        asked += [("POST", "/v1/photos", body, {"Content-Type": "application/json"}) for body in (question, "{}", '{"photos":["*"]}')]
        asked.append(("PATCH", "/v1/uploads/" + "0" * 32, b"x", {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}))
        self.crawled |= {(method, "/v1/uploads/{upload}") for method in ("HEAD", "PATCH", "DELETE")} | {(method, "/v1/photos/{sha256}") for method in ("GET", "HEAD")}
        return asked

    def look_for_photos(self, device, received):
        for household in (self.lost, self.gained):
            mark = canary(household, "photo").encode()
            check((mark in received) == (household in self.mine), f"{device.name} {'did not receive' if household in self.mine else 'received'} the photo of a household that is {'' if household in self.mine else 'not '}its helper's")

    def all_endpoints(self):
        described = set(paths_of_openapi((TOP / "syncd/wire/openapi.yaml").read_text(encoding="utf-8")))
        check(described <= self.crawled, f"never asked: {sorted(described - self.crawled)}")
        return f"{len(described)} operations"

    def look(self, device, scope, generations=(1,)):
        """No canary of a household outside @scope; every canary of each household in it."""
        received = device.all_received()
        self.look_for_held_back(device, received)
        for household in self.all - scope:
            for generation in generations:
                for mark in marks(household, generation):
                    check(mark not in received, f"{device.name} received {mark.decode()} of a household that is not its helper's")
        return received

    def stream_and_backfill(self):
        late = Device(self.township.enrol(self.helper), "late").enrol()
        for device in (self.early, late):
            self.crawl(device)
            received = self.look(device, self.mine)
            self.look_for_photos(device, received)
            for household in self.mine:
                check(all(mark in received for mark in marks(household)), f"{device.name} did not receive its own household")
        self.late = late
        return f"{sum(map(len, self.early.received)) + sum(map(len, late.received))} bytes received"

    def no_token(self):
        stranger = Device(self.township.enrol(self.helper), "stranger")
        for token in (False, stranger.token, "x", "", "A" * 5000):
            for path in ("/v1/pull?after=0", "/v1/me", f"/v1/backfill?scope={self.lost}&at=1000000"):
                status, kind, _ = stranger.ask("GET", path, token=token)
                check(status in (401, 431, 400), f"{path} with the token {str(token)[:10]!r} is answered by {status}")
        self.look(stranger, set())

    # The laptop's files.

    def files_with(self, laptop, wanted):
        """Files that hold one of the canaries, whatever they are."""
        found = {}
        for path in sorted(laptop.path.rglob("*")):
            if path.is_file() and not path.is_socket():
                data = path.read_bytes()
                hits = [mark for mark in wanted if mark in data]
                if hits:
                    found[str(path.relative_to(laptop.path))] = len(hits)
        return found

    def laptop_files(self):
        self.laptop = Laptop(self.scratch, "laptop")
        self.laptop.enrol(self.township.enrol(self.helper))
        self.laptop.start().sync(self.township, 120)
        own = [mark for h in self.mine for mark in marks(h)]
        foreign = [mark for h in self.all - self.mine for mark in marks(h)]
        check(self.files_with(self.laptop, own), "the laptop's own canaries are in none of its files: this test sees nothing")
        check(not self.files_with(self.laptop, foreign), f"canaries of others: {self.files_with(self.laptop, foreign)}")
        for process in self.scratch.processes:
            said = process.said().encode()
            check(not any(mark in said for mark in own + foreign), f"{process.name} writes what households say into its log")
        self.laptop.record("draft", self.lost, json.dumps({"typed": {"note": "TYPED"}, "base": {"note": canary(self.lost, "note")}}))
        # No network from here on; what is written now about the household that is going to leave waits.
        self.laptop.daemon.stop()
        self.laptop.record("save", self.lost, "problem", "+", "kind", "11", "problem", "+", "found", TODAY, "problem", "+", "state", "1",
                           "problem", "+", "description", OWN_WORDS)

    def reassign(self):
        """One household goes to somebody else, another comes. What is written in the lost one afterwards is nobody's business here."""
        rows = self.township.query("SELECT id FROM r_assignment WHERE helper_id = ?1 AND scope = ?2 AND deleted = 0", self.helper, self.lost)
        commands = [f"set assignment {row[0]} to_date {TODAY - timedelta(days=1)} from_date {TODAY - timedelta(days=300)}" for row in rows]
        commands.append(f"save {self.gained} assignment + helper_id {self.helper} assignment + post B assignment + from_date {TODAY}")
        batch(self.office, commands)
        self.office.sync(self.township)
        self.mark({self.lost, self.gained}, 2)
        self.mine_then, self.mine = self.mine, self.mine - {self.lost} | {self.gained}

    def after(self):
        fresh = Device(self.township.enrol(self.helper), "fresh").enrol()
        for device in (self.early, self.late, fresh):
            before = len(device.received)
            self.crawl(device)
            device.received = device.received[before:]
            received = self.look(device, self.mine, (1, 2))
            self.look_for_photos(device, received)
            check(all(mark in received for mark in marks(self.gained, 2)), f"{device.name} did not receive the household that came")
            check(self.lost not in device.held, f"{device.name} was not told of the revocation")

    def files_after(self):
        self.laptop.start()
        self.laptop.sync(self.township)
        self.laptop.sync(self.township)
        kept = self.township.query("SELECT kind FROM log WHERE body LIKE ?1", f"%{OWN_WORDS}%")
        check(kept == [("change",)], f"what was recorded before the reassignment and sent after it is {kept} at the township")
        gone = marks(self.lost, 1) + marks(self.lost, 2) + [OWN_WORDS.encode()]
        check(not self.files_with(self.laptop, gone), f"what left the scope is still in {self.files_with(self.laptop, gone)}")
        check("TYPED" in self.laptop.record("draft", self.lost).stdout, "what was typed into a draft is gone")
        check(self.files_with(self.laptop, marks(self.gained, 2)), "the household that came is not on the laptop")
        check(self.lost not in self.laptop.households() and self.gained in self.laptop.households(), "the list of households is not the new one")
        compare(self.township.dump(), self.laptop.dump(), "the laptop")


def main():
    tap = Tap()
    with Scratch("scope") as scratch:
        story = Story(scratch)
        tap.step("a township, its office, a helper's device", story.prepare)
        if not tap.failed:
            tap.step("each household carries canaries of its own", story.mark_all)
            tap.step("two households have a photo each", story.mark_photos)
            tap.step("others' changes wait for the office, and others' drafts are kept", story.mark_held_back)
            tap.step("stream and backfill give the helper's households and no others", story.stream_and_backfill)
            tap.step("every endpoint was asked", story.all_endpoints)
            tap.step("without a token, or with a wrong one, nothing is given", story.no_token)
            tap.step("the laptop's files hold its own households and no others", story.laptop_files)
            tap.step("the office reassigns a household", story.reassign)
            tap.step("after it, nothing of the lost household is received", story.after)
            tap.step("after it, nothing of the lost household is in any file", story.files_after)
            tap.step("everything ends cleanly", scratch.close)
        if tap.failed:
            scratch.keep = True
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
