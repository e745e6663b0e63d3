-- SPDX-License-Identifier: GPL-3.0-or-later
-- Quarantine, drafts that come back, replaced laptops.

-- A change may be in the log twice: quarantined, and once more where the office decided on it (in force, or refused).
DROP INDEX log_identity;
CREATE UNIQUE INDEX log_identity ON log (device, seq, kind);
CREATE INDEX log_quarantined ON log (n) WHERE kind = 'quarantined';

-- Laptop: own changes that the office let in after all, for their author to hear of.
CREATE TABLE verdict (
  seq BIGINT PRIMARY KEY,
  time TEXT NOT NULL,                  -- stamp of the change
  scope TEXT NOT NULL,
  position BIGINT NOT NULL,            -- where it took effect
  settled BIGINT NOT NULL DEFAULT 0
);

-- Laptop: which version of a draft the township has.
ALTER TABLE draft ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE draft ADD COLUMN handed BIGINT NOT NULL DEFAULT 0;

-- Township: when a grant ended (stamp), and whom the laptop of a code replaces.
ALTER TABLE granted ADD COLUMN ended TEXT;
ALTER TABLE enrolment ADD COLUMN replaces TEXT;

-- Township: drafts as laptops handed them over, for the laptop that comes after them. Not part of the log.
CREATE TABLE handed_draft (
  device TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  seen BIGINT NOT NULL,
  updated TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (device, id)
);
