-- A person's own note and tags, so that they are found: the few items that have any. Short, so this table keeps its text.
CREATE VIRTUAL TABLE marks_fts USING fts5(text, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
INSERT INTO marks_fts (rowid, text) SELECT id, indexable(coalesce(own_note, '') || char(10) || (
    SELECT coalesce(group_concat(tag, char(10)), '') FROM tags WHERE item_id = items.id))
FROM items WHERE own_note IS NOT NULL OR id IN (SELECT item_id FROM tags);
