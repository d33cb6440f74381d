-- A revision that is being taken back is not committed any more.
ALTER TABLE revisions ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
