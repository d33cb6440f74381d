-- Whether every node that is to keep a file's root is known to do so; what is not known is looked at.
ALTER TABLE files ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
CREATE INDEX files_wanting_replicas ON files (id) WHERE whole = 0;

-- Roots of former revisions that some node may still keep, also of files that were deleted since.
CREATE TABLE former_roots (
    id BLOB NOT NULL,
    root TEXT NOT NULL,
    PRIMARY KEY (id, root)
) STRICT;

-- By the absence of its witnesses it is told that a deleted object was collected. What was done
-- before this version is not looked for any more.
ALTER TABLE deletions ADD COLUMN content_len INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deletions ADD COLUMN witnesses TEXT NOT NULL DEFAULT '[]';
ALTER TABLE deletions ADD COLUMN collected_at INTEGER;
UPDATE deletions SET collected_at = done_at;
CREATE INDEX deletions_uncollected ON deletions (id)
    WHERE done_at IS NOT NULL AND collected_at IS NULL;

-- How far what runs now and then has come.
CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    after BLOB,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    note TEXT NOT NULL
) STRICT;
