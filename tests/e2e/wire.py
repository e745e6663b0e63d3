# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the township's wire that owes nothing to the product's own code, and that keeps every byte it is sent."""
import base64
import gzip
import http.client
import json
import os
import re
import secrets
import ssl
import urllib.parse
from datetime import datetime, timezone

from house import Failed, check


def parse_link(link):
    parts = urllib.parse.urlsplit(link)
    query = dict(urllib.parse.parse_qsl(parts.query))
    return parts.hostname, parts.port, query["code"], query["pin"]


def stamp():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z.0000"


class Device:
    """A device that enrols itself and asks whatever it likes. The server's key is not looked at: this is the attacker's side of a test."""

    def __init__(self, link, name="raw"):
        self.host, self.port, self.code, _ = parse_link(link)
        self.device = secrets.token_hex(8)
        self.token = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        self.name, self.received, self.cursor, self.hash, self.seq, self.held = name, [], 0, None, 0, set()
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def ask(self, method, path, body=None, token=True, headers=None):
        """(status, content type, body in plain bytes); what came is kept."""
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=90, context=self.context)
        sent = {"Accept-Encoding": "gzip"}
        if token:
            sent["Authorization"] = f"Bearer {self.token if token is True else token}"
        sent.update(headers or {})
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        if response.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        self.received.append(str(response.headers).encode() + data)
        return response.status, response.headers.get("Content-Type", ""), data

    def enrol(self):
        body = json.dumps({"code": self.code, "device": self.device, "token": self.token, "name": self.name})
        status, _, data = self.ask("POST", "/v1/enrol", body, token=False, headers={"Content-Type": "application/json"})
        check(status == 200, f"enrolment: {status} {data[:300]}")
        answer = json.loads(data)
        self.cursor, self.user = answer["position"], answer["user"]
        return self

    def pull(self, after=None, history=True, wait=0):
        query = {"after": self.cursor if after is None else after}
        if history and self.hash and after is None:
            query["hash"] = self.hash
        if wait:
            query["wait"] = wait
        status, kind, data = self.ask("GET", "/v1/pull?" + urllib.parse.urlencode(query))
        check(status == 200, f"pull {query}: {status} {data[:300]}")
        lines = [json.loads(line) for line in data.splitlines() if line]
        return lines[:-1], lines[-1]

    def backfill(self, scope, at):
        """Every page; None where it was refused."""
        entries, cookie = [], None
        while True:
            query = {"scope": scope, "at": at, **({"cookie": cookie} if cookie else {})}
            status, _, data = self.ask("GET", "/v1/backfill?" + urllib.parse.urlencode(query))
            if status != 200:
                return None
            lines = [json.loads(line) for line in data.splitlines() if line]
            entries += lines[:-1]
            if lines[-1].get("done"):
                return entries
            cookie = lines[-1]["next"]

    def catch_up(self):
        """As a laptop would: the stream to its end, with a backfill at each grant."""
        while True:
            entries, last = self.pull()
            for entry in entries:
                if "grant" in entry:
                    self.held.add(entry["grant"])
                    self.backfill(entry["grant"], entry["position"])
                elif "revoke" in entry:
                    self.held.discard(entry["revoke"])
            done = last["until"] >= last["head"]
            self.cursor, self.hash = last["until"], last["hash"]
            if done:
                return

    def push(self, scope, records, seen=None, village=False, **members):
        """One change; the answer."""
        self.seq += 1
        change = {"device": self.device, "seq": self.seq, "seen": self.cursor if seen is None else seen, "time": stamp(), "by": self.user,
                  ("village" if village else "household"): scope, "set": records, **members}
        return self.push_lines([json.dumps(change, ensure_ascii=False)])

    def push_lines(self, lines):
        status, kind, data = self.ask("POST", "/v1/push", ("\n".join(lines) + "\n").encode(), headers={"Content-Type": "application/x-ndjson"})
        return status, json.loads(data) if "json" in kind else data

    def all_received(self):
        return b"\n".join(self.received)


def paths_of_openapi(text):
    """(method, path) of every operation that the description names."""
    operations, path = [], None
    for line in text.splitlines():
        named = re.match(r"^  (/[^:\s]*):\s*$", line)
        method = re.match(r"^    (get|post|put|patch|delete|head):\s*$", line)
        if named:
            path = named.group(1)
        elif re.match(r"^\S", line):
            path = None
        elif method and path:
            operations.append((method.group(1).upper(), path))
    if not operations:
        raise Failed("openapi.yaml names no operation")
    return operations
