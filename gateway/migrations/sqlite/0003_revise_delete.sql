-- The latest time that a gateway of the realm has seen.
ALTER TABLE realm ADD COLUMN clock_seen INTEGER NOT NULL DEFAULT 0;

-- New revisions of files that an engine is about to pin; at most one of a file at a time.
CREATE TABLE revisions (
    id BLOB PRIMARY KEY REFERENCES files (id),
    rev INTEGER NOT NULL,
    root TEXT NOT NULL,
    begun_at INTEGER NOT NULL
) STRICT;

-- Files that were deleted, also those that no engine has let go of yet (done_at is null). The root
-- of a revision that was under way is in unsettled.
CREATE TABLE deletions (
    id BLOB PRIMARY KEY,
    cid TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    unsettled TEXT,
    owner BLOB NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    deleted_at INTEGER NOT NULL,
    nodes TEXT NOT NULL,
    done_at INTEGER
) STRICT;
CREATE INDEX deletions_pending ON deletions (id) WHERE done_at IS NULL;

CREATE INDEX files_by_expiry ON files (expires_at) WHERE expires_at IS NOT NULL;
