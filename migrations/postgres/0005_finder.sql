-- What the desk finds a certificate by: name, number, NIP, a line each. Personal: it comes and goes with the holder.
-- In lower case of ASCII letters, as SQLite's LIKE compares them.
CREATE TABLE finder (
    serial  BIGINT PRIMARY KEY REFERENCES certificates (serial),
    text    TEXT   COLLATE "C" NOT NULL
);
CREATE FUNCTION finder_comes_with_its_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finder (serial, text)
    SELECT c.serial, lower((NEW.name || chr(10) || c.number || chr(10) || COALESCE(NEW.private::json ->> 'nip', '')) COLLATE "C")
    FROM certificates c WHERE c.id = NEW.certificate;
    RETURN NULL;
END $$;
CREATE TRIGGER finder_comes_with_its_holder AFTER INSERT ON holders
    FOR EACH ROW EXECUTE FUNCTION finder_comes_with_its_holder();
CREATE FUNCTION finder_goes_with_its_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM finder WHERE serial = (SELECT serial FROM certificates WHERE id = OLD.certificate);
    RETURN NULL;
END $$;
CREATE TRIGGER finder_goes_with_its_holder AFTER DELETE ON holders
    FOR EACH ROW EXECUTE FUNCTION finder_goes_with_its_holder();
