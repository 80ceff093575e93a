-- The desk: who may sign in, their sessions, forms that were answered, cohorts on their way; the audit chain.

-- The password as an Argon2id hash. `totp_step` is the last time step whose code was used: none is taken twice.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    login         TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('operator', 'approver', 'admin', 'auditor')),
    password      TEXT    NOT NULL,
    must_change   INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    totp_secret   BLOB    NOT NULL,
    totp_step     INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    locked_until  INTEGER,
    disabled_at   INTEGER,
    created_at    INTEGER NOT NULL,
    seen_at       INTEGER
) STRICT;

CREATE TABLE recovery_codes (
    user     INTEGER NOT NULL REFERENCES users (id),
    hash     TEXT    NOT NULL,
    used_at  INTEGER,
    PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;

-- `key` is a hash of what the cookie holds: who reads the database cannot sign in with it.
CREATE TABLE sessions (
    key         TEXT    NOT NULL PRIMARY KEY,
    user        INTEGER REFERENCES users (id),
    data        TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- A form is answered once: who sends it again gets the first answer's address.
CREATE TABLE forms (
    token     TEXT    NOT NULL PRIMARY KEY,
    user      INTEGER NOT NULL REFERENCES users (id),
    location  TEXT,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forms_by_time ON forms (at);

-- A cohort on its way to a batch. Nothing personal in here; `version` counts the changes.
CREATE TABLE drafts (
    serial          INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT    NOT NULL UNIQUE,
    state           TEXT    NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'issued', 'discarded')),
    version         INTEGER NOT NULL DEFAULT 1,
    title           TEXT    NOT NULL,
    cohort          TEXT    NOT NULL,
    programme_text  TEXT    NOT NULL,
    sheet_name      TEXT    NOT NULL DEFAULT '',
    passed          INTEGER NOT NULL DEFAULT 0,
    problems        INTEGER NOT NULL DEFAULT 0,
    warnings        INTEGER NOT NULL DEFAULT 0,
    skipped         INTEGER NOT NULL DEFAULT 0,
    created_by      INTEGER NOT NULL REFERENCES users (id),
    created_at      INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    submitted_by    INTEGER REFERENCES users (id),
    submitted_at    INTEGER,
    decided_by      INTEGER REFERENCES users (id),
    decided_at      INTEGER,
    returned        TEXT,
    batch           TEXT    REFERENCES batches (id),
    stopped         TEXT
) STRICT;
CREATE INDEX drafts_to_issue ON drafts (serial) WHERE state = 'approved';

-- The sheet and what was decided about its rows: personal, so it lies apart and is erased when nobody needs it.
CREATE TABLE draft_sheets (
    draft    TEXT NOT NULL PRIMARY KEY REFERENCES drafts (id),
    sheet    BLOB NOT NULL,
    choices  TEXT NOT NULL
) STRICT;

-- The chain: each event's hash covers the one before it (crates/store/src/chain.rs). Events of before this migration get
-- theirs when the database is next opened, once.
ALTER TABLE events ADD COLUMN note_hash TEXT;
ALTER TABLE events ADD COLUMN hash TEXT;
DROP TRIGGER events_are_never_changed;
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events WHEN OLD.hash IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

-- What a person wrote about an event. The chain covers its salted hash, so that it can be erased.
CREATE TABLE event_notes (
    event  INTEGER NOT NULL PRIMARY KEY REFERENCES events (number),
    salt   TEXT    NOT NULL,
    text   TEXT    NOT NULL
) STRICT;
