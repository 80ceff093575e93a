-- Who is at a piece of work (a batch to be signed, a draft to be issued) and until when: of several processes one does it,
-- and whoever finds the time over takes it up.
CREATE TABLE leases (
    name    TEXT    NOT NULL PRIMARY KEY,
    holder  TEXT    NOT NULL,
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
