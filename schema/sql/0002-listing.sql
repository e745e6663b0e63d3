-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the household list is filtered and sorted by, one row a household that is not deleted. Follows from the record tables at any time.
CREATE TABLE listing (
  n INTEGER PRIMARY KEY,
  household TEXT NOT NULL UNIQUE,
  village TEXT NOT NULL,
  place_key TEXT NOT NULL,             -- the village's name, as pinyin
  group_name TEXT NOT NULL,
  head TEXT NOT NULL,
  name_key TEXT NOT NULL,              -- the head's name, as pinyin
  status TEXT NOT NULL,
  last_visit TEXT NOT NULL             -- date of the last visit or attempt; '' sorts first: never
);
CREATE INDEX listing_place ON listing (place_key, group_name, name_key);
CREATE INDEX listing_name ON listing (name_key);
CREATE INDEX listing_visit ON listing (last_visit, place_key);
CREATE INDEX listing_village ON listing (village);
