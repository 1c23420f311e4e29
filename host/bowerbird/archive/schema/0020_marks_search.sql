-- A person's own note and tags, so that they are found: the few items that have any. Short, so this table keeps its text.
-- Between two tags stands a character of nobody's words, lest a phrase is found in two tags together.
CREATE VIRTUAL TABLE marks_fts USING fts5(note, tags, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
INSERT INTO marks_fts (rowid, note, tags) SELECT id, indexable(coalesce(own_note, '')), indexable((
    SELECT coalesce(group_concat(tag, char(32, 57344, 32)), '') FROM tags WHERE item_id = items.id))
FROM items WHERE own_note IS NOT NULL OR id IN (SELECT item_id FROM tags);
CREATE TRIGGER marks_go AFTER DELETE ON items BEGIN
    DELETE FROM marks_fts WHERE rowid = old.id; END;
