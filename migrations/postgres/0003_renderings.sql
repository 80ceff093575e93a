-- Every PDF that was handed out, by its SHA-256: tells whether a file is byte for byte one of ours.
-- A rendering holds the signature, so its hash tells nothing about the person in it; it stays when that person is erased.

CREATE TABLE renderings (
    hash         TEXT NOT NULL PRIMARY KEY,
    certificate  TEXT NOT NULL REFERENCES certificates (id),
    kind         TEXT NOT NULL CHECK (kind IN ('short', 'full')),
    design       TEXT NOT NULL REFERENCES artifacts (hash)
);
CREATE INDEX renderings_of_certificate ON renderings (certificate);
