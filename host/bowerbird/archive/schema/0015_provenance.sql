-- How an item came here, kept from the moment at which its first job leaves the history. `job_id` and `list_id` may be gone.
CREATE TABLE provenance (
    item_id INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE, url TEXT, source TEXT, captured_at TEXT, page_url TEXT,
    page_title TEXT, referrer TEXT, selection TEXT, playback_seconds REAL, job_id TEXT, list_id TEXT, list_title TEXT,
    options TEXT NOT NULL, library TEXT, account TEXT, started_at TEXT, ended_at TEXT);

-- Somebody waits for a capture, and each page that it touches is flushed before the answer. So what a new job does not have
-- yet is in no index, its revision is written with it, and its birth is told by its own row alone.
DROP INDEX captures_job;
DROP INDEX jobs_parent;
DROP INDEX jobs_item;
CREATE INDEX jobs_parent ON jobs(parent_id, status) WHERE parent_id IS NOT NULL;
CREATE INDEX jobs_item ON jobs(item_id) WHERE item_id IS NOT NULL;
DROP TRIGGER jobs_entered;
DROP TRIGGER jobs_inserted;
CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs WHEN new.revision = 0 BEGIN
    UPDATE jobs SET revision = (SELECT max(revision) + 1 FROM jobs) WHERE seq = new.seq; END;

-- The words of new jobs are the worker's to index (queue/indexing.py): they were a fifth of the pages of a capture.
DROP TRIGGER jobs_worded;
DROP TRIGGER jobs_unworded;
DROP TRIGGER jobs_reworded;
CREATE TRIGGER jobs_unworded AFTER DELETE ON jobs WHEN EXISTS (SELECT 1 FROM jobs_fts_docsize WHERE id = old.seq) BEGIN
    INSERT INTO jobs_fts (jobs_fts, rowid, title, url) VALUES ('delete', old.seq, old.title, old.url); END;
CREATE TRIGGER jobs_reworded AFTER UPDATE OF title, url ON jobs WHEN (new.title IS NOT old.title OR new.url <> old.url)
    AND EXISTS (SELECT 1 FROM jobs_fts_docsize WHERE id = old.seq) BEGIN
    INSERT INTO jobs_fts (jobs_fts, rowid, title, url) VALUES ('delete', old.seq, old.title, old.url);
    INSERT INTO jobs_fts (rowid, title, url) VALUES (new.seq, new.title, new.url); END;
