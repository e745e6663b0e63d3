-- SPDX-License-Identifier: GPL-3.0-or-later
-- Township: copies of changes that it had and lost, as laptops handed them over that were giving them up. Nobody can tell such a copy from a forgery: they are in no log, take effect nowhere, and
-- are there for the office to look at.
CREATE TABLE witnessed (
  n INTEGER PRIMARY KEY,
  teller TEXT NOT NULL,                -- the laptop that had it
  device TEXT NOT NULL,                -- whose change it says it is
  seq BIGINT NOT NULL,
  told TEXT NOT NULL,                  -- stamp
  body TEXT NOT NULL
);
CREATE INDEX witnessed_identity ON witnessed (device, seq);
