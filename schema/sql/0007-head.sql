-- SPDX-License-Identifier: GPL-3.0-or-later
-- Heads lie by household: what one change moves is together, and a household is read, given and forgotten in one piece. One tree instead of a table and two indexes.
-- (WITHOUT ROWID is SQLite's; PostgreSQL clusters otherwise, and wants the two words left out.)
CREATE TABLE head_by_scope (
  scope TEXT NOT NULL,
  record TEXT NOT NULL,
  type TEXT NOT NULL,
  change BIGINT NOT NULL,
  fields TEXT NOT NULL,                -- names, sorted, joined by ','
  stray BIGINT NOT NULL DEFAULT 0,     -- 1: the catalogue did not know the type, so that no table says which scope the record belongs to
  PRIMARY KEY (scope, record, type, change)
) WITHOUT ROWID;
INSERT INTO head_by_scope (scope, record, type, change, fields, stray) SELECT scope, record, type, change, fields, 1 FROM head;
DROP TABLE head;
ALTER TABLE head_by_scope RENAME TO head;
CREATE INDEX head_stray ON head (record, type) WHERE stray = 1;

-- Of positions only their absence is looked for: the outbox. At the township there is none, and nothing to keep.
DROP INDEX log_position;
CREATE INDEX log_outbox ON log (device, seq) WHERE position IS NULL;
