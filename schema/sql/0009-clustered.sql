-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is looked up by its key alone lies by it: one tree instead of a table and an index, one way down instead of two.
-- (WITHOUT ROWID is SQLite's; see 0007.)
CREATE TABLE meta_by_key (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta_by_key (key, value) SELECT key, value FROM meta;
DROP TABLE meta;
ALTER TABLE meta_by_key RENAME TO meta;

CREATE TABLE scope_by_name (scope TEXT PRIMARY KEY NOT NULL, since BIGINT NOT NULL) WITHOUT ROWID;
INSERT INTO scope_by_name (scope, since) SELECT scope, since FROM scope;
DROP TABLE scope;
ALTER TABLE scope_by_name RENAME TO scope;

CREATE TABLE conflict_by_record (
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  type TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (record, type, field)
) WITHOUT ROWID;
INSERT INTO conflict_by_record (record, field, type, scope) SELECT record, field, type, scope FROM conflict;
DROP TABLE conflict;
ALTER TABLE conflict_by_record RENAME TO conflict;
CREATE INDEX conflict_scope ON conflict (scope);

-- A name has some twenty terms, and each had four places.
CREATE TABLE term_by_text (
  term TEXT NOT NULL,
  record TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (term, record)
) WITHOUT ROWID;
INSERT INTO term_by_text (term, record, scope) SELECT term, record, scope FROM term;
DROP TABLE term;
ALTER TABLE term_by_text RENAME TO term;
CREATE INDEX term_scope ON term (scope, term);
CREATE INDEX term_record ON term (record, term);
