-- A revision that is being taken back is not committed any more.
ALTER TABLE revisions ADD COLUMN cancelled BIGINT NOT NULL DEFAULT 0;
