-- Status lists of what POST /credentials/issue signed. They lie apart from the certificates' lists, because another
-- key signs them and they are published under another path: a list's issuer is the credential's issuer.
-- Lists are numbered over all issuers (the number stands in the URL); `issuer` is the DID.

CREATE TABLE api_status_lists (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    issuer      TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    used        INTEGER NOT NULL DEFAULT 0,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX api_status_lists_of_issuer ON api_status_lists (issuer, number);

-- An index that was given is never given again.
CREATE TABLE api_status_entries (
    list        INTEGER NOT NULL REFERENCES api_status_lists (number),
    idx         INTEGER NOT NULL CHECK (idx >= 0),
    revoked     INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1)),
    PRIMARY KEY (list, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_status_entries_set ON api_status_entries (list, idx) WHERE revoked = 1;

CREATE TABLE api_status_documents (
    list        INTEGER NOT NULL PRIMARY KEY REFERENCES api_status_lists (number),
    text        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    signed_at   INTEGER NOT NULL
) STRICT;
