-- A draft's batch is found by what it was made of, without reading the sheet again.
ALTER TABLE drafts ADD COLUMN sheet_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX batches_by_sheet ON batches (sheet_hash);
