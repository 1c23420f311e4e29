-- The tables of archive.db; what they mean stands in ARCHITECTURE.md.
CREATE TABLE captures (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, url TEXT NOT NULL, source TEXT NOT NULL, captured_at TEXT NOT NULL,
    page_url TEXT, page_title TEXT, referrer TEXT, selection TEXT, media_type TEXT, playback_seconds REAL,
    options TEXT NOT NULL DEFAULT '{}', job_id TEXT, receipt TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX captures_job ON captures(job_id);
CREATE INDEX captures_created ON captures(created_at);

CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, capture_id INTEGER REFERENCES captures(id), parent_id TEXT REFERENCES jobs(id),
    item_id INTEGER REFERENCES items(id), url TEXT NOT NULL, target_key TEXT NOT NULL, target TEXT NOT NULL,
    platform TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, wait_reason TEXT, title TEXT,
    progress REAL NOT NULL DEFAULT 0, current_operation TEXT, error_code TEXT, error_message TEXT, hint TEXT,
    retry_count INTEGER NOT NULL DEFAULT 0, bytes_downloaded INTEGER, bytes_total INTEGER, speed REAL, eta REAL,
    items_total INTEGER, items_done INTEGER NOT NULL DEFAULT 0, items_failed INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0, not_before TEXT, cursor TEXT, account TEXT, scraper TEXT, host TEXT,
    refresh_only INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 0, items_known INTEGER NOT NULL DEFAULT 0, items_limit INTEGER, options TEXT NOT NULL DEFAULT '{}',
    streamed INTEGER NOT NULL DEFAULT 0, bytes_saved INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, started_at TEXT, completed_at TEXT);
CREATE INDEX jobs_claim ON jobs(status, platform, priority DESC, seq);
CREATE INDEX jobs_status ON jobs(status, seq);
CREATE INDEX jobs_order ON jobs(status, priority DESC, seq);
CREATE INDEX jobs_waiting ON jobs(not_before) WHERE status = 'waiting';
CREATE INDEX jobs_target ON jobs(target_key, status);
CREATE INDEX jobs_parent ON jobs(parent_id, status);
CREATE INDEX jobs_item ON jobs(item_id);
CREATE INDEX jobs_created ON jobs(created_at, seq);
CREATE INDEX jobs_members ON jobs(parent_id, seq) WHERE parent_id IS NOT NULL;
CREATE INDEX jobs_platform ON jobs(platform, seq);
CREATE INDEX jobs_platform_status ON jobs(platform, status, seq);
CREATE INDEX jobs_revision ON jobs(revision);
CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs BEGIN
    UPDATE jobs SET revision = (SELECT max(revision) + 1 FROM jobs) WHERE seq = new.seq; END;
CREATE TRIGGER jobs_updated AFTER UPDATE ON jobs WHEN new.revision = old.revision BEGIN
    UPDATE jobs SET revision = (SELECT max(revision) + 1 FROM jobs) WHERE seq = new.seq; END;

-- Members of a list that were archived before it was read: they are done without a job of their own.
CREATE TABLE known_members (
    list_id TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE, item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
    PRIMARY KEY (list_id, item_id)) WITHOUT ROWID;

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, job_id TEXT NOT NULL REFERENCES jobs(id), number INTEGER NOT NULL, scraper TEXT, library TEXT,
    account TEXT, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT, error_code TEXT, detail TEXT);
CREATE INDEX attempts_job ON attempts(job_id);

CREATE TABLE requests (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, job_id TEXT, payload TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL, done_at TEXT, result TEXT);
CREATE INDEX requests_open ON requests(kind, id) WHERE done_at IS NULL;
CREATE TABLE hosts (id TEXT PRIMARY KEY, browser TEXT, seen_at TEXT NOT NULL);

CREATE TABLE creators (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, platform_id TEXT NOT NULL, handle TEXT, name TEXT, url TEXT, biography TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, UNIQUE (platform, platform_id));
CREATE INDEX creators_handle ON creators(platform, handle);

CREATE TABLE items (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, platform_id TEXT NOT NULL, kind TEXT NOT NULL,
    creator_id INTEGER REFERENCES creators(id), uploader TEXT, uploader_id TEXT, title TEXT, description TEXT,
    url TEXT NOT NULL, folder TEXT NOT NULL,
    upload_date TEXT, taken_at TEXT, duration REAL, view_count INTEGER, like_count INTEGER, comment_count INTEGER,
    hashtags TEXT NOT NULL DEFAULT '[]', location TEXT, chapters TEXT NOT NULL DEFAULT '[]', note TEXT,
    resume_seconds REAL, captured_at TEXT NOT NULL, updated_at TEXT NOT NULL, gone_at TEXT, deleted_at TEXT,
    indexed INTEGER NOT NULL DEFAULT 0, UNIQUE (platform, platform_id));
CREATE UNIQUE INDEX items_folder ON items(folder COLLATE NOCASE);
CREATE INDEX items_captured ON items(captured_at, id);
CREATE INDEX items_platform ON items(platform, captured_at, id);
CREATE INDEX items_creator ON items(creator_id, captured_at, id);
CREATE INDEX items_kind ON items(kind, captured_at, id);
CREATE TABLE item_targets (target_key TEXT PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(id)) WITHOUT ROWID;
CREATE INDEX item_targets_item ON item_targets(item_id);

CREATE TABLE files (
    id INTEGER PRIMARY KEY, job_id TEXT, item_id INTEGER NOT NULL REFERENCES items(id), file_path TEXT NOT NULL UNIQUE,
    file_type TEXT NOT NULL, file_size INTEGER NOT NULL, sha256 TEXT NOT NULL, position INTEGER, width INTEGER, height INTEGER,
    duration REAL, key TEXT, created_at TEXT NOT NULL);
CREATE INDEX files_item ON files(item_id, file_type, position);
CREATE INDEX files_sha256 ON files(sha256);

CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(id), language TEXT NOT NULL, origin TEXT NOT NULL,
    text TEXT NOT NULL, indexed INTEGER NOT NULL DEFAULT 0, UNIQUE (item_id, language, origin));
CREATE TABLE cues (
    transcript_id INTEGER NOT NULL REFERENCES transcripts(id) ON DELETE CASCADE, start REAL NOT NULL, duration REAL NOT NULL,
    text TEXT NOT NULL);
CREATE INDEX cues_transcript ON cues(transcript_id, start);
CREATE VIRTUAL TABLE items_fts USING fts5(title, description, hashtags, creator, content='', tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
CREATE VIRTUAL TABLE transcripts_fts USING fts5(text, content='', tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");

CREATE TABLE collections (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, kind TEXT NOT NULL, platform_id TEXT NOT NULL, title TEXT, url TEXT NOT NULL,
    creator_id INTEGER REFERENCES creators(id), created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    UNIQUE (platform, kind, platform_id));
CREATE TABLE collection_items (
    collection_id INTEGER NOT NULL REFERENCES collections(id), item_id INTEGER NOT NULL REFERENCES items(id), position INTEGER,
    added_at TEXT NOT NULL, PRIMARY KEY (collection_id, item_id)) WITHOUT ROWID;
CREATE INDEX collection_items_item ON collection_items(item_id);
CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, schedule TEXT NOT NULL, options TEXT NOT NULL DEFAULT '{}', next_at TEXT,
    created_at TEXT NOT NULL);
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES items(id), creator_id INTEGER REFERENCES creators(id), taken_at TEXT NOT NULL,
    view_count INTEGER, like_count INTEGER, comment_count INTEGER, follower_count INTEGER, post_count INTEGER);
CREATE INDEX snapshots_item ON snapshots(item_id, taken_at);
CREATE INDEX snapshots_creator ON snapshots(creator_id, taken_at);
CREATE TABLE comments (
    id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(id), platform_id TEXT, parent_id TEXT, author TEXT, text TEXT,
    like_count INTEGER, written_at TEXT, UNIQUE (item_id, platform_id));
CREATE TABLE tags (item_id INTEGER NOT NULL REFERENCES items(id), tag TEXT NOT NULL, PRIMARY KEY (item_id, tag)) WITHOUT ROWID;
CREATE INDEX tags_tag ON tags(tag);

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, level TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, hint TEXT,
    job_id TEXT);
CREATE INDEX events_job ON events(job_id);
CREATE TABLE budgets (
    platform TEXT NOT NULL, account TEXT NOT NULL DEFAULT '', not_before TEXT, strikes INTEGER NOT NULL DEFAULT 0,
    rests_until TEXT, window_at TEXT, spent INTEGER NOT NULL DEFAULT 0, streak INTEGER NOT NULL DEFAULT 0, used_at TEXT,
    updated_at TEXT NOT NULL, PRIMARY KEY (platform, account)) WITHOUT ROWID;
CREATE TABLE signins (nonce TEXT PRIMARY KEY, used_at TEXT NOT NULL) WITHOUT ROWID;

-- What is kept of each platform, counted as it changes: adding up a large archive for each page would grow with it.
CREATE TABLE totals (
    platform TEXT PRIMARY KEY, items INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TRIGGER items_counted AFTER INSERT ON items WHEN new.deleted_at IS NULL BEGIN
    INSERT INTO totals (platform, items) VALUES (new.platform, 1) ON CONFLICT (platform) DO UPDATE SET items = items + 1; END;
CREATE TRIGGER items_uncounted AFTER DELETE ON items WHEN old.deleted_at IS NULL BEGIN
    UPDATE totals SET items = items - 1 WHERE platform = old.platform; END;
CREATE TRIGGER items_trashed AFTER UPDATE OF deleted_at ON items BEGIN
    UPDATE totals SET items = items + (new.deleted_at IS NULL) - (old.deleted_at IS NULL) WHERE platform = new.platform; END;
CREATE TRIGGER files_counted AFTER INSERT ON files BEGIN
    INSERT INTO totals (platform, bytes) SELECT platform, new.file_size FROM items WHERE id = new.item_id AND true
    ON CONFLICT (platform) DO UPDATE SET bytes = bytes + excluded.bytes; END;
CREATE TRIGGER files_uncounted AFTER DELETE ON files BEGIN
    UPDATE totals SET bytes = bytes - old.file_size WHERE platform = (SELECT platform FROM items WHERE id = old.item_id); END;
CREATE TRIGGER files_recounted AFTER UPDATE OF file_size ON files BEGIN
    UPDATE totals SET bytes = bytes + new.file_size - old.file_size
    WHERE platform = (SELECT platform FROM items WHERE id = new.item_id); END;
