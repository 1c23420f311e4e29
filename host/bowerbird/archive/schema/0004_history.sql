-- The history can be shortened. That a list was seen to its end is known without its job.
CREATE TABLE lists_seen (target_key TEXT PRIMARY KEY, seen_at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX jobs_capture ON jobs(capture_id);
