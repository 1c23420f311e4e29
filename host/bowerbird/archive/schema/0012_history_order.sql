-- The history in any order, and by words. A job has a size from its end on, so that progress moves no row of an index.
ALTER TABLE jobs ADD COLUMN name TEXT COLLATE NOCASE GENERATED ALWAYS AS (substr(coalesce(title, url), 1, 80)) VIRTUAL;
ALTER TABLE jobs ADD COLUMN size INTEGER GENERATED ALWAYS AS (
    CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN coalesce(bytes_total, bytes_downloaded) END) VIRTUAL;
CREATE INDEX jobs_by_name ON jobs(name, seq);
CREATE INDEX jobs_by_size ON jobs(size, seq) WHERE size IS NOT NULL;
CREATE INDEX jobs_error ON jobs(error_code, seq) WHERE error_code IS NOT NULL;

CREATE VIRTUAL TABLE jobs_fts USING fts5(title, url, content='', tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
INSERT INTO jobs_fts (rowid, title, url) SELECT seq, title, url FROM jobs;
CREATE TRIGGER jobs_worded AFTER INSERT ON jobs BEGIN
    INSERT INTO jobs_fts (rowid, title, url) VALUES (new.seq, new.title, new.url); END;
CREATE TRIGGER jobs_unworded AFTER DELETE ON jobs BEGIN
    INSERT INTO jobs_fts (jobs_fts, rowid, title, url) VALUES ('delete', old.seq, old.title, old.url); END;
CREATE TRIGGER jobs_reworded AFTER UPDATE OF title, url ON jobs WHEN new.title IS NOT old.title OR new.url <> old.url BEGIN
    INSERT INTO jobs_fts (jobs_fts, rowid, title, url) VALUES ('delete', old.seq, old.title, old.url);
    INSERT INTO jobs_fts (rowid, title, url) VALUES (new.seq, new.title, new.url); END;
