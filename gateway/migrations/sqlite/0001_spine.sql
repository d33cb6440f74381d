-- Times are whole seconds since 1970, ids are the 16 bytes of a UUID, CIDs are text.

CREATE TABLE realm (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    name TEXT NOT NULL,
    tokens_valid_from INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    roles TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    tokens_valid_from INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

-- Used ones stay as long as their session: that is how their reuse is noticed.
CREATE TABLE refresh_tokens (
    hash BLOB PRIMARY KEY,
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE uploads (
    id BLOB PRIMARY KEY,
    cid TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    owner BLOB NOT NULL REFERENCES users (id),
    begun_at INTEGER NOT NULL,
    cancelled INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE files (
    id BLOB PRIMARY KEY,
    cid TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    rev INTEGER NOT NULL,
    size INTEGER NOT NULL,
    content_len INTEGER NOT NULL,
    owner BLOB NOT NULL REFERENCES users (id),
    permissions TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    statement TEXT NOT NULL,
    replicas TEXT NOT NULL
) STRICT;
CREATE INDEX files_by_owner ON files (owner, created_at, id);

CREATE TABLE links (
    id BLOB PRIMARY KEY,
    file_id BLOB NOT NULL REFERENCES files (id),
    creator BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    permissions TEXT NOT NULL,
    label BLOB,
    revoked_at INTEGER
) STRICT;
CREATE INDEX links_by_file ON links (file_id, created_at, id);

CREATE TABLE revocations (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (kind, id)
) STRICT;

-- A row and not a sequence: its lock makes revocations visible in the order of their numbers.
CREATE TABLE revocation_counter (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO revocation_counter VALUES (1, 0);
