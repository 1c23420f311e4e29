-- What the page of figures shows, counted as it changes. `about` is platform, kind or month (when it was kept); what is in the
-- trash does not count.
CREATE TABLE tallies (
    about TEXT NOT NULL, name TEXT NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (about, name)) WITHOUT ROWID;
ALTER TABLE creators ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE creators ADD COLUMN seconds REAL NOT NULL DEFAULT 0;
CREATE INDEX creators_largest ON creators(bytes, id);
CREATE INDEX creators_longest ON creators(seconds, id);
-- Jobs that ended, by the day of this computer's calendar: also those that were taken out of the history since.
CREATE TABLE endings (
    day TEXT NOT NULL, status TEXT NOT NULL, code TEXT NOT NULL, jobs INTEGER NOT NULL, PRIMARY KEY (day, status, code)) WITHOUT ROWID;

-- One item with the bytes of its files, as it is counted.
CREATE VIEW weighed AS SELECT
    items.id, platform, kind, substr(captured_at, 1, 7) AS month, creator_id, seconds, deleted_at,
    (SELECT coalesce(sum(file_size), 0) FROM files WHERE item_id = items.id) AS bytes FROM items;
INSERT INTO tallies SELECT 'platform', platform, count(*), sum(bytes), sum(seconds) FROM weighed WHERE deleted_at IS NULL GROUP BY platform;
INSERT INTO tallies SELECT 'kind', kind, count(*), sum(bytes), sum(seconds) FROM weighed WHERE deleted_at IS NULL GROUP BY kind;
INSERT INTO tallies SELECT 'month', month, count(*), sum(bytes), sum(seconds) FROM weighed WHERE deleted_at IS NULL GROUP BY month;
UPDATE creators SET (bytes, seconds) = (
    SELECT coalesce(sum(weighed.bytes), 0), coalesce(sum(weighed.seconds), 0) FROM weighed
    WHERE weighed.creator_id = creators.id AND deleted_at IS NULL) WHERE items > 0;
DROP VIEW weighed;
INSERT INTO endings SELECT date(coalesce(completed_at, updated_at), 'localtime'), status,
    CASE status WHEN 'failed' THEN coalesce(error_code, '') ELSE '' END, count(*) FROM jobs
    WHERE status IN ('completed', 'failed', 'cancelled') AND date(coalesce(completed_at, updated_at), 'localtime') IS NOT NULL
    GROUP BY 1, 2, 3;

-- What is written here is added to all counts that it belongs to; the view itself holds nothing.
CREATE VIEW counting AS SELECT
    '' AS platform, '' AS kind, '' AS month, 0 AS creator_id, 0 AS items, 0 AS bytes, 0.0 AS seconds WHERE false;
CREATE TRIGGER counting_adds INSTEAD OF INSERT ON counting BEGIN
    INSERT INTO tallies VALUES
        ('platform', new.platform, new.items, new.bytes, new.seconds), ('kind', new.kind, new.items, new.bytes, new.seconds),
        ('month', new.month, new.items, new.bytes, new.seconds)
    ON CONFLICT DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes, seconds = seconds + excluded.seconds;
    UPDATE creators SET bytes = bytes + new.bytes, seconds = seconds + new.seconds WHERE id = new.creator_id; END;
CREATE TRIGGER tallies_item_comes AFTER INSERT ON items WHEN new.deleted_at IS NULL BEGIN
    INSERT INTO counting VALUES (
        new.platform, new.kind, substr(new.captured_at, 1, 7), new.creator_id, 1, 0, coalesce(new.duration, 0)); END;
CREATE TRIGGER tallies_item_goes AFTER DELETE ON items WHEN old.deleted_at IS NULL BEGIN
    INSERT INTO counting VALUES (
        old.platform, old.kind, substr(old.captured_at, 1, 7), old.creator_id, -1, 0, -coalesce(old.duration, 0)); END;
CREATE TRIGGER tallies_item_changes AFTER UPDATE OF kind, creator_id, captured_at, duration, deleted_at ON items
    WHEN new.kind <> old.kind OR new.creator_id IS NOT old.creator_id OR new.captured_at <> old.captured_at
    OR new.duration IS NOT old.duration OR (new.deleted_at IS NULL) <> (old.deleted_at IS NULL) BEGIN
    INSERT INTO counting SELECT
        old.platform, old.kind, substr(old.captured_at, 1, 7), old.creator_id, -1,
        -(SELECT coalesce(sum(file_size), 0) FROM files WHERE item_id = old.id), -coalesce(old.duration, 0)
        WHERE old.deleted_at IS NULL;
    INSERT INTO counting SELECT
        new.platform, new.kind, substr(new.captured_at, 1, 7), new.creator_id, 1,
        (SELECT coalesce(sum(file_size), 0) FROM files WHERE item_id = new.id), coalesce(new.duration, 0)
        WHERE new.deleted_at IS NULL; END;
CREATE TRIGGER tallies_file_comes AFTER INSERT ON files BEGIN
    INSERT INTO counting SELECT platform, kind, substr(captured_at, 1, 7), creator_id, 0, new.file_size, 0
    FROM items WHERE id = new.item_id AND deleted_at IS NULL; END;
CREATE TRIGGER tallies_file_goes AFTER DELETE ON files BEGIN
    INSERT INTO counting SELECT platform, kind, substr(captured_at, 1, 7), creator_id, 0, -old.file_size, 0
    FROM items WHERE id = old.item_id AND deleted_at IS NULL; END;
CREATE TRIGGER tallies_file_changes AFTER UPDATE OF file_size ON files WHEN new.file_size <> old.file_size BEGIN
    INSERT INTO counting SELECT platform, kind, substr(captured_at, 1, 7), creator_id, 0, new.file_size - old.file_size, 0
    FROM items WHERE id = new.item_id AND deleted_at IS NULL; END;
CREATE TRIGGER endings_inserted AFTER INSERT ON jobs WHEN new.status IN ('completed', 'failed', 'cancelled') BEGIN
    INSERT INTO endings VALUES (
        date('now', 'localtime'), new.status, CASE new.status WHEN 'failed' THEN coalesce(new.error_code, '') ELSE '' END, 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1; END;
CREATE TRIGGER endings_moved AFTER UPDATE OF status ON jobs
    WHEN new.status <> old.status AND new.status IN ('completed', 'failed', 'cancelled') BEGIN
    INSERT INTO endings VALUES (
        date('now', 'localtime'), new.status, CASE new.status WHEN 'failed' THEN coalesce(new.error_code, '') ELSE '' END, 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1; END;
