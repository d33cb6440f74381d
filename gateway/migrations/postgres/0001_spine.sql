-- Times are whole seconds since 1970, ids are UUIDs, CIDs are text.

CREATE TABLE realm (
    only_row SMALLINT PRIMARY KEY CHECK (only_row = 1),
    name TEXT NOT NULL,
    tokens_valid_from BIGINT NOT NULL
);

CREATE TABLE users (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    roles JSONB NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    tokens_valid_from BIGINT NOT NULL
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    refreshed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);

-- Used ones stay as long as their session: that is how their reuse is noticed.
CREATE TABLE refresh_tokens (
    hash BYTEA PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE uploads (
    id UUID PRIMARY KEY,
    cid TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    owner UUID NOT NULL REFERENCES users (id),
    begun_at BIGINT NOT NULL,
    cancelled BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE files (
    id UUID PRIMARY KEY,
    cid TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    rev BIGINT NOT NULL,
    size BIGINT NOT NULL,
    content_len BIGINT NOT NULL,
    owner UUID NOT NULL REFERENCES users (id),
    permissions JSONB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    statement TEXT NOT NULL,
    replicas JSONB NOT NULL
);
CREATE INDEX files_by_owner ON files (owner, created_at, id);

CREATE TABLE links (
    id UUID PRIMARY KEY,
    file_id UUID NOT NULL REFERENCES files (id),
    creator UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    permissions JSONB NOT NULL,
    label BYTEA,
    revoked_at BIGINT
);
CREATE INDEX links_by_file ON links (file_id, created_at, id);

CREATE TABLE revocations (
    seq BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    id UUID NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (kind, id)
);

-- A row and not a sequence: its lock makes revocations visible in the order of their numbers.
CREATE TABLE revocation_counter (
    only_row SMALLINT PRIMARY KEY CHECK (only_row = 1),
    last BIGINT NOT NULL
);
INSERT INTO revocation_counter VALUES (1, 0);
