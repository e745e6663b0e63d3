-- SPDX-License-Identifier: GPL-3.0-or-later
-- Core tables. Immutable once released. Common subset of SQLite and PostgreSQL.

-- Small facts about this file.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- The change log. On a laptop: what it made and what it was sent; at the township: everything, n = position.
CREATE TABLE log (
  n INTEGER PRIMARY KEY,
  position BIGINT,                     -- the township's; NULL: an own change whose echo has not come
  kind TEXT NOT NULL,                  -- 'change', 'refused', 'scope'
  device TEXT NOT NULL,                -- for 'scope': the device that is granted or revoked
  seq BIGINT,                          -- NULL for 'scope'
  seen BIGINT,
  time TEXT,                           -- stamp
  author TEXT,                         -- user id
  scope TEXT NOT NULL,                 -- household id, village id, 'township' or '*'
  visit TEXT,
  body TEXT NOT NULL,                  -- the change's JSON exactly as it was made; for 'scope': {"grant":…} or {"revoke":…}
  reason TEXT,                         -- of a refusal: its code
  detail TEXT,                         -- of a refusal: the sentence
  sent BIGINT NOT NULL DEFAULT 0,      -- laptop: handed to the network at least once
  settled BIGINT NOT NULL DEFAULT 0,   -- laptop: a refusal that its author has dealt with
  hash BLOB                            -- township: SHA-256 chain
);
CREATE UNIQUE INDEX log_identity ON log (device, seq);
CREATE INDEX log_position ON log (position);
CREATE INDEX log_scope ON log (scope, n);

-- Change n is a head of these fields of the record.
CREATE TABLE head (
  record TEXT NOT NULL,
  change BIGINT NOT NULL,
  type TEXT NOT NULL,
  scope TEXT NOT NULL,
  fields TEXT NOT NULL,                -- names, sorted, joined by ','
  PRIMARY KEY (record, type, change)
);
CREATE INDEX head_scope ON head (scope, change);

-- Fields whose heads differ.
CREATE TABLE conflict (
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  type TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (record, type, field)
);
CREATE INDEX conflict_scope ON conflict (scope);

-- Search terms: lower-case starts of names, their parts, pinyin, initials, numbers, tails.
CREATE TABLE term (
  term TEXT NOT NULL,
  record TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (term, record)
);
CREATE INDEX term_record ON term (record);
CREATE INDEX term_scope ON term (scope);

-- Laptop: scopes held.
CREATE TABLE scope (scope TEXT PRIMARY KEY, since BIGINT NOT NULL);

-- Visits being recorded; never leave this laptop.
CREATE TABLE draft (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  seen BIGINT NOT NULL,
  updated TEXT NOT NULL,
  body TEXT NOT NULL
);

-- Township: devices, what each is granted (until: NULL while it is), and enrolment codes.
CREATE TABLE device (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,                 -- helper id
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,     -- SHA-256, hexadecimal
  created TEXT NOT NULL,
  revoked TEXT,
  last_seen TEXT,
  last_seq BIGINT NOT NULL DEFAULT 0,
  enrolled_at BIGINT NOT NULL
);
CREATE INDEX device_owner ON device (owner);

CREATE TABLE granted (
  device TEXT NOT NULL,
  scope TEXT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT,
  PRIMARY KEY (device, scope, since)
);
CREATE INDEX granted_scope ON granted (scope);

CREATE TABLE enrolment (
  code_hash TEXT PRIMARY KEY,          -- SHA-256, hexadecimal
  owner TEXT NOT NULL,                 -- helper id
  created TEXT NOT NULL,
  expires TEXT NOT NULL,
  used_by TEXT                         -- device id
);
