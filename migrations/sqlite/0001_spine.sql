-- The spine: who issues, what is frozen, batches, certificates, status lists, events.
-- Times are milliseconds since 1970 (UTC). Ids of certificates and batches are UUIDs as text.
-- The words in CHECK constraints are those of crates/store/src/model/codes.rs.

CREATE TABLE issuers (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    did         TEXT    NOT NULL UNIQUE,
    base_url    TEXT    NOT NULL UNIQUE,
    name_id     TEXT    NOT NULL,
    name_en     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- Public keys only. Retired ones stay, with their window.
CREATE TABLE public_keys (
    issuer      INTEGER NOT NULL REFERENCES issuers (id),
    number      INTEGER NOT NULL CHECK (number BETWEEN 1 AND 255),
    role        TEXT    NOT NULL CHECK (role IN ('certificates', 'api')),
    multikey    TEXT    NOT NULL,
    valid_from  INTEGER NOT NULL,
    retired_at  INTEGER,
    PRIMARY KEY (issuer, number)
) STRICT;

-- Content-addressed copies: what a certificate was made with, as it was.
CREATE TABLE artifacts (
    hash        TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind IN ('programme', 'design', 'template', 'asset')),
    bytes       BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE templates (
    issuer      INTEGER NOT NULL REFERENCES issuers (id),
    number      INTEGER NOT NULL CHECK (number BETWEEN 1 AND 65535),
    hash        TEXT    NOT NULL REFERENCES artifacts (hash),
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (issuer, number),
    UNIQUE (issuer, hash)
) STRICT;

CREATE TABLE programmes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    issuer      INTEGER NOT NULL REFERENCES issuers (id),
    code        TEXT    NOT NULL,
    title_id    TEXT    NOT NULL,
    title_en    TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (issuer, code)
) STRICT;

CREATE TABLE cohorts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    programme   INTEGER NOT NULL REFERENCES programmes (id),
    name        TEXT    NOT NULL,
    starts      TEXT,
    ends        TEXT,
    created_at  INTEGER NOT NULL,
    UNIQUE (programme, name)
) STRICT;

CREATE TABLE batches (
    serial          INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT    NOT NULL UNIQUE,
    issuer          INTEGER NOT NULL REFERENCES issuers (id),
    cohort          INTEGER NOT NULL REFERENCES cohorts (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('cohort', 'reissue')),
    sheet_hash      TEXT    NOT NULL,
    programme_hash  TEXT    NOT NULL REFERENCES artifacts (hash),
    design_hash     TEXT    NOT NULL REFERENCES artifacts (hash),
    template        INTEGER NOT NULL,
    key_number      INTEGER NOT NULL,
    actor           TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('reserved', 'issued')),
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    FOREIGN KEY (issuer, template) REFERENCES templates (issuer, number),
    FOREIGN KEY (issuer, key_number) REFERENCES public_keys (issuer, number)
) STRICT;
CREATE INDEX batches_unfinished ON batches (serial) WHERE state = 'reserved';
CREATE INDEX batches_of_cohort ON batches (cohort);

-- The report names people: it lies apart, so that it can be erased.
CREATE TABLE batch_reports (
    batch       TEXT    NOT NULL REFERENCES batches (id),
    part        INTEGER NOT NULL,
    text        TEXT    NOT NULL,
    PRIMARY KEY (batch, part)
) STRICT;

-- Counters of certificate numbers, one for each pattern with everything but the count filled in.
CREATE TABLE sequences (
    issuer      INTEGER NOT NULL REFERENCES issuers (id),
    key         TEXT    NOT NULL,
    next        INTEGER NOT NULL,
    PRIMARY KEY (issuer, key)
) STRICT;

CREATE TABLE status_lists (
    issuer      INTEGER NOT NULL REFERENCES issuers (id),
    number      INTEGER NOT NULL CHECK (number BETWEEN 1 AND 255),
    size        INTEGER NOT NULL,
    used        INTEGER NOT NULL DEFAULT 0,
    version     INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (issuer, number)
) STRICT;

-- One index in all three lists of a number. Outlives the certificate: never given again.
CREATE TABLE status_entries (
    issuer      INTEGER NOT NULL,
    list        INTEGER NOT NULL,
    idx         INTEGER NOT NULL CHECK (idx >= 0),
    certificate TEXT    NOT NULL UNIQUE,
    revoked     INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1)),
    suspended   INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1)),
    refresh     INTEGER NOT NULL DEFAULT 0 CHECK (refresh IN (0, 1)),
    PRIMARY KEY (issuer, list, idx),
    FOREIGN KEY (issuer, list) REFERENCES status_lists (issuer, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX status_entries_set ON status_entries (issuer, list, idx)
    WHERE revoked = 1 OR suspended = 1 OR refresh = 1;

-- Nothing personal in here. `revision` counts the changes of state.
CREATE TABLE certificates (
    serial        INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT    NOT NULL UNIQUE,
    issuer        INTEGER NOT NULL REFERENCES issuers (id),
    batch         TEXT    NOT NULL REFERENCES batches (id),
    cohort        INTEGER NOT NULL REFERENCES cohorts (id),
    number        TEXT    NOT NULL,
    sequence      TEXT,
    sequence_at   INTEGER,
    code          TEXT    NOT NULL UNIQUE,
    key_number    INTEGER NOT NULL,
    status_list   INTEGER NOT NULL,
    status_index  INTEGER NOT NULL,
    valid_from    INTEGER NOT NULL,
    valid_until   INTEGER,
    state         TEXT    NOT NULL
        CHECK (state IN ('reserved', 'issued', 'suspended', 'revoked', 'superseded', 'erased')),
    since         INTEGER NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 0,
    reason        TEXT,
    note          TEXT,
    predecessor   TEXT    UNIQUE REFERENCES certificates (id),
    successor     TEXT    REFERENCES certificates (id),
    issued_at     INTEGER,
    UNIQUE (issuer, status_list, status_index),
    UNIQUE (issuer, sequence, sequence_at),
    FOREIGN KEY (issuer, status_list, status_index) REFERENCES status_entries (issuer, list, idx)
) STRICT;
CREATE INDEX certificates_unsigned ON certificates (batch, serial) WHERE state = 'reserved';
CREATE INDEX certificates_of_batch ON certificates (batch, serial);
CREATE INDEX certificates_of_cohort ON certificates (cohort, serial);
CREATE INDEX certificates_by_number ON certificates (number);
CREATE INDEX certificates_changed ON certificates (state, serial) WHERE state NOT IN ('reserved', 'issued');

-- Who holds a certificate: everything personal but the signed bytes. Erasure deletes the row.
-- A person has one chain of certificates in a cohort; `root` marks its first.
CREATE TABLE holders (
    certificate  TEXT    NOT NULL PRIMARY KEY REFERENCES certificates (id),
    cohort       INTEGER NOT NULL REFERENCES cohorts (id),
    root         INTEGER NOT NULL CHECK (root IN (0, 1)),
    person_key   TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    grade        TEXT,
    public       TEXT    NOT NULL,
    private      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX holders_once ON holders (cohort, person_key) WHERE root = 1;

-- Signed bytes as issued, with either proof. Never rewritten, only erased.
CREATE TABLE signed (
    certificate  TEXT NOT NULL PRIMARY KEY REFERENCES certificates (id),
    rdfc         TEXT NOT NULL,
    jcs          TEXT NOT NULL
) STRICT;
CREATE TRIGGER signed_is_never_rewritten BEFORE UPDATE ON signed
BEGIN
    SELECT RAISE(ABORT, 'signed bytes are never rewritten');
END;

CREATE TABLE status_documents (
    issuer      INTEGER NOT NULL,
    list        INTEGER NOT NULL,
    purpose     TEXT    NOT NULL CHECK (purpose IN ('revocation', 'suspension', 'refresh')),
    suite       TEXT    NOT NULL CHECK (suite IN ('eddsa-rdfc-2022', 'eddsa-jcs-2022')),
    text        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    signed_at   INTEGER NOT NULL,
    PRIMARY KEY (issuer, list, purpose, suite),
    FOREIGN KEY (issuer, list) REFERENCES status_lists (issuer, number)
) STRICT;

CREATE TABLE records (
    certificate  TEXT    NOT NULL PRIMARY KEY REFERENCES certificates (id),
    text         TEXT    NOT NULL,
    revision     INTEGER NOT NULL,
    signed_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE api_credentials (
    id             TEXT    NOT NULL PRIMARY KEY,
    credential_id  TEXT,
    method         TEXT    NOT NULL,
    text           TEXT    NOT NULL,
    actor          TEXT    NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

-- Append-only. Rows name ids, never persons.
CREATE TABLE events (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    act         TEXT    NOT NULL,
    object      TEXT    NOT NULL,
    reason      TEXT
) STRICT;
CREATE INDEX events_of_object ON events (object, number);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
