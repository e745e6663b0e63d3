-- SPDX-License-Identifier: GPL-3.0-or-later
-- Laptop: drafts that a person finished or threw away here, so that the township does not keep them for another laptop. One that is only absent was lost, and comes back from there.
CREATE TABLE over_draft (
  id TEXT PRIMARY KEY NOT NULL,
  seq BIGINT NOT NULL,                 -- own change that it became; 0: thrown away
  told BIGINT NOT NULL DEFAULT 0       -- 1: the township knows
) WITHOUT ROWID;
