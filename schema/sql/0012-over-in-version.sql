-- SPDX-License-Identifier: GPL-3.0-or-later
-- In which version a draft ended: a later one that the township has was not seen by whoever ended it. '9', behind every stamp: not known, in whatever version.
ALTER TABLE over_draft ADD COLUMN updated TEXT NOT NULL DEFAULT '9';
