-- By what items are put in order: each has a day and a number, so that a page can go on behind the last one of the page before.
-- Plain columns that triggers fill: an index with a generated column covers no query.
ALTER TABLE items ADD COLUMN published TEXT NOT NULL DEFAULT '';
-- 0 until the item has its day; from then on it stands on shelves.
ALTER TABLE items ADD COLUMN year INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN views INTEGER NOT NULL DEFAULT 0;
UPDATE items SET seconds = coalesce(duration, 0), views = coalesce(view_count, 0), published = CASE
        WHEN taken_at GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*' THEN substr(taken_at, 1, 19)
        WHEN upload_date GLOB '[12][0-9][0-9][0-9][01][0-9][0-3][0-9]'
            THEN substr(upload_date, 1, 4) || '-' || substr(upload_date, 5, 2) || '-' || substr(upload_date, 7, 2)
        ELSE substr(captured_at, 1, 19) END;
UPDATE items SET year = max(1, CAST(substr(published, 1, 4) AS INTEGER));
CREATE TRIGGER items_dated AFTER INSERT ON items BEGIN
    UPDATE items SET seconds = coalesce(duration, 0), views = coalesce(view_count, 0), published = CASE
        WHEN taken_at GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*' THEN substr(taken_at, 1, 19)
        WHEN upload_date GLOB '[12][0-9][0-9][0-9][01][0-9][0-3][0-9]'
            THEN substr(upload_date, 1, 4) || '-' || substr(upload_date, 5, 2) || '-' || substr(upload_date, 7, 2)
        ELSE substr(captured_at, 1, 19) END WHERE id = new.id; END;
CREATE TRIGGER items_redated AFTER UPDATE OF taken_at, upload_date, captured_at, duration, view_count ON items BEGIN
    UPDATE items SET seconds = coalesce(duration, 0), views = coalesce(view_count, 0), published = CASE
        WHEN taken_at GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*' THEN substr(taken_at, 1, 19)
        WHEN upload_date GLOB '[12][0-9][0-9][0-9][01][0-9][0-3][0-9]'
            THEN substr(upload_date, 1, 4) || '-' || substr(upload_date, 5, 2) || '-' || substr(upload_date, 7, 2)
        ELSE substr(captured_at, 1, 19) END WHERE id = new.id; END;
CREATE TRIGGER items_of_year AFTER UPDATE OF published ON items BEGIN
    UPDATE items SET year = max(1, CAST(substr(published, 1, 4) AS INTEGER)) WHERE id = new.id; END;
-- Whether there is a transcript.
ALTER TABLE items ADD COLUMN spoken INTEGER NOT NULL DEFAULT 0;
UPDATE items SET spoken = 1 WHERE id IN (SELECT item_id FROM transcripts);
CREATE TRIGGER items_spoken AFTER INSERT ON transcripts BEGIN
    UPDATE items SET spoken = 1 WHERE id = new.item_id AND NOT spoken; END;
CREATE TRIGGER items_unspoken AFTER DELETE ON transcripts BEGIN
    UPDATE items SET spoken = 0 WHERE id = old.item_id
    AND NOT EXISTS (SELECT 1 FROM transcripts WHERE item_id = old.item_id); END;

-- Thumbnails are derived: they lie in `.thumbnails/`, and whoever removes that folder gets them made anew.
-- `thumbnail_widths` are those that were made ('' where nothing shows the item), `thumbnail_blur` nine colours.
ALTER TABLE items ADD COLUMN thumbnails_at TEXT;
ALTER TABLE items ADD COLUMN thumbnail_widths TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN thumbnail_width INTEGER;
ALTER TABLE items ADD COLUMN thumbnail_height INTEGER;
ALTER TABLE items ADD COLUMN thumbnail_blur TEXT NOT NULL DEFAULT '';
CREATE INDEX items_without_thumbnails ON items(id) WHERE thumbnails_at IS NULL AND deleted_at IS NULL;
CREATE TRIGGER thumbnails_outdated AFTER INSERT ON files WHEN new.file_type IN ('thumbnail', 'image', 'video', 'audio') BEGIN
    UPDATE items SET thumbnails_at = NULL WHERE id = new.item_id AND thumbnails_at IS NOT NULL; END;
CREATE TRIGGER thumbnails_replaced AFTER UPDATE OF sha256 ON files
    WHEN new.sha256 <> old.sha256 AND new.file_type IN ('thumbnail', 'image', 'video', 'audio') BEGIN
    UPDATE items SET thumbnails_at = NULL WHERE id = new.item_id AND thumbnails_at IS NOT NULL; END;

-- All that a filter asks stands in the index of the order: a rare combination is looked for without touching a row.
CREATE INDEX items_by_published ON items(published, id, deleted_at, platform, creator_id, kind, year, gone_at, spoken) WHERE deleted_at IS NULL;
CREATE INDEX items_by_captured ON items(captured_at, id, deleted_at, platform, creator_id, kind, year, gone_at, spoken) WHERE deleted_at IS NULL;
CREATE INDEX items_by_seconds ON items(seconds, id, deleted_at, platform, creator_id, kind, year, gone_at, spoken) WHERE deleted_at IS NULL;
CREATE INDEX items_by_views ON items(views, id, deleted_at, platform, creator_id, kind, year, gone_at, spoken) WHERE deleted_at IS NULL;
CREATE INDEX items_gone ON items(gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX items_said ON items(id) WHERE spoken;
CREATE INDEX items_year ON items(year);

-- How many items of which creator, kind and year are kept; creator 0 is all of a platform.
CREATE TABLE shelves (
    platform TEXT NOT NULL, creator_id INTEGER NOT NULL, kind TEXT NOT NULL, year INTEGER NOT NULL, items INTEGER NOT NULL,
    PRIMARY KEY (platform, creator_id, kind, year)) WITHOUT ROWID;
ALTER TABLE creators ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
CREATE INDEX creators_shown ON creators(platform, items, id);
CREATE INDEX creators_most ON creators(items, id);
CREATE INDEX creators_by_name ON creators(name COLLATE NOCASE);
CREATE INDEX creators_by_handle ON creators(handle COLLATE NOCASE);
INSERT INTO shelves SELECT platform, 0, kind, year, count(*) FROM items WHERE deleted_at IS NULL GROUP BY 1, 3, 4;
INSERT INTO shelves SELECT platform, creator_id, kind, year, count(*) FROM items
    WHERE deleted_at IS NULL AND creator_id IS NOT NULL GROUP BY 1, 2, 3, 4;
UPDATE creators SET items = (SELECT count(*) FROM items WHERE creator_id = creators.id AND deleted_at IS NULL);
CREATE TRIGGER shelves_emptied AFTER DELETE ON items WHEN old.deleted_at IS NULL AND old.year BEGIN
    UPDATE shelves SET items = items - 1 WHERE platform = old.platform AND creator_id IN (0, old.creator_id)
    AND kind = old.kind AND year = old.year;
    UPDATE creators SET items = items - 1 WHERE id = old.creator_id; END;
CREATE TRIGGER shelves_left AFTER UPDATE OF kind, creator_id, year, deleted_at ON items
    WHEN old.deleted_at IS NULL AND old.year
    AND (new.deleted_at IS NOT NULL OR new.kind <> old.kind OR new.year <> old.year OR new.creator_id IS NOT old.creator_id) BEGIN
    UPDATE shelves SET items = items - 1 WHERE platform = old.platform AND creator_id IN (0, old.creator_id)
    AND kind = old.kind AND year = old.year;
    UPDATE creators SET items = items - 1 WHERE id = old.creator_id; END;
CREATE TRIGGER shelves_entered AFTER UPDATE OF kind, creator_id, year, deleted_at ON items
    WHEN new.deleted_at IS NULL
    AND (old.deleted_at IS NOT NULL OR new.kind <> old.kind OR new.year <> old.year OR new.creator_id IS NOT old.creator_id) BEGIN
    INSERT INTO shelves VALUES (new.platform, 0, new.kind, new.year, 1)
    ON CONFLICT DO UPDATE SET items = items + 1;
    INSERT INTO shelves SELECT new.platform, new.creator_id, new.kind, new.year, 1 WHERE new.creator_id IS NOT NULL
    ON CONFLICT DO UPDATE SET items = items + 1;
    UPDATE creators SET items = items + 1 WHERE id = new.creator_id; END;
CREATE INDEX items_gone_by ON items(creator_id) WHERE gone_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX collections_creator ON collections(creator_id);
