-- Why issuing stopped, in English too. What stopped before has it in Indonesian only.
ALTER TABLE drafts ADD COLUMN stopped_en TEXT;
