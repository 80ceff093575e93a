-- What graduates are told and may do: mails, links to their page, requests for a correction.

-- Where a holder gets mail. Personal: it comes and goes with the holder.
CREATE TABLE contacts (
    certificate  TEXT NOT NULL PRIMARY KEY REFERENCES certificates (id),
    address      TEXT NOT NULL COLLATE NOCASE
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_by_address ON contacts (address);
CREATE TRIGGER contacts_come_with_their_holder AFTER INSERT ON holders
WHEN COALESCE(json_extract(NEW.private, '$.email'), '') <> ''
BEGIN
    INSERT INTO contacts (certificate, address) VALUES (NEW.certificate, json_extract(NEW.private, '$.email'));
END;
INSERT INTO contacts (certificate, address)
SELECT certificate, json_extract(private, '$.email') FROM holders
WHERE COALESCE(json_extract(private, '$.email'), '') <> '';

-- Mails on their way. Nothing personal in here: the address is looked up when one is sent, the server's words are kept
-- without it. Whoever was told of a certificate is never told again by itself.
CREATE TABLE outbox (
    serial       INTEGER PRIMARY KEY AUTOINCREMENT,
    certificate  TEXT    NOT NULL REFERENCES certificates (id),
    kind         TEXT    NOT NULL CHECK (kind IN ('issued', 'corrected', 'link', 'declined')),
    state        TEXT    NOT NULL CHECK (state IN ('queued', 'sending', 'handed', 'sent', 'failed', 'unsure')),
    queued_at    INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    worker       TEXT,
    held_until   INTEGER,
    settled_at   INTEGER,
    reason       TEXT
) STRICT;
CREATE UNIQUE INDEX outbox_told_once ON outbox (certificate) WHERE kind IN ('issued', 'corrected');
CREATE INDEX outbox_of_certificate ON outbox (certificate, serial);
CREATE INDEX outbox_due ON outbox (due_at, serial) WHERE state = 'queued';
CREATE INDEX outbox_held ON outbox (held_until) WHERE state IN ('sending', 'handed');
CREATE INDEX outbox_by_state ON outbox (state, serial);

-- Links to a holder's page: `hash` is of what stands in the mail, `session` of the cookie that it was exchanged for. Who
-- reads the database can open neither.
CREATE TABLE links (
    hash          TEXT    NOT NULL PRIMARY KEY,
    certificate   TEXT    NOT NULL REFERENCES certificates (id),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    used_at       INTEGER,
    session       TEXT    UNIQUE,
    session_ends  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_certificate ON links (certificate);

-- Addresses that somebody typed who has lost the link, known or not: looked at and forgotten a moment later.
CREATE TABLE asked_links (
    serial   INTEGER PRIMARY KEY AUTOINCREMENT,
    address  TEXT    NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

-- What a holder says is wrong. Personal: it goes with the holder.
CREATE TABLE corrections (
    serial       INTEGER PRIMARY KEY AUTOINCREMENT,
    certificate  TEXT    NOT NULL REFERENCES certificates (id),
    about        TEXT    NOT NULL CHECK (about IN ('name', 'number', 'other')),
    name         TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('open', 'done', 'declined')),
    asked_at     INTEGER NOT NULL,
    answered_at  INTEGER,
    answer       TEXT
) STRICT;
CREATE UNIQUE INDEX corrections_one_open ON corrections (certificate) WHERE state = 'open';
CREATE INDEX corrections_by_state ON corrections (state, serial);

-- How often somebody compared a NIP with a certificate's, by the hour: bounded and counted, nothing else is kept.
CREATE TABLE nip_checks (
    certificate  TEXT    NOT NULL REFERENCES certificates (id),
    hour         INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    matches      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (certificate, hour)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER graduates_go_with_their_holder AFTER DELETE ON holders
BEGIN
    DELETE FROM contacts WHERE certificate = OLD.certificate;
    DELETE FROM links WHERE certificate = OLD.certificate;
    DELETE FROM corrections WHERE certificate = OLD.certificate;
END;
