-- SPDX-License-Identifier: GPL-3.0-or-later

-- Laptop: what the township told of its log: the chain's hash at positions further and further apart.
CREATE TABLE checkpoint (position BIGINT PRIMARY KEY, hash TEXT NOT NULL);

-- Laptop: others' changes that the township had and lost, until it has them again.
CREATE TABLE witness (
  device TEXT NOT NULL,
  seq BIGINT NOT NULL,
  scope TEXT NOT NULL,
  position BIGINT NOT NULL,            -- which they had
  time TEXT NOT NULL,
  author TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (device, seq)
);
CREATE INDEX witness_scope ON witness (scope);

-- Laptop: what a person should know of this file's own past: a restore, a rebuild. Kept until they have seen it.
CREATE TABLE notice (
  n INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                  -- 'restored', 'reused', 'rebuilt'
  time TEXT NOT NULL,                  -- stamp
  counts TEXT NOT NULL,                -- JSON: what and how many
  settled BIGINT NOT NULL DEFAULT 0
);
