-- What the desk finds a certificate by: name, number, NIP, a line each. Personal: it comes and goes with the holder.
CREATE TABLE finder (
    serial  INTEGER PRIMARY KEY REFERENCES certificates (serial),
    text    TEXT    NOT NULL
) STRICT;
CREATE TRIGGER finder_comes_with_its_holder AFTER INSERT ON holders
BEGIN
    INSERT INTO finder (serial, text)
    SELECT c.serial, NEW.name || char(10) || c.number || char(10) || COALESCE(json_extract(NEW.private, '$.nip'), '')
    FROM certificates c WHERE c.id = NEW.certificate;
END;
CREATE TRIGGER finder_goes_with_its_holder AFTER DELETE ON holders
BEGIN
    DELETE FROM finder WHERE serial = (SELECT serial FROM certificates WHERE id = OLD.certificate);
END;
INSERT INTO finder (serial, text)
SELECT c.serial, h.name || char(10) || c.number || char(10) || COALESCE(json_extract(h.private, '$.nip'), '')
FROM holders h JOIN certificates c ON c.id = h.certificate;
