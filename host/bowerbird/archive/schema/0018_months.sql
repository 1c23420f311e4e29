-- How many items of which creator and kind are kept of each month; creator 0 is all of a platform. `about` is the column whose
-- month it is: published, or captured_at. What is in the trash does not count.
CREATE TABLE months (
    about TEXT NOT NULL, platform TEXT NOT NULL, creator_id INTEGER NOT NULL, kind TEXT NOT NULL, month TEXT NOT NULL,
    items INTEGER NOT NULL, PRIMARY KEY (about, platform, creator_id, kind, month)) WITHOUT ROWID;
INSERT INTO months SELECT 'published', platform, 0, kind, substr(published, 1, 7), count(*) FROM items
    WHERE deleted_at IS NULL GROUP BY 2, 4, 5;
INSERT INTO months SELECT 'captured_at', platform, 0, kind, substr(captured_at, 1, 7), count(*) FROM items
    WHERE deleted_at IS NULL GROUP BY 2, 4, 5;
INSERT INTO months SELECT 'published', platform, creator_id, kind, substr(published, 1, 7), count(*) FROM items
    WHERE deleted_at IS NULL AND creator_id IS NOT NULL GROUP BY 2, 3, 4, 5;
INSERT INTO months SELECT 'captured_at', platform, creator_id, kind, substr(captured_at, 1, 7), count(*) FROM items
    WHERE deleted_at IS NULL AND creator_id IS NOT NULL GROUP BY 2, 3, 4, 5;

-- What is written here is added to all months that it belongs to; the view itself holds nothing.
CREATE VIEW dating AS SELECT
    '' AS platform, 0 AS creator_id, '' AS kind, '' AS published, '' AS captured_at, 0 AS items WHERE false;
CREATE TRIGGER dating_adds INSTEAD OF INSERT ON dating BEGIN
    INSERT INTO months VALUES
        ('published', new.platform, 0, new.kind, substr(new.published, 1, 7), new.items),
        ('captured_at', new.platform, 0, new.kind, substr(new.captured_at, 1, 7), new.items)
    ON CONFLICT DO UPDATE SET items = items + excluded.items;
    INSERT INTO months
        SELECT 'published', new.platform, new.creator_id, new.kind, substr(new.published, 1, 7), new.items
        WHERE new.creator_id IS NOT NULL
        UNION ALL SELECT 'captured_at', new.platform, new.creator_id, new.kind, substr(new.captured_at, 1, 7), new.items
        WHERE new.creator_id IS NOT NULL
    ON CONFLICT DO UPDATE SET items = items + excluded.items; END;
-- An item stands in no month until it has its day (0010_shelves_and_thumbnails.sql).
CREATE TRIGGER months_item_goes AFTER DELETE ON items WHEN old.deleted_at IS NULL AND old.published <> '' BEGIN
    INSERT INTO dating VALUES (old.platform, old.creator_id, old.kind, old.published, old.captured_at, -1); END;
CREATE TRIGGER months_item_moves AFTER UPDATE OF kind, creator_id, published, captured_at, deleted_at ON items
    WHEN new.kind <> old.kind OR new.creator_id IS NOT old.creator_id OR new.published <> old.published
    OR new.captured_at <> old.captured_at OR (new.deleted_at IS NULL) <> (old.deleted_at IS NULL) BEGIN
    INSERT INTO dating SELECT old.platform, old.creator_id, old.kind, old.published, old.captured_at, -1
        WHERE old.deleted_at IS NULL AND old.published <> '';
    INSERT INTO dating SELECT new.platform, new.creator_id, new.kind, new.published, new.captured_at, 1
        WHERE new.deleted_at IS NULL AND new.published <> ''; END;
