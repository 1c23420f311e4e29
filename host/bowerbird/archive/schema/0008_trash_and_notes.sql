-- What a person adds to an item, and items that wait in the trash: hidden at once, removed by the worker after 30 days.
ALTER TABLE items ADD COLUMN own_note TEXT;
-- From when on the worker removes an item of the trash for good; where this is set there is no way back.
ALTER TABLE items ADD COLUMN purge_at TEXT;
CREATE INDEX items_trash ON items(deleted_at, id) WHERE deleted_at IS NOT NULL;

-- Totals count what is shown: neither items nor bytes of the trash.
DROP TRIGGER items_trashed;
DROP TRIGGER files_counted;
DROP TRIGGER files_uncounted;
DROP TRIGGER files_recounted;
CREATE TRIGGER items_trashed AFTER UPDATE OF deleted_at ON items WHEN (new.deleted_at IS NULL) <> (old.deleted_at IS NULL) BEGIN
    UPDATE totals SET
        items = items + (new.deleted_at IS NULL) - (old.deleted_at IS NULL),
        bytes = bytes + ((new.deleted_at IS NULL) - (old.deleted_at IS NULL))
            * (SELECT coalesce(sum(file_size), 0) FROM files WHERE item_id = new.id)
    WHERE platform = new.platform; END;
CREATE TRIGGER files_counted AFTER INSERT ON files BEGIN
    INSERT INTO totals (platform, bytes) SELECT platform, new.file_size FROM items WHERE id = new.item_id AND deleted_at IS NULL
    ON CONFLICT (platform) DO UPDATE SET bytes = bytes + excluded.bytes; END;
CREATE TRIGGER files_uncounted AFTER DELETE ON files BEGIN
    UPDATE totals SET bytes = bytes - old.file_size
    WHERE platform = (SELECT platform FROM items WHERE id = old.item_id AND deleted_at IS NULL); END;
CREATE TRIGGER files_recounted AFTER UPDATE OF file_size ON files BEGIN
    UPDATE totals SET bytes = bytes + new.file_size - old.file_size
    WHERE platform = (SELECT platform FROM items WHERE id = new.item_id AND deleted_at IS NULL); END;
