#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks of laptops without a network, with real processes: they jump years ahead and back between two records, the time zone changes, the day is the
29th of February. Changes keep their order, are stamped anew before they are sent, and the dates that a person typed stay as they were typed.

    clocks.py [CASE…]
"""
import os
import sqlite3
import sys
from datetime import datetime, timezone

from house import Laptop, Scratch, Tap, Township, check, compare, program, run


class Story:
    """One township; each case has a laptop of its own, whose daemon runs by the right clock."""

    def __init__(self, scratch):
        self.scratch, self.number = scratch, 0
        self.township = Township(scratch)

    def prepare(self):
        self.township.generate().start()
        self.helpers = [row[0] for row in self.township.query("SELECT helper_id FROM r_assignment WHERE deleted = 0 GROUP BY helper_id ORDER BY helper_id")]

    def laptop(self):
        self.number += 1
        laptop = Laptop(self.scratch, f"laptop{self.number}")
        # The faking library has to be loaded before the sanitizers'.
        laptop.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        laptop.enrol(self.township.enrol(self.helpers[self.number]))
        laptop.start().sync(self.township, 120)
        laptop.daemon.stop()
        return laptop

    def record_at(self, laptop, shift, *arguments, zone=None, check=True):
        """What a person records by a clock that is off by @shift."""
        prefix = ["faketime", "-f", shift] if shift else []
        return run([*prefix, program("ruhu-record"), str(laptop.data), *arguments], env=dict(laptop.env, **({"TZ": zone} if zone else {})), check=check)

    def visit(self, laptop, shift, name, date, **options):
        household = laptop.households()[0]
        record = ("visit", f"visit-{name}")
        return self.record_at(laptop, shift, "save", household, *record, "date", date, *record, "outcome", "1", *record, "summary", name, **options)

    def arrived(self, laptop, *names):
        """Each once, in the order in which it was recorded, with stamps that rise and are not in the future; the dates as typed."""
        laptop.start().sync(self.township)
        compare(self.township.dump(), laptop.dump(), laptop.name)
        rows = [self.township.query("SELECT seq, time, kind FROM log WHERE body LIKE ?1", f'%"visit-{name}"%') for name in names]
        check(all(len(row) == 1 and row[0][2] == "change" for row in rows), rows)
        stamps = [row[0][1] for row in sorted(rows)]
        check([row[0][0] for row in rows] == sorted(row[0][0] for row in rows), f"another order: {rows}")
        check(stamps == sorted(set(stamps)), f"times do not rise: {stamps}")
        ahead = (datetime.fromisoformat(stamps[-1][:19]) - datetime.now(timezone.utc).replace(tzinfo=None)).total_seconds()
        check(ahead < 600, f"stamped {ahead} s in the future")
        return stamps

    def jumps(self):
        """Years ahead, then years back, then right again, without any contact in between."""
        laptop = self.laptop()
        for name, shift, date in (("ahead", "+800d", "2018-05-01"), ("back", "-700d", "2018-05-02"), ("right", None, "2018-05-03")):
            self.visit(laptop, shift, name, date)
        before = [line[0] for line in self.stamps(laptop)]
        check(before == sorted(set(before)), f"not in order before the contact: {before}")
        self.arrived(laptop, "ahead", "back", "right")
        dates = [laptop.value("visit", f"visit-{name}", "date") for name in ("ahead", "back", "right")]
        check(dates == ["2018-05-01", "2018-05-02", "2018-05-03"], f"typed dates were altered: {dates}")

    def stamps(self, laptop):
        connection = sqlite3.connect(f"file:{laptop.data}/ruhu.db?mode=ro", uri=True)
        try:
            return connection.execute("SELECT time FROM log WHERE position IS NULL ORDER BY seq").fetchall()
        finally:
            connection.close()

    def told(self):
        """A clock that was three days fast until the contact: the typed date stays, and the helper is told to look at it, once."""
        laptop = self.laptop()
        laptop.env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        self.visit(laptop, "+3d", "fast", "2018-05-05")
        for _ in range(2):
            run(["faketime", "-f", "+3d", program("ruhu-syncd"), "--data-dir", str(laptop.data), "--once"], env=laptop.env)
        connection = sqlite3.connect(f"file:{laptop.data}/ruhu.db?mode=ro", uri=True)
        notices = [row[0] for row in connection.execute("SELECT kind FROM notice")]
        connection.close()
        check(notices == ["clock"], f"told: {notices}")
        self.arrived(laptop, "fast")
        check(laptop.value("visit", "visit-fast", "date") == "2018-05-05", "the date was altered")

    def zones(self):
        """A helper flies across the date line: stamps are UTC whatever the zone is, and the order holds."""
        laptop, now = self.laptop(), datetime.now(timezone.utc).replace(tzinfo=None)
        for name, zone in (("east", "Pacific/Kiritimati"), ("west", "America/Lima"), ("home", "Asia/Shanghai")):
            self.visit(laptop, None, name, "2018-05-04", zone=zone)
        for (stamp,) in self.stamps(laptop):
            check(abs((datetime.fromisoformat(stamp[:19]) - now).total_seconds()) < 600, f"{stamp} is a local time")
        self.arrived(laptop, "east", "west", "home")

    def leap_day(self):
        """The 29th of February is a day in leap years and in no others, and stays the day that was typed."""
        laptop = self.laptop()
        self.visit(laptop, None, "leap", "2016-02-29")
        refused = self.visit(laptop, None, "none", "2017-02-29", check=False)
        check(refused.returncode != 0, "the 29th of February 2017 was taken")
        self.arrived(laptop, "leap")
        check(laptop.value("visit", "visit-leap", "date") == "2016-02-29", "it was altered")


def main():
    tap = Tap()
    with Scratch("clocks") as scratch:
        story = Story(scratch)
        tap.step("a township with helpers", story.prepare)
        for name in sys.argv[1:] or ["jumps", "told", "zones", "leap_day"]:
            case = getattr(story, name)
            tap.step(" ".join(case.__doc__.split()), case)
        tap.step("everything ends as it should", scratch.close)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
