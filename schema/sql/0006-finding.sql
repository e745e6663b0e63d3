-- SPDX-License-Identifier: GPL-3.0-or-later
-- Township: what the rules found in what has arrived, and the scopes that are still to be checked. Both follow from the log and can be made anew at any time.
CREATE TABLE finding (
  scope TEXT NOT NULL,
  rule TEXT NOT NULL,
  type TEXT NOT NULL,
  record TEXT NOT NULL,
  field TEXT NOT NULL,
  severity TEXT NOT NULL,
  noted BIGINT NOT NULL,               -- 1: its helper gave a reason
  day TEXT NOT NULL,                   -- when it was found
  PRIMARY KEY (scope, rule, record, field)
);
CREATE INDEX finding_rule ON finding (rule);
CREATE TABLE finding_due (scope TEXT PRIMARY KEY, day TEXT);
