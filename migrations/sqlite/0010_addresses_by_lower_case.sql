-- Who has lost the link is found by the address, whatever its case, by the same statement on both databases.
DROP INDEX contacts_by_address;
CREATE INDEX contacts_by_lower_address ON contacts (lower(address));
