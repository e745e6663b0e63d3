-- SPDX-License-Identifier: GPL-3.0-or-later
-- Laptop: what is known of the photos in the folder beside this file. It follows from the photo records, the outbox, the folder and the township's answers: see schema/ruhu-store-photos.c.

CREATE TABLE photo (
  hash TEXT PRIMARY KEY,               -- SHA-256, hexadecimal
  state TEXT NOT NULL,                 -- 'new': no saved record mentions it; 'due': to be sent; 'sent': the township has it
  size BIGINT NOT NULL,                -- bytes
  received BIGINT NOT NULL DEFAULT 0,  -- bytes of it that the township has, while it is due
  upload TEXT                          -- where its upload goes on, while it is due
);
CREATE INDEX photo_state ON photo (state, size);
