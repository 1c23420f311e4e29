-- What is written below items, one row of the search for each item: so hits of all three tables have the order of the items.
CREATE VIRTUAL TABLE comments_fts USING fts5(text, content='', tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
ALTER TABLE items ADD COLUMN comments_indexed INTEGER NOT NULL DEFAULT 0;
